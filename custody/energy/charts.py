"""Twelve months of an energy's bills as bars: figures in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from custody.energy.rules.energies import Energy
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, ACCENT_SOFT, Mark, Svg

WIDTH, HEIGHT, SIZE = 352.0, 150.0, 12.0


def months(energy: Energy, rows: Sequence[tuple[int, float, bool]]) -> Svg:
    """`rows`: (month, use, are all bills there?); a month some of whose bills are missing is an outline."""
    title = f"{energy.label}：近{len(rows)}个月用量"
    known = [use for _, use, _ in rows if isfinite(use)]
    top, bottom = SIZE * 1.9, HEIGHT - SIZE * 1.9
    peak = max(known, default=0.0) or 1.0
    pitch = WIDTH / max(1, len(rows))
    marks: list[Mark] = [draw.line(0, bottom, WIDTH, bottom, stroke=draw.RULE)]
    for place, (month, use, whole) in enumerate(rows):
        x = pitch * place + pitch * 0.16
        told = f"{month // 100}年{month % 100}月："
        if not isfinite(use):
            dash = draw.text(
                x + pitch * 0.34, bottom - 4, "—", size=SIZE, anchor="middle", fill=draw.MUTED
            )
            marks.append(draw.group(dash, name=f"{told}没有账单"))
        else:
            tall = (bottom - top) * use / peak
            told += f"{use:,.0f}{energy.unit}" + ("" if whole else "（账单不全）")
            bar = (
                draw.rect(x, bottom - tall, pitch * 0.68, tall, fill=ACCENT)
                if whole
                else draw.rect(
                    *(x, bottom - tall, pitch * 0.68, tall),
                    fill=ACCENT_SOFT,
                    stroke=ACCENT,
                    stroke_width=1,
                )
            )
            marks.append(draw.group(bar, name=told))
            if use == peak:
                marks.append(_peak(use, x + pitch * 0.34))
        if place % 3 == 0:
            first = place == 0
            words = f"{month // 100 % 100}年{month % 100}月" if first else f"{month % 100}月"
            marks.append(
                draw.text(
                    *(x if first else x + pitch * 0.34, HEIGHT - SIZE * 0.6, words),
                    size=SIZE - 1,
                    anchor="start" if first else "middle",
                    fill=draw.MUTED,
                )
            )
    last = next((use for _, use, _ in reversed(rows) if isfinite(use)), None)
    desc = (
        f"共{len(rows)}个月，最近有账单的一个月为{last:,.0f}{energy.unit}。"
        if last is not None
        else "没有账单。"
    )
    return draw.document(WIDTH, HEIGHT, *marks, title=title, desc=desc)


def _peak(use: float, x: float) -> Mark:
    """The highest month in figures, kept within the picture."""
    words = f"{use / 10_000:,.1f}万" if use >= 100_000 else f"{use:,.0f}"
    half = draw.width_of(words, SIZE - 1) / 2
    x = min(max(x, half), WIDTH - half)
    return draw.text(x, SIZE * 1.5, words, size=SIZE - 1, anchor="middle", fill=draw.MUTED)

"""Months actual against the baseline, and what was saved up to each month with its band."""

from __future__ import annotations

from collections.abc import Sequence

from custody.baselines.charts.surface import (
    ACTUAL,
    SCREEN,
    Look,
    Scale,
    figure,
    grid,
    legend,
    month_ticks,
    month_words,
    room_for,
)
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, ACCENT_SOFT, Mark, Svg


def months(
    rows: Sequence[tuple[int, float | None, float | None]],
    *,
    unit: str,
    look: Look = SCREEN,
    title: str = "逐月用量与基准",
) -> Svg:
    """`rows`: (month, baseline, actual) in order; a missing figure leaves a gap."""
    size = look.size
    known = [value for _, *pair in rows for value in pair if value is not None]
    if not known:
        return _empty(look, title)
    top, bottom = size * 2.2, look.height - size * 2.2
    ups = Scale.over(known, bottom, top, zero=True)
    left, right = room_for(ups, size), look.width - 4.0
    pitch = (right - left) / len(rows)
    marks = grid(ups, left, right, size, unit)
    base: list[tuple[float, float]] = []
    for place, (month, expected, actual) in enumerate(rows):
        x = left + pitch * place
        told = f"{month_words(month)}：基准{_told(expected)}，实际{_told(actual)}{unit}"
        parts: list[Mark] = []
        if actual is not None:
            y, zero = ups.at(actual), ups.at(0)
            bar = draw.rect(
                *(x + pitch * 0.2, min(y, zero), pitch * 0.6, abs(zero - y)), fill=ACTUAL
            )
            parts.append(bar)
        if expected is not None:
            y = ups.at(expected)
            parts.append(draw.line(x, y, x + pitch, y, stroke=ACCENT, width=2.5))
            base.append((x + pitch / 2, y))
        if parts:
            marks.append(draw.group(*parts, name=told))
    marks += _months_below([row[0] for row in rows], left, pitch, bottom, size)
    marks += legend(
        right,
        size,
        [
            (lambda x, y: draw.line(x, y, x + 16, y, stroke=ACCENT, width=2.5), "基准"),
            (lambda x, y: draw.rect(x + 4, y - 5, 9, 10, fill=ACTUAL), "实际"),
        ],
    )
    desc = f"{month_words(rows[0][0])}至{month_words(rows[-1][0])}，共{len(rows)}个月。"
    return draw.document(look.width, look.height, *marks, title=title, desc=desc)


def cumulated(
    rows: Sequence[tuple[int, float, float | None]],
    *,
    unit: str,
    look: Look = SCREEN,
    title: str = "累计节能量",
) -> Svg:
    """`rows`: (month, saved up to it, ± of that); a band only where every month has one."""
    size = look.size
    if not rows:
        return _empty(look, title)
    banded = all(width is not None for _, _, width in rows)
    known = [
        value for _, saved, width in rows for value in (saved - (width or 0), saved + (width or 0))
    ]
    top, bottom = size * 2.2, look.height - size * 2.2
    ups = Scale.over(known, bottom, top, zero=True)
    left, right = room_for(ups, size), look.width - 4.0
    pitch = (right - left) / len(rows)
    middle = [left + pitch * (place + 0.5) for place in range(len(rows))]
    marks = grid(ups, left, right, size, unit)
    if banded:
        upper = [(x, ups.at(row[1] + (row[2] or 0))) for x, row in zip(middle, rows, strict=True)]
        lower = [(x, ups.at(row[1] - (row[2] or 0))) for x, row in zip(middle, rows, strict=True)]
        marks.append(draw.polygon([*upper, *reversed(lower)], fill=ACCENT_SOFT))
    path = [(x, ups.at(row[1])) for x, row in zip(middle, rows, strict=True)]
    marks.append(draw.polyline(path, stroke=ACCENT))
    for (x, y), (month, saved, width) in zip(path, rows, strict=True):
        spread = "" if width is None else f" ± {figure(width)}"
        told = f"截至{month_words(month)}：{figure(saved)}{spread}{unit}"
        marks.append(draw.group(draw.circle(x, y, 3, fill=ACCENT), name=told))
    marks += _months_below([row[0] for row in rows], left, pitch, bottom, size)
    last, saved, width = rows[-1]
    spread = "，不确定度未能给出" if width is None else f"，90%置信度下± {figure(width)}{unit}"
    desc = f"截至{month_words(last)}累计节约{figure(saved)}{unit}{spread}。"
    return draw.document(look.width, look.height, *marks, title=title, desc=desc)


def _months_below(
    codes: Sequence[int], left: float, pitch: float, bottom: float, size: float
) -> list[Mark]:
    return [
        draw.text(
            *(left + pitch * (place + 0.5), bottom + size * 1.6, words),
            size=size - 1,
            anchor="middle",
            fill=draw.MUTED,
        )
        for place, words in month_ticks(codes, pitch * len(codes), size)
    ]


def _told(value: float | None) -> str:
    return "暂缺" if value is None else figure(value)


def _empty(look: Look, title: str) -> Svg:
    words = "没有可画的月份，请先补齐账单。"
    mark = draw.text(0, 24, words, size=look.size)
    return draw.document(look.width, 40, mark, title=title, desc=words)

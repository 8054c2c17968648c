"""Pictures of a brief that no board has: what was used against what would have been."""

from __future__ import annotations

import math
from collections.abc import Sequence

from custody.dashboard.charts import PRINT, Look
from custody.dashboard.charts.surface import legend
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, MUTED, RULE, Mark, Svg

BASE = "#7a2a1f"


def months(
    found: Sequence[tuple[str, float, float]],
    *,
    look: Look = PRINT,
    title: str = "各月能耗与基准",
) -> Svg:
    """(month, base, actual) in tce: bars of what was used below a line of steps, the base."""
    size = look.size
    height = 196.0 if look.narrow else 132.0
    left, top, bottom = 46.0, 30.0, 22.0
    width, depth = look.width - left - 4, height - top - bottom
    highest, step = _scale(max((max(one[1], one[2]) for one in found), default=1.0))
    base = top + depth
    marks: list[Mark] = []
    at = 0.0
    while at <= highest + step / 2:
        y = base - depth * at / highest
        marks.append(draw.line(left, y, left + width, y, stroke=MUTED if at == 0 else RULE))
        marks.append(
            draw.text(left - 6, y + 4, f"{at:.0f}", size=size - 1, anchor="end", fill=MUTED)
        )
        at += step
    pitch = width / max(1, len(found))
    bar = pitch * 0.52
    steps: list[tuple[float, float]] = []
    for index, (month, adjusted, actual) in enumerate(found):
        x = left + pitch * (index + 0.5)
        y = base - depth * max(0.0, actual) / highest
        marks.append(draw.rect(x - bar / 2, y, bar, base - y, fill=ACCENT))
        level = base - depth * max(0.0, adjusted) / highest
        steps += [(x - pitch * 0.42, level), (x + pitch * 0.42, level)]
        words = f"{actual:.0f}"
        if draw.width_of(words, size - 2) <= bar and base - y > size + 4:
            marks.append(
                draw.text(x, y + size, words, size=size - 2, anchor="middle", fill="#ffffff")
            )
        if not look.narrow or len(found) <= 7 or index % 2 == 0:
            marks.append(draw.text(x, base + 16, month, size=size - 1, anchor="middle", fill=MUTED))
    if steps:
        marks.append(draw.polyline(steps, stroke=BASE, width=2))
    marks += legend(
        left,
        11,
        (
            (lambda x, y: draw.line(x, y, x + 22, y, stroke=BASE, width=2), "基准（调整后）"),
            (lambda x, y: draw.rect(x + 4, y - 5, 14, 10, fill=ACCENT), "实际用能"),
        ),
        size,
    )
    marks.append(
        draw.text(look.width - 4, 15, "单位：吨标准煤", size=size - 1, anchor="end", fill=MUTED)
    )
    desc = "；".join(f"{month}基准{one:.0f}，实际{two:.0f}" for month, one, two in found)
    return draw.document(look.width, height, *marks, title=title, desc=f"{desc}（吨标准煤）。")


def _scale(highest: float) -> tuple[float, float]:
    """The top of the axis and its step: three to five steps of 1, 2, 2.5 or 5 times a power of ten."""
    rough = max(highest, 1.0) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= rough)
    return math.ceil(highest / step - 1e-9) * step or step, step

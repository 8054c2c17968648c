"""The curve of the programme: planned, confirmed and forecast milestones over the year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from custody.dashboard.charts.surface import (
    PLAN_COLOUR,
    SCREEN,
    TODAY_COLOUR,
    Look,
    day_words,
    legend,
    months_of,
)
from custody.dashboard.rules import CurvePoint
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, MUTED, RULE, Mark, Svg


def curve(
    points: Sequence[CurvePoint],
    *,
    as_of: date,
    look: Look = SCREEN,
    title: str = "里程碑完成进度：计划、实际与预测",
) -> Svg:
    """Planned, actual and forecast share of milestones over the year, with a line for the day."""
    size = look.size
    height = 232 if look.narrow else 186 if look.dense else 214
    left, right, top, bottom = 38, 14, 40, 28
    width, depth = look.width - left - right, height - top - bottom
    marks: list[Mark] = []
    base = top + depth
    for share in (0, 25, 50, 75, 100):
        y = base - depth * share / 100
        marks.append(draw.line(left, y, left + width, y, stroke=MUTED if share == 0 else RULE))
        marks.append(
            draw.text(left - 6, y + 4, f"{share}%", size=size - 1, anchor="end", fill=MUTED)
        )
    if not points:
        marks.append(
            draw.text(left + width / 2, top + depth / 2, "暂无数据", size=size, anchor="middle")
        )
        return draw.document(look.width, height, *marks, title=title, desc="暂无数据。")
    ordered = sorted(points, key=lambda point: point.on)
    first, last = ordered[0].on, ordered[-1].on
    span = max(1, (last - first).days)

    def x_of(day: date) -> float:
        return left + width * (day - first).days / span

    def y_of(share: float) -> float:
        return base - depth * min(100.0, max(0.0, share)) / 100

    marks += _month_axis(first, last, x_of, base, look)
    planned = [(x_of(p.on), y_of(p.planned)) for p in ordered]
    actual = [(x_of(p.on), y_of(p.actual)) for p in ordered if p.actual is not None]
    forecast = [(x_of(p.on), y_of(p.forecast)) for p in ordered if p.forecast is not None]
    if actual and forecast and forecast[0][0] > actual[-1][0]:
        forecast.insert(0, actual[-1])
    marks.append(draw.polyline(planned, stroke=PLAN_COLOUR, width=1.6))
    if forecast:
        marks.append(draw.polyline(forecast, stroke=ACCENT, width=2, dash="5 4"))
    if actual:
        marks.append(draw.polyline(actual, stroke=ACCENT, width=2.8))
        marks.append(draw.circle(*actual[-1], 3.6, fill=ACCENT))
    if first <= as_of <= last:
        x = x_of(as_of)
        marks.append(draw.line(x, top - 4, x, base, stroke=TODAY_COLOUR, width=1.2, dash="2 2"))
        label = f"截至{day_words(as_of, as_of)}"
        room = draw.width_of(label, size - 1)
        at = min(max(x, left + room / 2), left + width - room / 2)
        marks.append(
            draw.text(at, top - 8, label, size=size - 1, anchor="middle", fill=TODAY_COLOUR)
        )
    marks += legend(
        left,
        14,
        (
            (_line_key(PLAN_COLOUR, 1.6), "计划"),
            (_line_key(ACCENT, 2.8), "实际"),
            (_line_key(ACCENT, 2, "5 4"), "预测"),
        ),
        size,
    )
    return draw.document(look.width, height, *marks, title=title, desc=_curve_words(ordered, as_of))


def _curve_words(points: Sequence[CurvePoint], as_of: date) -> str:
    here = [p for p in points if p.on <= as_of and p.actual is not None]
    words = []
    if here:
        at = here[-1]
        words.append(
            f"截至{day_words(at.on, as_of)}，计划完成{at.planned:.1f}%，"
            f"实际完成{at.actual or 0:.1f}%。"
        )
    end = points[-1]
    if end.forecast is not None:
        words.append(f"预测到{day_words(end.on, as_of)}完成{end.forecast:.1f}%。")
    return "".join(words) or "暂无实际数据。"


def _month_axis(
    first: date, last: date, x_of: Callable[[date], float], base: float, look: Look
) -> list[Mark]:
    months = months_of(first, last)
    step = max(1, -(-len(months) // (7 if look.narrow else 13)))
    marks: list[Mark] = []
    for index, month in enumerate(months):
        if month < first:
            continue
        x = x_of(month)
        marks.append(draw.line(x, base, x, base + 4, stroke=MUTED))
        following = months[index + 1] if index + 1 < len(months) else last
        middle = (x + x_of(min(following, last))) / 2
        if index % step == 0 and x_of(min(following, last)) - x > 22 / step:
            marks.append(
                draw.text(
                    middle,
                    base + 18,
                    f"{month.month}月",
                    size=look.size - 1,
                    anchor="middle",
                    fill=MUTED,
                )
            )
    return marks


def _line_key(stroke: str, width: float, dash: str | None = None) -> Callable[[float, float], Mark]:
    return lambda x, y: draw.line(x, y, x + 22, y, stroke=stroke, width=width, dash=dash)

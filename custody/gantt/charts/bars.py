"""One milestone's bars: the plan above, what happened or is expected below, told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from custody.gantt.charts.scale import TODAY_COLOUR, Axis
from custody.gantt.rules import GanttRow
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, GROUND, INK, LIGHT_LOOKS, MUTED, Mark
from custody.milestones.rules import LIGHTS

PLAN = "#9aa5b1"
OVER = LIGHT_LOOKS["red"].colour


@dataclass(frozen=True, slots=True)
class Lane:
    """Where in a row its bars lie, measured from the row's top."""

    plan: float
    real: float
    high: float
    """Of the lower bar; the plan's is half of it."""

    @property
    def middle(self) -> float:
        return self.real + self.high / 2

    @property
    def over(self) -> float:
        return self.real + self.high + 2


def bars(row: GanttRow, axis: Axis, y: float, lane: Lane, as_of: date) -> list[Mark]:
    """Plan, actual or expected, and by how much it runs over; gates as diamonds."""
    marks: list[Mark] = []
    half = lane.high / 2
    if row.planned:
        end = axis.x(row.planned)
        start = axis.x(row.plan_start) if row.plan_start else end
        if row.gate:
            marks.append(
                diamond(end, y + lane.plan + half / 2, half * 0.8, fill=GROUND, stroke=MUTED)
            )
        else:
            marks.append(_bar(start, end, y + lane.plan, half, fill=PLAN))
    if row.finish is None or row.start is None:
        return marks
    if row.planned and row.late > 0:
        marks += _overrun(axis.x(row.planned), axis.x(row.finish), y + lane.over)
    edge = INK if row.critical else ACCENT
    width = 1.8 if row.critical else 1.1
    begin, end, top = axis.x(row.start), axis.x(row.finish), y + lane.real
    if row.gate:
        fill = ACCENT if row.settled else GROUND
        marks.append(diamond(end, y + lane.middle, half + 1.5, fill=fill, stroke=edge, width=width))
    elif row.settled:
        marks.append(_bar(begin, end, top, lane.high, fill=ACCENT, stroke=edge, width=width))
    else:
        marks.append(_bar(begin, end, top, lane.high, fill=GROUND, stroke=edge, width=width))
        done = min(max(axis.x(as_of), begin), end)
        if row.started and done - begin >= 1:
            marks.append(draw.rect(begin, top + 1, done - begin, lane.high - 2, fill=ACCENT))
    return marks


def _bar(
    start: float,
    end: float,
    y: float,
    high: float,
    *,
    fill: str,
    stroke: str | None = None,
    width: float | None = None,
) -> Mark:
    """At least two wide, ending where it ends."""
    begin = min(start, end - 2)
    return draw.rect(begin, y, end - begin, high, fill=fill, stroke=stroke, stroke_width=width)


def diamond(x: float, y: float, half: float, *, fill: str, stroke: str, width: float = 1.1) -> Mark:
    points = ((x, y - half), (x + half, y), (x, y + half), (x - half, y))
    return draw.polygon(points, fill=fill, stroke=stroke, width=width)


def _overrun(start: float, end: float, y: float) -> list[Mark]:
    """A thin line with an upright end, from the planned day to the real one."""
    return [
        draw.line(start, y, end, y, stroke=OVER, width=1.6),
        draw.line(end, y - 3, end, y + 2.4, stroke=OVER, width=1.6),
    ]


def legend(
    x: float, y: float, size: float, room: float, *, arrows: bool
) -> tuple[list[Mark], float]:
    """The keys, in as many lines as they need; the marks and where the last line ends."""
    keys: list[tuple[Sequence[Mark], str]] = [
        ([draw.rect(0, -2.5, 22, 5, fill=PLAN)], "计划"),
        ([draw.rect(0, -4.5, 22, 9, fill=ACCENT)], "已进行、已完成"),
        ([draw.rect(0.5, -4.5, 21, 9, fill=GROUND, stroke=ACCENT, stroke_width=1.1)], "预计"),
        (_overrun(0, 21, 0), "晚于计划"),
        ([diamond(11, 0, 6, fill=GROUND, stroke=ACCENT)], "关口"),
        (
            [
                draw.rect(0, -7, 3, 14, fill=INK),
                draw.rect(7, -4.5, 15, 9, fill=GROUND, stroke=INK, stroke_width=1.8),
            ],
            "关键线路",
        ),
        ([draw.line(11, -7, 11, 7, stroke=TODAY_COLOUR, width=1.3, dash="5 2")], "截至日期"),
    ]
    if arrows:
        keys.insert(6, ([draw.line(0, 0, 17, 0, stroke=MUTED), arrow(22, 0, MUTED)], "前置关系"))
    keys += [([draw.light(light.value, 11, 0, 10)], light.meaning) for light in LIGHTS]
    marks: list[Mark] = []
    at = x
    for drawn, words in keys:
        wide = 28 + draw.width_of(words, size) + 16
        if at > x and at + wide > x + room:
            at, y = x, y + size * 1.7
        place = f"translate({draw.number(at)} {draw.number(y)})"
        marks.append(draw.group(*drawn, transform=place))
        marks.append(draw.text(at + 28, y + size * 0.36, words, size=size))
        at += wide
    return marks, y + size


def arrow(x: float, y: float, colour: str) -> Mark:
    """The head of an arrow to the right, its point at (x, y)."""
    return draw.polygon(((x, y), (x - 5, y - 2.8), (x - 5, y + 2.8)), fill=colour)

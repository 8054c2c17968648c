"""One region as one line: where each milestone was due, and where it ended or will end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from custody.dashboard.charts.surface import edge_words
from custody.gantt.charts.scale import Axis
from custody.gantt.charts.strokes import Strokes
from custody.gantt.rules import GanttGroup, GanttRow, day_words, late_words
from custody.kernel import drawing as draw
from custody.kernel.drawing import INK, MUTED, Mark

STEP = 11
"""Pixels between the tracks of a line."""
REACH = 6
"""Half a mark and some air."""
LABEL = 26
"""Room for the code of a gate behind its mark."""
BEFORE = 56
"""Room for how many were over before the axis begins."""
LEAST = 26
WORDS = 10
"""Size of the words on a line."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A milestone on its track. `due` is None where the plan sets no day."""

    row: GanttRow
    track: int
    due: int | None
    end: int
    later: str = ""
    """The day, where the axis does not reach it."""

    @property
    def y(self) -> int:
        return 8 + self.track * STEP


@dataclass(frozen=True, slots=True)
class Lane:
    placed: tuple[Placed, ...]
    height: int
    marks: Mark
    """Everything but the grid and the title."""


def lane_of(group: GanttGroup, axis: Axis, *, classes: bool = False, hover: bool = False) -> Lane:
    """`classes`: see Strokes. `hover`: marks of what is still open say what they are when pointed at."""
    placed = placed_on(group.rows, axis)
    height = max(LEAST, 16 + STEP * max((one.track for one in placed), default=0) + 2)
    marks = _marks(placed, classes, hover)
    before = sum(_earlier(row, axis) for row in group.rows)
    if before:
        words = f"此前{before}项"
        marks.append(draw.text(round(axis.left), 12, words, size=10, fill=MUTED))
    return Lane(placed, height, Mark("".join(marks)))


def _earlier(row: GanttRow, axis: Axis) -> bool:
    """It was over before the axis begins, or due then without anybody having done it."""
    end = row.finish or row.planned
    return row.lit is not None and end is not None and end < axis.first


def _later(row: GanttRow, axis: Axis) -> str:
    """The day on which it ends where the axis does not reach: 2029年3月5日."""
    end = row.finish or row.planned
    return f"{end.year}年{day_words(end)}" if end and end >= axis.last else ""


def placed_on(rows: Sequence[GanttRow], axis: Axis) -> tuple[Placed, ...]:
    """Marks that would touch get tracks of their own; the days stay where they are."""
    wanted = []
    for row in rows:
        end = row.finish or row.planned
        if row.lit is None or end is None or _earlier(row, axis):
            continue
        due = round(axis.x(row.planned)) if row.planned else None
        at = round(axis.x(end))
        later = _later(row, axis)
        room = round(draw.width_of(later, WORDS)) + WORDS + REACH if later else 0
        low = min(at - room, at if due is None else due) - REACH
        high = max(at, at if due is None else due) + (LABEL if row.gate else 0) + REACH
        wanted.append((low, high, row, due, at, later))
    wanted.sort(key=lambda one: (one[0], one[1]))
    free: list[int] = []
    if any(_earlier(row, axis) for row in rows):
        free.append(round(axis.left) + BEFORE)
    placed = []
    for low, high, row, due, at, later in wanted:
        track = next((number for number, until in enumerate(free) if until <= low), len(free))
        if track == len(free):
            free.append(high)
        free[track] = high
        placed.append(Placed(row, track, due, at, later))
    return tuple(placed)


def _marks(placed: Sequence[Placed], classes: bool, hover: bool) -> list[Mark]:
    strokes = Strokes(classes=classes)
    labels: list[Mark] = []
    targets: list[Mark] = []
    for one in placed:
        x, y = one.end, one.y
        if one.due is not None:
            strokes.add("tick", f"M{one.due} {y - 4}v8")
            if one.row.late > 0:
                strokes.across("over", one.due, x, y)
            elif one.row.late < 0:
                strokes.across("early", x, one.due, y)
        if one.row.critical:
            strokes.across("critical", x - 5, x + 5, y + 6)
        strokes.light(one.row.light, x, y)
        if one.later:
            labels += edge_words(x - REACH, y, one.later, WORDS, right=True)
        if one.row.gate:
            labels.append(_label(one.row.code, max(x, one.due or x) + 7, y + 4, classes))
        if hover and not one.row.settled:
            told = draw.element("title", draw.words(_short_words(one.row)))
            targets.append(draw.element("path", told, d=f"M{x - 5} {y - 5}h10v10h-10z"))
    marks = [*strokes.marks(), *labels]
    if targets:
        marks.append(draw.group(*targets, fill="none", pointer_events="all"))
    return marks


def _label(code: str, x: int, y: int, classes: bool) -> Mark:
    if classes:
        return draw.element("text", draw.words(code), x=x, y=y)
    return draw.text(x, y, code, size=10, weight="bold")


def _short_words(row: GanttRow) -> str:
    """M05 逾期16天."""
    return f"{row.code} {row.reason or row.status.label}"


def lane_words(group: GanttGroup, as_of: date) -> str:
    """A region's line in words, for its title."""
    behind = [row for row in group.rows if not row.settled and row.late > 0]
    told = [
        f"{group.name}：{group.light.meaning}",
        f"{group.stage_label}",
        f"年度关口所需已办结{group.done}/{group.total}项",
        group.words,
    ]
    if behind:
        listed = "、".join(f"{row.code}{late_words(row.late)[1:]}" for row in behind[:5])
        told.append(f"预计晚于计划：{listed}{'等' if len(behind) > 5 else ''}")
    coming = next((row for row in group.rows if not row.settled and row.planned), None)
    if coming is not None and coming.planned is not None:
        told.append(f"下一项{coming.code}计划{day_words(coming.planned, as_of)}")
    return "；".join(told)


def name_marks(group: GanttGroup, y: float, size: float, room: float, *, city: bool) -> list[Mark]:
    """Light and name at the left of a line on paper."""
    name = f"{group.name}　{group.city_short}" if city else group.name
    return [
        draw.light(group.light.value, 8, y, 10),
        draw.text(18, y + size * 0.36, draw.fit(name, size, room - 20), size=size, fill=INK),
    ]

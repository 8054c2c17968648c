"""Days to places: the axis of a Gantt chart, its months and years, today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from custody.dashboard.charts.surface import axis_days
from custody.gantt.rules import GanttRow, day_words
from custody.kernel import drawing as draw
from custody.kernel.drawing import INK, MUTED, RULE, Mark

TODAY_COLOUR = "#b42318"


@dataclass(frozen=True, slots=True)
class Axis:
    """Whole months from `first` to the day before `last`, drawn between two places."""

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        inside = min(max(day, self.first), self.last)
        share = (inside - self.first).days / (self.last - self.first).days
        return self.left + (self.right - self.left) * share

    def beyond(self, row: GanttRow) -> tuple[date | None, date | None]:
        """The row's earliest day before the axis and its latest behind it."""
        days = row.days
        early, late = min(days, default=self.first), max(days, default=self.first)
        return (early if early < self.first else None), (late if late >= self.last else None)

    @property
    def months(self) -> list[date]:
        found, at = [], self.first
        while at < self.last:
            found.append(at)
            at = next_month(at)
        return found

    @property
    def month_room(self) -> float:
        return (self.right - self.left) / len(self.months)


def next_month(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)


def axis_of(
    rows: Iterable[GanttRow],
    as_of: date,
    left: float,
    right: float,
    *,
    since: date | None = None,
) -> Axis:
    """Round all days of the rows and today, a whole quarter at least; `since`: not earlier than this."""
    days: list[date] = []
    planned: list[date] = []
    for row in rows:
        days += row.days
        planned += [row.planned] if row.planned else []
    earliest, latest = axis_days(days, planned, as_of)
    first = max(earliest, since or earliest).replace(day=1)
    last = next_month(latest)
    while (last - first).days < 85:
        last = next_month(last)
    return Axis(first, last, left, right)


def year_of(as_of: date) -> date:
    """From when many regions are shown: the beginning of the year, in its first months a quarter more."""
    return date(as_of.year, 1, 1) if as_of.month > 2 else date(as_of.year - 1, 10, 1)


def head(axis: Axis, top: float, size: float) -> list[Mark]:
    """Two lines of words over the axis, years above months, `2.4 × size` high in all."""
    marks: list[Mark] = []
    year_line, month_line = top + size, top + size * 2.3
    months = axis.months
    starts = [m for m in months if m.month == 1 or m == months[0]]
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else axis.last
        x, room = axis.x(start), axis.x(end) - axis.x(start)
        words = f"{start.year}年"
        if draw.width_of(words, size) + 4 <= room:
            marks.append(draw.text(x + 3, year_line, words, size=size, fill=INK, weight="bold"))
    step = _step(axis, size)
    for month in months:
        if (month.month - 1) % step:
            continue
        words = f"{month.month}月"
        x = axis.x(month) + (axis.month_room / 2 if step == 1 else 2)
        if x + draw.width_of(words, size) / 2 <= axis.right:
            anchor: draw.Anchor = "middle" if step == 1 else "start"
            marks.append(draw.text(x, month_line, words, size=size - 1, fill=MUTED, anchor=anchor))
    return marks


def _step(axis: Axis, size: float) -> int:
    need = draw.width_of("12月", size - 1) + 4
    return next((s for s in (1, 2, 3, 6) if axis.month_room * s >= need), 12)


def grid(axis: Axis, top: float, bottom: float) -> list[Mark]:
    """Light rules at the months, heavier ones at the years; two strokes whatever their number."""
    plain = [axis.x(m) for m in axis.months if m.month != 1] + [axis.right]
    years = [axis.x(m) for m in axis.months if m.month == 1]
    high = draw.number(bottom - top)

    def strokes(places: Sequence[float]) -> str:
        return "".join(f"M{draw.number(x)} {draw.number(top)}v{high}" for x in places)

    marks = [draw.element("path", d=strokes(plain), stroke=RULE, stroke_width=0.7)]
    if years:
        marks.append(draw.element("path", d=strokes(years), stroke="#9aa5b1", stroke_width=0.9))
    return marks


def today_line(axis: Axis, as_of: date, top: float, bottom: float) -> Mark:
    x = axis.x(as_of)
    return draw.line(x, top, x, bottom, stroke=TODAY_COLOUR, width=1.3, dash="5 2")


def today_words(axis: Axis, as_of: date, y: float, size: float) -> Mark:
    """「截至11月22日」 over the line, kept inside the axis."""
    words = f"截至{day_words(as_of)}"
    half = draw.width_of(words, size) / 2
    x = min(max(axis.x(as_of), axis.left + half), axis.right - half)
    return draw.text(x, y, words, size=size, anchor="middle", fill=TODAY_COLOUR)

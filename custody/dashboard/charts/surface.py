"""What all charts share: the surface they are drawn for, dates in words, the legend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from custody.kernel import drawing as draw
from custody.kernel.drawing import Mark

TODAY_COLOUR = "#b42318"
PLAN_COLOUR = "#7b8794"


@dataclass(frozen=True, slots=True)
class Look:
    """For which surface a picture is drawn; widths are in CSS pixels (paper: 590 px = 156 mm)."""

    width: int
    size: float
    """Size of ordinary words."""
    dense: bool = False
    """Paper: a finger needs no room, a page is short."""

    @property
    def narrow(self) -> bool:
        return self.width < 480


SCREEN = Look(720, 12)
PHONE = Look(358, 12)
PRINT = Look(590, 12, dense=True)


def day_words(day: date, today: date | None = None) -> str:
    """11月22日; with its year where that is not the year of today."""
    year = "" if today is None or day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def short_day(day: date, today: date) -> str:
    """10月16日; of another year 24年10月16日, of another century 1999年10月: a column has its width."""
    if day.year // 100 != today.year // 100:
        return f"{day.year}年{day.month}月"
    year = "" if day.year == today.year else f"{day.year % 100:02d}年"
    return f"{year}{day.month}月{day.day}日"


FURTHEST = 2
"""Years that an axis shows before and after today at most; what lies further is marked at its edge."""


def axis_days(days: Iterable[date], planned: Iterable[date], as_of: date) -> tuple[date, date]:
    """The first and the last day an axis has to show: today and all `days`, but not one slip of the hand.

    Behind the last planned day a year is enough (our choice): one extreme forecast would press all
    other bars into a corner.
    """
    shown = [as_of, *days]
    earliest = as_of.replace(year=as_of.year - FURTHEST, day=1)
    latest = as_of.replace(year=as_of.year + FURTHEST, day=1)
    due = max([as_of, *planned])
    enough = due.replace(year=due.year + 1, day=1) if due < latest else latest
    return max(min(shown), earliest), min(max(shown), latest, enough)


def edge_words(x: float, y: float, words: str, size: float, *, right: bool) -> list[Mark]:
    """A day beyond the axis, told at its edge with an arrow drawn, for fonts on paper have no sign for it.

    `y` is the middle of the words.
    """
    tip, wide = size * 0.5, draw.width_of(words, size) + size * 0.8
    out = tip if right else -tip
    return [
        draw.rect(x - wide if right else x, y - size * 0.54, wide, size * 1.08, fill=draw.GROUND),
        draw.text(
            x - out * 1.4,
            y + size * 0.36,
            words,
            size=size,
            anchor="end" if right else "start",
        ),
        draw.polygon(((x, y), (x - out, y - tip * 0.7), (x - out, y + tip * 0.7)), fill=draw.INK),
    ]


def light_mark(code: str | None, x: float, y: float, size: float = 10) -> Mark:
    """The light, or a stroke where none is due."""
    if code is None:
        return draw.line(x - size * 0.4, y, x + size * 0.4, y, stroke=draw.MUTED, width=1.4)
    return draw.light(code, x, y, size)


def legend(
    x: float,
    y: float,
    entries: Sequence[tuple[Callable[[float, float], Mark], str]],
    size: float,
    key: float = 22,
) -> list[Mark]:
    marks = []
    for drawn, words in entries:
        marks.append(drawn(x, y))
        marks.append(draw.text(x + key + 6, y + size * 0.36, words, size=size))
        x += key + 6 + draw.width_of(words, size) + 18
    return marks


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (
        day.replace(year=day.year + 1, month=1, day=1)
        if day.month == 12
        else day.replace(month=day.month + 1, day=1)
    )


def months_of(first: date, last: date) -> list[date]:
    """The first days of all months from that of `first` to `last`."""
    months = []
    at = first.replace(day=1)
    while at <= last:
        months.append(at)
        at = next_month(at)
    return months

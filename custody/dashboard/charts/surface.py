"""What all charts share: the surface they are drawn for, dates in words, the legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

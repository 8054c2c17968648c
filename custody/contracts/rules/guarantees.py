"""What was promised for a year of custody beside what was saved in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from custody.kernel.periods import Month


class Met(StrEnum):
    MET = "met"
    LIKELY = "likely"
    """Above the promise, by less than the uncertainty."""
    SHORT = "short"
    RUNNING = "running"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {
            "met": "达到承诺",
            "likely": "达到承诺（在不确定度之内）",
            "short": "未达到承诺",
            "running": "本年度未满",
            "unknown": "暂不能判断",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Year:
    """A year of custody: whole months, from the month after which it begins."""

    number: int
    first: Month
    last: Month
    quantity: Decimal | None
    """Promised, tce."""
    rate: Decimal | None
    """Promised, percent."""


def years_of(
    starts_on: date,
    promised: dict[int, tuple[Decimal | None, Decimal | None]],
    today: date,
) -> list[Year]:
    """Every year that has begun. `promised`: year → quantity, rate. A start within a month: the year
    is reckoned from the next whole month."""
    start = Month.of(starts_on)
    if starts_on.day > 1:
        start = start.plus(1)
    over = Month.of(today).plus(-1)
    found = []
    for number in sorted(promised):
        first = start.plus(12 * (number - 1))
        if first <= over:
            found.append(Year(number, first, first.plus(11), *promised[number]))
    return found


def met(
    year: Year, *, saved: float | None, band: float | None, coverage: float | None, over: Month
) -> Met:
    """By the promised tce; less than the whole year is not judged."""
    if saved is None or year.quantity is None:
        return Met.UNKNOWN
    if year.last > over:
        return Met.RUNNING
    if coverage is not None and coverage < LEAST_COVERAGE:
        return Met.UNKNOWN
    beyond = saved - float(year.quantity)
    if beyond < 0:
        return Met.SHORT
    return Met.LIKELY if band is None or beyond < band else Met.MET


LEAST_COVERAGE = 90.0
"""Percent of the year's meter-months below which it is not judged; our choice."""

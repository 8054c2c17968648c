"""What there is of a period before a baseline is fitted over it: bills by month, temperatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custody.energy.rules.coverage import Count
from custody.energy.rules.energies import Energy
from custody.kernel.periods import Month, codes
from custody.mv.sufficiency import LIMITS

ENOUGH = 0.9
"""A month is covered where so large a share of its bills is there (our choice)."""


@dataclass(frozen=True, slots=True)
class Known:
    """A meter, and how many bills of the period it has."""

    energy: Energy
    since: int | None
    until: int | None
    bills: int

    def due(self, month: int) -> bool:
        return (self.since or 0) <= month <= (self.until or 999_999) and (
            self.energy is not Energy.HEAT or month % 100 in LIMITS.season
        )


@dataclass(frozen=True, slots=True)
class Line:
    """An energy over the period."""

    energy: Energy
    meters: int
    total: Count
    months: tuple[Count, ...]
    short: int
    """Meters with fewer than twelve bills (of heat: than a season's)."""


@dataclass(frozen=True, slots=True)
class Covered:
    months: tuple[int, ...]
    bills: Mapping[tuple[Energy, int], int]
    meters: tuple[Known, ...]
    warm: frozenset[int]
    """Months with a temperature."""

    @property
    def lines(self) -> list[Line]:
        return [self._line(one) for one in Energy if any(m.energy is one for m in self.meters)]

    def _line(self, energy: Energy) -> Line:
        own = [one for one in self.meters if one.energy is energy]
        counts = tuple(
            Count(
                self.bills.get((energy, month), 0) if due else 0,
                due,
            )
            for month in self.months
            for due in (sum(one.due(month) for one in own),)
        )
        least = len(LIMITS.season) if energy is Energy.HEAT else LIMITS.full_year
        total = Count(
            sum(min(one.there, one.due) for one in counts), sum(one.due for one in counts)
        )
        short = sum(one.bills < least for one in own)
        return Line(energy, len(own), total, counts, short)

    def share(self, month: int) -> float | None:
        """Of the month's bills of all energies."""
        due = sum(one.due(month) for one in self.meters)
        there = sum(self.bills.get((energy, month), 0) for energy in Energy)
        return min(1.0, there / due) if due else None


def suggested(covered: Covered) -> tuple[int, int]:
    """(last month, years): the newest whole years, at most three, whose months are covered."""
    good = [(covered.share(month) or 0.0) >= ENOUGH for month in covered.months]
    run = best = end = 0
    for place, one in enumerate(good):
        run = run + 1 if one else 0
        whole = min(run // 12, 3)
        if whole and whole >= best:
            best, end = whole, place
    if not best:
        return covered.months[-1], 1
    return covered.months[end], best


def period(last: int, years: int) -> tuple[int, int]:
    """First and last month of so many years that end with `last`."""
    return Month.coded(last).plus(1 - 12 * years).code, last


def ends(newest: int, count: int) -> list[int]:
    """Months a base period may end with, the newest first."""
    return codes(Month.coded(newest).plus(1 - count).code, newest)[::-1]

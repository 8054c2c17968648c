"""The programme's curve: which share of the milestones was planned, confirmed and is forecast when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate

from custody.dashboard.rules.shapes import CurvePoint

Dated = tuple[date | None, date | None, bool, date | None]
"""A milestone's (planned day, day of its confirmation, settled?, forecast day)."""


def days_of(year: int, deadline: date, as_of: date) -> list[date]:
    """Every seventh day of the year up to the deadline, its ends and `as_of`."""
    first, last = date(year, 1, 1), max(deadline, date(year, 12, 31))
    weeks = [first + timedelta(days=7 * number) for number in range((last - first).days // 7 + 1)]
    inside = {as_of} if first <= as_of <= last else set()
    return sorted({*weeks, *inside, last})


def curve_of(
    milestones: Iterable[Dated], *, year: int, deadline: date, as_of: date
) -> tuple[CurvePoint, ...]:
    """Shares of the milestones that have a due date or are settled.

    An open milestone is forecast for its forecast day, else its due day, never before `as_of`; one
    that is overdue without a new date is not forecast at all, for nobody has said when.
    """
    days = days_of(year, deadline, as_of)
    planned, actual, forecast = ([0] * (len(days) + 1) for _ in range(3))
    total = 0
    for plan, confirmed, settled, expected in milestones:
        if plan is None and not settled:
            continue
        total += 1
        _count(planned, days, plan or confirmed or days[0])
        if settled:
            on = confirmed or days[0]
            _count(actual, days, on)
            _count(forecast, days, on)
            continue
        if expected is None and plan is not None and plan >= as_of:
            expected = plan
        if expected is not None:
            _count(forecast, days, max(expected, as_of))
    shares = [_shares(counts, total) for counts in (planned, actual, forecast)]
    return tuple(
        CurvePoint(
            on=day,
            planned=shares[0][index],
            actual=shares[1][index] if day <= as_of else None,
            forecast=shares[2][index] if day >= as_of else None,
        )
        for index, day in enumerate(days)
    )


def _count(counts: list[int], days: Sequence[date], on: date) -> None:
    counts[bisect_left(days, on)] += 1


def _shares(counts: Sequence[int], total: int) -> list[float]:
    return [100.0 * count / total if total else 0.0 for count in accumulate(counts)]

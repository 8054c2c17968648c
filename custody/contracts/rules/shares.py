"""A year's quantity or money spread over its days, so that its periods make up the year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from custody.kernel.periods import Month

GRAIN = Decimal("0.01")
"""Of a month's quantity and money (our choice; the contract names none)."""


def rounded(value: Decimal, grain: Decimal = GRAIN) -> Decimal:
    """To the fen, half up (四舍五入)."""
    return value.quantize(grain, ROUND_HALF_UP)


def until(
    annual: Decimal, day: date, profile: Sequence[Decimal] | None, grain: Decimal = GRAIN
) -> Decimal:
    """What of the annual quantity belongs to the year's days up to and with this one.

    `profile`: the agreed share of each month, adding up to 1, spread over its days; without one all
    days of the year are alike.
    """
    if profile is None:
        days = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
        return rounded(annual * day.timetuple().tm_yday / days, grain)
    if len(profile) != 12:
        raise ValueError("a profile has twelve months")
    month = Month.of(day)
    if day == month.last:
        # Without the division, so that December ends on the annual quantity itself.
        return rounded(annual * sum(profile[: day.month], Decimal(0)), grain)
    before = sum(profile[: day.month - 1], Decimal(0))
    part = profile[day.month - 1] * day.day / month.last.day
    return rounded(annual * (before + part), grain)


def of_days(
    annual: Decimal, first: date, last: date, profile: Sequence[Decimal] | None = None
) -> Decimal:
    """What falls on the days first … last of one year.

    Differences of running totals: however a year is cut, its parts are never below zero and add up
    to the year; each takes the rounding that the ones before it left over.
    """
    if last < first:
        return Decimal(0)
    before = first - timedelta(days=1)
    start = until(annual, before, profile) if before.year == first.year else Decimal(0)
    return until(annual, last, profile) - start


def share_words(first: date, last: date, *, profile: bool) -> str:
    """How the share came about: 当期31天÷全年365天."""
    if profile:
        return "合同附件约定的分月比例"
    days = (date(first.year + 1, 1, 1) - date(first.year, 1, 1)).days
    return f"当期{(last - first).days + 1}天÷全年{days}天"

"""Promises for years of custody beside what was saved."""

from datetime import date
from decimal import Decimal as D

import pytest

from custody.contracts.rules.guarantees import LEAST_COVERAGE, Met, Year, met, years_of
from custody.kernel.periods import Month

PROMISED = {1: (D(100), D(11)), 2: (D(110), D(12)), 3: (D(120), None)}
OVER = Month(2026, 10)


def test_years_begin_with_the_first_whole_month() -> None:
    first, second = years_of(date(2025, 9, 15), dict(PROMISED), date(2026, 11, 25))
    assert (first.first, first.last) == (Month(2025, 10), Month(2026, 9))
    assert (second.number, second.first) == (2, Month(2026, 10))
    (only,) = years_of(date(2025, 11, 1), dict(PROMISED), date(2026, 11, 25))
    assert (only.first, only.last, only.quantity) == (Month(2025, 11), Month(2026, 10), D(100))
    assert years_of(date(2026, 11, 1), dict(PROMISED), date(2026, 11, 25)) == []


@pytest.mark.parametrize(
    ("saved", "band", "coverage", "expected"),
    [
        (120.0, 10.0, 99.0, Met.MET),
        (105.0, 10.0, 99.0, Met.LIKELY),
        (105.0, None, 99.0, Met.LIKELY),
        (99.9, 10.0, 99.0, Met.SHORT),
        (120.0, 10.0, LEAST_COVERAGE - 1, Met.UNKNOWN),
        (None, None, None, Met.UNKNOWN),
    ],
)
def test_a_whole_year_is_judged(
    saved: float | None, band: float | None, coverage: float | None, expected: Met
) -> None:
    year = Year(1, Month(2025, 10), Month(2026, 9), D(100), D(11))
    assert met(year, saved=saved, band=band, coverage=coverage, over=OVER) is expected


def test_a_year_that_runs_is_not_judged() -> None:
    year = Year(2, Month(2026, 1), Month(2026, 12), D(100), D(11))
    assert met(year, saved=1.0, band=1.0, coverage=100.0, over=OVER) is Met.RUNNING
    assert all(one.label for one in Met)

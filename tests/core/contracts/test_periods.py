"""Periods of the calendar: read, written, put in words, in order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules.periods import Cycle, Period

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(days, st.sampled_from(Cycle))
def test_a_day_lies_in_its_period(day: date, cycle: Cycle) -> None:
    period = Period.of(day, cycle)
    assert period.first <= day <= period.last
    assert Period.parse(str(period)) == period
    assert (period.next.first - period.last).days == 1
    assert len(period.months) == cycle.months
    assert not period.overlaps(period.next)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2026-M03", "2026年3月"),
        ("2026-Q4", "2026年第四季度"),
        ("2026-H1", "2026年上半年"),
        ("2026-H2", "2026年下半年"),
        ("2026-Y1", "2026年度"),
    ],
)
def test_words(text: str, label: str) -> None:
    assert Period.parse(text).label == label


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-Q5", "2026-M3", "2026-M13", "26-Q1", "2026-Q１", "2026-Y2"]
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Period.parse(text)


def test_a_quarter_meets_its_months_and_its_year() -> None:
    quarter = Period.parse("2026-Q2")
    assert quarter.overlaps(Period.parse("2026-M06"))
    assert quarter.overlaps(Period.parse("2026-Y1"))
    assert not quarter.overlaps(Period.parse("2026-H2"))

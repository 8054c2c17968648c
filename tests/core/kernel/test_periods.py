from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.kernel.periods import Month

months = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))


@given(months)
def test_a_month_in_words_is_the_month_again(month: Month) -> None:
    assert Month.parse(str(month)) == month


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_day_lies_in_its_month(day: date) -> None:
    month = Month.of(day)
    assert month.first <= day <= month.last
    assert (month.first.day, (month.last + timedelta(days=1)).day) == (1, 1)


@given(months, st.integers(-600, 600), st.integers(-600, 600))
def test_adding_months_adds_up(month: Month, one: int, other: int) -> None:
    assert month.plus(one).plus(other) == month.plus(one + other)
    assert (month.plus(one) > month) == (one > 0)


@given(months)
def test_a_year_of_months_has_every_day_once(month: Month) -> None:
    days = sum((m.last - m.first).days + 1 for m in (month.plus(n) for n in range(12)))
    assert days == (month.plus(12).first - month.first).days


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-1", "26-01", "2026/01", "2026-011", "二〇二六"]
)
def test_other_words_are_no_month(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Month.parse(text)


def test_order_is_that_of_time() -> None:
    assert Month(2025, 12) < Month(2026, 1) < Month(2026, 2)

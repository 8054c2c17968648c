from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custody.infra.workdays import is_working_day, working_days_between

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def test_the_spring_festival_and_its_make_up_day() -> None:
    assert not is_working_day(date(2026, 2, 17))
    assert is_working_day(date(2026, 2, 28))  # a Saturday that is worked
    assert not is_working_day(date(2026, 11, 22))
    assert is_working_day(date(2026, 11, 23))


def test_an_unpublished_year_counts_weekdays() -> None:
    assert is_working_day(date(2044, 6, 1))
    assert not is_working_day(date(2044, 6, 4))


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_counting_adds_up(first: date, one: int, two: int) -> None:
    middle, last = first + timedelta(days=one), first + timedelta(days=one + two)
    assert working_days_between(first, last) == working_days_between(
        first, middle
    ) + working_days_between(middle, last)
    assert working_days_between(last, first) == 0
    assert working_days_between(first, last) <= one + two

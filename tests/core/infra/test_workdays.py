from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custody.infra.workdays import (
    consult,
    consulting,
    is_published,
    is_working_day,
    published_name,
    working_days_between,
)

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


def test_what_was_entered_is_laid_over_the_published_calendar() -> None:
    entered = {date(2027, 2, 5): False, date(2027, 1, 30): True, date(2026, 11, 23): False}
    assert is_working_day(date(2027, 2, 5))
    with consulting(entered):
        assert not is_working_day(date(2027, 2, 5))
        assert is_working_day(date(2027, 1, 30))  # a Saturday
        assert not is_working_day(date(2026, 11, 23))
        assert is_working_day(date(2026, 11, 24))
        assert working_days_between(date(2027, 1, 29), date(2027, 2, 5)) == 5
    assert is_working_day(date(2027, 2, 5))
    assert working_days_between(date(2027, 1, 29), date(2027, 2, 5)) == 5


def test_a_source_is_asked_when_somebody_asks_and_left_again() -> None:
    asked = []

    def source() -> dict[date, bool]:
        asked.append(1)
        return {date(2027, 1, 1): False}

    consult(source)
    try:
        assert asked == []
        assert not is_working_day(date(2027, 1, 1))
        assert asked == [1]
    finally:
        consult(None)
    assert is_working_day(date(2027, 1, 1))


def test_what_the_software_knows() -> None:
    assert is_published(2026)
    assert not is_published(2027)
    assert published_name(date(2026, 2, 17)) == "春节"
    assert published_name(date(2026, 2, 28)) == "春节"
    assert published_name(date(2026, 11, 24)) == ""
    assert published_name(date(2044, 10, 1)) == ""

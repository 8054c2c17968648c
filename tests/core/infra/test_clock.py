from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from custody.infra import clock


def test_the_day_is_that_of_shanghai() -> None:
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    with clock.stopped_at(late.astimezone(clock.SHANGHAI)):
        assert clock.today() == date(2026, 11, 22)


def test_a_stopped_clock_runs_again() -> None:
    with clock.stopped_at(date(2026, 1, 1)):
        with clock.stopped_at(date(2027, 1, 1)):
            assert clock.today() == date(2027, 1, 1)
        assert clock.today() == date(2026, 1, 1)
    assert abs(clock.now() - datetime.now(UTC)).total_seconds() < 5


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_frozen_day_keeps_the_time_of_day(day: date) -> None:
    clock.freeze_day(day)
    try:
        assert clock.today() == day
        assert clock.now().utcoffset() == clock.SHANGHAI.utcoffset(None)
    finally:
        clock.freeze_day(None)
    assert clock.now().year >= 2026

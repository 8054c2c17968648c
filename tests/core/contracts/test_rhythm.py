"""Cycles that change: every day of the term can be settled, once, and what is listed may be drafted."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules.orders import Order
from custody.contracts.rules.periods import Cycle, Period
from custody.contracts.rules.rhythm import Rhythm, rhythm_of

NEW_YEAR = date(2026, 1, 1)


def rhythm(
    first: str, *turns: tuple[date, str], start: date = NEW_YEAR, end: date | None = None
) -> Rhythm:
    orders = [Order(n, "pay_period", new, day, True) for n, (day, new) in enumerate(turns, 1)]
    found = rhythm_of({"pay_period": first}, orders, start, end)
    assert found is not None
    return found


def listed(found: Rhythm, today: date) -> list[str]:
    return [str(one) for one in found.ended(today)]


def test_periods_that_are_over() -> None:
    def over(cycle: str, today: date, end: date | None = None) -> list[str]:
        return listed(rhythm(cycle, start=date(2026, 1, 15), end=end), today)

    assert over("month", date(2026, 4, 1)) == ["2026-M01", "2026-M02", "2026-M03"]
    assert over("month", date(2026, 3, 31)) == ["2026-M01", "2026-M02"]
    assert over("quarter", date(2026, 3, 31)) == []
    assert over("quarter", date(2026, 9, 1), end=date(2026, 7, 31)) == [
        "2026-Q1",
        "2026-Q2",
        "2026-Q3",
    ]
    assert over("year", date(2026, 11, 22)) == []


def test_months_follow_quarters_within_a_quarter() -> None:
    found = rhythm("quarter", (date(2026, 11, 1), "month"))
    assert listed(found, date(2026, 12, 15)) == [
        "2026-Q1", "2026-Q2", "2026-Q3", "2026-M10", "2026-M11",
    ]  # fmt: skip
    for period in ("2026-Q3", "2026-Q4", "2026-M10", "2026-M11", "2027-M01"):
        assert found.accepts(Period.parse(period)), period
    for period in ("2026-M09", "2027-Q1", "2026-H2", "2026-Y1"):
        assert not found.accepts(Period.parse(period)), period


def test_quarters_follow_months_within_a_quarter() -> None:
    found = rhythm("month", (date(2026, 11, 15), "quarter"))
    assert listed(found, date(2027, 4, 1))[-4:] == ["2026-M10", "2026-M11", "2026-M12", "2027-Q1"]
    assert found.accepts(Period.parse("2026-Q4"))
    assert found.accepts(Period.parse("2026-M12"))
    assert not found.accepts(Period.parse("2026-Q3"))


def test_nothing_agreed_is_no_rhythm() -> None:
    assert rhythm_of({"pay_period": "month"}, [], None, None) is None
    assert rhythm_of({"pay_period": None}, [], NEW_YEAR, None) is None
    late = [Order(1, "pay_period", "month", date(2026, 5, 1), True)]
    found = rhythm_of({"pay_period": ""}, late, NEW_YEAR, None)
    assert found is not None
    assert found.on(NEW_YEAR) is Cycle.MONTH
    old = rhythm_of({"pay_period": "year"}, [], date(1926, 7, 1), None)
    assert old is not None
    assert listed(old, date(2002, 1, 1)) == ["2000-Y1", "2001-Y1"]


days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@given(
    st.sampled_from(Cycle),
    st.lists(st.tuples(days, st.sampled_from(Cycle)), max_size=4),
    days,
    st.none() | days,
)
def test_every_day_of_the_term_is_listed_once_and_may_be_drafted(
    cycle: Cycle, turns: list[tuple[date, Cycle]], start: date, end: date | None
) -> None:
    found = rhythm(cycle, *turns, start=start, end=end)
    periods = found.ended(date(2030, 1, 1))
    assert all(found.accepts(one) for one in periods)
    assert all(one.last + timedelta(1) == two.first for one, two in pairwise(periods))
    if end is None or start <= end:
        assert periods[0].first <= start <= periods[0].last
        assert periods[-1].last >= (end or date(2029, 12, 31))
    else:
        assert periods == []

"""The contract as of a day: the original plus its signed orders effective by then."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules.orders import Order, as_of, in_force

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
SUBJECTS = st.sampled_from(["total", "years", "energy:gas:price", "fee:3:water"])
ORIGINALS = st.dictionaries(SUBJECTS, st.integers(0, 99))


@st.composite
def numbered(draw: st.DrawFn) -> list[Order]:
    """Orders as they are made: every number once."""
    count = draw(st.integers(0, 8))
    return [
        Order(n, draw(SUBJECTS), draw(st.integers(100, 999)), draw(DAYS), draw(st.booleans()))
        for n in range(1, count + 1)
    ]


@given(ORIGINALS, numbered(), DAYS, st.randoms())
def test_the_order_of_recording_is_irrelevant(original, orders, day, dice) -> None:
    shuffled = list(orders)
    dice.shuffle(shuffled)
    assert as_of(original, shuffled, day) == as_of(original, orders, day)


@given(ORIGINALS, numbered(), DAYS)
def test_orders_after_the_day_and_unsigned_ones_have_no_effect(original, orders, day) -> None:
    effective = [one for one in orders if one.signed and one.effective_on <= day]
    assert as_of(original, orders, day) == as_of(original, effective, day)
    assert as_of(original, [one for one in orders if one not in effective], day) == original


@given(ORIGINALS, numbered(), DAYS)
def test_the_original_never_changes(original, orders, day) -> None:
    before = dict(original)
    as_of(original, orders, day)["total"] = "changed by the caller"
    assert original == before


@given(ORIGINALS, numbered(), DAYS)
def test_the_latest_order_in_force_says_what_a_term_is(original, orders, day) -> None:
    found = as_of(original, orders, day)
    for subject in set(found) | set(original):
        own = [one for one in orders if one.subject == subject and one.signed]
        own = [one for one in own if one.effective_on <= day]
        if own:
            assert found[subject] == max(own, key=lambda one: (one.effective_on, one.number)).new
        else:
            assert found[subject] == original[subject]


@given(ORIGINALS, numbered(), DAYS)
def test_nothing_happens_between_two_effective_days(original, orders, day) -> None:
    later = day + timedelta(days=1)
    if not any(one.effective_on == later for one in orders):
        assert as_of(original, orders, day) == as_of(original, orders, later)


def test_two_orders_of_one_day_count_in_the_order_of_their_numbers() -> None:
    day = date(2026, 7, 1)
    second, first = Order(2, "total", 2, day, True), Order(1, "total", 1, day, True)
    assert [one.number for one in in_force([second, first], day)] == [1, 2]
    assert as_of({"total": 0}, [second, first], day) == {"total": 2}
    assert as_of({"total": 0}, [second, first], day - timedelta(days=1)) == {"total": 0}

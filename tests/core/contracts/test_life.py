"""The life of a settlement: no step leaves the table."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules import life
from custody.contracts.rules.life import STEPS, Status, Step
from custody.contracts.rules.periods import Cycle, Period
from custody.contracts.rules.rhythm import Rhythm
from custody.kernel.periods import Month

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(("status", "step"), list(product(Status, Step)))
def test_a_step_is_in_the_table_or_refused_with_what_to_do(status: Status, step: Step) -> None:
    found = life.problems_of_step(status, step)
    assert bool(found) == ((status, step) not in STEPS)
    assert all("请" in one.message or "可" in one.message for one in found)


def test_only_a_draft_is_edited_and_only_a_frozen_one_goes_back() -> None:
    assert [one[0] for one in STEPS if one[1] is Step.EDIT] == [Status.DRAFT]
    assert [one[0] for one in STEPS if one[1] is Step.THAW] == [Status.FROZEN]
    assert not [one for one in STEPS if one[0] is Status.PAID]


def period(text: str, *, days: bool = True, others: tuple[str, ...] = ()) -> list[str]:
    wanted = Period.parse(text)
    found = life.problems_of_period(
        wanted,
        rhythm=Rhythm(date(2026, 1, 1), None, ((date(2026, 1, 1), Cycle.QUARTER),)),
        days=(wanted.first, wanted.last) if days else None,
        others=[Period.parse(one) for one in others],
        today=TODAY,
    )
    return [one.code for one in found]


def test_one_settlement_a_period() -> None:
    assert period("2026-Q3") == []
    assert period("2026-Q3", others=("2026-Q2",)) == []
    assert period("2026-Q3", others=("2026-Q3",)) == ["overlap"]
    assert period("2026-Q3", others=("2026-M08",)) == ["overlap"]
    assert period("2026-M08") == ["cycle"]
    assert period("2025-Q4", days=False) == ["outside"]
    assert period("2027-Q1") == ["future"]


def paid(day: date, amount: str) -> list[str]:
    found = life.problems_of_payment(
        day=day, amount=Decimal(amount), left=Decimal(100), signed=date(2026, 10, 9), today=TODAY
    )
    return [one.where for one in found]


def test_payments() -> None:
    assert paid(date(2026, 10, 9), "100") == []
    assert paid(date(2026, 10, 8), "100.01") == ["paid_on", "amount"]
    assert paid(date(2026, 11, 23), "0") == ["paid_on", "amount"]


def test_due() -> None:
    assert life.due_on(date(2026, 1, 31), 30) == date(2026, 2, 28)
    assert life.due_on(date(2026, 12, 31), 15) == date(2027, 1, 15)
    assert life.due_on(date(2026, 12, 31), None) is None


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(0, 99))
def test_a_pay_day_always_lies_in_the_month_after(last: date, pay_day: int) -> None:
    due = life.due_on(last, pay_day)
    assert due is not None
    assert Month.of(due) == Month.of(last).plus(1)


def test_going_back_needs_a_reason() -> None:
    assert [one.where for one in life.problems_of_thaw("  ")] == ["reason"]
    assert life.problems_of_thaw("面积有误") == []

"""What contracts say of milestones, and how many of them add up."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules import facts, portfolio
from custody.contracts.rules.contract import Status
from custody.contracts.rules.facts import Summary
from custody.contracts.rules.fields import BY_CODE
from custody.contracts.rules.portfolio import Held
from custody.contracts.rules.shown import rows_as_of

TODAY = date(2026, 11, 22)
ONE = Summary(
    id=1,
    title="合同",
    signed=True,
    company="节能公司",
    notice_on=date(2025, 10, 8),
    awarded_on=date(2025, 11, 3),
    award_price=Decimal("86000000"),
    signed_on=date(2025, 11, 20),
    total=Decimal("86000000"),
    filing_number="备1号",
    filed_on=date(2025, 12, 1),
    investment=Decimal("5200000"),
    area=Decimal("30000"),
    area_done=Decimal("20000"),
    measures=3,
    measures_done=2,
    last_done_on=date(2026, 6, 30),
    accepted_on=None,
    starts_on=date(2026, 1, 1),
    ends_on=date(2035, 12, 31),
)


def test_facts_of_a_contract_stand_at_their_milestones() -> None:
    found = facts.facts(ONE)
    assert list(found) == ["M12", "M13", "M14", "M18", "M20"]
    assert [fact.value for fact in found["M13"]] == [
        "2025年11月20日",
        "节能公司",
        "8,600.00 万元",
    ]
    assert [fact.value for fact in found["M18"]] == [
        "520.00 万元",
        "已完成 20,000 / 30,000 平方米",
        "已完成 2 / 3 项",
    ]


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("M12", date(2025, 11, 3)),
        ("M13", date(2025, 11, 20)),
        ("M14", date(2025, 12, 1)),
        ("M18", None),
        ("M19", None),
        ("M20", date(2026, 1, 1)),
        ("M01", None),
    ],
)
def test_the_day_a_milestone_was_done(code: str, day: date | None) -> None:
    assert facts.done_on(code, [ONE], TODAY) == day


def test_days_of_drafts_and_of_the_future_are_not_offered() -> None:
    draft = replace(ONE, signed=False, signed_on=date(2025, 1, 1))
    assert facts.done_on("M13", [draft], TODAY) is None
    assert facts.done_on("M13", [draft, ONE], TODAY) == ONE.signed_on
    assert facts.done_on("M20", [replace(ONE, starts_on=date(2027, 1, 1))], TODAY) is None
    all_done = replace(ONE, measures_done=3)
    assert facts.done_on("M18", [all_done], TODAY) == date(2026, 6, 30)


def held(number: int, status: Status, total: int, batch: int, ends: date | None) -> Held:
    return Held(
        id=number,
        number="",
        name="",
        region="",
        region_name="",
        city="",
        city_name="",
        batch=batch,
        batch_name=f"第{batch}批",
        company=None,
        company_name="",
        mode="full",
        status=status,
        total=Decimal(total),
        investment=None,
        floor_area=Decimal(1),
        institutions=2,
        years=None,
        signed_on=None,
        starts_on=None,
        ends_on=ends,
    )


ROWS = st.lists(
    st.builds(
        held,
        st.integers(1, 99),
        st.sampled_from(Status),
        st.integers(0, 10**9),
        st.integers(1, 3),
        st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    )
)


@given(ROWS)
def test_parts_add_up_to_the_whole_and_drafts_are_left_out(rows: list[Held]) -> None:
    whole = portfolio.sums("", "", rows)
    parts = portfolio.by(rows, lambda row: (str(row.batch), row.batch_name))
    assert sum(part.total for part in parts) == whole.total
    assert sum(part.contracts for part in parts) == whole.contracts
    assert whole.contracts == sum(row.status is not Status.DRAFT for row in rows)
    assert [part.total for part in parts] == sorted((p.total for p in parts), reverse=True)


@given(ROWS, st.sampled_from([6, 12, 24]))
def test_terms_that_end_are_found_in_their_order(rows: list[Held], months: int) -> None:
    found = portfolio.ending(rows, TODAY, months)
    until = portfolio.months_later(TODAY, months)
    assert all(TODAY <= row.ends_on <= until for row in found if row.ends_on)
    assert [row.ends_on for row in found] == sorted(row.ends_on for row in found if row.ends_on)
    assert all(row.status in (Status.SIGNED, Status.RUNNING) for row in found)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 22), 12, date(2027, 11, 22)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert portfolio.months_later(day, months) == later


def test_an_order_brings_its_line_into_the_table() -> None:
    table = BY_CODE["schedule"].lines
    assert table is not None
    stored = [{"year": 1, "water": Decimal(5)}]
    terms = {"fee:1:water": Decimal(7), "fee:11:water": Decimal(9), "fee:2:gas": Decimal(3)}
    rows = rows_as_of(table, stored, terms)
    assert rows == [
        {"year": 1, "water": Decimal(7)},
        {"year": 2, "gas": Decimal(3)},
        {"year": 11, "water": Decimal(9)},
    ]
    assert stored == [{"year": 1, "water": Decimal(5)}]

"""What must agree in a contract, what must be there to sign it, what is only unusual."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules import checks, fields
from custody.contracts.rules.checks import Facts, amount_of, end_of_term
from custody.contracts.rules.contract import Status, status_on
from custody.contracts.rules.fields import BY_CODE, GROUPS, Kind, Progress, progress
from custody.contracts.rules.orders import Order, once_signed
from custody.contracts.rules.policy import STANDARD, ContractPolicy, problems_of_policy

TODAY = date(2026, 11, 22)
GOOD: dict[str, Any] = {
    "number": "1",
    "name": "合同",
    "company_id": 1,
    "signed_on": date(2025, 11, 20),
    "notice_on": date(2025, 10, 8),
    "awarded_on": date(2025, 11, 3),
    "filed_on": date(2025, 12, 1),
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2030, 12, 31),
    "years": 5,
    "total": Decimal("500.00"),
    "award_price": Decimal("500.00"),
    "base_from": 2022,
    "base_until": 2024,
    "energies": "electricity",
}
LINES: dict[str, Any] = {
    "parties": [{"name": "甲", "code": "", "lead": True}],
    "bases": [
        {
            "energy": "electricity",
            "quantity": Decimal("100"),
            "price": Decimal("0.6730"),
            "amount": Decimal("67.30"),
        }
    ],
    "fees": [{"amount": Decimal("300.00")}, {"amount": Decimal("200.00")}],
    "payments": [{"amount": Decimal("500.00"), "paid_on": None, "paid_amount": None}],
    "measures": [{"investment": Decimal("10.00")}],
}


def facts(lines: dict[str, Any] | None = None, **values: Any) -> Facts:
    return Facts({**GOOD, **values}, {**LINES, **(lines or {})}, "公司", frozenset({"scan"}))


def codes(found: list[Any]) -> set[tuple[str, str]]:
    return {(problem.code, problem.where) for problem in found}


def test_a_good_contract_may_be_signed() -> None:
    assert checks.problems_to_sign(facts(), TODAY) == []
    assert checks.warnings_of(facts(), STANDARD) == []


@pytest.mark.parametrize("name", ["number", "name", "company_id", "signed_on", "years", "total"])
def test_signing_needs(name: str) -> None:
    assert ("missing", name) in codes(checks.problems_to_sign(facts(**{name: None}), TODAY))


def test_signing_needs_a_lead_unit_and_the_scan() -> None:
    without = Facts(GOOD, {**LINES, "parties": []}, "公司", frozenset())
    found = codes(checks.problems_to_sign(without, TODAY))
    assert found == {("missing", "parties"), ("missing", "scan")}
    assert ("future", "signed_on") in codes(checks.problems_to_sign(facts(), date(2025, 11, 19)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"awarded_on": date(2025, 10, 7)}, ("dates", "awarded_on")),
        ({"signed_on": date(2025, 11, 2)}, ("dates", "signed_on")),
        ({"filed_on": date(2025, 11, 19)}, ("dates", "filed_on")),
        ({"starts_on": date(2025, 11, 19), "ends_on": None}, ("dates", "starts_on")),
        ({"ends_on": date(2031, 1, 1)}, ("end", "ends_on")),
        ({"ends_on": date(2025, 12, 31), "years": None}, ("end", "ends_on")),
        ({"base_until": 2021}, ("base", "base_until")),
        ({"awarded_on": None, "signed_on": date(2025, 10, 7), "filed_on": None},
         ("dates", "signed_on")),
    ],
)  # fmt: skip
def test_dates_stand_in_order(values: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in codes(checks.problems_of(facts(**values)))


@given(st.decimals(0, 10**9, places=4), st.decimals(0, 1000, places=4), st.integers(-5, 5))
def test_amounts_are_quantity_times_price_to_the_fen(quantity, price, off) -> None:
    amount = amount_of(quantity, price) + Decimal(off) / 100
    row = {"energy": "gas", "quantity": quantity, "price": price, "amount": amount}
    found = checks.problems_of_bases([row])
    assert bool(found) == (off != 0)
    assert abs(amount_of(quantity, price) - quantity * price) <= Decimal("0.005")


def test_an_energy_stands_once() -> None:
    row = LINES["bases"][0]
    assert codes(checks.problems_of_bases([row, row])) == {("twice", "bases")}


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 30))
def test_a_term_ends_the_day_before_its_anniversary(start: date, years: int) -> None:
    end = end_of_term(start, years)
    next_day = end + timedelta(days=1)
    assert next_day.year == start.year + years
    if (start.month, start.day) == (2, 29) and next_day.month == 3:
        assert end == date(start.year + years, 2, 28)
    else:
        assert (next_day.month, next_day.day) == (start.month, start.day)


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=12), st.integers(-3, 3))
def test_fees_and_payments_add_up_to_the_sum(amounts, off) -> None:
    rows = [{"amount": one, "paid_on": None, "paid_amount": None} for one in amounts]
    total = sum(amounts, Decimal(0)) + off
    found = codes(checks.problems_of(facts({"fees": rows, "payments": rows}, total=total)))
    assert found == (set() if off == 0 else {("sum", "fees"), ("sum", "payments")})


def test_no_plan_of_payments_is_no_wrong_plan() -> None:
    assert checks.problems_of(facts({"payments": [], "fees": []})) == []


def test_a_payment_is_made_with_day_and_amount() -> None:
    row = {"amount": Decimal("500.00"), "paid_on": TODAY, "paid_amount": None}
    assert ("paid", "payments") in codes(checks.problems_of(facts({"payments": [row]})))


def test_one_unit_leads_and_codes_are_checked() -> None:
    two = [{"name": "甲", "code": "", "lead": True}, {"name": "乙", "code": "", "lead": True}]
    assert codes(checks.problems_of_parties(two)) == {("lead", "parties")}
    wrong = [{"name": "甲", "code": "91350100M000100Y44", "lead": True}]
    (found,) = checks.problems_of_parties(wrong)
    assert found.message.startswith("甲：")
    assert "应为“3”" in found.message


@pytest.mark.parametrize(
    ("values", "lines", "code"),
    [
        ({"years": 4}, {}, "term"),
        ({"years": 11}, {}, "term"),
        ({"ceiling_price": Decimal("499.99")}, {}, "ceiling"),
        ({"award_price": Decimal("499.00")}, {}, "award"),
        ({"filed_on": date(2025, 12, 21)}, {}, "filing"),
        ({"price_mode": "capped"}, {}, "cap"),
        ({"investment": Decimal("11.00")}, {}, "investment"),
        ({"energies": "electricity gas"}, {}, "bases"),
    ],
)
def test_what_is_unusual_warns_and_does_not_block(values, lines, code) -> None:
    assert code in {
        warning.code for warning in checks.warnings_of(facts(lines, **values), STANDARD)
    }


def test_ten_years_and_thirty_days_are_usual() -> None:
    usual = facts(years=10, filed_on=date(2025, 12, 20))
    assert checks.warnings_of(usual, STANDARD) == []


def test_thresholds_and_their_source_come_with_the_policy() -> None:
    own = ContractPolicy(6, 6, "按本省规定", 10, "按本省备案办法", 30)
    found = checks.warnings_of(facts(years=10, filed_on=date(2025, 12, 1)), own)
    term, filing = [one.message for one in found if one.code in ("term", "filing")]
    assert "一般为6年（按本省规定，仅作提醒）" in term
    assert "一般应在10天内（按本省备案办法，仅作提醒）" in filing
    assert checks.warnings_of(facts(years=6, filed_on=date(2025, 11, 30)), own) == []


def test_a_term_has_its_bounds_in_order() -> None:
    [problem] = problems_of_policy(ContractPolicy(term_from=11))
    assert problem.where == "term_from"
    assert problems_of_policy(ContractPolicy(term_from=10)) == []


@pytest.mark.parametrize(
    ("day", "terminated", "status"),
    [
        (date(2025, 12, 31), None, Status.SIGNED),
        (date(2026, 1, 1), None, Status.RUNNING),
        (date(2030, 12, 31), None, Status.RUNNING),
        (date(2031, 1, 1), None, Status.EXPIRED),
        (date(2028, 5, 1), date(2028, 5, 1), Status.ENDED),
        (date(2028, 4, 30), date(2028, 5, 1), Status.RUNNING),
    ],
)
def test_where_a_contract_stands_follows_from_dates(day, terminated, status) -> None:
    dates = {"starts_on": date(2026, 1, 1), "ends_on": date(2030, 12, 31)}
    assert status_on(day, signed=True, terminated_on=terminated, **dates) is status
    assert status_on(day, signed=False, terminated_on=terminated, **dates) is Status.DRAFT


def test_every_field_is_named_once_and_every_problem_finds_its_page() -> None:
    names = [one.name for group in GROUPS for one in group.fields]
    assert len(names) == len(set(names)) > 60
    for problem in [
        *checks.problems_to_sign(Facts({}, {}), TODAY),
        *checks.warnings_of(
            facts(years=4, price_mode="capped", investment=Decimal("11.00")), STANDARD
        ),
        *checks.problems_of(facts({"fees": LINES["payments"]}, total=Decimal(1), base_until=1)),
    ]:
        assert problem.where in fields.GROUP_OF, problem
    assert all(one.choices for group in GROUPS for one in group.fields if one.kind is Kind.CHOICE)


def test_a_page_knows_what_it_still_needs() -> None:
    term = BY_CODE["term"]
    assert progress(term, {}, 0) == (Progress.EMPTY, ["托管期限（年）"], "未填")
    assert progress(term, {"starts_on": TODAY}, 0) == (Progress.PART, ["托管期限（年）"], "待补充")
    assert progress(term, {"years": 5}, 0) == (Progress.DONE, [], "已填")
    parties = BY_CODE["parties"]
    assert progress(parties, {"company_id": 1}, 0) == (Progress.PART, ["甲方"], "待补充")
    assert progress(parties, {"company_id": 1}, 1)[0] is Progress.DONE


@pytest.mark.parametrize("code", ["schedule", "guarantee"])
def test_a_table_by_years_is_filled_when_every_year_is(code: str) -> None:
    group = BY_CODE[code]
    assert group.lines is not None
    label = group.lines.label
    assert progress(group, {}, 1, 10) == (Progress.PART, [f"{label}还差9年"], "已填 1/10 年")
    assert progress(group, {}, 10, 10) == (Progress.DONE, [], "已填")
    assert progress(group, {}, 0, 10) == (Progress.EMPTY, [label], "未填")


def test_the_sums_of_a_day_follow_the_orders_of_the_day() -> None:
    original: dict[str, object] = {
        "total": Decimal(100),
        "fee:1:water": Decimal(40),
        "fee:2:water": Decimal(60),
        "payment:1:amount": Decimal(100),
        "payment:1:due_on": TODAY,
        "energy:water:quantity": Decimal(10),
        "energy:water:price": Decimal(4),
        "energy:water:amount": Decimal(40),
    }
    assert checks.problems_of_terms(original) == []
    later = TODAY + timedelta(days=1)
    more = Order(1, "total", Decimal(110), later, signed=False)
    dearer = Order(2, "energy:water:price", Decimal(5), later, signed=True)
    on = once_signed(original, [more, dearer], later)
    found = checks.problems_of_terms(on)
    assert [one.where for one in found] == ["bases", "fees", "payments"]
    assert "少10.00元" in found[1].message
    assert checks.problems_of_terms(once_signed(original, [more, dearer], TODAY)) == []
    rest = [Order(3, "fee:2:water", Decimal(70), later, signed=False)]
    assert [
        one.where for one in checks.problems_of_terms(once_signed(original, [more, *rest], later))
    ] == ["payments"]

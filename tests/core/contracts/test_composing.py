"""From contract and typed lines to inputs: shares, orders within the period, what is missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules import composing
from custody.contracts.rules.agreed import (
    ActualPrice,
    AdjustmentLine,
    Agreed,
    BaseLine,
    DeductionLine,
    Draft,
)
from custody.contracts.rules.composing import inputs_of
from custody.contracts.rules.contract import Driver, Energy
from custody.contracts.rules.draft_checks import problems_of_draft
from custody.contracts.rules.orders import Order
from custody.contracts.rules.periods import Cycle, Period
from custody.contracts.rules.settlement import settle
from custody.contracts.rules.statement import Formula, PriceMode, Source

D = Decimal
TERMS: dict[str, object] = {
    "energy:electricity:quantity": D(3650000),
    "energy:electricity:price": D("0.68"),
    "energy:gas:quantity": D(36500),
    "energy:gas:price": D("3.5"),
    "price_mode": "fixed",
    "discount_rate": D("3.00"),
    "upkeep_fee": D(365000),
    "tax_rate": D("6.00"),
    "driver:area:trigger": D("5.00"),
    "guarantee:1:quantity": D(730),
    "guarantee:1:share": D("30"),
    "guarantee_price": D(2000),
}
MARCH = Period.parse("2026-M03")


def order(number: int, subject: str, new: object, day: date, *, signed: bool = True) -> Order:
    return Order(number, subject, new, day, signed)


def agreed(*orders: Order, **terms: object) -> Agreed:
    return Agreed(
        {**TERMS, **{name.replace("__", ":"): value for name, value in terms.items()}},
        orders,
        date(2026, 1, 1),
        date(2030, 12, 31),
        {"electricity": "kWh", "gas": "m³"},
        Source("合同HT-1", who="宜报", when="1月9日"),
        {one.number: Source(f"变更单{one.number}号", "签字件.pdf") for one in orders},
    )


def test_a_month_of_the_contract() -> None:
    inputs = inputs_of(agreed(), MARCH, Draft())
    power, gas = inputs.energies
    assert (power.base, power.unit, power.price, power.discount) == (
        D(310000),
        "kWh",
        D("0.68"),
        D("0.03"),
    )
    assert gas.base == D(3100)
    assert power.share_words == "年基准3,650,000 kWh × 当期31天÷全年365天 = 310,000 kWh"
    assert power.source.words == "合同HT-1能源基准（电），宜报于1月9日录入"
    assert inputs.services[0].amount == D(31000)
    assert inputs.tax == D("0.06")
    found = settle(inputs)
    assert found.payable == D("204476.00") + D("10524.50") + D(31000)


def test_a_price_changed_within_the_month_counts_from_its_day() -> None:
    new = order(1, "energy:electricity:price", D("0.70"), date(2026, 3, 11))
    first, second, gas = inputs_of(agreed(new), MARCH, Draft()).energies
    assert (first.name, first.base, first.price) == (
        "电费（3月1日至3月10日）",
        D(100000),
        D("0.68"),
    )
    assert (second.name, second.base, second.price) == (
        "电费（3月11日至3月31日）",
        D(210000),
        D("0.70"),
    )
    assert second.source.what == "合同HT-1能源基准（电），经变更单1号调整"
    assert (gas.name, gas.base) == ("气费", D(3100))
    unsigned = replace(new, signed=False)
    assert [one.name for one in inputs_of(agreed(unsigned), MARCH, Draft()).energies] == [
        "电费",
        "气费",
    ]


def test_a_quantity_changed_within_the_month_stays_one_line() -> None:
    new = order(1, "energy:electricity:quantity", D(7300000), date(2026, 3, 11))
    power, _ = inputs_of(agreed(new), MARCH, Draft()).energies
    assert (power.name, power.base) == ("电费", D(100000) + D(420000))
    assert "；" in power.share_words


def area(**changes: object) -> AdjustmentLine:
    line = AdjustmentLine(Energy.ELECTRICITY, Driver.AREA, 1, D(100000), D(110000), D("36.5"))
    return replace(line, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("retroactive", "bases"), [(False, [D(100000), D(210000)]), (True, [D(310000)])]
)
def test_an_adjustment_counts_from_its_order_s_day_unless_it_looks_back(
    retroactive: bool, bases: list[Decimal]
) -> None:
    grown = order(1, "floor_area", D(110000), date(2026, 3, 11))
    contract = agreed(grown, driver__area__retroactive=retroactive)
    power = [
        one
        for one in inputs_of(contract, MARCH, Draft(adjustments=(area(),))).energies
        if one.code == "electricity"
    ]
    assert [one.base for one in power] == bases
    assert [len(one.adjustments) for one in power] == [0, 1][-len(bases) :]
    (adjustment,) = power[-1].adjustments
    assert (adjustment.trigger, adjustment.signed, adjustment.order) == (
        D("0.05"),
        True,
        "1号变更单",
    )
    assert adjustment.source.words == "变更单1号，文件“签字件.pdf”"
    days = 31 if retroactive else 21
    term = [
        t
        for t in settle(inputs_of(contract, MARCH, Draft(adjustments=(area(),)))).terms
        if "电费" in t.label
    ]
    assert f"ΔQ = (110,000 − 100,000) × 36.5 kWh/(平方米·年) × {days / 365:.4%} = " in " ".join(
        term[-1].notes
    )


def test_an_agreed_quantity_is_spread_over_the_stretches_of_its_period() -> None:
    line = AdjustmentLine(Energy.ELECTRICITY, Driver.EQUIPMENT, 2, quantity=D(500))
    new = order(1, "energy:electricity:price", D("0.70"), date(2026, 3, 11))
    known = order(2, "investment", D(1), date(2026, 1, 1))
    inputs = inputs_of(agreed(new, known), MARCH, Draft(adjustments=(line,)))
    power = inputs.energies[:2]
    assert [[a.quantity for a in one.adjustments] for one in power] == [
        [D("161.29")],
        [D("338.71")],
    ]
    assert [one.whole for one in power] == [D(310000)] * 2
    assert power[1].adjustments[0].formula is Formula.AGREED
    words = "ΔQ = 全期认定500 × 100,000 ÷ 全期基准310,000 = 161.29 kWh（2号变更单）"
    assert any(words in note for note in settle(inputs).terms[0].notes)


def cut(day: date, quantity: Decimal, trigger: Decimal) -> tuple[Agreed, Draft]:
    """A contract and a draft of March; an order without effect cuts the month before the day."""
    idle = order(1, "investment", D(1), day)
    known = order(2, "investment", D(2), date(2026, 1, 1))
    contract = agreed(idle, known, driver__equipment__trigger=trigger)
    same = area(now=D(100000))
    line = AdjustmentLine(Energy.ELECTRICITY, Driver.EQUIPMENT, 2, quantity=quantity)
    return contract, Draft(adjustments=(same, line))


@given(
    st.dates(date(2026, 3, 2), date(2026, 3, 31)),
    st.decimals(-400000, 400000, places=4),
    st.decimals(0, 100, places=2),
)
def test_a_cut_changes_neither_trigger_nor_total(
    day: date, quantity: Decimal, trigger: Decimal
) -> None:
    contract, draft = cut(day, quantity, trigger)
    pieces = inputs_of(contract, MARCH, draft)
    plain = inputs_of(contract, MARCH, replace(draft, adjustments=draft.adjustments[1:]))
    assert [one.code for one in pieces.energies] == ["electricity", "electricity", "gas"]
    assert [one.code for one in plain.energies] == ["electricity", "gas"]
    one, many = settle(plain), settle(pieces)
    assert {problem.code for problem in one.problems} == {problem.code for problem in many.problems}
    assert abs(one.payable - many.payable) <= D("0.03")
    parts = [a for e in pieces.energies for a in e.adjustments if a.formula is Formula.AGREED]
    assert sum(part.quantity for part in parts) == plain.energies[0].adjustments[
        0
    ].quantity.quantize(D("0.01"), "ROUND_HALF_UP")


def test_more_may_be_taken_away_than_the_last_stretch_used() -> None:
    contract, draft = cut(date(2026, 3, 31), D(-20000), D(0))
    inputs = inputs_of(contract, MARCH, draft)
    assert inputs.energies[1].base == D(10000)
    statement = settle(inputs)
    assert statement.problems == ()
    quantity = sum(e.base + sum(a.quantity for a in e.adjustments) for e in inputs.energies[:2])
    assert quantity == D(290000)


@pytest.mark.parametrize(
    ("driver", "rate"), [(Driver.AREA, D("36.5")), (Driver.HOURS, D(50)), (Driver.EQUIPMENT, None)]
)
@pytest.mark.parametrize("retroactive", [False, True])
def test_an_order_of_a_later_period_is_refused_and_not_paid(
    driver: Driver, rate: Decimal | None, retroactive: bool
) -> None:
    later = order(1, "floor_area", D(110000), date(2026, 4, 1))
    contract = agreed(later, **{f"driver__{driver}__retroactive": retroactive})
    line = area(driver=driver, rate=rate, quantity=D(5000))
    draft = Draft(adjustments=(line,))
    found = [one for one in problems_of_draft(contract, MARCH, draft) if one.code == "not_yet"]
    more = settle(inputs_of(contract, MARCH, draft)).payable
    plain = settle(inputs_of(contract, MARCH, Draft())).payable
    if retroactive:
        assert found == []
        assert more > plain
    else:
        assert [one.where for one in found] == ["adjustments-0-order"]
        assert "自2026年4月1日起生效" in found[0].message
        assert more == plain
    april = Period.parse("2026-M04")
    without = settle(inputs_of(contract, april, Draft())).payable
    assert settle(inputs_of(contract, april, draft)).payable > without
    assert "not_yet" not in [one.code for one in problems_of_draft(contract, april, draft)]


def test_typed_prices_reach_linked_energies_only() -> None:
    typed = Draft(
        prices=(ActualPrice(Energy.ELECTRICITY, D("0.71"), "3月账单"),), who="宜报", when="4月2日"
    )
    fixed = inputs_of(agreed(), MARCH, typed).energies[0]
    capped = inputs_of(agreed(price_mode="capped", price_cap=D(5)), MARCH, typed).energies[0]
    assert (fixed.actual, fixed.mode) == (None, PriceMode.FIXED)
    assert (capped.actual, capped.cap) == (D("0.71"), D("0.7140"))
    assert capped.actual_source is not None
    assert capped.actual_source.words == "3月账单，宜报于4月2日录入"


def test_the_guarantee_of_the_custody_year() -> None:
    promise = composing.promised(agreed(), MARCH)
    assert promise == D(62)
    draft = Draft(guaranteed=promise, verified=D(72), verified_source="核证报告")
    terms = settle(inputs_of(agreed(), MARCH, draft)).terms
    assert terms[-1].label == "超额节能分享（甲方所得）"
    assert terms[-1].amount == D(-6000)
    assert composing.custody_year(date(2026, 4, 1), date(2027, 3, 31)) == 1
    assert composing.custody_year(date(2026, 4, 1), date(2027, 4, 1)) == 2


def test_outside_the_term_there_is_nothing() -> None:
    before = Period.parse("2025-M12")
    assert agreed().days(before) is None
    assert inputs_of(agreed(), before, Draft()).energies == ()
    late = replace(agreed(), starts_on=date(2026, 3, 17))
    inputs = inputs_of(late, MARCH, Draft())
    assert inputs.period_words == "2026年3月（3月17日至3月31日）"
    assert inputs.energies[0].base == D(150000)


@given(st.dates(date(2026, 1, 2), date(2026, 12, 31)), st.decimals(0, 10**7, places=2))
def test_an_order_that_changes_nothing_changes_nothing(day: date, annual: D) -> None:
    """However the year is cut by orders, its months cost the same."""
    terms = {"energy__electricity__quantity": annual}
    idle = order(1, "investment", D(1), day)
    for n in range(1, 13):
        month = Period(2026, Cycle.MONTH, n)
        with_it = inputs_of(agreed(idle, **terms), month, Draft(adjustments=(area(order=None),)))
        without = inputs_of(agreed(**terms), month, Draft(adjustments=(area(order=None),)))
        assert settle(with_it) == settle(without)


@pytest.mark.parametrize(
    ("draft", "where"),
    [
        (Draft(prices=(ActualPrice(Energy.GAS, D(1)),)), "prices-0-source"),
        (Draft(adjustments=(area(order=None),)), "adjustments-0-order"),
        (Draft(adjustments=(area(now=None),)), "adjustments-0-now"),
        (Draft(adjustments=(area(base=D(0)),)), "adjustments-0-base"),
        (Draft(adjustments=(area(energy=Energy.HEAT),)), "adjustments-0-energy"),
        (Draft(adjustments=(area(), area())), "adjustments-1-driver"),
        (Draft(adjustments=(area(driver=Driver.HOURS, rate=D(101)),)), "adjustments-0-rate"),
        (Draft(adjustments=(area(driver=Driver.BUSINESS),)), "adjustments-0-quantity"),
        (Draft(deductions=(DeductionLine("", "第九条", D(1)),)), "deductions-0-reason"),
        (Draft(deductions=(DeductionLine("超时", "", D(1)),)), "deductions-0-basis"),
        (Draft(deductions=(DeductionLine("超时", "第九条"),)), "deductions-0-amount"),
        (Draft(verified=D(1), verified_source="x"), "guaranteed"),
        (Draft(guaranteed=D(1)), "verified"),
        (Draft(verified=D(1), guaranteed=D(1)), "verified_source"),
        (Draft(prepaid=D(1)), "prepaid_source"),
    ],
)
def test_what_is_missing_is_named_where_it_is_missing(draft: Draft, where: str) -> None:
    found = problems_of_draft(agreed(order(1, "floor_area", D(1), date(2026, 1, 1))), MARCH, draft)
    assert where in [one.where for one in found]
    assert problems_of_draft(agreed(), MARCH, Draft()) == []


def test_savings_need_a_price() -> None:
    draft = Draft(verified=D(1), guaranteed=D(1), verified_source="x")
    found = problems_of_draft(agreed(guarantee_price=None), MARCH, draft)
    assert [one.code for one in found] == ["guarantee_price"]


def test_a_base_of_the_baseline_stands_in_for_the_contracts_and_says_so() -> None:
    plain = inputs_of(agreed(), MARCH, Draft())
    draft = Draft(bases=(BaseLine(Energy.ELECTRICITY, D(7300000), "能源基准第1版"),), who="宜报")
    power, gas = inputs_of(agreed(), MARCH, draft).energies
    assert power.base == 2 * plain.energies[0].base
    assert (power.source.what, power.source.who) == ("能源基准第1版", "宜报")
    assert "7,300,000" in power.share_words
    assert gas == plain.energies[1]
    emptied = Draft(bases=(BaseLine(Energy.ELECTRICITY),))
    assert inputs_of(agreed(), MARCH, emptied).energies == plain.energies


def test_a_base_needs_a_word() -> None:
    draft = Draft(bases=(BaseLine(Energy.ELECTRICITY, D(1), " "),))
    (found,) = problems_of_draft(agreed(), MARCH, draft)
    assert (found.code, found.where) == ("base_source", "bases-0-source")

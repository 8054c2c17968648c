"""What a new settlement begins with."""

from datetime import date
from decimal import Decimal as D

from custody.contracts.rules.agreed import AdjustmentLine, BaseLine, DeductionLine, Draft
from custody.contracts.rules.contract import Driver, Energy
from custody.contracts.rules.first_draft import Repriced, first_draft
from custody.contracts.rules.periods import Period
from tests.core.contracts.test_composing import agreed, order

Q2 = Period.parse("2026-Q2")
TERMS = {"floor_area": D(100000), "people": 5000}


def test_a_plain_contract_begins_empty() -> None:
    assert first_draft(agreed(**TERMS), Q2, None) == Draft()


def test_linked_prices_have_their_lines() -> None:
    found = first_draft(agreed(price_mode="linked", **TERMS), Q2, None)
    assert [one.energy for one in found.prices] == [Energy.ELECTRICITY, Energy.GAS]
    assert all(one.price is None for one in found.prices)


def test_the_newest_signed_order_brings_its_adjustment() -> None:
    orders = (
        order(1, "floor_area", D(106000), date(2026, 2, 1)),
        order(2, "floor_area", D(110000), date(2026, 4, 1)),
        order(3, "people", 6000, date(2026, 5, 1), signed=False),
        order(4, "floor_area", D(120000), date(2026, 9, 1)),
    )
    (line,) = first_draft(agreed(*orders, **TERMS), Q2, None).adjustments
    assert line == AdjustmentLine(
        Energy.ELECTRICITY, Driver.AREA, 2, D(100000), D(110000), D("36.5")
    )


def test_what_stays_is_carried_over_and_what_belongs_to_a_period_is_not() -> None:
    kept = AdjustmentLine(Energy.GAS, Driver.PEOPLE, 1, D(5000), D(6000), D(3))
    last = Draft(
        adjustments=(kept, AdjustmentLine(Energy.GAS, Driver.EQUIPMENT, 1, quantity=D(9))),
        deductions=(DeductionLine("超时", "第九条", D(1)),),
        verified=D(1),
        note="上期的话",
    )
    orders = (
        order(1, "people", 6000, date(2026, 1, 5)),
        order(2, "floor_area", D(9), date(2026, 4, 1)),
    )
    found = first_draft(agreed(*orders, **TERMS), Q2, last)
    assert kept in found.adjustments
    assert [line.driver for line in found.adjustments].count(Driver.EQUIPMENT) == 0
    assert {line.order for line in found.adjustments} == {1, 2}
    assert (found.deductions, found.verified, found.note) == ((), None, "")


def test_outside_the_term_there_is_nothing_to_begin_with() -> None:
    assert first_draft(agreed(**TERMS), Period.parse("2025-Q2"), None) == Draft()


def test_the_adopted_baseline_brings_its_quantities() -> None:
    offered = (
        BaseLine(Energy.ELECTRICITY, D(3600000), "第1版"),
        BaseLine(Energy.GAS, D(36000), "第1版"),
        BaseLine(Energy.HEAT, D(1), "第1版"),
    )
    assert first_draft(agreed(**TERMS), Q2, None, offered).bases == offered[:2]
    changed = order(1, "energy:gas:quantity", D(30000), date(2026, 2, 1))
    assert first_draft(agreed(changed, **TERMS), Q2, None, offered).bases == offered[:1]


def test_an_agreed_price_is_where_a_linked_price_begins() -> None:
    told = {
        Energy.ELECTRICITY: Repriced(D("0.05"), "加双方签认的非常规调整第3号（按基准用量加权）")
    }
    power, gas = first_draft(
        agreed(price_mode="linked", **TERMS), Q2, None, (), told
    ).prices  # fmt: skip
    known = agreed(**TERMS).original["energy:electricity:price"]
    assert isinstance(known, D)
    assert power.price == known + D("0.05")
    assert power.source.startswith("合同单价")
    assert "非常规调整第3号" in power.source
    assert gas.price is None
    assert first_draft(agreed(**TERMS), Q2, None, (), told).prices == ()

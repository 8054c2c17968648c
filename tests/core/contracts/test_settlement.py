"""What a period costs: known figures, and what holds for all of them."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts import snapshot
from custody.contracts.rules import settlement, shares
from custody.contracts.rules.contract import Driver
from custody.contracts.rules.periods import Cycle, Period
from custody.contracts.rules.settlement import settle
from custody.contracts.rules.statement import (
    Adjustment,
    Deduction,
    Energy,
    Formula,
    Guarantee,
    Inputs,
    Kind,
    PriceMode,
    Service,
    Source,
)

D = Decimal
HERE = Source("合同附件《能源基准》", "附件.pdf", "宜报", "2026年1月9日")


def power(**changes: object) -> Energy:
    energy = Energy(
        "electricity", "电", "kWh", D(1200000), D("0.25"), PriceMode.FIXED, D("0.68"), HERE,
        discount=D("0.03"), discount_source=Source("合同：折让率"),
    )  # fmt: skip
    return replace(energy, **changes)  # type: ignore[arg-type]


def area(**changes: object) -> Adjustment:
    found = Adjustment(
        Driver.AREA, Formula.INTENSITY, Source("变更单BG-01"),
        base=D(100000), now=D(106000), rate=D(24), trigger=D("0.05"), order="BG-01", signed=True,
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


def of(*energies: Energy, **changes: object) -> Inputs:
    return replace(Inputs("2026-Q1", "2026年第一季度", energies), **changes)  # type: ignore[arg-type]


def test_the_example_of_the_contract() -> None:
    found = settle(of(power(adjustments=(area(),))))
    (term,) = found.terms
    assert term.formula == "(1,200,000 + 36,000) kWh × 0.68 元/kWh × (1 − 3.0%)"
    assert found.payable == term.amount == D("815265.60")
    assert term.sources == (
        "合同附件《能源基准》，文件“附件.pdf”，宜报于2026年1月9日录入",
        "变更单BG-01",
        "合同：折让率",
    )
    assert "ΔQ = (106,000 − 100,000) × 24 kWh/(平方米·年) × 25.0% = 36,000 kWh" in term.notes[0]
    assert not found.problems


def test_every_kind_of_adjustment() -> None:
    hours = Adjustment(
        Driver.HOURS, Formula.RATIO, HERE, D(2000), D(2200), D("0.4"), order="1", signed=True
    )
    assert settlement.adjusted(power(), hours)[0] == D(48000)
    cold = Adjustment(
        Driver.WEATHER, Formula.RATIO, HERE, D(800), D(600), D("0.3"), order="1", signed=True
    )
    assert settlement.adjusted(power(), cold)[0] == D(-90000)
    new = Adjustment(
        Driver.BUSINESS, Formula.AGREED, HERE, quantity=D("1234.5"), order="2", signed=True
    )
    assert settlement.adjusted(power(), new)[0] == D("1234.50")
    people = area(driver=Driver.PEOPLE, base=D(5000), now=D(4000), rate=D(60))
    assert settlement.adjusted(power(), people)[0] == D(-15000)


@pytest.mark.parametrize(
    ("now", "counted"), [(105000, False), (105001, True), (95000, False), (94999, True)]
)
def test_a_change_counts_only_beyond_the_trigger(now: int, counted: bool) -> None:
    found = settle(of(power(adjustments=(area(now=D(now)),))))
    assert (
        " kWh × " in found.terms[0].formula and "(1,200,000 " in found.terms[0].formula
    ) == counted
    assert any("不调整" in note for note in found.terms[0].notes) != counted


def test_what_does_not_count_needs_no_signature_what_counts_does() -> None:
    small = settle(of(power(adjustments=(area(now=D(101000), signed=False),))))
    large = settle(of(power(adjustments=(area(signed=False),))))
    assert [one.code for one in small.problems] == []
    assert [one.code for one in large.problems] == ["unsigned"]
    assert large.problems[0].where == "energy-electricity"


@pytest.mark.parametrize(
    ("mode", "actual", "cap", "amount", "code"),
    [
        (PriceMode.FIXED, D("0.9"), None, "816000.00", None),
        (PriceMode.LINKED, D("0.7"), None, "840000.00", None),
        (PriceMode.LINKED, None, None, "816000.00", "no_price"),
        (PriceMode.CAPPED, D("0.7"), D("0.72"), "840000.00", None),
        (PriceMode.CAPPED, D("0.8"), D("0.72"), "864000.00", None),
        (PriceMode.CAPPED, D("0.8"), None, "960000.00", "no_cap"),
    ],
)
def test_prices(
    mode: PriceMode, actual: D | None, cap: D | None, amount: str, code: str | None
) -> None:
    found = settle(of(power(mode=mode, actual=actual, cap=cap, discount=D(0))))
    assert found.payable == D(amount)
    assert [one.code for one in found.problems] == ([code] if code else [])


def test_all_terms_together() -> None:
    found = settle(
        of(
            power(),
            services=(Service(D("50000"), "年运维费200,000.00元按季", HERE),),
            deductions=(Deduction("报修响应超时2次", "合同第九条", D("3000"), HERE),),
            guarantee=Guarantee(D(90000), D(80000), "kWh", D("0.68"), D("0.5"), HERE),
            prepaid=D("10000"),
            prepaid_source=HERE,
            tax=D("0.06"),
        )
    )  # fmt: skip
    assert [(term.kind.value, term.amount) for term in found.terms] == [
        ("energy", D("791520.00")), ("service", D("50000.00")), ("deduction", D("-3000.00")),
        ("shortfall", D("-6800.00")), ("prepaid", D("-10000.00")),
    ]  # fmt: skip
    assert (found.fee, found.payable) == (D("838520.00"), D("821720.00"))
    assert found.tax == D("47463.40")
    assert not found.problems


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"energies": ()}, ["no_energy"]),
        ({"energies": (power(discount=D("1.2")),)}, ["discount"]),
        ({"energies": (power(discount=D("-0.1")),)}, ["discount"]),
        ({"deductions": (Deduction("x", "", D(900000), HERE),)}, ["deductions"]),
        ({"deductions": (Deduction("x", "", D(-1), HERE),)}, ["deduction"]),
        ({"services": (Service(D(-1), "", HERE),)}, ["service"]),
        ({"prepaid": D(791521)}, ["prepaid"]),
        ({"prepaid": D(-1)}, ["prepaid"]),
        ({"guarantee": Guarantee(D(9000000), D(0), "kWh", D(1), D(0), HERE)}, ["guarantee"]),
        ({"guarantee": Guarantee(D(0), D(1), "kWh", D(1), D(2), HERE)}, ["share"]),
        ({"energies": (power(adjustments=(area(now=D(0), rate=D(100)),)),)}, ["below_zero"]),
        ({"tax": D(-1)}, ["tax"]),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, object], codes: list[str]) -> None:
    assert [
        one.code for one in settle(of(power(), **changes)).problems if one.code in codes
    ] == codes


# --- what always holds ---------------------------------------------------------------------------

fen = st.decimals(0, 10**7, places=2)
units = st.decimals(0, 10**8, places=2)
part = st.decimals(0, 1, places=4)
prices = st.decimals(0, 20, places=4)
signs = st.decimals(-(10**6), 10**6, places=2)

adjustments = st.builds(
    Adjustment,
    driver=st.sampled_from(Driver),
    formula=st.sampled_from(Formula),
    source=st.just(HERE),
    base=units,
    now=units,
    rate=part,
    quantity=signs,
    trigger=st.decimals(0, "0.2", places=2),
    order=st.just("BG-01"),
    signed=st.booleans(),
)
energies = st.builds(
    Energy,
    code=st.sampled_from(["electricity", "gas", "water", "heat"]),
    name=st.sampled_from(["电", "天然气", "水", "热力"]),
    unit=st.just("kWh"),
    base=units,
    share=part,
    mode=st.sampled_from(PriceMode),
    price=prices,
    source=st.just(HERE),
    actual=st.none() | prices,
    cap=st.none() | prices,
    discount=part,
    discount_source=st.just(HERE),
    adjustments=st.lists(adjustments, max_size=3).map(tuple),
)
guarantees = st.builds(
    Guarantee,
    guaranteed=units, verified=units, unit=st.just("kWh"), price=prices, share=part, source=st.just(HERE),
)  # fmt: skip
inputs = st.builds(
    Inputs,
    period=st.just("2026-Q1"),
    period_words=st.just("2026年第一季度"),
    energies=st.lists(energies, max_size=3).map(tuple),
    services=st.lists(
        st.builds(Service, amount=fen, words=st.just("按季"), source=st.just(HERE)), max_size=2
    ).map(tuple),
    deductions=st.lists(
        st.builds(
            Deduction, reason=st.just("超时"), basis=st.just(""), amount=fen, source=st.just(HERE)
        ),
        max_size=2,
    ).map(tuple),
    tax=part,
    guarantee=st.none() | guarantees,
    prepaid=fen,
)


@given(inputs)
def test_terms_add_up_exactly_and_are_whole_fen(given_: Inputs) -> None:
    found = settle(given_)
    assert found.payable == sum((term.amount for term in found.terms), D(0))
    fee = {Kind.ENERGY, Kind.SERVICE, Kind.DEDUCTION}
    assert found.fee == sum((term.amount for term in found.terms if term.kind in fee), D(0))
    assert all(term.amount == round(term.amount, 2) for term in found.terms)
    assert all(term.label and term.formula for term in found.terms)


@given(inputs)
def test_nothing_is_negative_that_cannot_be(given_: Inputs) -> None:
    found = settle(given_)
    for term in found.terms:
        paid = term.kind in (Kind.ENERGY, Kind.SERVICE)
        assert term.amount >= 0 if paid else term.amount <= 0
    kinds = [term.kind for term in found.terms]
    assert not {Kind.SHORTFALL, Kind.SHARED} <= set(kinds)
    assert found.tax >= 0
    if not found.problems:
        assert 0 <= found.payable <= found.fee


@given(inputs, st.randoms(use_true_random=False))
def test_the_order_of_energies_and_adjustments_does_not_matter(
    given_: Inputs, dice: object
) -> None:
    shuffled = replace(
        given_,
        energies=tuple(
            replace(energy, adjustments=tuple(reversed(energy.adjustments)))
            for energy in reversed(given_.energies)
        ),
        deductions=tuple(reversed(given_.deductions)),
    )
    assert settle(shuffled).payable == settle(given_).payable


def test_every_order_of_three_adjustments_reads_the_same() -> None:
    three = (
        area(),
        area(driver=Driver.PEOPLE, base=D(5000), now=D(4000), rate=D(60)),
        Adjustment(Driver.EQUIPMENT, Formula.AGREED, HERE, quantity=D(77), order="3", signed=True),
    )
    found = {settle(of(power(adjustments=order))).terms[0].formula for order in permutations(three)}
    assert found == {"(1,200,000 + 36,000 + 77 − 15,000) kWh × 0.68 元/kWh × (1 − 3.0%)"}


@given(energies, adjustments)
def test_no_change_no_adjustment(energy: Energy, adjustment: Adjustment) -> None:
    still = replace(adjustment, now=adjustment.base, quantity=D(0))
    plain = replace(energy, adjustments=())
    with_it = replace(energy, adjustments=(still,))
    assert settle(of(with_it)).payable == settle(of(plain)).payable


@given(units, prices, part, st.integers(2, 9))
def test_the_fee_grows_with_the_quantity(base: D, price: D, discount: D, times: int) -> None:
    once = settle(of(power(base=base, price=price, discount=discount))).payable
    often = settle(of(power(base=base * times, price=price, discount=discount))).payable
    assert abs(often - once * times) <= D("0.005") * (times + 1)


@given(energies, prices, prices)
def test_a_cap_never_makes_it_dearer(energy: Energy, actual: D, cap: D) -> None:
    linked = settle(of(replace(energy, mode=PriceMode.LINKED, actual=actual)))
    capped = settle(of(replace(energy, mode=PriceMode.CAPPED, actual=actual, cap=cap)))
    assert capped.payable <= linked.payable


@given(guarantees)
def test_never_both_shortfall_and_excess(guarantee: Guarantee) -> None:
    short, beyond = settlement.shortfall(guarantee), settlement.shared(guarantee)
    assert short >= 0
    assert beyond >= 0
    assert not (short and beyond)


@given(inputs)
def test_frozen_inputs_come_back_and_settle_the_same(given_: Inputs) -> None:
    frozen = json.loads(json.dumps(snapshot.freeze(given_)))
    back = snapshot.thaw(frozen)
    assert back == given_
    assert snapshot.told(settle(back)) == snapshot.told(settle(given_))
    assert snapshot.digest(frozen) == snapshot.digest(snapshot.freeze(given_))


def test_another_number_is_another_digest_and_another_schema_is_refused() -> None:
    frozen = snapshot.freeze(of(power()))
    assert snapshot.digest(frozen) != snapshot.digest(snapshot.freeze(of(power(price=D("0.6801")))))
    with pytest.raises(ValueError, match="schema"):
        snapshot.thaw({**frozen, "schema": 3})


@given(inputs)
def test_the_first_schema_is_still_read_and_settles_the_same(given_: Inputs) -> None:
    """It knew of no whole that a stretch is a part of."""
    old = json.loads(json.dumps({**snapshot.freeze(given_), "schema": 1}))
    for energy in old["inputs"]["energies"]:
        for one in (energy, *energy["adjustments"]):
            del one["whole"]
    assert snapshot.told(settle(snapshot.thaw(old))) == snapshot.told(settle(given_))


# --- shares of a year ----------------------------------------------------------------------------

profiles = st.lists(st.integers(1, 1000), min_size=11, max_size=11).map(
    lambda weights: [
        *(D(one) / (2 * sum(weights)) for one in weights),
        1 - sum((D(one) / (2 * sum(weights)) for one in weights), D(0)),
    ]
)


@given(units, st.integers(2024, 2028), st.none() | profiles, st.sampled_from(Cycle))
def test_the_periods_of_a_year_make_up_the_year(
    annual: D, year: int, profile: list[D] | None, cycle: Cycle
) -> None:
    parts, period = [], Period(year, cycle, 1)
    while period.year == year:
        parts.append(shares.of_days(annual, period.first, period.last, profile))
        period = period.next
    assert sum(parts) == annual
    assert min(parts) >= 0


@given(units, st.none() | profiles, st.dates(date(2026, 1, 2), date(2026, 12, 31)))
def test_a_year_cut_anywhere_stays_whole(annual: D, profile: list[D] | None, cut: date) -> None:
    before = shares.of_days(annual, date(2026, 1, 1), cut - timedelta(days=1), profile)
    after = shares.of_days(annual, cut, date(2026, 12, 31), profile)
    assert before + after == annual
    assert min(before, after) >= 0


@given(units, prices, st.none() | profiles)
def test_twelve_months_cost_what_the_year_costs(
    annual: D, price: D, profile: list[D] | None
) -> None:
    """Of quantity exactly; of money to half a fen for each month, because each month is rounded."""
    months = [Period(2026, Cycle.MONTH, n) for n in range(1, 13)]
    bases = [shares.of_days(annual, one.first, one.last, profile) for one in months]
    paid = [settle(of(power(base=base, price=price))).payable for base in bases]
    year = settle(of(power(base=annual, price=price))).payable
    assert sum(bases) == annual
    assert abs(sum(paid) - year) <= D("0.005") * 13


def test_a_month_half_inside_the_term_counts_by_its_days() -> None:
    assert shares.of_days(D(3650), date(2026, 3, 17), date(2026, 3, 31)) == D(150)
    assert shares.of_days(D(3650), date(2026, 4, 1), date(2026, 3, 9)) == 0
    words = shares.share_words(date(2026, 3, 17), date(2026, 3, 31), profile=False)
    assert words == "当期15天÷全年365天"


def test_a_profile_has_twelve_months() -> None:
    with pytest.raises(ValueError, match="twelve"):
        shares.of_days(D(1), date(2026, 1, 1), date(2026, 1, 31), [D(1)])

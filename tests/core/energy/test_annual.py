"""A year's figures beside the roster and the bills."""

from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.annual import Billed, Told, changed_facts, unequal_years
from custody.energy.rules.energies import Energy
from custody.energy.rules.limits import Limits

LIMITS = Limits.of()
SIZES = st.floats(100, 1_000_000)
USES = st.lists(st.floats(1, 100_000), min_size=12, max_size=12)


def told(year: int, area: float | None, people: float | None = None, **more: object) -> Told:
    return Told(year, area, people, **more)  # type: ignore[arg-type]


def test_a_larger_area_is_named_with_both_years() -> None:
    rows = [told(2026, 12_000, label="现登记"), told(2025, 8_000)]
    (finding,) = changed_facts(rows, LIMITS)
    assert finding.code == "area_change"
    assert finding.words.startswith(
        "建筑面积：现登记12,000平方米，比2025年年报8,000平方米增加50.0%，超过10%"
    )


def test_fewer_people_too_and_years_without_a_figure_are_passed_over() -> None:
    rows = [told(2023, None, 100), told(2024, None, None), told(2025, None, 80)]
    (finding,) = changed_facts(rows, LIMITS)
    assert "比2023年年报100人减少20.0%" in finding.words
    assert changed_facts(rows[:2], LIMITS) == []


@given(SIZES, st.floats(-0.5, 0.5))
def test_only_more_than_the_limit_is_told(area: float, change: float) -> None:
    found = changed_facts([told(2024, area), told(2025, area * (1 + change))], LIMITS)
    if abs(change) > 0.1001:
        assert len(found) == 1
    elif abs(change) < 0.0999:
        assert found == []


@given(SIZES, SIZES)
def test_the_order_of_the_rows_does_not_matter(old: float, new: float) -> None:
    rows = [told(2024, old), told(2025, new)]
    assert changed_facts(rows, LIMITS) == changed_facts(rows[::-1], LIMITS)


@given(USES, st.floats(-0.05, 0.05))
def test_a_year_is_the_sum_of_its_months(months: list[float], off: float) -> None:
    bills = {(2025, Energy.GAS): Billed(tuple(months), 12)}
    row = told(2025, None, uses={Energy.GAS: sum(months) * (1 + off)})
    found = unequal_years([row], bills, LIMITS)
    if abs(off) > 0.00501:
        assert [one.code for one in found] == ["year_sum"]
    elif abs(off) < 0.00499:
        assert found == []


def test_what_lacks_bills_is_not_compared() -> None:
    row = told(2025, None, uses={Energy.GAS: 1.0, Energy.WATER: 5.0})
    bills = {(2025, Energy.GAS): Billed((1000.0,) * 11, 12)}
    assert unequal_years([row], bills, LIMITS) == []
    assert not Billed((), 0).complete


def test_the_words_say_both_sums() -> None:
    row = told(2025, None, uses={Energy.ELECTRICITY: 12_240.0})
    bills = {(2025, Energy.ELECTRICITY): Billed((1000.0,) * 12, 12)}
    (finding,) = unequal_years([row], bills, LIMITS)
    assert "2025年年报12,240kWh，逐月账单合计12,000kWh，相差2.0%，超过0.5%" in finding.words
    none = {(2025, Energy.ELECTRICITY): Billed((0.0,) * 12, 12)}
    assert "账单合计为零" in unequal_years([row], none, LIMITS)[0].words

"""The custody rule, adjustments and degree days: what contracts reckon with."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.mv import adjust
from custody.mv.custody_rule import (
    Answer,
    Change,
    Comparability,
    Policy,
    Rule,
    base_quantity,
    comparability,
)

SHANDONG = Policy(increasing_uses_latest=True)


@pytest.mark.parametrize(
    ("years", "policy", "value", "rule"),
    [
        ("100 95 90", None, "90", Rule.LATEST),
        ("90 95 100", SHANDONG, "100", Rule.LATEST),
        ("90 95 100", None, "95", Rule.MEAN),
        ("100 96 103", None, "99.6667", Rule.MEAN),
        ("100 130 95", None, "108.3333", Rule.MEAN_FLAGGED),
        ("100", None, "100", Rule.ONLY_YEAR),
        ("100 90", None, "95", Rule.MEAN),
        ("100 60", None, "80", Rule.MEAN_FLAGGED),
        ("90 100 110", None, "100", Rule.MEAN),
        ("90 100 110.01", None, "100.0033", Rule.MEAN_FLAGGED),
        ("89 100 111", None, "100", Rule.MEAN_FLAGGED),
        ("0 0 0", None, "0", Rule.MEAN),
    ],
)
def test_the_base_quantity(years: str, policy: Policy | None, value: str, rule: Rule) -> None:
    found = base_quantity([D(year) for year in years.split()], policy)
    assert round(found.value, 4) == D(value)
    assert found.rule is rule
    assert found.flagged == (rule is Rule.MEAN_FLAGGED)


def test_the_swings_and_the_formula_are_told() -> None:
    found = base_quantity([D(100), D(95), D(90)])
    assert [round(100 * one, 1) for one in found.fluctuation] == [D("5.3"), D("0.0"), D("-5.3")]
    assert found.formula == "3年逐年递减，取最近一年，基准 = 90（各年与平均值相差-5.3%至+5.3%）"
    found = base_quantity([D(100), D(130), D(95)])
    assert found.formula.startswith(
        "(100 + 130 + 95) ÷ 3 = 108.3333（各年与平均值相差-12.3%至+20.0%"
    )
    assert "须人工确认" in found.formula


def test_the_threshold_is_a_parameter() -> None:
    years = [D(100), D(96), D(103)]
    assert base_quantity(years, Policy(threshold=D("0.03"))).flagged
    assert not base_quantity(years, Policy(threshold=D("0.04"))).flagged


@given(st.lists(st.decimals(0, 10**9, places=4), min_size=1, max_size=3))
def test_the_base_lies_among_the_years(years: list[D]) -> None:
    found = base_quantity(years)
    assert min(years) - D("1e-9") <= found.value <= max(years) + D("1e-9")


@pytest.mark.parametrize("years", [[], [D(1)] * 4, [D(-1)], [D("NaN")]])
def test_other_years_are_refused(years: list[D]) -> None:
    with pytest.raises(ValueError, match="year"):
        base_quantity(years)


def test_the_four_outcomes() -> None:
    fine = dict.fromkeys(Change, Answer.NO)
    assert comparability(fine) is Comparability.COMPARABLE
    assert comparability(fine | {Change.ADDED: Answer.EXPLAINED}) is Comparability.WITH_NOTE
    unsure = fine | {Change.ADDED: Answer.EXPLAINED, Change.METERING: Answer.UNKNOWN}
    assert comparability(unsure) is Comparability.UNDECIDABLE
    assert comparability(unsure | {Change.CLOSED: Answer.YES}) is Comparability.INCOMPARABLE
    assert comparability({}) is Comparability.UNDECIDABLE
    assert len({one.label for one in Comparability}) == 4
    assert len({test.label for test in Change}) == 6


def test_every_adjustment_says_its_formula() -> None:
    grown = adjust.area(D(10000), D(12000), D("55.5"))
    assert (grown.amount, grown.change, grown.applied) == (D(111000), D("0.2"), True)
    assert grown.formula == "建筑面积变化：(12,000 − 10,000) m² × 55.5 = 111,000"
    assert adjust.people(D(400), D(380), D(100)).amount == -2000
    assert adjust.hours(D(5000), D(2000), D(2500)).amount == 1250
    assert adjust.heating(D(8000), D(1600), D(1500)).amount == -500
    cooler = adjust.cooling(D(8000), D(400), D(500))
    assert cooler.formula == "制冷天气修正：8,000 × (500 ÷ 400 − 1) = 2,000"
    dearer = adjust.price(D(1000), D("0.60"), D("0.66"))
    assert dearer.amount == D("60.00")


def test_below_the_trigger_nothing_is_adjusted() -> None:
    small = adjust.area(D(10000), D(10500), D(50), trigger=D("0.05"))
    assert (small.amount, small.applied, small.counted) == (25000, False, 0)
    assert "未超过约定的5.0%，不作调整" in small.formula
    assert adjust.area(D(10000), D(10501), D(50), trigger=D("0.05")).applied


def test_a_driver_that_was_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="driver"):
        adjust.cooling(D(8000), D(0), D(500))

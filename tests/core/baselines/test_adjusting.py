"""Adjustments as they are typed: formulas, what makes no sense, what both sides must sign."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.baselines.rules.adjusting import (
    ASKS,
    COMPANY,
    OWNER,
    Wanted,
    effect_words,
    problems_of,
    problems_of_signing,
    quantity_of,
    usual_rate,
    worked_out,
)
from custody.mv.adjust import Driver

D = Decimal
POSITIVE = st.decimals("0.01", "100000", places=2)


def wanted(**how: Any) -> Wanted:
    usual = {
        "driver": Driver.AREA, "before": D(100), "after": D(120), "rate": D(3), "trigger": D(0),
        "reason": "扩建", "from_month": 202601, "until_month": None,
    }  # fmt: skip
    return Wanted(**{**usual, **how})


@given(st.sampled_from(list(ASKS)), POSITIVE, POSITIVE, POSITIVE)
def test_more_adds_and_less_takes_away(
    driver: Driver, before: Decimal, after: Decimal, rate: Decimal
) -> None:
    found = quantity_of(worked_out(wanted(driver=driver, before=before, after=after, rate=rate)))
    if driver is Driver.PRICE:
        assert found == 0
    elif abs(after - before) * rate >= 1 and driver is not Driver.HOURS:
        assert (found > 0) == (after > before)
    back = quantity_of(worked_out(wanted(driver=driver, before=after, after=before, rate=rate)))
    if driver in (Driver.AREA, Driver.PEOPLE, Driver.EQUIPMENT):
        assert back == -found


@given(st.sampled_from([one for one in ASKS if one is not Driver.PRICE]), POSITIVE, POSITIVE)
def test_within_the_trigger_nothing_is_adjusted(
    driver: Driver, before: Decimal, after: Decimal
) -> None:
    change = abs(after / before - 1) * 100
    found = worked_out(wanted(driver=driver, before=before, after=after, trigger=D(20)))
    assert found.applied == (change > 20)
    assert found.applied or quantity_of(found) == 0


@pytest.mark.parametrize(
    ("how", "codes"),
    [
        ({}, []),
        ({"before": D(0)}, ["before"]),
        ({"before": D(0), "driver": Driver.EQUIPMENT}, []),
        ({"after": D(100)}, ["same"]),
        ({"rate": D(0)}, ["rate"]),
        ({"reason": "  "}, ["reason"]),
        ({"from_month": 202512}, ["base"]),
        ({"until_month": 202512}, ["until"]),
    ],
)
def test_what_makes_no_sense_is_told(how: dict[str, Any], codes: list[str]) -> None:
    assert [one.code for one in problems_of(wanted(**how), 202512)] == codes


def test_both_sides_sign() -> None:
    assert [one.where for one in problems_of_signing({})] == [OWNER, COMPANY]
    assert [one.where for one in problems_of_signing({OWNER: 1})] == [COMPANY]
    assert problems_of_signing({OWNER: 1, COMPANY: 2}) == []


def test_a_rate_is_proposed_from_the_year() -> None:
    year = D(12000)
    assert usual_rate(Driver.AREA, year, D(500), 50) == D(2)
    assert usual_rate(Driver.PEOPLE, year, D(500), 50) == D(20)
    assert usual_rate(Driver.HOURS, year, None, None) == D(1000)
    assert usual_rate(Driver.EQUIPMENT, year, D(500), 50) is None
    assert usual_rate(Driver.AREA, year, None, 50) is None
    assert usual_rate(Driver.PEOPLE, year, None, 0) is None
    assert usual_rate(Driver.AREA, None, D(500), 50) is None


def test_the_effect_in_words() -> None:
    assert effect_words(Driver.AREA, D("1097.1"), "kWh", D(0)) == "每月增加1,097.10 kWh"
    assert effect_words(Driver.PEOPLE, D(-6), "m³", D(0)) == "每月减少6.00 m³"
    assert effect_words(Driver.AREA, D(0), "kWh", D(0)) == "不作调整"
    price = effect_words(Driver.PRICE, D(0), "kWh", D("-0.0500"))
    assert price == "单价每kWh减少0.05元，不改变用量基准"
    assert effect_words(Driver.PRICE, D(0), "kWh", D(0)) == "不作调整"

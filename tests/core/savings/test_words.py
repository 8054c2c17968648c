"""What is missing and how a figure comes about, in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.kernel.periods import Month, codes, months_words
from custody.mv import ladder
from custody.mv.sufficiency import Reading
from custody.savings.rules.bases import Base, base_of, stacked
from custody.savings.rules.formula import lines_of, money_of
from custody.savings.rules.lacking import counted_by_gap, lacking
from custody.savings.rules.reckoning import Gap, Reckoned
from tests.core.savings.test_reckoning import fitted, line

EVERY = codes(202301, 202612)


def test_runs_of_months_name_the_year_once() -> None:
    assert months_words([202603]) == "2026年3月"
    assert months_words([202601, 202602, 202603, 202606]) == "2026年1—3月、6月"
    assert months_words([202511, 202512, 202601]) == "2025年11—12月、2026年1月"


@given(st.sets(st.sampled_from(EVERY), min_size=1))
def test_every_month_is_in_its_words(months: set[int]) -> None:
    found: list[int] = []
    year = 0
    for part in months_words(sorted(months)).split("、"):
        head, _, rest = part.rpartition("年")
        year = int(head) if head else year
        first, _, last = rest.removesuffix("月").partition("—")
        found += range(year * 100 + int(first), year * 100 + int(last or first) + 1)
    assert found == sorted(months)


def test_reasons_come_in_their_order_and_are_counted() -> None:
    gap = np.array([[Gap.NO_BILL, Gap.NONE, Gap.NO_BILL], [Gap.INSUFFICIENT] * 3], np.int8)
    nothing = np.zeros(gap.shape)
    found = lacking(
        Reckoned(gap, nothing, nothing, nothing, nothing), np.array([202601, 202602, 202603])
    )
    assert [(one.row, one.gap, one.months) for one in found] == [
        (1, Gap.INSUFFICIENT, (202601, 202602, 202603)),
        (0, Gap.NO_BILL, (202601, 202603)),
    ]
    assert counted_by_gap(found) == [(Gap.INSUFFICIENT, 3), (Gap.NO_BILL, 2)]


def test_what_is_missing_says_what_to_do() -> None:
    assert all(gap.label for gap in Gap)
    assert all(gap.remedy.endswith("。") for gap in Gap if gap.missing)


@pytest.mark.parametrize("month", [202501, 202507, 202510])
@pytest.mark.parametrize("kind", ["curve", "rule", "quota", "profile"])
def test_the_formula_comes_to_the_figure(kind: str, month: int) -> None:
    """The numbers of the trace are those of the sums."""
    base = _base(kind)
    temperature = 27.3
    rate = stacked([base]).per_day(np.array([month]), np.array([[temperature]]))[0, 0]
    told = lines_of(
        base,
        month=month,
        days=30,
        temperature=temperature,
        adjustment=50,
        use=1000,
        unit="kWh",
    )
    assert told[0].value == pytest.approx(rate)
    assert told[-1].value == pytest.approx(rate * 30 + 50 - 1000)
    assert [one.label for one in told] == [
        *("每日基准用量", "本月基准用量", "非常规调整", "调整后基准", "节能量"),
    ]


def _base(kind: str) -> Base:
    if kind == "curve":
        return line(fitted(100, [0.0] * 12))
    if kind == "profile":
        months = codes(202401, 202412)
        bills = [Reading(Month.coded(one), 30, 100.0 + one % 100) for one in months]
        return line(ladder.baseline(bills))
    shares = {"shares": [0.1, 0.1, *([0.08] * 10)], "years": []}
    return base_of(kind, record={}, rule_use=3650.0, rule_record=shares, quota=7300.0, price=None)


def test_the_yuan_of_a_figure_step_by_step() -> None:
    base = replace(_base("rule"), price=0.6)
    told = money_of(base, repriced=0.05, told="第3号价格调整", adjusted=1000, saved=80, unit="kWh")
    assert [(one.label, one.unit) for one in told] == [
        ("单价", "元/kWh"), ("调整后基准费用", "元"), ("节约费用", "元"),
    ]  # fmt: skip
    assert [one.value for one in told] == pytest.approx([0.65, 650, 52])
    assert told[0].formula == "0.6（基准期最后一年平均单价） + 0.05（双方签认的第3号价格调整）"
    plain = money_of(base, repriced=0, told="", adjusted=1000, saved=80, unit="kWh")
    assert plain[0].formula == "0.6（基准期最后一年平均单价）"
    unknown = money_of(_base("rule"), repriced=0.05, told="", adjusted=1, saved=1, unit="kWh")
    assert unknown == []

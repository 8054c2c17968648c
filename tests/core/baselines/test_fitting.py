"""The lines of a baseline: the custody rule beside regression, and what may be chosen."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.baselines.rules import fitting, steps
from custody.baselines.rules.bills import Billed, Metered
from custody.baselines.rules.fitting import fit_all, shares
from custody.baselines.rules.plain import coded, from_plain, month_of, to_plain
from custody.baselines.rules.states import State
from custody.baselines.rules.steps import STEPS, Step
from custody.energy.rules.energies import Energy
from custody.mv.custody_rule import Answer, Policy
from custody.mv.custody_rule import Change as Asked

WARMTH = (3.2, 5.1, 9.8, 15.9, 21.3, 25.0, 28.6, 28.1, 23.7, 18.0, 11.6, 5.2)
TEMPERATURES = {
    year * 100 + month: WARMTH[month - 1] for year in (2023, 2024, 2025) for month in range(1, 13)
}


def bill(month: int, use: str | int, cost: str | int | None = None) -> Billed:
    day = month_of(month)
    days = (day.last - day.first).days + 1
    return Billed(month, 1, days, Decimal(use), None if cost is None else Decimal(cost))


def years(*sums: int, first: int = 2023) -> list[Billed]:
    """Each year's sum in twelve equal parts; a unit costs a half."""
    return [
        bill(
            (first + place) * 100 + month,
            str(Decimal(total) / 12),
            str((Decimal(total) / 24).quantize(Decimal("0.01"))),
        )
        for place, total in enumerate(sums)
        for month in range(1, 13)
    ]


def one(bills: list[Billed], energy: Energy = Energy.ELECTRICITY, **how: Any) -> fitting.Fitted:
    metered = Metered(7, 3, energy)
    how = {"first": 202301, "last": 202512, **how}
    return fit_all([(metered, bills)], TEMPERATURES, **how)[0]


@pytest.mark.parametrize(
    ("sums", "latest", "base", "rule"),
    [
        ((1200, 1140, 1080), False, "1080", "latest"),
        ((1080, 1140, 1200), False, "1140", "mean"),
        ((1080, 1140, 1200), True, "1200", "latest"),
        ((1200, 1152, 1236), False, "1196", "mean"),
        ((1200, 1560, 1140), False, "1300", "mean_flagged"),
    ],
)
def test_the_custody_rule_over_three_years(
    sums: tuple[int, int, int], latest: bool, base: str, rule: str
) -> None:
    line = one(years(*sums), policy=Policy(increasing_uses_latest=latest))
    assert line.ruled.use is not None
    assert abs(line.ruled.use - Decimal(base)) <= Decimal("0.0001")
    assert (line.ruled.rule, line.chosen) == (rule, "rule")
    assert line.ruled.cost is not None
    assert abs(line.ruled.cost * 2 - line.ruled.use) <= Decimal("0.5")
    assert line.ruled.record["flagged"] is (rule == "mean_flagged")


def test_a_year_with_a_missing_month_does_not_count() -> None:
    bills = [one for one in years(1200, 9999, 1080) if one.month != 202405]
    line = one(bills)
    assert [told["year"] for told in line.ruled.record["years"]] == [2023, 2025]
    assert line.ruled.use == Decimal("1140")


def test_without_enough_bills_nothing_is_used() -> None:
    line = one([bill(202501, 10), bill(202502, 12)])
    assert (line.chosen, line.ruled.use, line.model_use, line.method) == ("", None, None, "quota")
    assert line.record["stops"]
    with_a_negative = one([*years(1200, 1200)[:-1], bill(202412, -900)])
    assert with_a_negative.chosen == ""
    assert one([]).chosen == ""


def test_heat_needs_its_season_alone() -> None:
    season = [bill(year * 100 + month, 50) for year in (2024, 2025) for month in (1, 2, 3, 11, 12)]
    line = one(season, Energy.HEAT, first=202401)
    assert (line.ruled.use, line.chosen) == (Decimal(250), "rule")
    assert sum(line.ruled.record["shares"]) == pytest.approx(1)


def test_the_model_tells_a_year_that_it_was_fitted_to() -> None:
    """The golden vector: a fit of one year gives that year's sum back."""
    uses = (118, 112, 98, 90, 104, 131, 168, 165, 125, 95, 94, 115)
    bills = [bill(202500 + month, use) for month, use in enumerate(uses, 1)]
    line = one(bills, first=202501)
    assert line.model_use is not None
    assert float(line.model_use) == pytest.approx(sum(uses), rel=1e-6)
    assert json.loads(json.dumps(line.record)) == line.record
    assert to_plain(from_plain(line.record)) == line.record


def test_what_roofs_make_has_no_baseline() -> None:
    assert fit_all([(Metered(1, 1, Energy.PV), [])], {}, first=202501, last=202512) == []


def test_lines_come_in_the_order_given() -> None:
    given_ = [
        (Metered(number, 1, energy), years(1200))
        for number, energy in ((5, Energy.WATER), (2, Energy.ELECTRICITY), (9, Energy.GAS))
    ]
    found = fit_all(given_, TEMPERATURES, first=202301, last=202312)
    assert [line.metered.meter for line in found] == [5, 2, 9]


@given(st.lists(st.integers(0, 10**6), min_size=12, max_size=36))
def test_shares_sum_up_to_one(uses: list[int]) -> None:
    bills = [bill(202301 + at // 12 * 100 + at % 12, use) for at, use in enumerate(uses)]
    found = shares(bills)
    assert len(found) == 12
    assert min(found) >= 0
    assert sum(found) == pytest.approx(1)


@given(st.integers(2000, 2099), st.integers(1, 12))
def test_months_are_numbers_and_back(year: int, number: int) -> None:
    assert coded(month_of(year * 100 + number)) == year * 100 + number


# --- steps ------------------------------------------------------------------------------------


def test_what_is_adopted_is_frozen() -> None:
    for state in (State.ADOPTED, State.SUPERSEDED, State.DISCARDED):
        for step in Step:
            assert (state, step) not in STEPS
            assert steps.problems_of_step(state, step)
    for state, step in STEPS:
        assert steps.problems_of_step(state, step) == []


@pytest.mark.parametrize(
    ("first", "last", "codes"),
    [
        (202301, 202512, []),
        (202501, 202512, []),
        (202407, 202606, []),
        (202301, 202511, ["period"]),
        (202201, 202512, ["period"]),
        (202512, 202501, ["period"]),
        (202512, 202611, ["future"]),
        (202313, 202412, ["period"]),
    ],
)
def test_a_base_period_is_whole_years_that_are_over(
    first: int, last: int, codes: list[str]
) -> None:
    assert [one.code for one in steps.problems_of_period(first, last, 202611)] == codes


def test_what_happened_needs_a_word() -> None:
    answers = {
        Asked.ADDED: (Answer.NO, ""),
        Asked.CLOSED: (Answer.YES, " "),
        Asked.METERING: (Answer.EXPLAINED, "换表"),
    }
    assert [one.where for one in steps.problems_of_answers(answers)] == ["words_closed"]


def test_no_line_without_sufficient_data_is_chosen() -> None:
    usual: dict[str, Any] = {
        "rule_use": None,
        "model_use": None,
        "method": "quota",
        "stops": [],
        "quota": None,
    }
    assert not any(
        fitting.may_choose(way, **usual) for way in ("rule", "regression", "quota", "other")
    )
    fits = {**usual, "model_use": Decimal(1), "method": "3PC"}
    assert fitting.may_choose("regression", **fits)
    assert not fitting.may_choose("regression", **{**fits, "stops": [1]})
    assert fitting.may_choose("quota", **{**usual, "quota": Decimal(3)})

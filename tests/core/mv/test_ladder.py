"""From bills to baselines and savings: what is taken out, what stops, which rung is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv.ladder import DAILY_MEAN, QUOTA, SAME_MONTH, Baseline, baseline, baselines
from custody.mv.method import METHOD_VERSION
from custody.mv.savings import savings, total
from custody.mv.shapes import MODELS, Model
from custody.mv.sufficiency import Energy, Reading, examine
from tests.core.mv.test_fit import T, Y

JANUARY = Month(2024, 1)
REPORT_T = [4, 6, 10.5, 16.5, 22, 26, 29.5, 29, 24.5, 18.5, 12, 6]
REPORT_Y = [102, 97, 88, 82, 96, 123, 158, 154, 117, 86, 84, 100]


def bills(
    use: Sequence[float] = tuple(Y), warm: Sequence[float] | None = tuple(T), first: Month = JANUARY
) -> list[Reading]:
    """Use per day; real days of the months."""
    found = []
    for place, value in enumerate(use):
        month = first.plus(place)
        days = month.last.day
        temperature = None if warm is None else warm[place % 12]
        found.append(Reading(month, days, value * days, temperature))
    return found


def codes(problems: Sequence[Problem]) -> list[str]:
    return [one.code for one in problems]


# --- what is looked at ------------------------------------------------------------------------


def test_good_bills_are_let_through() -> None:
    found = examine(bills())
    assert (found.stops, found.warnings) == ((), ())
    assert found.usable == tuple(bills())
    assert examine(reversed(bills())).usable == found.usable


def test_zero_is_missing_for_electricity_alone() -> None:
    use = [*Y[:11], 0.0]
    found = examine(bills(use))
    assert codes(found.warnings) == ["zero"]
    assert found.warnings[0].where == "2024-12"
    assert found.warnings[0].message.startswith("2024年12月用电量为0")
    assert len(found.usable) == 11
    assert len(examine(bills(use), Energy.GAS).usable) == 12


@pytest.mark.parametrize(("days", "code"), [(24, "short"), (25, None), (35, None), (36, "long")])
def test_readings_too_short_or_too_long_are_left_out(days: int, code: str | None) -> None:
    given = bills()
    given[4] = replace(given[4], days=days)
    found = examine(given)
    assert codes(found.warnings) == ([code] if code else [])
    assert len(found.usable) == (11 if code else 12)
    assert len(examine(given, fitting=False).usable) == 12


def test_doubled_overlapping_and_negative_bills_stop() -> None:
    given = bills()
    found = examine([*given, given[3]])
    assert codes(found.stops) == ["doubled"]
    assert "2024年4月有重复的账单" in found.stops[0].message
    assert len(found.usable) == 12
    given[2], given[3] = (
        replace(given[2], start=date(2024, 3, 1)),
        replace(given[3], start=date(2024, 3, 31)),
    )
    assert codes(examine(given).stops) == ["overlapping"]
    given[3] = replace(given[3], start=date(2024, 4, 1))
    assert examine(given).stops == ()
    assert codes(examine(bills([-1.0, *Y[1:]])).stops) == ["negative"]
    assert codes(examine(bills([float("nan"), *Y[1:]])).stops) == ["negative"]


def test_more_than_37_days_of_a_year_may_not_be_missing() -> None:
    given = bills([*Y, *Y])
    assert examine([*given[:5], *given[7:]]).stops == ()
    found = examine([*given[:5], *given[8:]])
    assert codes(found.stops) == ["missing"]
    assert found.stops[0].message.startswith("基准期缺少92天的用量（2024年6月、7月、8月）")
    assert examine([*given[:5], *given[8:]], fitting=False).stops == ()


def test_a_temperature_of_too_few_days_is_not_used() -> None:
    given = bills()
    given[0] = replace(given[0], coverage=0.89)
    found = examine(given)
    assert codes(found.warnings) == ["coverage"]
    assert found.usable[0].temperature is None
    assert examine([replace(given[0], coverage=0.9)]).usable[0].temperature is not None


def test_an_outlier_is_told_and_kept() -> None:
    found = examine(bills([*Y[:11], 400.0]))
    assert codes(found.warnings) == ["outlier"]
    assert found.warnings[0].where == "2024-12"
    assert len(found.usable) == 12


# --- the rungs --------------------------------------------------------------------------------


def test_twelve_warm_months_make_a_model() -> None:
    found = baseline(bills())
    assert found.method == Model.VEE
    assert found.sufficient
    assert (found.n, found.p, found.version) == (12, 4, METHOD_VERSION)
    assert found.months == tuple(map(JANUARY.plus, range(12)))
    assert found.warmth == (3.2, 28.6)
    assert found.candidates == ()


def test_twelve_months_without_temperature_are_compared_month_by_month() -> None:
    found = baseline(bills(warm=None))
    assert found.method == SAME_MONTH
    assert found.sufficient
    assert codes(found.warnings) == ["no_temperature"]
    assert found.per_day(Month(2030, 7), None) == pytest.approx(Y[6])
    assert found.cvrmse is None
    twice = baseline(bills([*Y, *(Y + 10)], warm=None))
    assert twice.per_day(Month(2030, 7), None) == pytest.approx(Y[6] + 5)
    assert (twice.n, twice.p) == (24, 12)
    # Residuals are ±5, but for the shorter February of the second year.
    assert twice.cvrmse == pytest.approx(100 * np.sqrt(24 * 25 / 12) / (Y.mean() + 5), rel=2e-3)


def test_fewer_months_take_the_mean_and_still_fewer_a_quota() -> None:
    found = baseline(bills(Y[:11]))
    assert (found.method, found.sufficient) == (DAILY_MEAN, True)
    assert "few" in codes(found.warnings)
    days = [one.days for one in bills(Y[:11])]
    assert found.per_day(JANUARY, None) == pytest.approx(np.average(Y[:11], weights=days))
    assert baseline(bills(Y[:6])).method == DAILY_MEAN
    found = baseline(bills(Y[:5]))
    assert (found.method, found.sufficient, codes(found.stops)) == (QUOTA, False, ["quota"])
    assert found.per_day(JANUARY, 10) is None
    assert baseline([]).method == QUOTA


def test_heat_looks_at_its_season_and_water_at_no_weather() -> None:
    season = [one for one in bills() if one.month.number in (11, 12, 1, 2, 3)]
    found = baseline(bills(), Energy.HEAT)
    assert found.method == SAME_MONTH
    assert found.months == tuple(one.month for one in season)
    assert "season" in codes(found.warnings)
    assert baseline(season[:4], Energy.HEAT).method == DAILY_MEAN
    years = [bills([90 - 3 * t for t in T], first=JANUARY.plus(12 * k)) for k in range(3)]
    assert baseline([one for year in years for one in year], Energy.HEAT).method == Model.LINE
    assert baseline(bills([9.0, 10] * 6), Energy.WATER).method == Model.MEAN
    assert baseline(bills([5.0, 10] * 6), Energy.WATER).method == SAME_MONTH


def test_gas_does_not_cool() -> None:
    found = baseline(bills(), Energy.GAS, candidates=True)
    assert found.method in (Model.MEAN, Model.LINE, Model.HEATING)
    assert Model.COOLING in [one.method for one in found.candidates]


def test_a_model_that_was_asked_for_is_fitted_and_its_doubts_told() -> None:
    assert baseline(bills(), model=Model.COOLING).method == Model.COOLING
    short = baseline(bills(Y[:8]), model=Model.COOLING)
    assert (short.method, codes(short.stops)) == (Model.COOLING, ["too_few"])
    assert short.coefficients[2] > 0
    wrong = baseline(bills(), model=Model.BOTH)
    assert codes(wrong.stops) == ["no_fit"]
    assert "至少需要15个月" in wrong.stops[0].message
    falling = baseline(bills(200 - 4 * T), model=Model.COOLING)
    assert codes(falling.stops) == ["no_fit"]
    assert baseline(bills(warm=None), model=Model.COOLING).method == SAME_MONTH


def test_a_loose_fit_is_told_not_refused() -> None:
    dice = np.random.default_rng(2)
    found = baseline(bills(dice.uniform(10, 200, 24).tolist()))
    assert found.sufficient
    assert "cvrmse" in codes(found.warnings)


def test_many_meters_are_each_treated_as_alone() -> None:
    meters = [bills(), bills(warm=None), bills(Y[:7]), [], bills([*Y, *Y])]
    together = baselines(meters, candidates=True)
    alone = [baseline(one, candidates=True) for one in meters]
    assert list(map(repr, together)) == list(map(repr, alone))
    assert [one.method for one in together[0].candidates] == [
        *(Model.MEAN, Model.LINE, Model.COOLING, Model.VEE)
    ]
    assert set(MODELS) >= {one.method for one in together[4].candidates}


# --- savings ----------------------------------------------------------------------------------


def golden() -> Baseline:
    return replace(
        baseline(bills()),
        method=Model.BOTH.value,
        coefficients=(92.09817, -3.03327, 8.75231, 12.0, 20.0),
        p=3,
        cvrmse=1.9857,
    )


def report() -> list[Reading]:
    first = Month(2025, 1)
    return [Reading(first.plus(k), 1, REPORT_Y[k], REPORT_T[k]) for k in range(12)]


def test_the_golden_savings() -> None:
    found = savings(golden(), report())
    assert found.adjusted == pytest.approx(1441.7152, abs=1e-3)
    assert found.actual == 1287
    assert found.saved == pytest.approx(154.7152, abs=1e-3)
    assert found.percent == pytest.approx(10.731, abs=1e-3)
    assert found.band(0.68).relative == pytest.approx(0.07928, abs=1e-5)
    assert found.band(0.90).relative == pytest.approx(0.13808, abs=1e-5)
    assert len(found.months) == 12
    assert found.months[-1].cumulated == pytest.approx(found.saved)
    assert [(one.year, one.months) for one in found.years] == [(2025, 12)]
    assert found.years[0].saved == pytest.approx(found.saved)


def test_adjustments_move_the_baseline_of_their_month() -> None:
    plain, moved = (
        savings(golden(), report(), {Month(2025, 3): extra, Month(2031, 1): 9})
        for extra in (0, 7.0)
    )
    assert plain.saved is not None
    assert moved.saved == pytest.approx(plain.saved + 7)
    assert moved.months[2].adjustment == 7


def test_nothing_is_saved_from_nothing() -> None:
    assert codes(savings(None, report()).stops) == ["no_baseline"]
    for poor in (baseline(bills(Y[:5])), baseline([*bills(), *bills()])):
        found = savings(poor, report())
        assert found.stops[0].code == "insufficient"
        assert (found.saved, found.percent, found.months, found.bands) == (None, None, (), ())
    assert codes(savings(golden(), []).stops) == ["no_months"]
    assert codes(savings(golden(), [*report(), report()[0]]).stops) == ["doubled"]


def test_a_month_the_baseline_cannot_tell_of_is_left_out() -> None:
    given = report()
    given[5] = replace(given[5], temperature=None)
    found = savings(golden(), given)
    assert len(found.months) == 11
    assert found.actual == 1287 - REPORT_Y[5]
    assert codes(found.warnings) == ["untold"]
    assert "2025年6月缺少气温" in found.warnings[0].message
    given[5] = replace(given[5], temperature=38.0)
    assert codes(savings(golden(), given).warnings) == ["extrapolated"]


def test_a_sum_of_meters() -> None:
    one = savings(golden(), report())
    assert one.saved is not None
    found = total([one, one, savings(None, report())])
    assert found.saved == pytest.approx(2 * one.saved)
    assert found.months[-1].cumulated == pytest.approx(found.saved)
    assert codes(found.warnings) == ["left_out"]
    # √2 of one meter's ± is less than 2 % of the sum: the floor is shown.
    assert found.band(0.90).absolute == pytest.approx(0.02 * 2 * 1441.7152, abs=1e-3)
    bare = total([one, one], floor=0)
    single = one.band(0.90).absolute
    assert single is not None
    assert bare.band(0.90).absolute == pytest.approx(single * np.sqrt(2))
    blind = total([one, savings(baseline(bills(warm=None)), report())])
    assert blind.band(0.90).absolute is None
    assert codes(blind.warnings) == ["no_band"]
    assert codes(total([]).stops) == ["no_meter"]

"""What a fit is worth in sentences, and what it tells for every month."""

from __future__ import annotations

import pytest

from custody.baselines.rules.expected import by_model, by_quota, by_rule, expected
from custody.baselines.rules.plain import from_plain, to_plain
from custody.baselines.rules.worth import worth
from custody.kernel.periods import Month, codes
from custody.mv.ladder import Baseline, baseline
from custody.mv.sufficiency import Energy, Reading

WARMTH = (3.2, 5.1, 9.8, 15.9, 21.3, 25.0, 28.6, 28.1, 23.7, 18.0, 11.6, 5.2)
USES = (118, 112, 98, 90, 104, 131, 168, 165, 125, 95, 94, 115)
MONTHS = codes(202401, 202412)


def fit(uses: tuple[float, ...] = USES, energy: Energy = Energy.ELECTRICITY) -> Baseline:
    readings = [
        Reading(Month.coded(month), Month.coded(month).days, use * 1000, warm)
        for month, use, warm in zip(MONTHS, uses, WARMTH, strict=False)
    ]
    return from_plain(to_plain(baseline(readings, energy)))


def test_a_good_fit_is_told_to_be_good() -> None:
    told = {one.name: one for one in worth(fit())}
    assert set(told) == {"R²", "CV(RMSE)", "NMBE", "FSU"}
    assert all(one.good for one in told.values())
    assert "可由气温说明" in told["R²"].sentence
    assert told["NMBE"].value == "0.00%"
    assert "可以单独核算节能量" in told["FSU"].sentence


def test_a_loose_fit_says_what_to_do() -> None:
    wild = (10, 200, 30, 250, 20, 190, 15, 240, 35, 210, 25, 260)
    few = {one.name: one for one in worth(fit(wild[:8]))}
    assert not few["CV(RMSE)"].good
    assert "改用惯例法" in few["CV(RMSE)"].sentence
    assert not few["FSU"].good
    assert "R²" not in few  # without temperature in the model it says nothing


def test_a_method_without_residuals_says_nothing() -> None:
    assert worth(fit(USES[:3])) == []


def test_a_model_tells_every_month_what_it_used() -> None:
    found = fit()
    told = by_model(found, MONTHS, dict(zip(MONTHS, WARMTH, strict=True)))
    for month, use, value in zip(MONTHS, USES, told, strict=True):
        assert value == pytest.approx(use * 1000, rel=0.1), month
    alone = by_model(found, MONTHS, {202401: 3.2})
    assert alone[0] is not None
    assert alone[1:] == [None] * 11


def test_what_does_not_suffice_tells_nothing() -> None:
    assert by_model(fit(USES[:3]), MONTHS, {}) == [None] * 12
    assert by_rule(None, {}, MONTHS) == [None] * 12
    nothing = expected(
        "", fit=fit(), rule_use=1.0, rule_record={}, quota=1.0, months=MONTHS, warmth={}
    )
    assert nothing == [None] * 12


def test_a_year_is_spread_without_a_rest() -> None:
    shares = [0.1] * 4 + [0.075] * 8
    ruled = by_rule(1200.0, {"shares": shares}, MONTHS)
    assert sum(one or 0 for one in ruled) == pytest.approx(1200)
    spread = by_quota(365.0, codes(202301, 202312))
    assert spread == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

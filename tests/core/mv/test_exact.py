"""The enumeration finds what a dense grid with a bounded search finds, or better, on any data."""

from __future__ import annotations

import numpy as np
import pytest

from custody.mv.fit import Fits, fit
from custody.mv.points import Points
from custody.mv.shapes import (
    CP_LEFT,
    CP_RIGHT,
    SLOPE_LEFT,
    SLOPE_RIGHT,
    Floats,
    Model,
    predict,
)
from tests.core.mv import brute

BENT = (Model.HEATING, Model.COOLING, Model.VEE, Model.BOTH)
ROOM = 1e-9
"""Share of SST by which a sum of squares may be larger than the brute force's."""


def made(seed: int, n: int, kind: str) -> tuple[Floats, Floats, Floats]:
    """(temperature, use per day, days) of one meter."""
    dice = np.random.default_rng((seed, n))
    t = dice.uniform(-5, 33, n)
    if kind == "ties":
        t = np.round(t / 8) * 8
    cold, warm = dice.uniform(0, 6, 2) * (dice.random(2) < 0.7)
    y = 90 + cold * np.maximum(13 - t, 0) + warm * np.maximum(t - 21, 0)
    y = y + dice.normal(0, dice.choice([0.5, 8, 40]), n)
    if kind == "noise":
        y = dice.normal(50, 20, n)
    if kind == "coarse":
        y = np.round(y / 40) * 40
    return t, y, dice.integers(25, 36, n).astype(float)


def held(fits: Fits, model: Model, t: Floats) -> None:
    """Signs, order of the change points and points of a slope are as promised."""
    c = fits.coefficients[0, fits.of(model)]
    if model is not Model.COOLING:
        assert c[SLOPE_LEFT] < 0
        assert (t <= c[CP_LEFT]).sum() >= 3
    if model is not Model.HEATING:
        assert c[SLOPE_RIGHT] > 0
        assert (t >= c[CP_RIGHT]).sum() >= 3
    if model is Model.VEE:
        assert c[CP_LEFT] == c[CP_RIGHT]
    if model is Model.BOTH:
        assert c[CP_LEFT] <= c[CP_RIGHT]


@pytest.mark.parametrize("kind", ["plain", "ties", "noise", "coarse"])
@pytest.mark.parametrize("n", [3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 18, 24, 36, 60])
def test_no_grid_finds_a_smaller_sum_of_squares(n: int, kind: str) -> None:
    for seed in range(6 if n < 24 else 2):
        t, y, days = made(seed, n, kind)
        fits = fit(Points.of(y * days, days, t), least_for_both=5)
        w = days / days.mean()
        sst = float(fits.sst[0])
        simpler = sst
        for model in BENT if n > 4 else BENT[:2]:  # two slopes of three points share one at most
            other = brute.best(model, t, y, w)
            mine = float(fits.sse[0, fits.of(model)])
            if np.isnan(mine):
                # Then it may have no such slopes, or is bettered where one of them vanishes.
                assert other >= simpler - ROOM * sst, (seed, model)
                continue
            assert mine <= other + ROOM * sst, (seed, model)
            held(fits, model, t)
            fitted = predict(fits.coefficients[0, fits.of(model)], t)
            assert (w * (y - fitted) ** 2).sum() == pytest.approx(mine, abs=ROOM * sst)
            if model in (Model.HEATING, Model.COOLING):
                simpler = min(simpler, mine)


def test_a_use_that_never_changes_has_no_slope() -> None:
    fits = fit(Points.of(np.full(18, 93.0), 31, np.linspace(0, 30, 18)))
    assert fits.sst[0] == 0
    assert [model for model, there in zip(fits.models, fits.there[0], strict=True) if there] == [
        Model.MEAN,
        Model.LINE,
    ]
    assert fits.coefficients[0, fits.of(Model.LINE), SLOPE_RIGHT] == 0


def test_one_temperature_for_all_leaves_the_mean() -> None:
    fits = fit(Points.of(np.arange(15.0) + 40, 30, 21.3))
    assert fits.there[0].tolist() == [True, False, False, False, False, False]

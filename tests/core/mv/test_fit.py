"""What a fit keeps: golden figures, units, batches, masks; and which model is taken."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.mv.choose import NO_MODEL, choose
from custody.mv.fit import Fits, fit
from custody.mv.points import Points
from custody.mv.shapes import MODELS, Floats, Model, predict
from custody.mv.statistics import statistics

T = np.array([3.2, 5.1, 9.8, 15.9, 21.3, 25.0, 28.6, 28.1, 23.7, 18.0, 11.6, 5.2])
Y = np.array([118.0, 112, 98, 90, 104, 131, 168, 165, 125, 95, 94, 115])
DAYS = np.array([31.0, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def test_the_golden_vector_is_met_and_bettered() -> None:
    """The grid of half degrees found 49.344 at 12 and 20 °C; the exact change points lie beside it."""
    fits = fit(Points.of(Y, 1, T), least_for_both=12)
    place = fits.of(Model.BOTH)
    on_grid = (Y - predict([92.09817, -3.03327, 8.75231, 12.0, 20.0], T)) ** 2
    assert on_grid.sum() == pytest.approx(49.344, abs=5e-4)
    assert fits.sse[0, place] == pytest.approx(47.58746, abs=5e-6)
    assert fits.coefficients[0, place] == pytest.approx(
        [92.5, -2.995943, 8.920582, 11.953392, 20.172176], abs=1e-6
    )


@pytest.mark.parametrize(("p", "adjusted", "spread"), [(3, 0.99191, 1.9857), (5, 0.98960, 2.2516)])
def test_the_golden_statistics(p: int, adjusted: float, spread: float) -> None:
    """§3.8 unweighted, with its own sum of squares: change points counted or not."""
    fits = fit(Points.of(Y, 1, T), [Model.BOTH], least_for_both=12)
    sse = np.array([[49.344]])
    found = statistics(
        Fits(
            *(fits.models, fits.n, fits.coefficients, sse, fits.bias, fits.lag),
            *(fits.mean, fits.sst, fits.level),
        ),
        p,
    )
    assert found.r2[0, 0] == pytest.approx(0.99338, abs=5e-6)
    assert found.adj_r2[0, 0] == pytest.approx(adjusted, abs=6e-6)
    assert found.cvrmse[0, 0] == pytest.approx(spread, abs=6e-5)
    assert found.nmbe[0, 0] == pytest.approx(0, abs=1e-9)


def test_days_are_weights_and_equal_days_are_none() -> None:
    by_days = fit(Points.of(Y * DAYS, DAYS, T), least_for_both=12)
    plain = fit(Points.of(Y * DAYS, DAYS, T), least_for_both=12, weights=1.0)
    assert fit(Points.of(Y * 30, 30, T), least_for_both=12).sse == pytest.approx(
        plain.sse, nan_ok=True
    )
    w = DAYS / DAYS.mean()
    mean = (w * Y).mean()
    assert by_days.mean[0] == pytest.approx(mean)
    assert by_days.sst[0] == pytest.approx((w * (Y - mean) ** 2).sum())
    assert by_days.sse[0, 1] == pytest.approx(np.polyfit(T, Y, 1, w=np.sqrt(w), full=True)[1][0])
    assert by_days.sse[0, 1] != pytest.approx(plain.sse[0, 1], rel=1e-6)


def test_statistics_are_those_of_the_residuals() -> None:
    fits = fit(Points.of(Y * DAYS, DAYS, T))
    found = statistics(fits)
    w, n = DAYS / DAYS.mean(), 12
    for place, model in enumerate(fits.models):
        if not fits.there[0, place]:
            assert np.isnan(found.bic[0, place])
            continue
        p = model.parameters
        r = Y - predict(fits.coefficients[0, place], T)
        sse, mean = (w * r**2).sum(), (w * Y).mean()
        sst = (w * (Y - mean) ** 2).sum()
        assert found.r2[0, place] == pytest.approx(1 - sse / sst, abs=1e-9)
        assert found.adj_r2[0, place] == pytest.approx(1 - sse / (n - p) / (sst / (n - 1)))
        assert found.cvrmse[0, place] == pytest.approx(100 * np.sqrt(sse / (n - p)) / mean)
        assert found.nmbe[0, place] == pytest.approx(0, abs=1e-8)
        assert found.bic[0, place] == pytest.approx(n * np.log(sse / n) + p * np.log(n))
        assert fits.lag[0, place] == pytest.approx((r[1:] * r[:-1]).sum() / (r**2).sum())


# --- nothing but the data matters -------------------------------------------------------------

values = st.floats(-200, 200).map(lambda x: round(x, 3))


@st.composite
def meters(draw: st.DrawFn) -> tuple[Floats, Floats]:
    n = draw(st.integers(5, 24))
    t = np.array(draw(st.lists(values.map(lambda x: x / 5), min_size=n, max_size=n)))
    y = np.array(draw(st.lists(values, min_size=n, max_size=n)))
    return t, y


def same(one: Fits, two: Fits, factor: float = 1.0) -> None:
    """Equal sums of squares to a billionth of SST; where a model all but vanishes it may be lost."""
    room = 1e-9 * one.sst[0] * factor**2 + 1e-12 * one.level[0] * factor**2 + 1e-20
    for place, model in enumerate(one.models):
        a, b = one.sse[0, place] * factor**2, two.sse[0, place]
        if np.isnan(a) != np.isnan(b):
            simpler = [
                two.sse[0, two.of(m)] if np.isnan(b) else one.sse[0, one.of(m)] * factor**2
                for m in (Model.MEAN, Model.HEATING, Model.COOLING)
            ]
            assert model in (Model.VEE, Model.BOTH, Model.HEATING, Model.COOLING, Model.LINE)
            assert np.nanmax([a, b]) >= np.nanmin(simpler) - room
        elif not np.isnan(a):
            assert abs(a - b) <= room, model


@given(meters(), st.floats(0.1, 9), st.floats(-50, 300))
def test_another_scale_of_temperature_changes_no_fit(
    meter: tuple[Floats, Floats], scale: float, shift: float
) -> None:
    t, y = meter
    same(
        fit(Points.of(y, 1, t), least_for_both=5),
        fit(Points.of(y, 1, t * scale + shift), least_for_both=5),
    )


@given(meters(), st.floats(0.01, 1000), st.floats(-100, 100))
def test_another_unit_of_use_changes_the_fit_alike(
    meter: tuple[Floats, Floats], scale: float, shift: float
) -> None:
    t, y = meter
    one = fit(Points.of(y, 1, t), least_for_both=5)
    two = fit(Points.of((y + shift) * scale, 1, t), least_for_both=5)
    same(one, two, scale)


@given(meters())
def test_the_mirror_image_swaps_heating_and_cooling(meter: tuple[Floats, Floats]) -> None:
    t, y = meter
    one = fit(Points.of(y, 1, t), [Model.MEAN, Model.HEATING, Model.COOLING])
    two = fit(Points.of(y, 1, -t), [Model.MEAN, Model.COOLING, Model.HEATING])
    room = 1e-9 * one.sst[0] + 1e-20
    assert np.nan_to_num(one.sse) == pytest.approx(np.nan_to_num(two.sse), abs=room)


def test_units_change_coefficients_as_they_should() -> None:
    one = fit(Points.of(Y, 1, T), least_for_both=12).coefficients[0, -1]
    two = fit(Points.of(7 * Y + 50, 1, 1.8 * T + 32), least_for_both=12).coefficients[0, -1]
    slopes = one[1:3] * 7 / 1.8
    assert two == pytest.approx([7 * one[0] + 50, *slopes, *(1.8 * one[3:] + 32)])


@pytest.mark.parametrize(
    ("model", "truth"),
    [
        (Model.MEAN, [40, np.nan, np.nan, np.nan, np.nan]),
        (Model.LINE, [40, np.nan, 1.5, np.nan, np.nan]),
        (Model.COOLING, [40, np.nan, 3.0, np.nan, 19.37]),
        (Model.HEATING, [40, -2.0, np.nan, 11.2, np.nan]),
        (Model.VEE, [40, -2.0, 3.0, 16.1, 16.1]),
        (Model.BOTH, [40, -2.0, 3.0, 11.2, 19.37]),
    ],
)
def test_a_model_without_noise_is_recovered_and_taken(model: Model, truth: list[float]) -> None:
    dice = np.random.default_rng(5)
    t = dice.uniform(0, 32, (40, 24))
    fits = fit(Points.of(predict(np.array(truth), t) * 30, 30, t))
    taken = choose(fits, statistics(fits))
    assert {fits.models[place] for place in taken} == {model}
    for row in fits.coefficients[:, fits.of(model)]:
        assert row == pytest.approx(truth, rel=1e-8, nan_ok=True)


# --- batches ----------------------------------------------------------------------------------


def batch() -> Points:
    dice = np.random.default_rng(8)
    t = 16 + 12 * np.sin(np.arange(40) / 6 * np.pi) + dice.normal(0, 2, (60, 40))
    y = 90 + 4 * np.maximum(t - 20, 0) + 2 * np.maximum(12 - t, 0) + dice.normal(0, 9, t.shape)
    days = dice.integers(26, 34, t.shape).astype(float)
    return Points.of(y * days, days, t, dice.random(t.shape) < np.linspace(0, 1, 60)[:, None])


def test_a_batch_is_its_meters_one_by_one() -> None:
    points = batch()
    together = fit(points)
    for row in range(len(points)):
        alone = fit(points.of_meters([row]))
        assert np.array_equal(alone.coefficients[0], together.coefficients[row], equal_nan=True)
        assert np.array_equal(alone.sse[0], together.sse[row], equal_nan=True)


def test_a_masked_month_is_as_if_it_had_never_been() -> None:
    points = batch()
    together = fit(points)
    assert len(np.unique(together.n)) > 20
    assert together.n[0] == 0
    assert not together.there[0].any()
    for row in range(1, len(points)):
        keep = points.mask[row]
        if keep.any():
            alone = fit(
                Points.of(
                    points.use[row, keep], points.days[row, keep], points.temperature[row, keep]
                )
            )
            assert alone.coefficients[0] == pytest.approx(
                together.coefficients[row], rel=1e-12, nan_ok=True
            )


def test_pieces_make_the_whole() -> None:
    points = batch()
    pieces = [fit(points.of_meters(slice(at, at + 7))).sse for at in range(0, len(points), 7)]
    assert np.array_equal(np.concatenate(pieces), fit(points).sse, equal_nan=True)


def test_a_point_without_temperature_leaves_the_mean() -> None:
    fits = fit(Points.of([Y, Y], 1, [T, np.where(T > 28.2, np.nan, T)]))
    assert fits.there[0].sum() > 3
    assert fits.there[1].tolist() == [True, *([False] * 5)]
    assert fits.mean[1] == pytest.approx(Y.mean())


def test_what_is_no_point_is_refused() -> None:
    with pytest.raises(ValueError, match="days"):
        Points.of(Y, 0, T)
    with pytest.raises(ValueError, match="finite"):
        Points.of(np.where(Y > 160, np.nan, Y), 30, T, np.ones((1, 12), bool))
    with pytest.raises(ValueError, match="weights"):
        fit(Points.of(Y, 30, T), weights=0.0)


# --- the choice -------------------------------------------------------------------------------


def test_both_change_points_need_fifteen_months() -> None:
    t = np.tile(T, 2)
    y = predict([40, -2, 3, 11.2, 19.37], t)
    assert fit(Points.of(y[:14], 1, t[:14])).there[0, -1].item() is False
    assert fit(Points.of(y[:15], 1, t[:15])).there[0, -1].item() is True


def test_a_model_without_a_degree_of_freedom_is_not_taken() -> None:
    fits = fit(Points.of([[5.0, 9.0]], 1, [[1.0, 2.0]]))
    assert fits.models[choose(fits, statistics(fits))[0]] is Model.MEAN
    fits = fit(Points.of([[5.0]], 1, [[1.0]]))
    assert choose(fits, statistics(fits))[0] == NO_MODEL
    assert MODELS[0] is Model.MEAN


def test_noise_alone_is_called_a_mean() -> None:
    dice = np.random.default_rng(3)
    fits = fit(Points.of(dice.normal(100, 5, (400, 36)), 1, np.tile(T, 3)))
    taken = choose(fits, statistics(fits))
    assert (taken == fits.of(Model.MEAN)).mean() > 0.75

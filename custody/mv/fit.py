"""All models fitted to all meters at once, each at its global least-squares optimum.

Source of the method: hinges.py. Use is fitted per day, weighted by days: a month of 31 days counts
31/30 of one of 30 (ASHRAE Guideline 14-2014 §5.2.3; CalTRACK 2.0 §3.4). Weights are scaled to the mean
1, so that sums of squares are those of plain points, in (use per day)².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from custody.mv import hinges, sides
from custody.mv.points import Points
from custody.mv.shapes import (
    BASE,
    COEFFICIENTS,
    CP_LEFT,
    CP_RIGHT,
    LEAST_FOR_BOTH,
    MODELS,
    SLOPE_LEFT,
    SLOPE_RIGHT,
    Counts,
    Flags,
    Floats,
    Model,
    predict,
)

CELLS = 8192
"""Points × meters of one array: small enough that a whole chunk stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Fits:
    """Of M meters by K models. A model that a meter has not has NaN throughout."""

    models: tuple[Model, ...]
    n: Counts
    """(M,) points."""
    coefficients: Floats
    """(M, K, 5), see shapes."""
    sse: Floats
    """(M, K), (use per day)²."""
    bias: Floats
    """(M, K) Σ w·r, use per day."""
    lag: Floats
    """(M, K) lag-1 autocorrelation of the residuals in the order of the months; NaN where none."""
    mean: Floats
    """(M,) weighted mean use per day."""
    sst: Floats
    """(M,)"""
    level: Floats
    """(M,) Σ w·y²: against it a sum of squares is nothing or something."""

    @property
    def there(self) -> Flags:
        """(M, K)"""
        return ~np.isnan(self.sse)

    def of(self, model: Model) -> int:
        """The model's place; ValueError where it was not asked for."""
        return self.models.index(model)


def fit(
    points: Points,
    models: Sequence[Model] = MODELS,
    *,
    weights: ArrayLike | None = None,
    least_for_both: int = LEAST_FOR_BOTH,
) -> Fits:
    """Every model in `models` for every meter of `points`.

    `weights`: meters × months or broadcast to it, above 0; by default the days. Points without a
    temperature serve the mean only: where a meter has such a point it has no other model.
    `least_for_both`: points that 5P needs.
    """
    weight = points.days if weights is None else np.asarray(weights, np.float64)
    weight = np.broadcast_to(weight, points.use.shape)
    if not (weight[points.mask] > 0).all():
        raise ValueError("weights must be above 0 where there is a point")
    meters, kinds = len(points), len(models)
    found = Fits(
        tuple(models),
        points.counts,
        np.full((meters, kinds, 5), np.nan),
        *(np.full((meters, kinds), np.nan) for _ in range(3)),
        *(np.full(meters, np.nan) for _ in range(3)),
    )
    for n in np.unique(found.n):
        if n == 0:
            continue
        rows = np.flatnonzero(found.n == n)
        size = max(1, CELLS // int(n))
        for start in range(0, len(rows), size):
            _fit_alike(points, weight, rows[start : start + size], int(n), found, least_for_both)
    return found


def _fit_alike(
    points: Points, weight: Floats, rows: Counts, n: int, found: Fits, least_for_both: int
) -> None:
    """Meters that share the number of points: in order of months, then sorted by temperature."""
    use, days, warm, w = (
        array[rows] for array in (points.use, points.days, points.temperature, weight)
    )
    mask = points.mask[rows]
    if not mask.all():
        keep = np.argsort(~mask, axis=1, kind="stable")[:, :n]
        use, days, warm, w = (np.take_along_axis(a, keep, 1) for a in (use, days, warm, w))
    y = use / days
    w = w * (n / w.sum(axis=1, keepdims=True))
    mean = (w * y).sum(axis=1) / n
    rest = y - mean[:, None]
    sst = (w * rest**2).sum(axis=1)
    level = (w * y**2).sum(axis=1)
    sst[sst <= _TINY * level] = 0.0
    found.mean[rows], found.sst[rows], found.level[rows] = mean, sst, level
    known = np.asarray(np.isfinite(warm).all(axis=1))
    warm = np.where(known[:, None], warm, 0.0)
    coefficients = _coefficients(warm, rest, w, sst, mean, found.models, least_for_both)
    coefficients[~known] = _only_mean(coefficients[~known], found.models)
    residual = y[:, None, :] - predict(coefficients, warm[:, None, :])
    weighted = w[:, None, :] * residual
    sse = np.einsum("mkn,mkn->mk", weighted, residual)
    found.coefficients[rows] = coefficients
    found.sse[rows] = sse
    found.bias[rows] = weighted.sum(axis=2)
    found.lag[rows] = _autocorrelation(residual, sse, level)


_TINY = 1e-24
"""Share of Σ w·y² that rounding alone makes."""


def _only_mean(coefficients: Floats, models: Sequence[Model]) -> Floats:
    others = [place for place, model in enumerate(models) if model is not Model.MEAN]
    coefficients[:, others] = np.nan
    return coefficients


def _autocorrelation(residual: Floats, sse: Floats, level: Floats) -> Floats:
    if residual.shape[2] < 3:
        return np.full(sse.shape, np.nan)
    whole = np.einsum("mkn,mkn->mk", residual, residual)
    shifted = np.einsum("mkn,mkn->mk", residual[..., 1:], residual[..., :-1])
    something = sse > _TINY * level[:, None]
    found = np.zeros(sse.shape)
    np.divide(shifted, whole, out=found, where=something & (whole > 0))
    return np.where(np.isnan(sse), np.nan, found)


def _coefficients(
    warm: Floats,
    rest: Floats,
    weight: Floats,
    sst: Floats,
    mean: Floats,
    models: Sequence[Model],
    least_for_both: int,
) -> Floats:
    """(M, K, 5). `rest` is the use per day less its mean."""
    meters, n = warm.shape
    order = np.argsort(warm, axis=1, kind="stable")
    t, y, w = (np.take_along_axis(a, order, 1).T.copy() for a in (warm, rest, weight))
    touch = sides.TOUCH * np.abs(t).max(axis=0)
    found = np.full((meters, len(models), 5), np.nan)
    place = {model: index for index, model in enumerate(models)}
    if Model.MEAN in place:
        found[:, place[Model.MEAN], BASE] = mean
    if n < 2 or set(models) <= {Model.MEAN}:
        return found
    cold = sides.side(t, y, w, touch)
    if Model.LINE in place:
        _line(found[:, place[Model.LINE]], cold, mean, touch)
    if n < 3 or set(models) <= {Model.MEAN, Model.LINE}:
        return found
    warm_end = sides.side(-t[::-1], y[::-1], w[::-1], touch)
    heat, cool = hinges.hinge(cold, warm_end), hinges.hinge(warm_end, cold)
    moves = sst > 0
    if Model.HEATING in place:
        there = moves & (heat.sse < sides.NEVER)
        _put(found[:, place[Model.HEATING]], there, mean + heat.base, left=(heat.slope, heat.at))
    if Model.COOLING in place:
        there = moves & (cool.sse < sides.NEVER)
        right = (-cool.slope, -cool.at)
        _put(found[:, place[Model.COOLING]], there, mean + cool.base, right=right)
    if Model.VEE in place or Model.BOTH in place:
        bend = hinges.vee(cold, warm_end)
        if Model.VEE in place:
            _put_bend(found[:, place[Model.VEE]], bend, cool, heat, sst, mean)
        if Model.BOTH in place and n >= least_for_both:
            bend = hinges.both(cold, warm_end, bend)
            _put_bend(found[:, place[Model.BOTH]], bend, cool, heat, sst, mean)
    return found


def _line(target: Floats, cold: sides.Side, mean: Floats, touch: Floats) -> None:
    spread = cold.cxx[-1]
    there = spread > cold.weight[-1] * touch**2
    slope = cold.cxy[-1] / np.where(there, spread, 1.0)
    target[there, BASE] = (mean + cold.mean_y[-1] - slope * cold.mean_x[-1])[there]
    target[there, SLOPE_RIGHT] = slope[there]


Slope = tuple[Floats, Floats]


def _put(
    target: Floats,
    there: Flags,
    base: Floats,
    left: Slope | None = None,
    right: Slope | None = None,
) -> None:
    target[there, BASE] = base[there]
    if left is not None:
        target[there, SLOPE_LEFT], target[there, CP_LEFT] = left[0][there], left[1][there]
    if right is not None:
        target[there, SLOPE_RIGHT], target[there, CP_RIGHT] = right[0][there], right[1][there]


def _put_bend(
    target: Floats,
    bend: hinges.Bend,
    cool: hinges.Hinge,
    heat: hinges.Hinge,
    sst: Floats,
    mean: Floats,
) -> None:
    there = (sst > 0) & hinges.exists(bend, cool, heat, sst)
    left, right = (bend.slope_left, bend.cp_left), (bend.slope_right, bend.cp_right)
    _put(target, there, mean + bend.base, left, right)


def named(coefficients: Sequence[float] | Floats) -> dict[str, float | None]:
    """One meter's five numbers by name, None where the model has none."""
    return {
        name: None if np.isnan(value) else float(value)
        for name, value in zip(COEFFICIENTS, coefficients, strict=True)
    }

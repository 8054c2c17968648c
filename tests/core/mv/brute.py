"""The slow way: a dense grid of change points, then a bounded search around the best of them."""

from __future__ import annotations

import numpy as np

from custody.mv.shapes import Floats, Model

LEAST = 3
"""Points of a slope, one on the change point counted."""
STEPS, ROUNDS = 25, 14


def sums(
    model: Model, t: Floats, y: Floats, w: Floats, left: Floats, right: Floats
) -> tuple[Floats, Floats]:
    """(sse, slopes) of ordinary regressions with the change points given; inf where they may not lie."""
    one = np.ones_like(t)
    cold = np.minimum(t - left[:, None], 0.0)
    warm = np.maximum(t - right[:, None], 0.0)
    columns = {
        Model.HEATING: [cold],
        Model.COOLING: [warm],
        Model.VEE: [cold, warm],
        Model.BOTH: [cold, warm],
    }[model]
    root = np.sqrt(w)
    x = np.stack([np.broadcast_to(one, cold.shape), *columns], axis=2) * root[:, None]
    found = np.linalg.pinv(x) @ (y * root)
    sse = (((x @ found[:, :, None])[:, :, 0] - y * root) ** 2).sum(axis=1)
    allowed = left <= right
    slopes = found[:, 1:]
    if model is not Model.COOLING:
        allowed &= ((t <= left[:, None]).sum(axis=1) >= LEAST) & (slopes[:, 0] < 0)
    if model is not Model.HEATING:
        allowed &= ((t >= right[:, None]).sum(axis=1) >= LEAST) & (slopes[:, -1] > 0)
    return np.where(allowed, sse, np.inf), slopes


def best(model: Model, t: Floats, y: Floats, w: Floats) -> float:
    """The smallest sum of squares it comes upon; inf where no slopes have the right signs."""
    low, high = float(t.min()), float(t.max())
    two = model is Model.BOTH
    points = np.unique(np.concatenate([t, np.linspace(low, high, 40 if two else 600)]))
    if two:
        left, right = (one.ravel() for one in np.meshgrid(points, points, indexing="ij"))
        keep = left <= right
        left, right = left[keep], right[keep]
    else:
        left = right = points
    sse, _ = sums(model, t, y, w, left, right)
    smallest = float(sse.min())
    if not np.isfinite(smallest):
        return smallest
    for start in np.argsort(sse)[:3]:
        if np.isfinite(sse[start]):
            at = (float(left[start]), float(right[start]))
            smallest = min(smallest, _refined(model, t, y, w, at, two))
    return smallest


def _refined(
    model: Model, t: Floats, y: Floats, w: Floats, at: tuple[float, float], two: bool
) -> float:
    span = float(np.ptp(t)) / (20 if two else 300)
    smallest = np.inf
    for _ in range(ROUNDS):
        lefts = np.clip(at[0] + span * np.linspace(-1, 1, STEPS), t.min(), t.max())
        rights = np.clip(at[1] + span * np.linspace(-1, 1, STEPS), t.min(), t.max())
        if two:
            left, right = (one.ravel() for one in np.meshgrid(lefts, rights, indexing="ij"))
            keep = left <= right
            left, right = left[keep], right[keep]
        else:
            left = right = lefts
        sse, _ = sums(model, t, y, w, left, right)
        place = int(np.argmin(sse))
        if sse[place] < smallest:
            smallest = float(sse[place])
            at = (float(left[place]), float(right[place]))
        span *= 0.35
    return smallest

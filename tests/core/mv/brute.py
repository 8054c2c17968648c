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
    cold = np.minimum(t - left[:, None], 0.0)
    warm = np.maximum(t - right[:, None], 0.0)
    columns = {
        Model.HEATING: [cold],
        Model.COOLING: [warm],
        Model.VEE: [cold, warm],
        Model.BOTH: [cold, warm],
    }[model]
    slopes, rest = _regressed(columns, y, w)
    sse = (rest**2 @ w).ravel()
    allowed = left <= right
    if model is not Model.COOLING:
        allowed &= ((t <= left[:, None]).sum(axis=1) >= LEAST) & (slopes[:, 0] < 0)
    if model is not Model.HEATING:
        allowed &= ((t >= right[:, None]).sum(axis=1) >= LEAST) & (slopes[:, -1] > 0)
    return np.where(allowed, sse, np.inf), slopes


def _regressed(columns: list[Floats], y: Floats, w: Floats) -> tuple[Floats, Floats]:
    """(slopes, residuals): each column freed of its mean, the second of the first as well."""
    share = w / w.sum()
    free = [one - (one @ share)[:, None] for one in columns]
    rest = np.broadcast_to(y - y @ share, free[0].shape)
    slopes = np.zeros((len(rest), len(free)))
    first, last = free[0], free[-1]
    lean = _slope(first, last, w) if len(free) == 2 else np.zeros(len(rest))
    own = last - lean[:, None] * first if len(free) == 2 else first
    alike = (own**2 @ w) <= 1e-10 * (last**2 @ w)
    for _ in range(2):  # the second time for what rounding left
        if len(free) == 2:
            steep = np.where(alike, 0.0, _slope(own, rest, w))
            slopes[:, 1] += steep
            slopes[:, 0] -= steep * lean
            rest = rest - steep[:, None] * own
        flat = _slope(first, rest, w)
        slopes[:, 0] += flat
        rest = rest - flat[:, None] * first
    if len(free) == 2 and alike.any():
        root = np.sqrt(w)
        x = np.stack([one[alike] for one in free], axis=2) * root[:, None]
        slopes[alike] = np.linalg.pinv(x) @ ((y - y @ share) * root)
        rest[alike] = ((y - y @ share) * root - (x @ slopes[alike][:, :, None])[:, :, 0]) / root
    return slopes, rest


def _slope(column: Floats, other: Floats, w: Floats) -> Floats:
    """Of the other over the column, both without a mean; 0 where the column is flat."""
    square = column**2 @ w
    there = square > 0
    return np.where(there, (column * other) @ w, 0.0) / np.where(there, square, 1.0)


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

"""The points of many meters seen from one end: running sums, lines and hinges, in a stable way.

Every array is (points, meters), points sorted by temperature: one numpy call serves all meters. Use is
centred (its weighted mean is 0), weights have the mean 1. A `Side` looks at the points from one end:
x = T from the cold end, x = −T from the warm one, so that one text serves heating and cooling; in both a
slope falls towards the middle (dE/dx < 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custody.mv.shapes import LEAST_IN_SLOPE, Floats

FIRST = LEAST_IN_SLOPE - 1
"""The first point a slope may end on, counted from its outer end."""
NEVER = 1e300
"""Sum of squares of what is no candidate."""
TOUCH = 1e-12
"""Relative: temperatures nearer than this are one, and sums of squares nearer to each other equal."""


@dataclass(frozen=True, slots=True)
class Side:
    """Running sums of the points 0…k seen from one end; `line` is the regression of these points."""

    x: Floats
    weight: Floats
    mean_x: Floats
    mean_y: Floats
    cxx: Floats
    cxy: Floats
    cyy: Floats
    h1: Floats
    """Σ w·h, h = (x_k − x)+: the hinge that ends at point k; h2 = Σ w·h², hy = Σ w·h·y."""
    h2: Floats
    hy: Floats
    slope: Floats
    line_sse: Floats
    near: Floats
    """The line at its last point x_k, far: at the next one x_{k+1}; −inf and +inf where no change
    point may lie in that gap or the line does not fall."""
    far: Floats

    def flipped(self, values: Floats) -> Floats:
        """In the order of the other side: row k tells of the points k…n−1 of that order."""
        return values[::-1]


def side(x: Floats, y: Floats, weight: Floats, touch: Floats) -> Side:
    """`touch` (meters,): temperatures nearer than this are equal."""
    n = x.shape[0]
    total, mean_x, mean_y = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    cxx, cxy, cyy = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    total[0], mean_x[0], mean_y[0] = weight[0], x[0], y[0]
    for k in range(1, n):  # updated as Welford does: nothing large is ever subtracted
        dx, dy = x[k] - mean_x[k - 1], y[k] - mean_y[k - 1]
        total[k] = total[k - 1] + weight[k]
        share = weight[k] / total[k]
        mean_x[k] = mean_x[k - 1] + dx * share
        mean_y[k] = mean_y[k - 1] + dy * share
        dx_w, dy_w = dx * share * total[k - 1], dy * share * total[k - 1]
        cxx[k] = cxx[k - 1] + dx * dx_w
        cxy[k] = cxy[k - 1] + dx * dy_w
        cyy[k] = cyy[k - 1] + dy * dy_w
    reach = x - mean_x
    h1 = total * reach
    h2 = cxx + h1 * reach
    hy = h1 * mean_y - cxy
    flat = h2 <= total * touch**2
    h1[flat], h2[flat], hy[flat] = 0.0, 1.0, -1.0  # a hinge on nothing: its slope is refused
    level = cxx <= total * touch**2
    slope = cxy / np.where(level, 1.0, cxx)
    line_sse = np.maximum(cyy - slope * cxy, 0.0)
    near = mean_y + slope * reach
    far = np.full_like(x, np.inf)
    far[:-1] = mean_y[:-1] + slope[:-1] * (x[1:] - mean_x[:-1])
    shut = level | (slope >= 0)
    shut[:-1] |= x[1:] - x[:-1] <= touch
    shut[-1] = True
    near[shut], far[shut] = -np.inf, np.inf
    return Side(
        *(x, total, mean_x, mean_y, cxx, cxy, cyy), *(h1, h2, hy), *(slope, line_sse, near, far)
    )

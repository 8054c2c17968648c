"""The exact least-squares change points, by enumeration (D. J. Hudson, JASA 61 (1966) 1097–1129).

A best change point lies either strictly inside the gap between two neighbouring temperatures, and then
the segments it parts are independent regressions whose crossing falls into that gap, or exactly on a
point, and then the normal equations are small and fixed. Both are closed forms; all of them are
evaluated and the smallest sum of squares with the right signs is the optimum. No iteration.

A slope of zero is no slope: where the best fit with both slopes allowed to vanish has one that does,
4P and 5P do not exist for the meter, for any such fit can be bettered by the 3P or 1P it runs into.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custody.mv.shapes import LEAST_IN_SLOPE, Counts, Flags, Floats
from custody.mv.sides import FIRST, NEVER, TOUCH, Side

# --- one change point, one slope --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hinge:
    """The best fit with one slope, seen from its side. All (meters,)."""

    sse: Floats
    base: Floats
    slope: Floats
    """dE/dx, below 0; sse is NEVER where there is none."""
    at: Floats
    inner: Floats
    """The best sse among change points that leave a slope's points on either side."""


def hinge(own: Side, other: Side) -> Hinge:
    n = own.x.shape[0]
    whole, sst = own.weight[-1], own.cyy[-1]
    spread = own.h2 - own.h1**2 / whole
    on_point = sst - own.hy**2 / spread
    on_point += (own.hy <= 0) * NEVER
    mean = other.flipped(other.mean_y)[1:]
    in_gap = own.line_sse[:-1] + other.flipped(other.cyy)[1:]
    in_gap += ((mean > own.near[:-1]) | (mean < own.far[:-1])) * NEVER
    both = np.concatenate([on_point[FIRST:], in_gap[FIRST:]])
    best = np.argmin(both, axis=0)
    columns = np.arange(both.shape[1])
    gap = best >= n - FIRST
    k = np.where(gap, best - (n - FIRST), best) + FIRST
    k_gap = np.minimum(k, n - 2)
    gain = own.hy[k, columns] / spread[k, columns]
    level = mean[k_gap, columns]
    line = own.slope[k, columns]
    safe = np.where(gap, line, -1.0)
    crossing = own.mean_x[k, columns] + (level - own.mean_y[k, columns]) / safe
    crossing = np.clip(crossing, own.x[k, columns], own.x[k_gap + 1, columns])
    inner = np.concatenate([on_point[FIRST : n - FIRST], in_gap[FIRST : n - FIRST - 1]])
    return Hinge(
        both[best, columns],
        np.where(gap, level, -gain * own.h1[k, columns] / whole),
        np.where(gap, line, -gain),
        np.where(gap, crossing, own.x[k, columns]),
        inner.min(axis=0, initial=NEVER),
    )


# --- one or two change points, two slopes -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bend:
    """The best fit with a falling and a rising slope. All (meters,); slopes are dE/dT."""

    sse: Floats
    base: Floats
    slope_left: Floats
    slope_right: Floats
    cp_left: Floats
    cp_right: Floats


def none(meters: int) -> Bend:
    nothing = np.full(meters, np.nan)
    return Bend(np.full(meters, NEVER), nothing, nothing, nothing, nothing, nothing)


def vee(cold: Side, warm: Side) -> Bend:
    """One change point between two slopes."""
    n, meters = cold.x.shape
    if n < 2 * LEAST_IN_SLOPE - 1:
        return none(meters)
    columns = np.arange(meters)
    inside, gaps = slice(FIRST, n - FIRST), slice(FIRST, n - FIRST - 1)
    after = slice(FIRST + 1, n - FIRST)
    flip = warm.flipped
    h1l, h2l, hyl = cold.h1[inside], cold.h2[inside], cold.hy[inside]
    h1r, h2r, hyr = flip(warm.h1)[inside], flip(warm.h2)[inside], flip(warm.hy)[inside]
    rest = -(h1l * hyl / h2l + h1r * hyr / h2r)
    level = rest / (cold.weight[-1] - h1l**2 / h2l - h1r**2 / h2r)
    on_point = cold.cyy[-1] - hyl**2 / h2l - hyr**2 / h2r - level * rest
    on_point += ((hyl - level * h1l <= 0) | (hyr - level * h1r <= 0)) * NEVER
    in_gap = cold.line_sse[gaps] + flip(warm.line_sse)[after]
    crosses = (cold.near[gaps] >= flip(warm.far)[after]) & (
        cold.far[gaps] <= flip(warm.near)[after]
    )
    in_gap += ~crosses * NEVER
    both = np.concatenate([on_point, in_gap])
    best = np.argmin(both, axis=0)
    points = n - 2 * FIRST
    gap = best >= points
    k = np.where(gap, best - points, best)
    p, g = np.minimum(k, points - 1), np.minimum(k + FIRST, n - 2)
    base = level[p, columns]
    left = -(hyl - level * h1l)[p, columns] / h2l[p, columns]
    right = (hyr - level * h1r)[p, columns] / h2r[p, columns]
    at = cold.x[p + FIRST, columns]
    line_l, line_r = cold.slope[g, columns], -flip(warm.slope)[g + 1, columns]
    x_l, y_l = cold.mean_x[g, columns], cold.mean_y[g, columns]
    x_r, y_r = -flip(warm.mean_x)[g + 1, columns], flip(warm.mean_y)[g + 1, columns]
    apart = np.where(gap, line_l - line_r, 1.0)
    cross = np.clip(
        (y_r - y_l + line_l * x_l - line_r * x_r) / apart,
        *(cold.x[g, columns], cold.x[g + 1, columns]),
    )
    at = np.where(gap, cross, at)
    return Bend(
        both[best, columns],
        np.where(gap, y_l + line_l * (cross - x_l), base),
        np.where(gap, line_l, left),
        np.where(gap, line_r, right),
        at,
        at,
    )


Row = Callable[[NDArray[np.int64] | int, slice], tuple[Floats, Floats]]
"""(i, js) → (sse, level) of all candidates whose first change point is i and second one in js."""


class _Pairs:
    """The four families of two change points; i is a row of the left side, j of the flipped right."""

    def __init__(self, cold: Side, warm: Side) -> None:
        self.cold, self.warm = cold, warm
        self.n = cold.x.shape[0]
        self.whole, self.sst = cold.weight[-1], cold.cyy[-1]
        self.columns = np.arange(cold.x.shape[1])
        flip = warm.flipped
        # What a hinge takes away of the sums when it is eliminated, by point.
        self.left = _eliminated(cold.h1, cold.h2, cold.hy)
        self.right = _eliminated(flip(warm.h1), flip(warm.h2), flip(warm.hy))
        # Sums over the points 0…k, from which those of a middle segment are differences.
        self.y = cold.weight * cold.mean_y
        self.yy = cold.cyy + self.y * cold.mean_y
        self.line_sse, self.near, self.far = (
            flip(warm.line_sse),
            flip(warm.near),
            flip(warm.far),
        )

    def _pick(self, values: Floats, i: NDArray[np.int64] | int) -> Floats:
        """Row i, or of each meter its own."""
        found: Floats = values[i] if isinstance(i, int) else values[i, self.columns]
        return found

    def on_points(self, i: NDArray[np.int64] | int, js: slice) -> tuple[Floats, Floats]:
        y_l, w_l, s_l, top_l = (self._pick(one, i) for one in self.left)
        y_r, w_r, s_r, top_r = (one[js] for one in self.right)
        rest = -(y_r + y_l)
        level = rest / ((self.whole - w_l) - w_r)
        sse = ((self.sst - s_l) - s_r) - level * rest
        sse += (level >= np.minimum(top_l, top_r)) * NEVER
        return sse, level

    def in_gaps(self, i: NDArray[np.int64] | int, js: slice) -> tuple[Floats, Floats]:
        cold = self.cold
        y = self.y[js] - self._pick(self.y, i)
        level = y / (cold.weight[js] - self._pick(cold.weight, i))
        after = slice(js.start + 1, js.stop + 1)
        sse = (self.yy[js] + self.line_sse[after]) - level * y
        sse -= self._pick(self.yy, i) - self._pick(cold.line_sse, i)
        low = np.maximum(self._pick(cold.far, i), self.far[after])
        high = np.minimum(self._pick(cold.near, i), self.near[after])
        sse += ((level < low) | (level > high)) * NEVER
        return sse, level


def _eliminated(h1: Floats, h2: Floats, hy: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    share = h1 / h2
    # Where the hinge rests on nothing its slope is refused whatever the level.
    top = np.where(h1 > 0, hy / np.where(h1 > 0, h1, 1.0), -np.inf)
    return share * hy, share * h1, hy**2 / h2, top


class _Mixed:
    """One change point on a point of `own`, the other in a gap, where `other`'s line begins."""

    def __init__(self, own: Side, other: Side) -> None:
        self.own = own
        self.columns = np.arange(own.x.shape[1])
        flip = other.flipped
        self.sse, self.near, self.far = flip(other.line_sse), flip(other.near), flip(other.far)
        self.inverse = 1.0 / own.weight

    def rows(self, i: NDArray[np.int64] | int, js: slice) -> tuple[Floats, Floats]:
        own = self.own
        at = i if isinstance(i, int) else (i, self.columns)
        h1, h2, hy = own.h1[at], own.h2[at], own.hy[at]
        mean = own.mean_y[js]
        reach = h1 * self.inverse[js]
        shared = hy - h1 * mean
        gain = shared / (h2 - h1 * reach)
        level = mean - gain * reach
        after = slice(js.start + 1, js.stop + 1)
        sse = (own.cyy[js] + self.sse[after]) - gain * shared
        sse += ((shared <= 0) | (level > self.near[after]) | (level < self.far[after])) * NEVER
        return sse, level


def both(cold: Side, warm: Side, bent: Bend) -> Bend:
    """Two change points with a level stretch between; `bent` is the best with none between."""
    n, meters = cold.x.shape
    if n < 2 * LEAST_IN_SLOPE:
        return bent
    pairs, right_gap, left_gap = _Pairs(cold, warm), _Mixed(cold, warm), _Mixed(warm, cold)
    last = n - FIRST  # one beyond the last point a slope may begin on
    # family: rows, first j for an i, one beyond the last j
    families: tuple[tuple[Row, int, int], ...] = (
        (pairs.on_points, 1, last),
        (pairs.in_gaps, 1, last - 1),
        (right_gap.rows, 0, last - 1),
        (left_gap.rows, 0, last - 1),
    )
    best = np.full(meters, NEVER)
    best_i = np.zeros(meters, np.int64)
    family = np.zeros(meters, np.int64)
    for i in range(FIRST, last):
        for number, (rows, step, stop) in enumerate(families):
            if i + step < stop:
                sse, _ = rows(i, slice(i + step, stop))
                found = sse.min(axis=0)
                better = found < best
                np.minimum(best, found, out=best)
                best_i[better], family[better] = i, number
    parts = [
        _two_points(pairs, best_i, families[0]),
        _two_gaps(pairs, best_i, families[1]),
        _mixed(cold, warm, best_i, families[2]),
        _mirrored(_mixed(warm, cold, best_i, families[3])),
    ]
    chosen = [
        np.choose(family, [getattr(part, name) for part in parts])
        for name in ("base", "slope_left", "slope_right", "cp_left", "cp_right")
    ]
    wins = best < bent.sse
    rest = (bent.base, bent.slope_left, bent.slope_right, bent.cp_left, bent.cp_right)
    return Bend(
        np.minimum(best, bent.sse),
        *(np.where(wins, mine, theirs) for mine, theirs in zip(chosen, rest, strict=True)),
    )


def _second(
    best_i: Counts, family: tuple[Row, int, int], columns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats]:
    """For each meter the best second change point that goes with its first one, and the level."""
    rows, step, stop = family
    with np.errstate(all="ignore"):  # second ones before the first are looked at and thrown away
        sse, level = rows(best_i, slice(FIRST, stop))
    js = np.arange(FIRST, stop)[:, None]
    found = np.argmin(np.where(js >= best_i + step, sse, np.inf), axis=0)
    return found + FIRST, level[found, columns]


def _two_points(pairs: _Pairs, i: Counts, family: tuple[Row, int, int]) -> Bend:
    columns, cold, warm = pairs.columns, pairs.cold, pairs.warm
    j, level = _second(i, family, columns)
    back = pairs.n - 1 - j
    return Bend(
        level,
        level,
        -(cold.hy[i, columns] - level * cold.h1[i, columns]) / cold.h2[i, columns],
        (warm.hy[back, columns] - level * warm.h1[back, columns]) / warm.h2[back, columns],
        cold.x[i, columns],
        cold.x[j, columns],
    )


def _two_gaps(pairs: _Pairs, i: Counts, family: tuple[Row, int, int]) -> Bend:
    columns, cold, warm = pairs.columns, pairs.cold, pairs.warm
    j, level = _second(i, family, columns)
    back = pairs.n - 2 - j
    return Bend(
        level,
        level,
        cold.slope[i, columns],
        -warm.slope[back, columns],
        _reach(cold, i, level, columns),
        -_reach(warm, back, level, columns),
    )


def _mixed(own: Side, other: Side, i: Counts, family: tuple[Row, int, int]) -> Bend:
    """Seen from `own`: x and dE/dx."""
    columns, n = np.arange(own.x.shape[1]), own.x.shape[0]
    j, level = _second(i, family, columns)
    back = n - 2 - j
    h1 = own.h1[i, columns]
    shared = own.hy[i, columns] - h1 * own.mean_y[j, columns]
    spread = own.h2[i, columns] - h1**2 / own.weight[j, columns]
    return Bend(
        level,
        level,
        -shared / spread,
        -other.slope[back, columns],
        own.x[i, columns],
        -_reach(other, back, level, columns),
    )


def _mirrored(one: Bend) -> Bend:
    return Bend(one.sse, one.base, -one.slope_right, -one.slope_left, -one.cp_right, -one.cp_left)


def _reach(own: Side, k: Counts, level: Floats, columns: NDArray[np.int64]) -> Floats:
    """Where the line of the points 0…k comes to the level, within the gap behind k."""
    slope = own.slope[k, columns]
    slope = np.where(slope < 0, slope, -1.0)
    at = own.mean_x[k, columns] + (level - own.mean_y[k, columns]) / slope
    n = own.x.shape[0]
    found: Floats = np.clip(at, own.x[k, columns], own.x[np.minimum(k + 1, n - 1), columns])
    return found


def exists(bend: Bend, cool: Hinge, heat: Hinge, sst: Floats) -> Flags:
    """Whether the bend betters all that it turns into when one of its slopes vanishes."""
    simpler = np.minimum(np.minimum(cool.inner, heat.inner), sst)
    found: Flags = bend.sse < simpler - TOUCH * sst
    return found

"""The six shapes a meter's use may have over temperature, and what their five numbers mean.

E(T) = base + slope_left·min(T − cp_left, 0) + slope_right·max(T − cp_right, 0), E in use per day.
Slopes are dE/dT: heating has slope_left < 0, cooling slope_right > 0. 1P has the base alone; 2P has no
change point, its line is base + slope_right·T; 3PH has the left half, 3PC the right one; 4P has both
with cp_left = cp_right (V-shaped: left < 0 < right); 5P both with cp_left ≤ cp_right.
Names and algebra: ASHRAE Guideline 14-2014 annex D, Kissock et al., Inverse Modeling Toolkit (2003).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

BASE, SLOPE_LEFT, SLOPE_RIGHT, CP_LEFT, CP_RIGHT = range(5)
COEFFICIENTS = ("base", "slope_left", "slope_right", "cp_left", "cp_right")
"""Names of the columns of an array of coefficients; NaN where a model has none."""


class Model(StrEnum):
    MEAN = "1P"
    LINE = "2P"
    COOLING = "3PC"
    HEATING = "3PH"
    VEE = "4P"
    BOTH = "5P"

    @property
    def parameters(self) -> int:
        """p of the statistics: change points count, for they are fitted too."""
        return int(self.value[0])

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Model.MEAN: "不随气温变化",
    Model.LINE: "随气温直线变化",
    Model.COOLING: "制冷型",
    Model.HEATING: "采暖型",
    Model.VEE: "采暖制冷型（一个拐点）",
    Model.BOTH: "采暖制冷型（两个拐点）",
}
MODELS: tuple[Model, ...] = tuple(Model)
LEAST_FOR_BOTH = 15
"""Points a 5P fit needs (our choice, from back-tests on real meters)."""
LEAST_IN_SLOPE = 3
"""Points a sloping segment holds, one on the change point counted."""


def parameters(models: Sequence[Model]) -> Counts:
    """(K,) number of parameters."""
    return np.array([model.parameters for model in models], np.int64)


def predict(coefficients: ArrayLike, temperature: ArrayLike) -> Floats:
    """Use per day. `coefficients` (…, 5), `temperature` (…, n) in °C or broadcast to it → (…, n)."""
    given = np.asarray(coefficients, np.float64)[..., None, :]
    warm = np.asarray(temperature, np.float64)
    left, right = given[..., CP_LEFT], given[..., CP_RIGHT]
    cold_side = np.minimum(warm - np.where(np.isnan(left), -np.inf, left), 0.0)
    warm_side = np.where(np.isnan(right), warm, np.maximum(warm - right, 0.0))
    found: Floats = (
        given[..., BASE]
        + _or_nothing(given[..., SLOPE_LEFT]) * cold_side
        + _or_nothing(given[..., SLOPE_RIGHT]) * warm_side
    )
    return found


def _or_nothing(slopes: Floats) -> Floats:
    found: Floats = np.where(np.isnan(slopes), 0.0, slopes)
    return found

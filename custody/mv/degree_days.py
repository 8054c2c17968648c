"""Heating and cooling degree days (GB 50176-2016 §2.1: HDD18, CDD26), from days or monthly means.

From monthly means they are too low in the months between the seasons: a month of 18 °C has cold days.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

HEATING_BASE = 18.0
COOLING_BASE = 26.0
"""°C."""


def heating(temperature: ArrayLike, days: ArrayLike = 1.0, base: float = HEATING_BASE) -> float:
    """Σ (base − T)+ · days, K·d. `temperature`: °C of each day, or mean of each period of `days`."""
    return _sum(base - np.asarray(temperature, np.float64), days)


def cooling(temperature: ArrayLike, days: ArrayLike = 1.0, base: float = COOLING_BASE) -> float:
    """Σ (T − base)+ · days, K·d."""
    return _sum(np.asarray(temperature, np.float64) - base, days)


def _sum(excess: np.ndarray[tuple[int, ...], np.dtype[np.float64]], days: ArrayLike) -> float:
    return float((np.maximum(excess, 0.0) * np.asarray(days, np.float64)).sum())


def coverage(temperatures: Sequence[float | None]) -> float:
    """Share of the days of a period that have a temperature, 0…1."""
    known = sum(one is not None for one in temperatures)
    return known / len(temperatures) if temperatures else 0.0

"""Quantiles of Student's t, exact for whole degrees of freedom (Abramowitz and Stegun 26.7.3–4)."""

from __future__ import annotations

import math
from functools import cache


def inside(t: float, freedom: int) -> float:
    """P(|X| ≤ t). `freedom` ≥ 1."""
    return _inside(math.atan(abs(t) / math.sqrt(freedom)), freedom)


def _inside(angle: float, freedom: int) -> float:
    """By the angle atan(t/√ν): a finite sum, without an integral."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2 == 1
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


@cache
def quantile(confidence: float, freedom: int) -> float:
    """The t with P(|X| ≤ t) = confidence (two-sided). ValueError outside 0 < confidence < 1, ν ≥ 1."""
    if not 0 < confidence < 1 or freedom < 1:
        raise ValueError(f"no such quantile: {confidence}, {freedom} degrees of freedom")
    low, high = 0.0, math.pi / 2
    for _ in range(80):
        middle = (low + high) / 2
        if _inside(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return math.tan((low + high) / 2) * math.sqrt(freedom)

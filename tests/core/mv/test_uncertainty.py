"""What a saving is worth, in figures known from elsewhere."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.mv.student import inside, quantile
from custody.mv.uncertainty import alpha, fractional, independent, portfolio, share


@pytest.mark.parametrize(
    ("confidence", "freedom", "t"),
    [
        (0.90, 1, 6.313751515),
        (0.95, 2, 4.302652730),
        (0.95, 10, 2.228138852),
        (0.99, 7, 3.499483297),
        (0.95, 30, 2.042272456),
        (0.90, 1000, 1.646378818),
        (0.50, 3, 0.764892329),
        (0.68, 9, 1.05252),
        (0.90, 9, 1.83311),
    ],
)
def test_quantiles_of_the_printed_tables(confidence: float, freedom: int, t: float) -> None:
    assert quantile(confidence, freedom) == pytest.approx(t, abs=1e-6 if t != round(t, 5) else 5e-6)


@given(st.floats(0.01, 0.999), st.integers(1, 400))
def test_the_quantile_inverts_the_probability(confidence: float, freedom: int) -> None:
    assert inside(quantile(confidence, freedom), freedom) == pytest.approx(confidence, abs=1e-12)


@given(st.floats(0, 30), st.integers(1, 60))
def test_the_probability_is_the_integral(t: float, freedom: int) -> None:
    """Simpson's rule over the density, in the angle, where it is smooth and bounded."""
    end = math.atan(t / math.sqrt(freedom))
    factor = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) * 2
    factor /= math.sqrt(math.pi)
    steps = 400
    total = sum(
        (1 if k in (0, steps) else 4 if k % 2 else 2) * math.cos(end * k / steps) ** (freedom - 1)
        for k in range(steps + 1)
    )
    assert inside(t, freedom) == pytest.approx(factor * total * end / steps / 3, abs=1e-7)


@pytest.mark.parametrize(("confidence", "freedom"), [(0, 3), (1, 3), (0.9, 0)])
def test_there_is_no_such_quantile(confidence: float, freedom: int) -> None:
    with pytest.raises(ValueError, match="no such quantile"):
        quantile(confidence, freedom)


def test_the_golden_uncertainty() -> None:
    """§3.8: F = 0.10731, p = 3."""
    assert alpha(12) == pytest.approx(1.30558, abs=1e-9)
    for confidence, wanted in ((0.68, 0.07928), (0.90, 0.13808)):
        part = share(cvrmse=1.9857, n=12, p=3, m=12, confidence=confidence)
        assert part is not None
        found = fractional(part, 1441.7152, 154.7152)
        assert found == pytest.approx(wanted, abs=1e-5)


def test_without_a_degree_of_freedom_nothing_is_said() -> None:
    assert share(cvrmse=2, n=3, p=3, m=12, confidence=0.9) is None
    assert share(cvrmse=math.nan, n=9, p=3, m=12, confidence=0.9) is None
    assert fractional(0.1, 100, 0) is None


def test_correlated_points_are_worth_less() -> None:
    assert independent(365, 0.6, monthly=False) == pytest.approx(91.25)
    assert independent(365, 0.4, monthly=False) == 365
    assert independent(12, 0.6) == 12
    loose, plain = (
        share(cvrmse=9, n=60, p=3, m=12, confidence=0.9, autocorrelation=r, monthly=False)
        for r in (0.7, 0.1)
    )
    assert loose is not None
    assert plain is not None
    assert loose > 2 * plain


def test_a_sum_is_more_certain_than_its_parts_but_not_beyond_the_floor() -> None:
    assert portfolio([3.0, 4.0], 100) == 5
    assert portfolio([0.3, 0.4], 100) == 2
    assert portfolio([0.3, 0.4], 100, floor=0) == 0.5
    assert portfolio([3.0, None], 100) is None
    assert portfolio([], 100) is None

"""What a line tells for every month of its base period, to lay beside the bills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from custody.baselines.rules.fitting import QUOTA_ENTERED, REGRESSION, RULE
from custody.baselines.rules.plain import month_of
from custody.kernel.periods import Month
from custody.mv.ladder import SAME_MONTH, Baseline
from custody.mv.shapes import predict

YEAR_DAYS = 365


def by_model(
    fit: Baseline, months: Sequence[int], warmth: Mapping[int, float]
) -> list[float | None]:
    """Use a month; None where the model cannot tell."""
    if not fit.sufficient:
        return [None] * len(months)
    spans = [month_of(code) for code in months]
    if fit.method == SAME_MONTH:
        rates = dict(fit.profile)
        return [_times(rates.get(one.number), one) for one in spans]
    known = np.array([warmth.get(code, np.nan) for code in months])
    told = predict(list(fit.coefficients), known if fit.needs_temperature else np.zeros(len(known)))
    return [
        _times(float(rate), one) if np.isfinite(rate) else None
        for rate, one in zip(told, spans, strict=True)
    ]


def by_rule(
    use: float | None, record: Mapping[str, Any], months: Sequence[int]
) -> list[float | None]:
    """A year's base spread over its months as they were used in the base years."""
    if use is None:
        return [None] * len(months)
    shares = record["shares"]
    return [use * shares[code % 100 - 1] for code in months]


def by_quota(quota: float | None, months: Sequence[int]) -> list[float | None]:
    if quota is None:
        return [None] * len(months)
    return [quota * month_of(code).days / YEAR_DAYS for code in months]


def expected(
    chosen: str,
    *,
    fit: Baseline,
    rule_use: float | None,
    rule_record: Mapping[str, Any],
    quota: float | None,
    months: Sequence[int],
    warmth: Mapping[int, float],
) -> list[float | None]:
    if chosen == REGRESSION:
        return by_model(fit, months, warmth)
    if chosen == RULE:
        return by_rule(rule_use, rule_record, months)
    return by_quota(quota if chosen == QUOTA_ENTERED else None, months)


def _times(rate: float | None, month: Month) -> float | None:
    return None if rate is None else rate * month.days

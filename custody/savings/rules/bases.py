"""The bases of many meters as arrays: what each would use on a day of a month at a temperature."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custody.baselines.rules.fitting import QUOTA_ENTERED, REGRESSION, RULE
from custody.baselines.rules.plain import from_plain
from custody.mv.ladder import SAME_MONTH, Baseline
from custody.mv.shapes import predict
from custody.mv.student import quantile
from custody.mv.uncertainty import alpha

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
CONFIDENCE = 0.9
MONTH_DAYS = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""A year of the rule or of a quota is spread over these."""
_UNTOLD = (math.nan,) * 12


@dataclass(frozen=True, slots=True)
class Base:
    """One meter's line of an adopted baseline, as far as savings are reckoned from it."""

    chosen: str
    curve: tuple[float, ...] = (math.nan,) * 5
    """Over temperature (mv.shapes); NaN where use follows the months alone."""
    profile: tuple[float, ...] = _UNTOLD
    """Use a day in January … December."""
    warm: bool = False
    """Needs the month's temperature."""
    points: int = 0
    parameters: int = 0
    cvrmse: float = math.nan
    """Percent, of the fit by which it was chosen."""
    fluctuation: float = math.nan
    """By the rule: half-width of the interval of prediction from its base years, a share of the year."""
    price: float = math.nan
    """Yuan a unit in the last base year."""
    warmth: tuple[float, float] = (-math.inf, math.inf)

    @property
    def there(self) -> bool:
        return bool(self.chosen)

    @property
    def curved(self) -> bool:
        return not math.isnan(self.curve[0])


def base_of(
    chosen: str,
    *,
    record: Mapping[str, Any],
    rule_use: float | None,
    rule_record: Mapping[str, Any],
    quota: float | None,
    price: float | None,
) -> Base:
    """A line as it stands; nothing is reckoned from what its data do not bear."""
    cost = math.nan if price is None else price
    if chosen == REGRESSION and record:
        return _regressed(from_plain(record), cost)
    if chosen == RULE and rule_use is not None:
        shares = rule_record.get("shares") or [1 / 12] * 12
        uses = [float(one["use"]) for one in rule_record.get("years", ())]
        return Base(RULE, profile=_spread(rule_use, shares), fluctuation=interval(uses), price=cost)
    if chosen == QUOTA_ENTERED and quota is not None:
        days = sum(MONTH_DAYS)
        return Base(
            QUOTA_ENTERED, profile=_spread(quota, [one / days for one in MONTH_DAYS]), price=cost
        )
    return Base("", price=cost)


def _regressed(fit: Baseline, price: float) -> Base:
    if not fit.sufficient:
        return Base("", price=price)
    common = {
        "points": fit.n,
        "parameters": fit.p or 0,
        "cvrmse": math.nan if fit.cvrmse is None or fit.p is None else fit.cvrmse,
        "price": price,
    }
    if fit.method == SAME_MONTH:
        told = dict(fit.profile)
        profile = tuple(told.get(month, math.nan) for month in range(1, 13))
        return Base(REGRESSION, profile=profile, **common)  # type: ignore[arg-type]
    return Base(
        REGRESSION,
        curve=fit.coefficients,
        warm=fit.needs_temperature,
        warmth=fit.warmth if fit.needs_temperature and fit.warmth else (-math.inf, math.inf),
        **common,  # type: ignore[arg-type]
    )


def _spread(year: float, shares: Sequence[float]) -> tuple[float, ...]:
    return tuple(year * share / days for share, days in zip(shares, MONTH_DAYS, strict=True))


def interval(years: Sequence[float], confidence: float = CONFIDENCE) -> float:
    """t·s·√(1 + 1/k) of k base years as a share of their mean: within it the next year would lie had
    nothing been done (interval of prediction of a normal sample). NaN for one year, or none used."""
    count = len(years)
    mean = sum(years) / count if count else 0.0
    if count < 2 or mean <= 0:
        return math.nan
    spread = math.sqrt(sum((one - mean) ** 2 for one in years) / (count - 1))
    return quantile(confidence, count - 1) * spread * math.sqrt(1 + 1 / count) / mean


@dataclass(frozen=True, slots=True)
class Bases:
    """Meters in rows, in the order of their readings."""

    there: Flags
    curved: Flags
    warm: Flags
    curve: Floats
    profile: Floats
    points: NDArray[np.int64]
    parameters: NDArray[np.int64]
    cvrmse: Floats
    fluctuation: Floats
    price: Floats

    def __len__(self) -> int:
        return int(self.there.shape[0])

    def per_day(self, months: NDArray[np.int64], temperature: Floats) -> Floats:
        """(meters, months); NaN where the base cannot tell. `months`: 202601 …"""
        if not len(self):
            return np.full((0, len(months)), np.nan)
        by_month = self.profile[:, months % 100 - 1]
        warm = np.where(self.warm[:, None], temperature, np.nan_to_num(temperature))
        found: Floats = np.where(self.curved[:, None], predict(self.curve, warm), by_month)
        found[~self.there] = np.nan
        return found

    def share(self, counted: NDArray[np.int64]) -> Floats:
        """(meters,) half-width at 90 % as a share of the adjusted baseline, by the months counted;
        NaN where the method has no degree of freedom."""
        return np.where(
            self.curved | np.isfinite(self.cvrmse), self._fitted(counted), self._ruled(counted)
        )

    def _fitted(self, counted: NDArray[np.int64]) -> Floats:
        free = self.points - self.parameters
        t = np.full(len(self), np.nan)
        for one in np.unique(free[free > 0]):
            t[free == one] = quantile(CONFIDENCE, int(one))
        months = np.where(counted > 0, counted, np.nan)
        n = np.where(self.points > 0, self.points, np.nan)
        found: Floats = t * alpha(months) * self.cvrmse / 100 * np.sqrt((1 + 2 / n) / months)  # type: ignore[arg-type]
        return found

    def _ruled(self, counted: NDArray[np.int64]) -> Floats:
        """Of less than a year the share is larger, as if its months were independent."""
        months = np.where(counted > 0, counted, np.nan)
        found: Floats = self.fluctuation * np.sqrt(12 / np.minimum(months, 12))
        return found


def stacked(bases: Sequence[Base]) -> Bases:
    count = len(bases)
    return Bases(
        np.array([one.there for one in bases], np.bool_),
        np.array([one.curved for one in bases], np.bool_),
        np.array([one.warm for one in bases], np.bool_),
        np.array([one.curve for one in bases], np.float64).reshape(count, 5),
        np.array([one.profile for one in bases], np.float64).reshape(count, 12),
        np.array([one.points for one in bases], np.int64),
        np.array([one.parameters for one in bases], np.int64),
        np.array([one.cvrmse for one in bases], np.float64),
        np.array([one.fluctuation for one in bases], np.float64),
        np.array([one.price for one in bases], np.float64),
    )

"""From a meter's bills to its baseline: the best method that its data bear.

Twelve months with temperature → a change-point model by BIC; twelve without → the profile of the same
months; six to eleven → the mean per day, flagged; fewer → a quota that people enter. District heat looks
at the heating season alone, gas has no cooling, water no weather. The ladder is our choice, from
back-tests on real meters: with twelve monthly points more refined methods predict no better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv import words
from custody.mv.choose import NO_MODEL, choose
from custody.mv.fit import Fits, fit
from custody.mv.method import METHOD_VERSION
from custody.mv.points import Points
from custody.mv.shapes import (
    LEAST_FOR_BOTH,
    MODELS,
    Model,
    predict,
)
from custody.mv.statistics import Statistics, statistics
from custody.mv.sufficiency import LIMITS, Energy, Findings, Limits, Reading, examine

SAME_MONTH, DAILY_MEAN, QUOTA = "same_month", "daily_mean", "quota"
"""The methods that need no temperature; the others are called by their model."""
METHOD_LABELS: dict[str, str] = {
    **{model.value: model.label for model in MODELS},
    SAME_MONTH: "同月对比",
    DAILY_MEAN: "日均用量",
    QUOTA: "定额（须人工录入）",
}
SUITED: dict[Energy, tuple[Model, ...]] = {
    Energy.ELECTRICITY: MODELS,
    Energy.GAS: (Model.MEAN, Model.LINE, Model.HEATING),
    Energy.HEAT: (Model.MEAN, Model.LINE, Model.HEATING),
    Energy.WATER: (Model.MEAN,),
}
LEAST_OF_SEASON = 3
"""Months of district heat from which a mean per day is told."""
_NONE = (float("nan"),) * 5


@dataclass(frozen=True, slots=True)
class Baseline:
    """One meter's. Numbers are None where the method, or a degree of freedom, is lacking."""

    method: str
    """A model («3PC») or SAME_MONTH, DAILY_MEAN, QUOTA."""
    energy: Energy
    coefficients: tuple[float, ...]
    """base, slope_left, slope_right, cp_left, cp_right (see shapes); NaN where there is none."""
    profile: tuple[tuple[int, float], ...]
    """SAME_MONTH: (month of the year, use per day)."""
    n: int
    p: int | None
    sse: float | None
    sst: float | None
    r2: float | None
    adj_r2: float | None
    cvrmse: float | None
    nmbe: float | None
    bic: float | None
    autocorrelation: float | None
    months: tuple[Month, ...]
    """Of the points that the fit rests on."""
    warmth: tuple[float, float] | None
    """Lowest and highest temperature of these points."""
    stops: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    candidates: tuple[Baseline, ...] = field(default=(), compare=False)
    """Every model that could be fitted, the taken one too; where asked for."""
    version: str = METHOD_VERSION

    @property
    def sufficient(self) -> bool:
        return not self.stops and self.method != QUOTA

    @property
    def label(self) -> str:
        return METHOD_LABELS[self.method]

    @property
    def needs_temperature(self) -> bool:
        return self.method in tuple(MODELS) and self.method != Model.MEAN

    def per_day(self, month: Month, temperature: float | None) -> float | None:
        """What the meter would use on a day of that month; None where the method cannot tell."""
        if self.method == SAME_MONTH:
            return dict(self.profile).get(month.number)
        if self.method == QUOTA or (self.needs_temperature and temperature is None):
            return None
        found = predict(np.array(self.coefficients), np.array([temperature or 0.0]))
        return float(found[0]) if np.isfinite(found[0]) else None


def baseline(
    readings: Sequence[Reading],
    energy: Energy = Energy.ELECTRICITY,
    *,
    model: Model | None = None,
    candidates: bool = False,
    limits: Limits = LIMITS,
) -> Baseline:
    """One meter's baseline; see `baselines`."""
    return baselines([readings], energy, model=model, candidates=candidates, limits=limits)[0]


def baselines(
    meters: Sequence[Sequence[Reading]],
    energy: Energy = Energy.ELECTRICITY,
    *,
    model: Model | None = None,
    candidates: bool = False,
    limits: Limits = LIMITS,
) -> list[Baseline]:
    """Of all meters at once, in their order.

    `model`: this one instead of the ladder's choice, fitted even where the data do not suffice (then the
    stops say so); without any temperature the ladder's fallback is taken all the same. `candidates`:
    every model beside the taken one.
    """
    found = [examine(readings, energy, limits) for readings in meters]
    used = [_points_of(one, limits, forced=model is not None) for one in found]
    points = _batch(used)
    suited = SUITED[energy]
    fits = fit(points, MODELS)
    numbers = statistics(fits)
    taken = choose(_only(fits, suited), numbers)
    return [
        _Meter(one, tuple(rows), energy, limits, fits, numbers, place).taken(
            model, int(taken[place]), candidates
        )
        for place, (one, rows) in enumerate(zip(found, used, strict=True))
    ]


def _only(fits: Fits, suited: Sequence[Model]) -> Fits:
    """Without the models that the energy cannot have."""
    hidden = [place for place, model in enumerate(fits.models) if model not in suited]
    sse = fits.sse.copy()
    sse[:, hidden] = np.nan
    return Fits(
        *(fits.models, fits.n, fits.coefficients, sse, fits.bias, fits.lag),
        *(fits.mean, fits.sst, fits.level),
    )


def _points_of(found: Findings, limits: Limits, *, forced: bool) -> list[Reading]:
    """The readings that are fitted: those with a temperature, where these carry a model."""
    warm = [one for one in found.usable if one.temperature is not None]
    if len(warm) >= limits.full_year or (forced and warm):
        return warm
    return list(found.usable)


def _batch(meters: Sequence[Sequence[Reading]]) -> Points:
    width = max([1, *map(len, meters)])
    use, days, warm = (np.full((len(meters), width), np.nan) for _ in range(3))
    for row, readings in enumerate(meters):
        for column, one in enumerate(readings):
            use[row, column], days[row, column] = one.use, one.days
            if one.temperature is not None:
                warm[row, column] = one.temperature
    return Points.of(use, days, warm)


@dataclass(frozen=True, slots=True)
class _Meter:
    found: Findings
    used: tuple[Reading, ...]
    energy: Energy
    limits: Limits
    fits: Fits
    numbers: Statistics
    place: int

    def taken(self, model: Model | None, best: int, candidates: bool) -> Baseline:
        count, year = len(self.used), self.limits.full_year
        others = self._candidates() if candidates else ()
        warm = bool(self.used) and all(one.temperature is not None for one in self.used)
        stops, warnings = list(self.found.stops), list(self.found.warnings)
        if model is not None and (warm or model is Model.MEAN):
            if count < year:
                stops.append(words.too_few(count, year))
            if not self.fits.there[self.place, MODELS.index(model)]:
                stops.append(self._no_fit(model))
            return self._of(model.value, stops, warnings, others)
        return self._by_ladder(best, warm, stops, warnings, others)

    def _by_ladder(
        self,
        best: int,
        warm: bool,
        stops: list[Problem],
        warnings: list[Problem],
        others: tuple[Baseline, ...],
    ) -> Baseline:
        count, limits = len(self.used), self.limits
        if self.energy is not Energy.WATER and not warm:
            warnings.append(words.no_temperature(enough=len(self.found.usable) >= limits.full_year))
        if count >= limits.full_year:
            if self.energy is Energy.WATER:
                loose = self.numbers.cvrmse[self.place, MODELS.index(Model.MEAN)] > limits.cvrmse
                method = SAME_MONTH if loose else Model.MEAN.value
            else:
                method = MODELS[best].value if warm and best != NO_MODEL else SAME_MONTH
            return self._of(method, stops, warnings, others)
        if self.energy is Energy.HEAT and self._whole_season():
            return self._of(SAME_MONTH, stops, warnings, others)
        least = LEAST_OF_SEASON if self.energy is Energy.HEAT else limits.half_year
        if count >= least:
            warnings.append(words.few(count))
            return self._of(DAILY_MEAN, stops, warnings, others)
        return self._of(QUOTA, [*stops, words.quota(count)], warnings, others)

    def _whole_season(self) -> bool:
        return {one.month.number for one in self.used} >= set(self.limits.season)

    def _candidates(self) -> tuple[Baseline, ...]:
        there = self.fits.there[self.place]
        return tuple(
            self._of(model.value, list(self.found.stops), list(self.found.warnings), ())
            for place, model in enumerate(MODELS)
            if there[place]
        )

    def _no_fit(self, model: Model) -> Problem:
        if model is Model.BOTH and len(self.used) < LEAST_FOR_BOTH:
            close = f"5P模型至少需要{LEAST_FOR_BOTH}个月的数据，请改用4P或由系统选择。"
        else:
            close = (
                f"用量与气温的关系不是{model.value}（{model.label}），请改用其他模型或由系统选择。"
            )
        return Problem("no_fit", close)

    def _of(
        self,
        method: str,
        stops: list[Problem],
        warnings: list[Problem],
        others: tuple[Baseline, ...],
    ) -> Baseline:
        common = {
            "months": tuple(one.month for one in self.used),
            "warmth": self._warmth(),
            "candidates": others,
        }
        if method in (SAME_MONTH, QUOTA):
            numbers = self._profiled() if method == SAME_MONTH else ((), None, None, None)
            profile, p, sse, spread = numbers
            cvrmse, r2, adj_r2 = spread or (None, None, None)
            return Baseline(
                *(method, self.energy, _NONE, profile, len(self.used), p, sse, self._sst()),
                *(r2, adj_r2, cvrmse, None, None, None),
                stops=tuple(stops),
                warnings=(*warnings, *self._loose(cvrmse)),
                **common,  # type: ignore[arg-type]
            )
        place = MODELS.index(Model.MEAN if method == DAILY_MEAN else Model(method))
        at = (self.place, place)
        cvrmse = _some(self.numbers.cvrmse[at])
        return Baseline(
            *(method, self.energy, tuple(map(float, self.fits.coefficients[at])), ()),
            *(len(self.used), _whole(self.numbers.p[at])),
            *(_some(self.fits.sse[at]), self._sst()),
            *(_some(self.numbers.r2[at]), _some(self.numbers.adj_r2[at])),
            *(cvrmse, _some(self.numbers.nmbe[at]), _some(self.numbers.bic[at])),
            _some(self.fits.lag[at]),
            stops=tuple(stops),
            warnings=(*warnings, *self._loose(cvrmse)),
            **common,  # type: ignore[arg-type]
        )

    def _sst(self) -> float | None:
        return _some(self.fits.sst[self.place])

    def _warmth(self) -> tuple[float, float] | None:
        known = [one.temperature for one in self.used if one.temperature is not None]
        return (min(known), max(known)) if known else None

    def _loose(self, cvrmse: float | None) -> tuple[Problem, ...]:
        if cvrmse is None or cvrmse <= self.limits.cvrmse:
            return ()
        return (words.loose(cvrmse, self.limits.cvrmse),)

    def _profiled(
        self,
    ) -> tuple[
        tuple[tuple[int, float], ...],
        int,
        float,
        tuple[float | None, float | None, float | None] | None,
    ]:
        """Profile, p, sse, and (cvrmse, r2, adj_r2) where months of several years leave residuals."""
        numbers = sorted({one.month.number for one in self.used})
        profile = []
        for number in numbers:
            same = [one for one in self.used if one.month.number == number]
            profile.append((number, sum(o.use for o in same) / sum(o.days for o in same)))
        rates = dict(profile)
        scale = len(self.used) / sum(one.days for one in self.used)
        sse = sum(
            one.days * scale * (one.use / one.days - rates[one.month.number]) ** 2
            for one in self.used
        )
        free = len(self.used) - len(numbers)
        mean, sst = float(self.fits.mean[self.place]), float(self.fits.sst[self.place])
        if free <= 0 or mean == 0:
            return tuple(profile), len(numbers), sse, None
        share = sse / sst if sst else None
        return (
            tuple(profile),
            len(numbers),
            sse,
            (
                float(100 * np.sqrt(sse / free) / mean),
                None if share is None else 1 - share,
                None if share is None else 1 - share * (len(self.used) - 1) / free,
            ),
        )


def _some(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _whole(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None

"""What was saved: the adjusted baseline less what was used, month by month, with its uncertainty.

E_s = E_a − E_r with E_a = Σ f(T)·days + A_m (GB/T 28750-2012 §5, there with the sign turned; IPMVP
option C, avoided energy). Never from a baseline that is absent or insufficient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv.ladder import Baseline
from custody.mv.sufficiency import LIMITS, Limits, Reading, examine
from custody.mv.uncertainty import CONFIDENCES, DISTRICT_FLOOR, fractional, portfolio, share
from custody.mv.words import told

STRETCH = 0.1
"""Share of the base period's range of temperatures beyond which a month is told to be extrapolated."""


@dataclass(frozen=True, slots=True)
class MonthSaved:
    month: Month
    days: float
    temperature: float | None
    adjusted: float
    """Adjusted baseline, with the non-routine adjustment of the month."""
    adjustment: float
    actual: float
    saved: float
    cumulated: float


@dataclass(frozen=True, slots=True)
class Band:
    """Uncertainty at one confidence."""

    confidence: float
    absolute: float | None
    """± in the unit of the energy; None where the method has no degree of freedom."""
    relative: float | None
    """FSU: of the saving; None where nothing is saved."""


@dataclass(frozen=True, slots=True)
class YearSaved:
    year: int
    months: int
    adjusted: float
    actual: float
    saved: float
    percent: float | None


@dataclass(frozen=True, slots=True)
class Savings:
    """Of one meter or of a sum. Totals are None where there is no sufficient baseline or no month."""

    method: str | None
    """None for a sum of meters."""
    months: tuple[MonthSaved, ...]
    adjusted: float | None
    actual: float | None
    saved: float | None
    percent: float | None
    """Of the adjusted baseline."""
    bands: tuple[Band, ...]
    stops: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def years(self) -> tuple[YearSaved, ...]:
        found = []
        for year in sorted({one.month.year for one in self.months}):
            parts = [one for one in self.months if one.month.year == year]
            adjusted = sum(one.adjusted for one in parts)
            saved = sum(one.saved for one in parts)
            found.append(
                YearSaved(
                    *(year, len(parts), adjusted, sum(one.actual for one in parts), saved),
                    100 * saved / adjusted if adjusted else None,
                )
            )
        return tuple(found)

    def band(self, confidence: float) -> Band:
        return next(one for one in self.bands if one.confidence == confidence)


def savings(
    baseline: Baseline | None,
    reporting: Sequence[Reading],
    adjustments: Mapping[Month, float] | None = None,
    *,
    limits: Limits = LIMITS,
    confidences: Sequence[float] = CONFIDENCES,
) -> Savings:
    """`reporting`: bills after the works; months the baseline cannot tell of are left out, with a
    warning. `adjustments`: non-routine energy by month (adjust), added to the baseline."""
    if baseline is None:
        words = "没有已采用的基准，不能计算节能量；请先建立并采用基准。"
        return _nothing(None, [Problem("no_baseline", words)], ())
    if not baseline.sufficient:
        head = Problem("insufficient", "基准数据不足，不能计算节能量；请先处理基准中的问题。")
        return _nothing(baseline.method, [head, *baseline.stops], baseline.warnings)
    found = examine(reporting, baseline.energy, limits, fitting=False)
    if found.stops:
        return _nothing(baseline.method, found.stops, found.warnings)
    warnings = [*baseline.warnings, *found.warnings]
    months, untold = _months(baseline, found.usable, adjustments or {})
    if untold:
        why = "缺少气温" if baseline.needs_temperature else "基准期没有同月用量"
        words = f"{told(untold)}{why}，未计入节能量；请补齐后重新计算。"
        warnings.append(Problem("untold", words, ",".join(map(str, untold))))
    warnings += _stretched(baseline, months)
    if not months:
        words = "报告期没有可以计算的月份，请上传报告期账单和气温。"
        return _nothing(baseline.method, [Problem("no_months", words)], warnings)
    adjusted, actual = sum(one.adjusted for one in months), sum(one.actual for one in months)
    return _made(
        baseline.method,
        months,
        adjusted,
        actual,
        [
            (confidence, _absolute(baseline, adjusted, len(months), confidence))
            for confidence in confidences
        ],
        warnings,
    )


def total(
    parts: Sequence[Savings],
    *,
    floor: float = DISTRICT_FLOOR,
    confidences: Sequence[float] = CONFIDENCES,
) -> Savings:
    """The sum of the meters that have savings (a district's); how many have none is a warning."""
    known = [one for one in parts if one.saved is not None]
    warnings = []
    if len(known) < len(parts):
        words = f"{len(parts) - len(known)}块表没有可用的基准或报告期账单，未计入合计。"
        warnings.append(Problem("left_out", words))
    if not known:
        words = "没有一块表能够计算节能量，请先补齐账单和气温、建立基准。"
        return _nothing(None, [Problem("no_meter", words)], warnings)
    by_month: dict[Month, list[MonthSaved]] = {}
    for part in known:
        for one in part.months:
            by_month.setdefault(one.month, []).append(one)
    months: list[MonthSaved] = []
    cumulated = 0.0
    for month, ones in sorted(by_month.items()):
        saved = sum(one.saved for one in ones)
        cumulated += saved
        months.append(
            MonthSaved(
                *(month, max(one.days for one in ones), None),
                *(sum(one.adjusted for one in ones), sum(one.adjustment for one in ones)),
                *(sum(one.actual for one in ones), saved, cumulated),
            )
        )
    adjusted = sum(one.adjusted or 0.0 for one in known)
    actual = sum(one.actual or 0.0 for one in known)
    bands = [
        (
            confidence,
            portfolio([one.band(confidence).absolute for one in known], adjusted, floor),
        )
        for confidence in confidences
    ]
    blind = sum(any(band.absolute is None for band in one.bands) for one in known)
    if blind:
        words = f"{blind}块表的方法不能给出不确定度，合计的不确定度从缺；补齐气温后可以给出。"
        warnings.append(Problem("no_band", words))
    return _made(None, months, adjusted, actual, bands, warnings)


def _months(
    baseline: Baseline, readings: Sequence[Reading], adjustments: Mapping[Month, float]
) -> tuple[list[MonthSaved], list[Month]]:
    months: list[MonthSaved] = []
    untold: list[Month] = []
    cumulated = 0.0
    for one in readings:
        rate = baseline.per_day(one.month, one.temperature)
        if rate is None:
            untold.append(one.month)
            continue
        extra = adjustments.get(one.month, 0.0)
        adjusted = rate * one.days + extra
        saved = adjusted - one.use
        cumulated += saved
        months.append(
            MonthSaved(
                *(one.month, one.days, one.temperature),
                *(adjusted, extra, one.use, saved, cumulated),
            )
        )
    return months, untold


def _stretched(baseline: Baseline, months: Sequence[MonthSaved]) -> list[Problem]:
    if not baseline.needs_temperature or baseline.warmth is None:
        return []
    low, high = baseline.warmth
    room = STRETCH * (high - low)
    beyond = [
        one.month
        for one in months
        if one.temperature is not None and not low - room <= one.temperature <= high + room
    ]
    if not beyond:
        return []
    words = (
        f"{told(beyond)}的气温超出基准期范围（{low:.1f}～{high:.1f}℃），结果为外推，请谨慎使用。"
    )
    return [Problem("extrapolated", words, ",".join(map(str, beyond)))]


def _absolute(baseline: Baseline, adjusted: float, months: int, confidence: float) -> float | None:
    if baseline.cvrmse is None or baseline.p is None:
        return None
    part = share(
        cvrmse=baseline.cvrmse, n=baseline.n, p=baseline.p, m=months, confidence=confidence
    )
    return None if part is None else part * abs(adjusted)


def _made(
    method: str | None,
    months: Sequence[MonthSaved],
    adjusted: float,
    actual: float,
    bands: Sequence[tuple[float, float | None]],
    warnings: Sequence[Problem],
) -> Savings:
    saved = adjusted - actual
    return Savings(
        *(method, tuple(months), adjusted, actual, saved),
        100 * saved / adjusted if adjusted else None,
        tuple(
            Band(
                confidence,
                absolute,
                None if absolute is None else fractional(absolute, 1.0, saved),
            )
            for confidence, absolute in bands
        ),
        (),
        tuple(warnings),
    )


def _nothing(method: str | None, stops: Sequence[Problem], warnings: Sequence[Problem]) -> Savings:
    return Savings(method, (), None, None, None, None, (), tuple(stops), tuple(warnings))

"""Is there enough good data? Stops that forbid a baseline, warnings that travel with it.

Rules of CalTRACK 2.0 §2.2 (billing data): zero is missing for electricity, readings under 25 days and
over 35 days are left out, at most 37 of 365 days missing, 90 % of a period's temperatures known,
values above the median + 3 interquartile ranges told, negative ones reviewed.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv import words


class Energy(StrEnum):
    ELECTRICITY = "electricity"
    GAS = "gas"
    HEAT = "heat"
    WATER = "water"

    @property
    def label(self) -> str:
        return {"electricity": "电", "gas": "天然气", "heat": "热力", "water": "水"}[self.value]


@dataclass(frozen=True, slots=True)
class Reading:
    """One bill."""

    month: Month
    days: float
    use: float
    """For the whole reading, in the meter's unit."""
    temperature: float | None = None
    """Mean °C of its days."""
    coverage: float = 1.0
    """Share of its days whose temperature is known."""
    start: date | None = None
    """First day, where the bill tells; then overlaps are seen."""


@dataclass(frozen=True, slots=True)
class Limits:
    least_days: float = 25
    most_days: float = 35
    missing_days: float = 37
    """Of a base period of twelve months; longer ones in proportion."""
    coverage: float = 0.9
    outlier: float = 3.0
    """Interquartile ranges above the median."""
    season: tuple[int, ...] = (11, 12, 1, 2, 3)
    """Months that are heated, for district heat."""
    full_year: int = 12
    half_year: int = 6
    cvrmse: float = 25.0
    """Percent above which a fit is told to be loose (nmecr, LBNL RMV2.0); a warning, never a stop."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Findings:
    usable: tuple[Reading, ...]
    """In order of months; a temperature that covers too little of its period is taken away."""
    stops: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def examine(
    readings: Iterable[Reading],
    energy: Energy = Energy.ELECTRICITY,
    limits: Limits = LIMITS,
    *,
    fitting: bool = True,
) -> Findings:
    """`fitting`: for a base period; in a reporting period short and long readings stay, for what is
    expected is reckoned by days, and gaps only leave their months out."""
    given = sorted(readings, key=lambda one: (one.month, one.start or date.min))
    stops = [*_doubled(given), *_overlapping(given), *_negative(given)]
    warnings: list[Problem] = []
    usable = _once(one for one in given if one.use >= 0 and math.isfinite(one.use))
    if energy is Energy.ELECTRICITY:
        usable = _without(
            usable,
            [one for one in usable if one.use == 0],
            warnings,
            words.zero,
        )
    if energy is Energy.HEAT:
        usable = _without(
            usable,
            [one for one in usable if one.month.number not in limits.season],
            warnings,
            words.off_season,
        )
    if fitting:
        usable = _without(
            usable,
            [one for one in usable if one.days < limits.least_days],
            warnings,
            lambda months: words.short(months, limits.least_days),
        )
        usable = _without(
            usable,
            [one for one in usable if one.days > limits.most_days],
            warnings,
            lambda months: words.long(months, limits.most_days),
        )
    usable, uncovered = _covered(usable, limits)
    warnings += uncovered
    warnings += _outliers(usable, limits)
    if fitting and energy is not Energy.HEAT:
        missing = _missing(given, usable, limits)
        (stops if len(usable) >= limits.full_year else warnings).extend(missing)
    return Findings(tuple(usable), tuple(stops), tuple(warnings))


def _without(
    usable: list[Reading],
    out: list[Reading],
    warnings: list[Problem],
    said: Callable[[Sequence[Month]], Problem],
) -> list[Reading]:
    if not out:
        return usable
    warnings.append(said([one.month for one in out]))
    return [one for one in usable if one not in out]


def _once(readings: Iterable[Reading]) -> list[Reading]:
    """The first reading of every month."""
    found: dict[Month, Reading] = {}
    for one in readings:
        found.setdefault(one.month, one)
    return list(found.values())


def _doubled(given: Sequence[Reading]) -> list[Problem]:
    counts = Counter(one.month for one in given)
    months = [month for month, count in sorted(counts.items()) if count > 1]
    return [words.doubled(months)] if months else []


def _overlapping(given: Sequence[Reading]) -> list[Problem]:
    dated = sorted(
        (one for one in given if one.start is not None), key=lambda one: one.start or date.min
    )
    months = [
        later.month
        for one, later in pairwise(dated)
        if one.start and later.start and one.start + timedelta(days=one.days) > later.start
    ]
    return [words.overlapping(months)] if months else []


def _negative(given: Sequence[Reading]) -> list[Problem]:
    months = [one.month for one in given if not one.use >= 0 or math.isinf(one.use)]
    return [words.negative(months)] if months else []


def _covered(usable: list[Reading], limits: Limits) -> tuple[list[Reading], list[Problem]]:
    short = [
        one for one in usable if one.temperature is not None and one.coverage < limits.coverage
    ]
    if not short:
        return usable, []
    blind = [
        Reading(one.month, one.days, one.use, None, one.coverage, one.start)
        if one in short
        else one
        for one in usable
    ]
    return blind, [words.uncovered([one.month for one in short], limits.coverage)]


def _outliers(usable: Sequence[Reading], limits: Limits) -> list[Problem]:
    if len(usable) < 4:
        return []
    daily = [one.use / one.days for one in usable]
    first, median, third = statistics.quantiles(daily, n=4, method="inclusive")
    top = median + limits.outlier * (third - first)
    months = [one.month for one, value in zip(usable, daily, strict=True) if value > top]
    if not months or third == first:
        return []
    return [words.outlier(months)]


def _missing(given: Sequence[Reading], usable: Sequence[Reading], limits: Limits) -> list[Problem]:
    """Days of the base period, first to last month, that no usable reading covers."""
    if not given:
        return []
    first, last = given[0].month, given[-1].month
    whole = (last.last - first.first).days + 1
    missing = whole - sum(one.days for one in usable)
    span = (last.year - first.year) * 12 + last.number - first.number + 1
    allowed = limits.missing_days * max(1.0, span / 12)
    if missing <= allowed:
        return []
    there = {one.month for one in usable}
    months = [month for month in map(first.plus, range(span)) if month not in there]
    return [words.missing(months, missing, allowed)]

"""The ladder of `ladder.baselines` for many meters over the same months: arrays from bills to baselines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv import words
from custody.mv.choose import NO_MODEL, choose
from custody.mv.fit import Fits, fit
from custody.mv.ladder import DAILY_MEAN, LEAST_OF_SEASON, QUOTA, SAME_MONTH, SUITED
from custody.mv.method import METHOD_VERSION
from custody.mv.points import Points
from custody.mv.screened import Grid, Screened, screen
from custody.mv.shapes import Counts, Flags, Floats, Model, predict
from custody.mv.statistics import Statistics, statistics
from custody.mv.sufficiency import LIMITS, Energy, Limits

NUMBERS = ("sse", "sst", "r2", "adj_r2", "cvrmse", "nmbe", "bic", "autocorrelation")


@dataclass(frozen=True, slots=True)
class Laddered:
    """Meters in rows, as in `ladder.Baseline`; NaN for None."""

    energy: Energy
    months: tuple[Month, ...]
    method: list[str]
    coefficients: Floats
    profile: Floats
    """(meters, 12) use a day in January … December; of SAME_MONTH alone."""
    used: Flags
    """The points that the fit rests on."""
    n: Counts
    p: Floats
    numbers: dict[str, Floats]
    """By the names of NUMBERS."""
    warmth: Floats
    """(meters, 2)"""
    stops: dict[int, list[Problem]]
    warnings: dict[int, list[Problem]]
    version: str = METHOD_VERSION

    def __len__(self) -> int:
        return len(self.method)

    @property
    def sufficient(self) -> Flags:
        found = np.array([one != QUOTA for one in self.method], np.bool_)
        found[list(self.stops)] = False
        return found

    def per_day(self, temperature: Floats) -> Floats:
        """(meters, months) in these months at these temperatures; NaN where a method cannot tell."""
        numbers = np.array([one.number - 1 for one in self.months])
        told = np.array([one == SAME_MONTH for one in self.method], np.bool_)
        blind = np.array([one in (DAILY_MEAN, Model.MEAN.value) for one in self.method], np.bool_)
        warm = np.where(blind[:, None], np.nan_to_num(temperature), temperature)
        found: Floats = np.where(
            told[:, None], self.profile[:, numbers], predict(self.coefficients, warm)
        )
        return found


def laddered(grid: Grid, energy: Energy, limits: Limits = LIMITS) -> Laddered:
    found = screen(grid, energy, limits)
    warm = found.usable & np.isfinite(grid.temperature)
    whole = warm.sum(axis=1) >= limits.full_year
    used = np.where(whole[:, None], warm, found.usable)
    fits = fit(Points.of(grid.use, grid.days, grid.temperature, used), SUITED[energy])
    numbers = statistics(fits)
    warmed: Flags = np.asarray(used.any(axis=1) & (used <= warm).all(axis=1))
    taken = _taken(grid, energy, limits, used, warmed, fits, numbers)
    return _stated(grid, energy, limits, found, used, warmed, fits, numbers, taken)


_SAME, _DAILY, _QUOTA = -1, -2, -3
"""Beside the places of the models."""
_CALLED = {_SAME: SAME_MONTH, _DAILY: DAILY_MEAN, _QUOTA: QUOTA}


def _taken(
    grid: Grid,
    energy: Energy,
    limits: Limits,
    used: Flags,
    warmed: Flags,
    fits: Fits,
    numbers: Statistics,
) -> Counts:
    count = used.sum(axis=1)
    if energy is Energy.WATER:
        loose = numbers.cvrmse[:, fits.of(Model.MEAN)] > limits.cvrmse
        best = np.where(loose, _SAME, fits.of(Model.MEAN))
    else:
        best = choose(fits, numbers)
        best = np.where(warmed & (best != NO_MODEL), best, _SAME)
    least = LEAST_OF_SEASON if energy is Energy.HEAT else limits.half_year
    less = np.where(count >= least, _DAILY, _QUOTA)
    if energy is Energy.HEAT:
        less[_whole_season(grid, used, limits)] = _SAME
    found: Counts = np.where(count >= limits.full_year, best, less)
    return found


def _whole_season(grid: Grid, used: Flags, limits: Limits) -> Flags:
    found = np.ones(len(used), np.bool_)
    for number in limits.season:
        found &= used[:, _columns(grid, number)].any(axis=1)
    return found


def _columns(grid: Grid, number: int) -> list[int]:
    return [at for at, month in enumerate(grid.months) if month.number == number]


def _stated(
    grid: Grid,
    energy: Energy,
    limits: Limits,
    found: Screened,
    used: Flags,
    warmed: Flags,
    fits: Fits,
    numbers: Statistics,
    taken: Counts,
) -> Laddered:
    rows = np.arange(len(grid))
    place = np.where(taken == _DAILY, fits.of(Model.MEAN), np.maximum(taken, 0))
    modelled = taken != _QUOTA
    modelled &= taken != _SAME
    told = {
        "sse": fits.sse, "r2": numbers.r2, "adj_r2": numbers.adj_r2, "cvrmse": numbers.cvrmse,
        "nmbe": numbers.nmbe, "bic": numbers.bic, "autocorrelation": fits.lag,
    }  # fmt: skip
    values = {name: np.where(modelled, array[rows, place], np.nan) for name, array in told.items()}
    values["sst"] = fits.sst
    p = np.where(modelled, numbers.p[rows, place], np.nan)
    profile = np.full((len(grid), 12), np.nan)
    same = np.flatnonzero(taken == _SAME)
    if len(same):
        _profiled(grid.of_meters(same), used[same], fits.mean[same], profile, same, p, values)
    result = Laddered(
        energy,
        grid.months,
        [_CALLED[one] if one < 0 else fits.models[one].value for one in taken.tolist()],
        np.where(modelled[:, None], fits.coefficients[rows, place], np.nan),
        profile,
        used,
        fits.n,
        p,
        values,
        _warmth(grid, used),
        found.stops,
        found.warnings,
    )
    _say(result, limits, warmed, found.usable, taken)
    return result


def _profiled(
    grid: Grid,
    used: Flags,
    mean: Floats,
    profile: Floats,
    rows: Counts,
    p: Floats,
    values: dict[str, Floats],
) -> None:
    """Sums in the order of the months, so that one meter alone gives the same last digit."""
    use, days = np.where(used, grid.use, 0.0), np.where(used, grid.days, 0.0)
    rates = np.full((len(rows), 12), np.nan)
    for number in range(1, 13):
        at = _columns(grid, number)
        of_use, of_days = _summed(use, at), _summed(days, at)
        np.divide(of_use, of_days, out=rates[:, number - 1], where=of_days > 0)
    count, kinds = used.sum(axis=1), np.isfinite(rates).sum(axis=1)
    everything = range(len(grid.months))
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = count / _summed(days, everything)
        rest = use / days - rates[:, [one.number - 1 for one in grid.months]]
        sse = _summed(np.where(used, days * scale[:, None] * rest**2, 0.0), everything)
        free = (count - kinds).astype(np.float64)
        free[(free <= 0) | (mean == 0)] = np.nan
        sst = values["sst"][rows]
        share = sse / np.where(sst != 0, sst, np.nan)
        values["cvrmse"][rows] = 100 * np.sqrt(sse / free) / mean
        values["r2"][rows] = np.where(np.isnan(free), np.nan, 1 - share)
        values["adj_r2"][rows] = 1 - share * (count - 1) / free
    values["sse"][rows], p[rows], profile[rows] = sse, kinds, rates


def _summed(values: Floats, columns: Iterable[int]) -> Floats:
    found = np.zeros(len(values))
    for at in columns:
        found += values[:, at]
    return found


def _warmth(grid: Grid, used: Flags) -> Floats:
    known: Flags = np.asarray(used & np.isfinite(grid.temperature))
    low = np.where(known, grid.temperature, np.inf).min(axis=1)
    high = np.where(known, grid.temperature, -np.inf).max(axis=1)
    found: Floats = np.stack([low, high], axis=1)
    found[~np.isfinite(found)] = np.nan
    return found


def _say(found: Laddered, limits: Limits, warmed: Flags, usable: Flags, taken: Counts) -> None:
    """What is told of the step of the ladder, after what is told of the bills."""
    if found.energy is not Energy.WATER:
        enough = (usable.sum(axis=1) >= limits.full_year).tolist()
        for row in np.flatnonzero(~warmed).tolist():
            found.warnings.setdefault(row, []).append(words.no_temperature(enough=enough[row]))
    for row in np.flatnonzero(taken == _DAILY).tolist():
        found.warnings.setdefault(row, []).append(words.few(int(found.n[row])))
    for row in np.flatnonzero(taken == _QUOTA).tolist():
        found.stops.setdefault(row, []).append(words.quota(int(found.n[row])))
    cvrmse = found.numbers["cvrmse"]
    for row in np.flatnonzero(cvrmse > limits.cvrmse).tolist():
        told = words.loose(float(cvrmse[row]), limits.cvrmse)
        found.warnings.setdefault(row, []).append(told)

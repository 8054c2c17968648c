"""Sufficiency of many meters over the same months at once: the rules of `sufficiency.examine`, on arrays.

Only what is found is told meter by meter; most have nothing to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv import words
from custody.mv.shapes import Counts, Flags, Floats
from custody.mv.sufficiency import LIMITS, Energy, Limits


@dataclass(frozen=True, slots=True)
class Grid:
    """Meters × months, one bill at most for each; NaN where there is none."""

    months: tuple[Month, ...]
    """In order, without gaps."""
    use: Floats
    days: Floats
    temperature: Floats
    """(months,) of the meters' city; NaN where unknown."""
    starts: Floats | None = None
    """First day of the bill, in days since any day; NaN where it does not tell. None: no bill does."""

    def __len__(self) -> int:
        return int(self.use.shape[0])

    def of_meters(self, rows: Counts | slice) -> Grid:
        starts = None if self.starts is None else self.starts[rows]
        return Grid(self.months, self.use[rows], self.days[rows], self.temperature, starts)


@dataclass(frozen=True, slots=True)
class Screened:
    usable: Flags
    stops: dict[int, list[Problem]] = field(default_factory=dict)
    """Of the meters that have any."""
    warnings: dict[int, list[Problem]] = field(default_factory=dict)


Said = Callable[[Sequence[Month]], Problem]


def screen(grid: Grid, energy: Energy, limits: Limits = LIMITS) -> Screened:
    """For a base period."""
    there = ~np.isnan(grid.days)
    usable = there & np.isfinite(grid.use) & (grid.use >= 0)
    found = Screened(usable)
    for row, months in _overlapping(grid, there):
        found.stops.setdefault(row, []).append(words.overlapping(months))
    _tell(found.stops, grid, there & ~usable, words.negative)
    tests: list[tuple[Flags, Said]] = []
    if energy is Energy.ELECTRICITY:
        tests.append((grid.use == 0, words.zero))
    if energy is Energy.HEAT:
        cold = np.array([one.number in limits.season for one in grid.months])
        tests.append((np.broadcast_to(~cold, usable.shape), words.off_season))
    tests += [
        (grid.days < limits.least_days, lambda months: words.short(months, limits.least_days)),
        (grid.days > limits.most_days, lambda months: words.long(months, limits.most_days)),
    ]
    for out, said in tests:
        _tell(found.warnings, grid, usable & out, said)
        usable &= ~out
    _tell(found.warnings, grid, _outliers(grid, usable, limits), words.outlier)
    if energy is not Energy.HEAT:
        _missing(grid, there, found, limits)
    return found


def _tell(into: dict[int, list[Problem]], grid: Grid, where: Flags, said: Said) -> None:
    for row in np.flatnonzero(where.any(axis=1)).tolist():
        into.setdefault(row, []).append(said(_months(grid, where[row])))


def _months(grid: Grid, where: Flags) -> list[Month]:
    return [grid.months[at] for at in np.flatnonzero(where).tolist()]


def _overlapping(grid: Grid, there: Flags) -> Iterable[tuple[int, list[Month]]]:
    if grid.starts is None:
        return
    starts = np.where(there, grid.starts, np.nan)
    order = np.argsort(starts, axis=1, kind="stable")
    begun = np.take_along_axis(starts, order, 1)
    ended = begun + np.take_along_axis(grid.days, order, 1)
    over = ended[:, :-1] > begun[:, 1:]
    for row in np.flatnonzero(over.any(axis=1)).tolist():
        later = order[row, 1:][over[row]]
        yield row, [grid.months[at] for at in later.tolist()]


def _outliers(grid: Grid, usable: Flags, limits: Limits) -> Flags:
    """Above the median + so many interquartile ranges (quartiles between the points, as Excel's)."""
    daily = np.full(usable.shape, np.nan)
    np.divide(grid.use, grid.days, out=daily, where=usable)
    count = usable.sum(axis=1)
    enough = np.flatnonzero(count >= 4)
    found = np.zeros(usable.shape, np.bool_)
    if not len(enough):
        return found
    ordered = np.sort(daily[enough], axis=1)
    spread = count[enough] - 1
    rows = np.arange(len(enough))
    first, median, third = (
        _between(ordered, rows, quarter * spread // 4, quarter * spread % 4)
        for quarter in (1, 2, 3)
    )
    top = median + limits.outlier * (third - first)
    told = (third != first)[:, None] & (daily[enough] > top[:, None])
    found[enough] = told
    return found


def _between(ordered: Floats, rows: Counts, at: Counts, rest: Counts) -> Floats:
    next_ = np.minimum(at + 1, ordered.shape[1] - 1)
    found: Floats = (ordered[rows, at] * (4 - rest) + _or_zero(ordered[rows, next_]) * rest) / 4
    return found


def _or_zero(values: Floats) -> Floats:
    """Beyond the last point; it is not weighed."""
    found: Floats = np.where(np.isnan(values), 0.0, values)
    return found


def _missing(grid: Grid, there: Flags, found: Screened, limits: Limits) -> None:
    """Days from the first month to the last that no usable bill covers."""
    usable, count = found.usable, len(grid.months)
    first = np.argmax(there, axis=1)
    last = count - 1 - np.argmax(there[:, ::-1], axis=1)
    length = np.cumsum([0, *((one.last - one.first).days + 1 for one in grid.months)])
    covered = np.where(usable, grid.days, 0.0).sum(axis=1)
    missing = length[last + 1] - length[first] - covered
    allowed = limits.missing_days * np.maximum(1.0, (last - first + 1) / 12)
    for row in np.flatnonzero(there.any(axis=1) & (missing > allowed)).tolist():
        span = range(int(first[row]), int(last[row]) + 1)
        months = [grid.months[at] for at in span if not usable[row, at]]
        whole = usable[row].sum() >= limits.full_year
        into = found.stops if whole else found.warnings
        told = words.missing(months, float(missing[row]), float(allowed[row]))
        into.setdefault(row, []).append(told)

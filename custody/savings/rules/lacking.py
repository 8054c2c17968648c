"""What is not counted and why, so that it is named before any figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custody.kernel.periods import Month
from custody.savings.rules.reckoning import Gap, Reckoned


@dataclass(frozen=True, slots=True)
class Lack:
    """Months of a meter that have no figure, all for the same reason."""

    row: int
    """Place of the meter in the arrays."""
    gap: Gap
    months: tuple[int, ...]

    @property
    def words(self) -> str:
        return months_words(self.months)


def lacking(reckoned: Reckoned, months: NDArray[np.int64]) -> list[Lack]:
    """By reason in their order, then by meter."""
    wanted = np.array([gap.value for gap in Gap if gap.missing], np.int8)
    rows, columns = np.nonzero(np.isin(reckoned.gap, wanted))
    found: dict[tuple[int, int], list[int]] = {}
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        key = (row, int(reckoned.gap[row, column]))
        found.setdefault(key, []).append(int(months[column]))
    keys = sorted(found, key=lambda key: (key[1], key[0]))
    return [Lack(row, Gap(gap), tuple(found[row, gap])) for row, gap in keys]


def counted_by_gap(lacks: Sequence[Lack]) -> list[tuple[Gap, int]]:
    """Meter-months of each reason."""
    sums: Counter[Gap] = Counter()
    for one in lacks:
        sums[one.gap] += len(one.months)
    return [(gap, sums[gap]) for gap in Gap if sums[gap]]


def months_words(months: Sequence[int]) -> str:
    """2026年1—3月、6月: runs of months, the year once."""
    runs: list[list[int]] = []
    for month in sorted(months):
        if runs and Month.coded(runs[-1][-1]).plus(1).code == month and month % 100 != 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    told = []
    year = 0
    for run in runs:
        head = "" if run[0] // 100 == year else f"{run[0] // 100}年"
        year = run[0] // 100
        last = f"—{run[-1] % 100}" if len(run) > 1 else ""
        told.append(f"{head}{run[0] % 100}{last}月")
    return "、".join(told)

"""What is not counted and why, so that it is named before any figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custody.kernel.periods import months_words
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

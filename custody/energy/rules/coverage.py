"""Which bills must be there, which are, whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from custody.kernel.periods import months_words


class Cover(StrEnum):
    """A month of an institution."""

    FULL = "full"
    PART = "part"
    NONE = "none"
    NOTHING = "nothing"
    """No meter was in use then."""

    @property
    def label(self) -> str:
        return {"full": "齐全", "part": "部分", "none": "缺失", "nothing": "无须"}[self.value]

    @property
    def sign(self) -> str:
        """A shape besides the colour."""
        return {"full": "●", "part": "◐", "none": "○", "nothing": "·"}[self.value]


@dataclass(frozen=True, slots=True)
class Count:
    """Bills there of bills due."""

    there: int
    due: int

    @property
    def cover(self) -> Cover:
        if not self.due:
            return Cover.NOTHING
        if self.there >= self.due:
            return Cover.FULL
        return Cover.PART if self.there else Cover.NONE

    @property
    def share(self) -> float | None:
        return self.there / self.due if self.due else None

    @property
    def missing(self) -> int:
        return self.due - self.there


def due(
    since: NDArray[np.int64], until: NDArray[np.int64], months: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """(meters, months): must there be a bill? `since` 0 and `until` 999999 where nothing bounds it."""
    found: NDArray[np.bool_] = (months >= since[:, None]) & (months <= until[:, None])
    return found


def by_owner(
    owners: NDArray[np.int64], wanted: NDArray[np.bool_], there: NDArray[np.bool_]
) -> dict[int, list[Count]]:
    """Institution → a Count for each month."""
    ids, place = np.unique(owners, return_inverse=True)
    due_sum, there_sum = (_added(place, len(ids), flags) for flags in (wanted, wanted & there))
    return {
        int(one): [Count(int(a), int(b)) for a, b in zip(there_sum[i], due_sum[i], strict=True)]
        for i, one in enumerate(ids)
    }


def _added(place: NDArray[np.int64], size: int, flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    total = np.zeros((size, flags.shape[1]), np.int64)
    np.add.at(total, place, flags.astype(np.int64))
    return total


@dataclass(frozen=True, slots=True)
class Gap:
    """Months of a meter whose bills are missing."""

    row: int
    """Place of the meter in the arrays."""
    months: tuple[int, ...]

    @property
    def words(self) -> str:
        return months_words(self.months)


def gaps(
    wanted: NDArray[np.bool_], there: NDArray[np.bool_], months: NDArray[np.int64]
) -> list[Gap]:
    """By meter, those without a gap left out."""
    found: dict[int, list[int]] = {}
    for row, column in np.argwhere(wanted & ~there).tolist():
        found.setdefault(row, []).append(int(months[column]))
    return [Gap(row, tuple(missing)) for row, missing in found.items()]

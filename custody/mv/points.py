"""Monthly points of many meters as one batch of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from custody.mv.shapes import Counts, Flags, Floats


@dataclass(frozen=True, slots=True)
class Points:
    """Meters × months. What is masked away is as if it had never been; its values may be anything."""

    use: Floats
    """(meters, months), in the meter's unit for the whole reading."""
    days: Floats
    """(meters, months), days a reading covers, above 0 where the mask is."""
    temperature: Floats
    """(meters, months), mean °C of the reading; NaN where unknown (the mean alone can be fitted)."""
    mask: Flags
    """(meters, months), True where there is a point."""

    def __post_init__(self) -> None:
        shape = self.use.shape
        arrays = (self.days, self.temperature, self.mask)
        if len(shape) != 2 or any(one.shape != shape for one in arrays):
            raise ValueError("use, days, temperature and mask must be meters × months, all alike")
        if not np.isfinite(self.use[self.mask]).all():
            raise ValueError("use must be finite where the mask is True")
        days = self.days[self.mask]
        if not (np.isfinite(days) & (days > 0)).all():
            raise ValueError("days must be finite and above 0 where the mask is True")

    @classmethod
    def of(
        cls,
        use: ArrayLike,
        days: ArrayLike,
        temperature: ArrayLike | None = None,
        mask: ArrayLike | None = None,
    ) -> Points:
        """From anything shaped meters × months, or months alone for one meter; a row of days or
        temperatures serves all meters. Without a mask every finite use is a point."""
        wanted = np.atleast_2d(np.asarray(use, np.float64))
        there = np.isfinite(wanted) if mask is None else np.asarray(mask, np.bool_)
        given = np.nan if temperature is None else temperature
        return cls(
            wanted,
            np.broadcast_to(np.asarray(days, np.float64), wanted.shape),
            np.broadcast_to(np.asarray(given, np.float64), wanted.shape),
            np.broadcast_to(there, wanted.shape),
        )

    def __len__(self) -> int:
        return int(self.use.shape[0])

    @property
    def counts(self) -> Counts:
        """(meters,) points of each meter."""
        found: Counts = self.mask.sum(axis=1)
        return found

    @property
    def per_day(self) -> Floats:
        """(meters, months); NaN where there is no point."""
        found = np.full(self.use.shape, np.nan)
        np.divide(self.use, self.days, out=found, where=self.mask)
        return found

    def of_meters(self, rows: slice | Sequence[int] | Counts) -> Points:
        return Points(self.use[rows], self.days[rows], self.temperature[rows], self.mask[rows])

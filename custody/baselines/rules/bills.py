"""The bills of many meters as arrays, and the digest of what a baseline rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from custody.energy.rules.energies import Energy
from custody.mv.shapes import Floats

Units = NDArray[np.int64]
DAY_ZERO = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Metered:
    meter: int
    institution: int
    energy: Energy


@dataclass(frozen=True, slots=True)
class Billed:
    """A bill in the version that was read."""

    month: int
    number: int
    days: int
    use: Decimal
    cost: Decimal | None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class Bills:
    """Meters × months; NaN where there is no bill, or where it does not tell."""

    meters: Sequence[Metered]
    """By id."""
    months: Sequence[int]
    """202301, 202302, …, without gaps."""
    numbers: Floats
    days: Floats
    use: Floats
    cost: Floats
    starts: Floats
    """Days since DAY_ZERO."""

    @classmethod
    def none(cls, meters: Sequence[Metered], months: Sequence[int]) -> Bills:
        shape = (len(meters), len(months))
        return cls(meters, months, *(np.full(shape, np.nan) for _ in range(5)))

    @property
    def units(self) -> Units:
        """Use in ten-thousandths, as exact as its column; 0 where there is no bill."""
        return _whole(self.use, 10_000)

    @property
    def cents(self) -> Units:
        """Cost; 0 where a bill does not tell."""
        return _whole(self.cost, 100)

    def each(self) -> Iterator[tuple[Metered, list[Billed]]]:
        """Meter by meter, as plain values."""
        units, cents = self.units, self.cents
        for row, metered in enumerate(self.meters):
            at = np.flatnonzero(~np.isnan(self.numbers[row])).tolist()
            yield (
                metered,
                [
                    Billed(
                        self.months[one],
                        int(self.numbers[row, one]),
                        int(self.days[row, one]),
                        Decimal(int(units[row, one])).scaleb(-4),
                        None
                        if np.isnan(self.cost[row, one])
                        else Decimal(int(cents[row, one])).scaleb(-2),
                        None
                        if np.isnan(self.starts[row, one])
                        else DAY_ZERO + timedelta(days=int(self.starts[row, one])),
                    )
                    for one in at
                ],
            )


def _whole(values: Floats, times: int) -> Units:
    found: Units = np.rint(np.nan_to_num(values) * times).astype(np.int64)
    return found


class Digest:
    """Of everything the lines rest on; meters in order of their ids, in pieces of any size."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()

    def add(self, bills: Bills) -> None:
        count = len(bills.months)
        rows = np.empty((len(bills.meters), 3 + 5 * count), "<i8")
        kinds = list(Energy)
        rows[:, :3] = [
            (one.meter, one.institution, kinds.index(one.energy)) for one in bills.meters
        ] or np.empty((0, 3))
        told = (
            bills.numbers,
            bills.days,
            np.where(np.isnan(bills.use), _UNTOLD, bills.units),
            np.where(np.isnan(bills.cost), _UNTOLD, bills.cents),
            bills.starts,
        )
        for place, values in enumerate(told):
            start = 3 + place * count
            rows[:, start : start + count] = np.nan_to_num(values, nan=_UNTOLD)
        self._sum.update(rows.tobytes())

    def closed(
        self,
        *,
        weather: Mapping[str, Any],
        coefficients: Sequence[Any],
        policy: Mapping[str, Any],
        method: str,
    ) -> str:
        found = self._sum.copy()
        found.update(_canonical([weather, coefficients, policy, method]))
        return found.hexdigest()


_UNTOLD = -(2**60)
"""No number of a bill."""


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

"""Bills as arrays: what the engine, the validators and the coverage page calculate with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Double, Select, cast, func, select
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill
from custody.energy.models.roster import Meter
from custody.energy.models.tables import Temperature
from custody.energy.rules.energies import Energy
from custody.kernel.periods import codes

Floats = NDArray[np.float64]
_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Series:
    """Meters × months, meters by id. Where there is no bill: NaN, and number 0."""

    meters: NDArray[np.int64]
    institutions: NDArray[np.int64]
    regions: NDArray[np.str_]
    energies: NDArray[np.str_]
    """Values of rules.energies.Energy."""
    months: NDArray[np.int64]
    """202301, 202302, …, without gaps."""
    use: Floats
    days: Floats
    cost: Floats
    """Yuan; NaN also where a bill says nothing of cost."""
    numbers: NDArray[np.int32]
    """The bills' versions."""

    def __len__(self) -> int:
        return int(self.meters.shape[0])

    def of_energy(self, energy: Energy) -> NDArray[np.bool_]:
        """True for the meters of an energy."""
        found: NDArray[np.bool_] = self.energies == energy.value
        return found


def monthly(session: Session, region_codes: Sequence[str], *, first: int, last: int) -> Series:
    """All meters of the regions, months `first` to `last`. Streamed past the ORM: it may be a province."""
    meters = session.execute(
        select(Meter.id, Meter.institution_id, Meter.region_code, Meter.energy)
        .where(Meter.region_code.in_(region_codes))
        .order_by(Meter.id)
    ).all()
    months = np.array(codes(first, last), np.int64)
    ids = np.array([row[0] for row in meters], np.int64)
    shape = (len(ids), len(months))
    use, days, cost = (np.full(shape, np.nan) for _ in range(3))
    numbers = np.zeros(shape, np.int32)
    bills = (
        select(
            Bill.meter_id,
            Bill.month,
            cast(Bill.use, Double),
            Bill.days,
            func.coalesce(cast(Bill.cost, Double), NOTHING),
            Bill.number,
        )
        .join(Meter, Meter.id == Bill.meter_id)
        .where(Meter.region_code.in_(region_codes), Bill.month.between(first, last))
    )
    for block in blocks(session, bills) if len(ids) else ():
        row = np.searchsorted(ids, block[:, 0])
        at = column_of(block[:, 1].astype(np.int64), first)
        use[row, at], days[row, at], cost[row, at] = block[:, 2], block[:, 3], block[:, 4]
        numbers[row, at] = block[:, 5]
    return Series(
        ids,
        np.array([row[1] for row in meters], np.int64),
        np.array([row[2] for row in meters], np.str_),
        np.array([row[3].value for row in meters], np.str_),
        months,
        use,
        days,
        cost,
        numbers,
    )


def column_of(months: NDArray[np.int64], first: int) -> NDArray[np.int64]:
    """Months 202301, … as places counted from `first`."""
    return (months // 100 - first // 100) * 12 + months % 100 - first % 100


NOTHING = -1e300
"""What `blocks` reads as NaN: a NULL costs more on its way."""


def blocks(session: Session, query: Select[Any]) -> Iterable[Floats]:
    """The rows in blocks, on SQLite straight from the driver: rows of SQLAlchemy's cost as much again.

    All columns are numbers and none is NULL.
    """
    connection = session.connection()
    parts: Iterable[Sequence[Any]]
    if connection.dialect.name == "sqlite":
        cursor = connection.execute(query).cursor
        assert cursor is not None
        parts = iter(lambda: cursor.fetchmany(_BATCH), [])
    else:
        options = {"stream_results": True, "max_row_buffer": _BATCH}
        parts = connection.execute(query, execution_options=options).partitions(_BATCH)
    for rows in parts:
        width = len(rows[0])
        flat = np.fromiter(chain.from_iterable(rows), np.float64, len(rows) * width)
        flat[flat == NOTHING] = np.nan
        yield flat.reshape(len(rows), width)


def temperatures(
    session: Session, city_codes: Sequence[str], first: int, last: int
) -> Mapping[str, Floats]:
    """City → mean °C of each month from `first` to `last`; NaN where nobody entered one."""
    size = len(codes(first, last))
    found = {code: np.full(size, np.nan) for code in city_codes}
    for city, month, mean in session.execute(
        select(Temperature.city_code, Temperature.month, Temperature.mean).where(
            Temperature.city_code.in_(city_codes), Temperature.month.between(first, last)
        )
    ):
        found[city][column_of(np.array([month]), first)[0]] = float(mean)
    return found

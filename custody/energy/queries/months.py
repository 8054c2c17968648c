"""Monthly reports of regions, and what stands in the way of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, Explanation, RegionMonth
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.series import Series, monthly
from custody.energy.queries.tables import limits_of
from custody.energy.rules import coverage
from custody.energy.rules.doubts import Doubt, found_in, read_dates
from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.states import MonthState
from custody.kernel.periods import Month
from custody.regions.models import Region


def states_of(
    session: Session, region_codes: Sequence[str], first: int, last: int
) -> Mapping[tuple[str, int], RegionMonth]:
    rows = session.scalars(
        select(RegionMonth).where(
            RegionMonth.region_code.in_(region_codes), RegionMonth.month.between(first, last)
        )
    )
    return {(row.region_code, row.month): row for row in rows}


def locked_months(session: Session, region: str) -> frozenset[int]:
    """Months whose bills stand still."""
    return frozenset(
        session.scalars(
            select(RegionMonth.month).where(
                RegionMonth.region_code == region, RegionMonth.state == MonthState.LOCKED
            )
        )
    )


@dataclass(frozen=True, slots=True)
class Covered:
    """A region's bills beside what is due."""

    series: Series
    wanted: np.typing.NDArray[np.bool_]
    there: np.typing.NDArray[np.bool_]

    def per_month(self) -> list[coverage.Count]:
        due = self.wanted.sum(axis=0)
        there = (self.wanted & self.there).sum(axis=0)
        return [coverage.Count(int(a), int(b)) for a, b in zip(there, due, strict=True)]


def covered(session: Session, region_codes: Sequence[str], first: int, last: int) -> Covered:
    """Meters of institutions in custody; those that are neither metered nor paid owe no bill."""
    series = monthly(session, region_codes, first=first, last=last)
    bounds = {
        row[0]: row[1:]
        for row in session.execute(
            select(Meter.id, Meter.since, Meter.until, Meter.payment, Institution.in_custody)
            .join(Institution, Institution.id == Meter.institution_id)
            .where(Meter.region_code.in_(region_codes))
        )
    }
    rows = [bounds[int(one)] for one in series.meters]
    since = np.array([row[0] or 0 for row in rows], np.int64)
    until = np.array([row[1] or 999999 for row in rows], np.int64)
    owes = np.array([row[3] and row[2] is not Payment.UNMETERED_UNPAID for row in rows], np.bool_)
    wanted = coverage.due(since, until, series.months) & owes.reshape(-1, 1)
    return Covered(series, wanted, series.numbers > 0)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A doubt with what it is about."""

    meter_id: int
    institution_id: int
    month: int
    number: int
    code: str
    label: str
    weight: int
    words: str
    energy: Energy
    use: float
    cost: float | None
    size: float
    """How far off it is, in the units of its code: the larger of two equal weights comes first."""
    given: Explanation | None
    """The word that was given on it; None while there is none."""

    @property
    def explained(self) -> str:
        return self.given.words if self.given else ""

    @property
    def key(self) -> str:
        return f"{self.meter_id}-{self.month}-{self.number}-{self.code}"


def doubts_of(session: Session, region: Region, first: int, last: int) -> list[Doubtful]:
    """Every doubt about the region's bills of these months, the weightiest first."""
    before = Month.coded(first).plus(-12).code
    series = monthly(session, [region.code], first=before, last=last)
    found = found_in(series, limits_of(session, region.province_code), since=first)
    words = {
        (row.meter_id, row.month, row.number, row.doubt): row
        for row in session.scalars(
            select(Explanation)
            .join(Meter, Meter.id == Explanation.meter_id)
            .where(Meter.region_code == region.code, Explanation.month.between(first, last))
        )
    }
    doubts = [_about(series, one, words) for one in found]
    doubts += _dates(session, region.code, series, first, last, words)
    return sorted(doubts, key=lambda one: (-one.weight, -one.month, -one.size, one.meter_id))


Words = Mapping[tuple[int, int, int, str], Explanation]


def _about(series: Series, doubt: Doubt, words: Words) -> Doubtful:
    meter, month = int(series.meters[doubt.row]), int(series.months[doubt.column])
    number = int(series.numbers[doubt.row, doubt.column])
    energy = Energy(str(series.energies[doubt.row]))
    cost = float(series.cost[doubt.row, doubt.column])
    return Doubtful(
        meter,
        int(series.institutions[doubt.row]),
        month,
        number,
        doubt.code,
        doubt.label,
        doubt.weight,
        doubt.words(energy),
        energy,
        float(series.use[doubt.row, doubt.column]),
        None if np.isnan(cost) else cost,
        abs(doubt.value),
        words.get((meter, month, number, doubt.code)),
    )


def _dates(
    session: Session, region: str, series: Series, first: int, last: int, words: Words
) -> list[Doubtful]:
    reads: dict[int, list[tuple[int, int | None, int | None]]] = {}
    dated = (
        select(Bill.meter_id, Bill.month, Bill.starts_on, Bill.ends_on)
        .join(Meter, Meter.id == Bill.meter_id)
        .where(
            Meter.region_code == region,
            Bill.month.between(Month.coded(first).plus(-1).code, last),
            Bill.starts_on.is_not(None),
        )
        .order_by(Bill.meter_id, Bill.month)
    )
    for meter, month, start, end in session.execute(dated):
        reads.setdefault(meter, []).append(
            (month, start.toordinal() if start else None, end.toordinal() if end else None)
        )
    rows = {int(one): at for at, one in enumerate(series.meters)}
    columns = {int(one): at for at, one in enumerate(series.months)}
    found = []
    for meter, lines in reads.items():
        for month, code, days in read_dates(lines):
            if month < first:
                continue
            row = rows[meter]
            doubt = _about(series, Doubt(row, columns[month], code, float(days)), words)
            found.append(doubt)
    return found

"""What regions saved: bases, bills, weather, signed adjustments, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from custody.baselines.models import Baseline, Line, NonRoutine
from custody.baselines.queries import adopted_of
from custody.baselines.rules import spreading
from custody.baselines.rules.plain import fitted_like
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter
from custody.energy.models.tables import Coefficient
from custody.energy.queries.series import Series, monthly, temperatures
from custody.energy.queries.tables import factors_of
from custody.energy.rules import coverage
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.kernel.periods import Month
from custody.regions.models import Region
from custody.savings.rules.bases import Base, Flags, Floats, base_of, stacked
from custody.savings.rules.reckoning import Readings, reckon
from custody.savings.rules.sums import DISTRICT_FLOOR, Factors, Meters, Step, Total, steps, totals

_NO_LINE = Base("")


@dataclass(frozen=True, slots=True)
class Conversion:
    """The rows of coefficients that count on a day, in the caliber somebody looks at."""

    caliber: Caliber
    rows: Mapping[Energy, Coefficient]
    """Energy → kgce a unit. Where the wished caliber has no row, the energy's own heat stands in."""
    carbon: Mapping[Energy, Coefficient]

    @property
    def coal(self) -> Factors:
        return {energy: float(row.value) for energy, row in self.rows.items()}

    @property
    def tonnes(self) -> Factors:
        return {energy: float(row.value) for energy, row in self.carbon.items()}


def conversion(session: Session, province: str, caliber: Caliber, last: int) -> Conversion:
    """As of the last day of a month. One statement."""
    found = factors_of(session, province, Month.coded(last).last)
    heat = {energy: row for (energy, one), row in found.items() if one is Caliber.EQUIVALENT_HEAT}
    wished = {energy: row for (energy, one), row in found.items() if one is caliber}
    carbon = {energy: row for (energy, one), row in found.items() if one is Caliber.CARBON}
    return Conversion(caliber, {**heat, **wished}, carbon)


@dataclass(frozen=True, slots=True)
class Saved:
    """Meters × months of some regions, in order of meter ids."""

    baselines: Mapping[str, Baseline]
    series: Series
    meters: Meters
    readings: Readings
    conversion: Conversion

    @property
    def months(self) -> NDArray[np.int64]:
        return self.series.months

    def by_region(self, codes: Sequence[str]) -> list[Total]:
        return self.grouped({code: place for place, code in enumerate(codes)}, len(codes))

    def grouped(self, group: Mapping[str, int], count: int) -> list[Total]:
        """`group`: region → the number of its sum, below `count`."""
        owners = np.array([group.get(str(one), -1) for one in self.series.regions], np.int64)
        return self._totals(owners, count, DISTRICT_FLOOR)

    def by_institution(self, ids: Sequence[int]) -> list[Total]:
        return self._totals(_places(self.series.institutions, ids), len(ids), 0.0)

    def by_meter(self, ids: Sequence[int]) -> list[Total]:
        return self._totals(_places(self.series.meters, ids), len(ids), 0.0)

    def whole(
        self, floor: float = DISTRICT_FLOOR, *, codes: Collection[str] | None = None
    ) -> Total:
        """`codes`: of these regions alone."""
        return self._totals(self._one(codes), 1, floor)[0]

    def per_month(
        self, floor: float = DISTRICT_FLOOR, *, codes: Collection[str] | None = None
    ) -> list[tuple[int, Total]]:
        """Every month by itself."""
        owners = self._one(codes)
        return [
            (int(month), self._totals(owners, 1, floor, slice(at, at + 1))[0])
            for at, month in enumerate(self.months)
        ]

    def _one(self, codes: Collection[str] | None) -> NDArray[np.int64]:
        """All into one sum, those of other regions into none."""
        if codes is None:
            return np.zeros(len(self.series), np.int64)
        return np.where(np.isin(self.series.regions, list(codes)), 0, -1)

    def place_of(self, meter: int) -> int | None:
        """The meter's row."""
        at = int(np.searchsorted(self.series.meters, meter))
        found = at < len(self.series) and int(self.series.meters[at]) == meter
        return at if found else None

    def steps(self, energy: Energy, *, floor: float = DISTRICT_FLOOR) -> list[Step]:
        return steps(self.meters, self.series.of_energy(energy), self.months, floor=floor)

    def _totals(
        self, owners: NDArray[np.int64], count: int, floor: float, columns: slice | None = None
    ) -> list[Total]:
        return totals(
            self.meters,
            owners,
            count=count,
            coal=self.conversion.coal,
            carbon=self.conversion.tonnes,
            columns=columns,
            floor=floor,
        )


def _places(owners: NDArray[np.int64], ids: Sequence[int]) -> NDArray[np.int64]:
    number = {one: place for place, one in enumerate(ids)}
    return np.array([number.get(int(one), -1) for one in owners], np.int64)


def saved(
    session: Session,
    regions: Sequence[Region],
    *,
    province: str,
    first: int,
    last: int,
    caliber: Caliber = Caliber.EQUIVALENT_HEAT,
    meters: Sequence[int] | None = None,
) -> Saved:
    """Of all meters of the regions that have an adopted baseline; the others have nothing to save from.

    `meters`: of these alone. At most nine statements, whatever the number of regions and meters.
    """
    baselines = adopted_of(session, [one.code for one in regions])
    there = [one for one in regions if one.code in baselines]
    codes = [one.code for one in there]
    series = monthly(session, codes, first=first, last=last)
    if meters is not None:
        series = _of(series, np.isin(series.meters, np.array(meters, np.int64)))
    bases = _bases(session, [one.id for one in baselines.values()])
    readings = _readings(session, there, series, baselines, bases, first, last)
    stack = stacked([bases.get(int(one), _NO_LINE) for one in series.meters])
    summed = Meters(series.energies, stack, reckon(stack, readings))
    return Saved(baselines, series, summed, readings, conversion(session, province, caliber, last))


def _of(series: Series, rows: Flags) -> Series:
    return Series(
        series.meters[rows],
        series.institutions[rows],
        series.regions[rows],
        series.energies[rows],
        series.months,
        series.use[rows],
        series.days[rows],
        series.cost[rows],
        series.numbers[rows],
    )


def base_of_line(line: Line) -> Base:
    return _base(
        *(line.chosen, line.record, line.rule_use, line.rule_record, line.quota, line.price)
    )


def _base(
    chosen: str,
    record: Mapping[str, Any],
    use: Decimal | None,
    ruled: Mapping[str, Any],
    quota: Decimal | None,
    price: Decimal | None,
) -> Base:
    return base_of(
        chosen,
        record=record,
        rule_use=None if use is None else float(use),
        rule_record=ruled,
        quota=None if quota is None else float(quota),
        price=None if price is None else float(price),
    )


def _bases(session: Session, baseline_ids: Sequence[int]) -> dict[int, Base]:
    rows = session.execute(
        select(
            *(Line.meter_id, Line.chosen, Line.record, Line.rule_use),
            *(Line.rule_record, Line.quota, Line.price),
        )
        .where(Line.baseline_id.in_(baseline_ids))
        .order_by(Line.meter_id)
    )
    return {meter: _base(*rest) for meter, *rest in rows}


def _readings(
    session: Session,
    regions: Sequence[Region],
    series: Series,
    baselines: Mapping[str, Baseline],
    bases: Mapping[int, Base],
    first: int,
    last: int,
) -> Readings:
    codes = [one.code for one in regions]
    shape = (len(series), len(series.months))
    warmth = temperatures(session, sorted({one.city_code for one in regions}), first, last)
    nothing = np.full(len(series.months), np.nan)
    city = {one.code: warmth.get(one.city_code, nothing) for one in regions}
    until = {code: one.base_until for code, one in baselines.items()}
    moved, repriced = _adjustments(session, codes, series)
    ends = np.array([until[str(one)] for one in series.regions], np.int64)
    return Readings(
        months=series.months,
        energies=series.energies,
        use=series.use,
        days=series.days,
        temperature=np.array([city[str(one)] for one in series.regions]).reshape(shape),
        adjustment=moved,
        due=_due(session, codes, series),
        overlapping=_overlaps(session, codes, series, first, last),
        in_base=series.months[None, :] <= ends[:, None],
        lined=np.array([int(one) in bases for one in series.meters], np.bool_),
        repriced=repriced,
    )


def _due(session: Session, codes: Sequence[str], series: Series) -> Flags:
    """Metered, in custody, in use that month; what roofs make is no use."""
    bounds = {
        row[0]: row[1:]
        for row in session.execute(
            select(Meter.id, Meter.since, Meter.until, Meter.payment, Institution.in_custody)
            .join(Institution, Institution.id == Meter.institution_id)
            .where(Meter.region_code.in_(codes))
        )
    }
    rows = [bounds[int(one)] for one in series.meters]
    since = np.array([row[0] or 0 for row in rows], np.int64)
    until = np.array([row[1] or 999999 for row in rows], np.int64)
    owes = np.array(
        [
            bool(row[3] and row[2].metered and fitted_like(Energy(str(energy))))
            for row, energy in zip(rows, series.energies, strict=True)
        ],
        np.bool_,
    )
    found: Flags = coverage.due(since, until, series.months) & owes[:, None]
    return found


def _adjustments(session: Session, codes: Sequence[str], series: Series) -> tuple[Floats, Floats]:
    """(energy a month, yuan a unit) by what both sides signed."""
    moved, repriced = (np.zeros((len(series), len(series.months))) for _ in range(2))
    rows = session.scalars(
        select(NonRoutine)
        .where(NonRoutine.region_code.in_(codes), NonRoutine.state == AdjustmentState.SIGNED)
        .order_by(NonRoutine.region_code, NonRoutine.number)
    )
    place_of = {int(one): place for place, one in enumerate(series.meters)}
    for row in rows:
        step = float(spreading.repriced_by(row))
        held = (series.months >= row.from_month) & (series.months <= (row.until_month or 999999))
        for meter, quantity in spreading.moved_by(row).items():
            place = place_of.get(meter)
            if place is not None:
                moved[place, held] += float(quantity)
                repriced[place, held] += step
    return moved, repriced


def _overlaps(
    session: Session, codes: Sequence[str], series: Series, first: int, last: int
) -> Flags:
    """Bills that cover days which an earlier bill of the meter covers."""
    found = np.zeros((len(series), len(series.months)), np.bool_)
    other = aliased(Bill)
    rows = session.execute(
        select(Bill.meter_id, Bill.month)
        .join(Meter, Meter.id == Bill.meter_id)
        .join(other, other.meter_id == Bill.meter_id)
        .where(
            Meter.region_code.in_(codes),
            Bill.month.between(first, last),
            other.month.between(Month.coded(first).plus(-1).code, last),
            other.month < Bill.month,
            Bill.starts_on.is_not(None),
            other.ends_on >= Bill.starts_on,
        )
        .distinct()
    )
    place_of = {int(one): place for place, one in enumerate(series.meters)}
    for meter, month in rows:
        if meter in place_of:
            at = (month // 100 - first // 100) * 12 + month % 100 - first % 100
            found[place_of[meter], at] = True
    return found

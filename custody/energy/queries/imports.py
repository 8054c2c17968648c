"""Uploaded files, and what the system knows when one comes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, partial

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Place
from custody.energy.models.bills import Bill, Import, Layout
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.tables import limits_of
from custody.energy.rules.energies import Energy
from custody.energy.rules.states import ImportState, Kind
from custody.energy.workbook.bill_cells import Known, KnownMeter
from custody.energy.workbook.roster import Taken
from custody.jobs.models import Job
from custody.kernel.periods import Month
from custody.kernel.problems import NotFound
from custody.regions.models import Region


def get_import(session: Session, number: int, *, place: Place, lock: bool = False) -> Import:
    """An import of the place; anybody else's does not exist."""
    query = select(Import).where(Import.id == number, Import.province_code == place.province)
    if place.city:
        query = query.where(Import.city_code == place.city)
    if place.region:
        query = query.where(Import.region_code == place.region)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None or found.region_code is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list."""

    one: Import
    region: str
    by: str
    job: Job | None

    @property
    def worked(self) -> bool:
        """Its job is in the queue or being done."""
        return self.job is not None and not self.job.state.over

    @property
    def broken_off(self) -> bool:
        """Its job was cancelled or failed: somebody must say what is next."""
        return self.one.state.under_way and not self.worked

    @property
    def state(self) -> str:
        return self.one.state.words(worked=self.worked)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the list."""

    region: str = ""
    kind: str = ""
    state: str = ""


def count_imports(session: Session, place: Place, wanted: Wanted) -> int:
    return session.scalar(select(func.count(Import.id)).where(*_asked(place, wanted))) or 0


def imports_of(
    session: Session, place: Place, wanted: Wanted, *, offset: int = 0, limit: int = 50
) -> list[Listed]:
    """Newest first."""
    found = session.execute(
        select(Import, Region.name, Account.name, Job)
        .join(Region, Region.code == Import.region_code)
        .join(Account, Account.id == Import.created_by)
        .outerjoin(Job, Job.id == Import.job_id)
        .where(*_asked(place, wanted))
        .order_by(Import.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [Listed(*row) for row in found]


def _asked(place: Place, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [
        Import.region_code.is_not(None),
        Import.province_code == place.province,
        *([Import.city_code == place.city] if place.city else []),
        *([Import.region_code == place.region] if place.region else []),
    ]
    if wanted.region:
        conditions.append(Import.region_code == wanted.region)
    if wanted.kind in set(Kind):
        conditions.append(Import.kind == Kind(wanted.kind))
    if wanted.state in set(ImportState):
        conditions.append(Import.state == ImportState(wanted.state))
    return conditions


def listed(session: Session, number: int, *, place: Place) -> Listed:
    """One of them, with where it belongs and whether it is being worked on."""
    one = get_import(session, number, place=place)
    found = session.execute(
        select(Region.name, Account.name, Job)
        .select_from(Import)
        .join(Region, Region.code == Import.region_code)
        .join(Account, Account.id == Import.created_by)
        .outerjoin(Job, Job.id == Import.job_id)
        .where(Import.id == one.id)
    ).one()
    return Listed(one, *found)


def is_worked(session: Session, one: Import) -> bool:
    """Its job is in the queue or being done."""
    state = session.scalar(select(Job.state).where(Job.id == one.job_id))
    return state is not None and not state.over


def layout_of(session: Session, region_code: str, kind: Kind, headings: str) -> Layout | None:
    return session.scalar(
        select(Layout).where(
            Layout.region_code == region_code, Layout.kind == kind, Layout.headings == headings
        )
    )


def taken(session: Session, region: Region) -> Taken:
    """Codes and meters that other regions of the province have; the region's own figures."""
    codes = session.execute(
        select(Institution.credit_code, Region.name)
        .join(Region, Region.code == Institution.region_code)
        .where(
            Institution.credit_code != "",
            Institution.region_code != region.code,
            Region.province_code == region.province_code,
        )
    )
    own = session.execute(
        select(Institution.key, Institution.floor_area, Institution.people).where(
            Institution.region_code == region.code
        )
    )
    return Taken(
        codes={row.credit_code: row.name for row in codes},
        meters=_elsewhere(session, region),
        owners=_owners(session, region.code),
        own={key: (area, people) for key, area, people in own},
        limits=limits_of(session, region.province_code),
    )


def _owners(session: Session, region_code: str) -> dict[tuple[Energy, str], tuple[str, str]]:
    found = session.execute(
        select(Meter.energy, Meter.number, Institution.key, Institution.name)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(Meter.region_code == region_code)
    )
    return {(energy, number): (key, name) for energy, number, key, name in found}


def _elsewhere(session: Session, region: Region) -> dict[tuple[Energy, str], str]:
    found = session.execute(
        select(Meter.energy, Meter.number, Region.name)
        .join(Region, Region.code == Meter.region_code)
        .where(Meter.region_code != region.code, Region.province_code == region.province_code)
    )
    return {(energy, number): name for energy, number, name in found}


class _Elsewhere(Mapping[tuple[Energy, str], str]):
    """Meters of other regions, asked for when a file first has a meter that its region has not."""

    def __init__(self, session: Session, region: Region) -> None:
        self._ask = partial(_elsewhere, session, region)

    @cached_property
    def _found(self) -> dict[tuple[Energy, str], str]:
        return self._ask()

    def __getitem__(self, key: tuple[Energy, str]) -> str:
        return self._found[key]

    def __iter__(self) -> Iterator[tuple[Energy, str]]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def known(session: Session, region: Region, today: date) -> Known:
    """The region's meters with their usual use."""
    usual = {
        meter: float(use) / float(days)
        for meter, use, days in session.execute(
            select(Bill.meter_id, func.sum(Bill.use), func.sum(Bill.days))
            .join(Meter, Meter.id == Bill.meter_id)
            .where(Meter.region_code == region.code, Bill.month >= _year_ago(today))
            .group_by(Bill.meter_id)
        )
        if use and days
    }
    found = session.execute(
        select(Meter.id, Meter.energy, Meter.number, Meter.payment, Institution.name)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(Meter.region_code == region.code)
    )
    return Known(
        region=region.name,
        meters={
            (energy, number): KnownMeter(name, payment, usual.get(meter))
            for meter, energy, number, payment, name in found
        },
        elsewhere=_Elsewhere(session, region),
        this_month=_coded(Month.of(today)),
        limits=limits_of(session, region.province_code),
    )


def _coded(month: Month) -> int:
    return month.year * 100 + month.number


def _year_ago(today: date) -> int:
    return _coded(Month.of(today).plus(-13))


# --- what a template is filled with -----------------------------------------------------------


def roster_lines(session: Session, region_code: str) -> list[tuple[Institution, list[Meter]]]:
    meters: dict[int, list[Meter]] = {}
    for meter in session.scalars(
        select(Meter).where(Meter.region_code == region_code).order_by(Meter.energy, Meter.number)
    ):
        meters.setdefault(meter.institution_id, []).append(meter)
    found = session.scalars(
        select(Institution).where(Institution.region_code == region_code).order_by(Institution.id)
    )
    return [(one, meters.get(one.id, [])) for one in found]


MeterLine = tuple[str, Energy, str, int, Decimal | None, Decimal | None]
"""(institution, energy, 户号, next month, last use, last cost)."""


def meter_lines(session: Session, region_code: str, today: date) -> list[MeterLine]:
    """Every meter in use with its newest bill and the month that follows."""
    newest = (
        select(Bill.meter_id, func.max(Bill.month).label("month"))
        .join(Meter, Meter.id == Bill.meter_id)
        .where(Meter.region_code == region_code)
        .group_by(Bill.meter_id)
        .subquery()
    )
    usual = _coded(Month.of(today).plus(-1))
    found = session.execute(
        select(
            Institution.name,
            *(Meter.energy, Meter.number, newest.c.month, Bill.use, Bill.cost, Meter.until),
        )
        .join(Institution, Institution.id == Meter.institution_id)
        .outerjoin(newest, newest.c.meter_id == Meter.id)
        .outerjoin(Bill, (Bill.meter_id == Meter.id) & (Bill.month == newest.c.month))
        .where(Meter.region_code == region_code, Institution.closed_on.is_(None))
        .order_by(Institution.id, Meter.energy, Meter.number)
    )
    lines = []
    for name, energy, number, last, use, cost, until in found:
        month = usual if last is None else _coded(Month(last // 100, last % 100).plus(1))
        if (until is None or month <= until) and month <= _coded(Month.of(today)):
            lines.append((name, energy, number, month, use, cost))
    return lines

"""Monthly reports as lists: what waits for whom, who did what, the names on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Identity, Place, Role
from custody.audit.queries import history
from custody.energy.models.bills import RegionMonth
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy
from custody.energy.rules.month import due_months
from custody.energy.rules.states import MonthState
from custody.infra.journal import Event
from custody.kernel.periods import Month
from custody.regions.models import Region
from custody.regions.queries import within


@dataclass(frozen=True, slots=True)
class Owned:
    """A meter with its institution's name."""

    id: int
    number: str
    energy: Energy
    institution_id: int
    institution: str


def owned_meters(session: Session, region: str) -> Mapping[int, Owned]:
    """Every meter of the region by its id."""
    rows = session.execute(
        select(Meter.id, Meter.number, Meter.energy, Institution.id, Institution.name)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(Meter.region_code == region)
    )
    return {row[0]: Owned(*row) for row in rows}


def names_of_people(session: Session, ids: Iterable[int | None]) -> Mapping[int, str]:
    wanted = {one for one in ids if one is not None}
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return dict(rows.all())


def history_of(session: Session, region: str, month: int) -> Sequence[Event]:
    """What was done to a region's monthly report, newest first."""
    return history(session, "energy_month", f"{region}-{month}", limit=50)


def weather_told(session: Session, place: Place, *, limit: int = 6) -> Sequence[Event]:
    """Who entered temperatures of the place, newest first."""
    query = select(Event).where(
        Event.kind == "weather", Event.modifies, Event.province_code == place.province
    )
    if place.city:
        query = query.where((Event.city_code == place.city) | Event.city_code.is_(None))
    return session.scalars(query.order_by(Event.id.desc()).limit(limit)).all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that somebody must check."""

    row: RegionMonth
    region: Region
    city_reviews: bool


def waiting(session: Session, who: Identity) -> list[Waiting]:
    """Reports of the person's place that are complete, the oldest first. One statement."""
    reviews = (
        select(Account.id)
        .where(
            Account.role == Role.CITY_REVIEWER,
            Account.active,
            Account.city_code == Region.city_code,
        )
        .exists()
    )
    rows = session.execute(
        select(RegionMonth, Region, reviews)
        .join(Region, Region.code == RegionMonth.region_code)
        .where(RegionMonth.state == MonthState.COMPLETE, within(who.place))
        .order_by(RegionMonth.completed_at, RegionMonth.month, Region.code)
    )
    return [Waiting(row, region, bool(reviewed)) for row, region, reviewed in rows]


def mine(found: Iterable[Waiting], who: Identity) -> list[Waiting]:
    """Those that wait for this very person: the city's, or the province's where no city reviews."""
    if who.role is Role.CITY_REVIEWER:
        return list(found)
    if who.role is Role.COORDINATOR:
        return [one for one in found if not one.city_reviews]
    return []


@dataclass(frozen=True, slots=True)
class Owing:
    """A month the officer's region has not reported, and why it was sent back."""

    month: Month
    reason: str


def owed(session: Session, region: str, over: Month) -> list[Owing]:
    """The months a region with meters has still to report. One statement."""
    months = (RegionMonth.region_code == Region.code) & RegionMonth.month.between(
        over.plus(-35).code, over.code
    )
    metered = select(Meter.id).where(Meter.region_code == Region.code).exists()
    rows = session.scalars(
        select(RegionMonth)
        .select_from(Region)
        .outerjoin(RegionMonth, months)
        .where(Region.code == region, metered)
    ).all()
    known = {row.month: row for row in rows if row is not None}
    if not rows:
        return []
    states = {month: row.state for month, row in known.items()}
    return [
        Owing(Month.coded(month), known[month].reason if month in known else "")
        for month in due_months(states, over.code)
    ]

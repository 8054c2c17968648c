"""Institutions and meters, limited to a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.energy.models.roster import Institution, Meter
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.regions.queries import within


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter of the roster."""

    words: str = ""
    type_code: str = ""
    custody: str = ""
    """in, out, closed; anything else is everything."""
    energy: str = ""
    """With a meter of it."""


def get_institution(session: Session, number: int, *, place: Place) -> tuple[Institution, Region]:
    row = session.execute(
        select(Institution, Region)
        .join(Region, Region.code == Institution.region_code)
        .where(Institution.id == number, within(place))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def get_meter(session: Session, number: int, *, place: Place) -> tuple[Meter, Region]:
    row = session.execute(
        select(Meter, Region)
        .join(Region, Region.code == Meter.region_code)
        .where(Meter.id == number, within(place))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def _roster(region: str, wanted: Wanted) -> Select[Institution]:
    query = select(Institution).where(Institution.region_code == region)
    if wanted.words:
        query = query.where(
            Institution.name.icontains(wanted.words, autoescape=True)
            | Institution.credit_code.startswith(wanted.words.upper(), autoescape=True)
            | exists().where(
                Meter.institution_id == Institution.id,
                Meter.number.startswith(wanted.words, autoescape=True),
            )
        )
    if wanted.type_code:
        query = query.where(Institution.type_code == wanted.type_code)
    if wanted.custody == "in":
        query = query.where(Institution.in_custody, Institution.closed_on.is_(None))
    elif wanted.custody == "out":
        query = query.where(~Institution.in_custody, Institution.closed_on.is_(None))
    elif wanted.custody == "closed":
        query = query.where(Institution.closed_on.is_not(None))
    if wanted.energy:
        own = exists().where(Meter.institution_id == Institution.id, Meter.energy == wanted.energy)
        query = query.where(own)
    return query


def count_roster(session: Session, region: str, wanted: Wanted) -> int:
    rows = _roster(region, wanted).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


_ORDERS = {
    "name": (Institution.name, Institution.id),
    "area": (Institution.floor_area.desc().nulls_last(), Institution.id),
    "people": (Institution.people.desc().nulls_last(), Institution.id),
}


def roster(
    session: Session,
    region: str,
    wanted: Wanted,
    *,
    order: str = "name",
    limit: int = 20_000,
    offset: int = 0,
) -> Sequence[Institution]:
    by = _ORDERS.get(order, _ORDERS["name"])
    query = _roster(region, wanted).order_by(*by)
    return session.scalars(query.limit(limit).offset(offset)).all()


def meters_of(session: Session, institutions: Sequence[int]) -> Mapping[int, list[Meter]]:
    """Institution → its meters; every one asked for has an entry."""
    found: dict[int, list[Meter]] = {number: [] for number in institutions}
    for row in session.scalars(
        select(Meter)
        .where(Meter.institution_id.in_(institutions))
        .order_by(Meter.energy, Meter.number)
    ):
        found[row.institution_id].append(row)
    return found


def meters_of_region(session: Session, region: str) -> Mapping[int, list[Meter]]:
    """Institution → its meters; those without any have no entry."""
    found: dict[int, list[Meter]] = {}
    for row in session.scalars(
        select(Meter).where(Meter.region_code == region).order_by(Meter.energy, Meter.number)
    ):
        found.setdefault(row.institution_id, []).append(row)
    return found


@dataclass(frozen=True, slots=True)
class Size:
    institutions: int = 0
    in_custody: int = 0
    meters: int = 0


def sizes(session: Session, region_codes: Sequence[str]) -> Mapping[str, Size]:
    """How many institutions and meters each region has."""
    meters = dict(
        session.execute(
            select(Meter.region_code, func.count())
            .where(Meter.region_code.in_(region_codes))
            .group_by(Meter.region_code)
        ).all()
    )
    rows = session.execute(
        select(
            Institution.region_code,
            func.count(),
            func.count().filter(Institution.in_custody),
        )
        .where(Institution.region_code.in_(region_codes), Institution.closed_on.is_(None))
        .group_by(Institution.region_code)
    )
    return {code: Size(count, inside, meters.get(code, 0)) for code, count, inside in rows}


def twins(session: Session, province: str, place: Place) -> Sequence[tuple[Institution, Region]]:
    """Institutions of the place whose credit code stands in more than one roster of the province."""
    doubled = (
        select(Institution.credit_code)
        .join(Region, Region.code == Institution.region_code)
        .where(Institution.credit_code != "", Region.province_code == province)
        .group_by(Institution.credit_code)
        .having(func.count() > 1)
    )
    rows = session.execute(
        select(Institution, Region)
        .join(Region, Region.code == Institution.region_code)
        .where(Institution.credit_code.in_(doubled), within(place))
        .order_by(Institution.credit_code, Institution.id)
    )
    return [(one, region) for one, region in rows]

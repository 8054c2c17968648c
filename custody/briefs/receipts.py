"""Who remarked on a brief, who has read it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from custody.accounts.models import Account
from custody.accounts.rules import ALLOWED, Can, Place, Role
from custody.briefs.models import Brief, Reading, Remark
from custody.regions.models import City, Province, Region


@dataclass(frozen=True, slots=True)
class Said:
    """A remark with the names of people."""

    remark: Remark
    by: str
    settled_by: str


def remarks_on(session: Session, brief_id: int) -> list[Said]:
    """Open ones first, each in the order they were made."""
    maker, settler = aliased(Account), aliased(Account)
    rows = session.execute(
        select(Remark, maker.name, settler.name)
        .join(maker, maker.id == Remark.made_by)
        .outerjoin(settler, settler.id == Remark.settled_by)
        .where(Remark.brief_id == brief_id)
        .order_by(Remark.settled_at.is_not(None), Remark.made_at, Remark.id)
    )
    return [Said(remark, by, settled or "") for remark, by, settled in rows]


@dataclass(frozen=True, slots=True)
class Receipt:
    """One person a brief is for, or who read it all the same."""

    name: str
    unit: str
    role: Role
    place: str
    reading: Reading | None


def receipts(session: Session, brief: Brief) -> list[Receipt]:
    """Whoever reads briefs at its very place, the leaders above, and whoever else opened it; those
    who have not yet come first."""
    rows = session.execute(
        select(Account, Reading, Region.name, City.name, Province.name)
        .outerjoin(Reading, and_(Reading.account_id == Account.id, Reading.brief_id == brief.id))
        .outerjoin(Region, Region.code == Account.region_code)
        .outerjoin(City, City.code == Account.city_code)
        .outerjoin(Province, Province.code == Account.province_code)
        .where(or_(Reading.brief_id.is_not(None), and_(Account.active, _addressed(brief.place))))
        .order_by(
            Reading.brief_id.is_not(None),
            case((Account.role == Role.LEADER, 0), else_=1),
            Reading.first_at,
            Account.name,
            Account.id,
        )
    )
    return [
        Receipt(row.name, row.unit, row.role, region or city or province or "", reading)
        for row, reading, region, city, province in rows
    ]


def _addressed(place: Place) -> ColumnElement[bool]:
    """Accounts a brief about the place is for."""
    very = (
        (Account.province_code == place.province)
        & (Account.city_code.is_(None) if place.city is None else Account.city_code == place.city)
        & (
            Account.region_code.is_(None)
            if place.region is None
            else Account.region_code == place.region
        )
    )
    above = (
        (Account.province_code == place.province)
        & (Account.city_code.is_(None) | (Account.city_code == (place.city or "")))
        & (Account.region_code.is_(None) | (Account.region_code == (place.region or "")))
    )
    return Account.role.in_(ALLOWED[Can.READ_BRIEF]) & (
        very | ((Account.role == Role.LEADER) & above)
    )

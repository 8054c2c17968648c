"""Questions about people, always limited to the place of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    column,
    func,
    literal,
    null,
    select,
    table,
    union_all,
)
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import LEVELS_OF_ROLE, Place, Role
from custody.kernel.problems import NotFound


def within(place: Place) -> ColumnElement[bool]:
    """Accounts bound to the place or to somewhere inside it."""
    condition = Account.province_code == place.province
    if place.city:
        condition &= Account.city_code == place.city
    if place.region:
        condition &= Account.region_code == place.region
    return condition


def by_username(session: Session, username: str) -> Account | None:
    return session.scalar(select(Account).where(Account.username == username.strip().lower()))


def by_session_id(session: Session, session_id: str) -> Account | None:
    """The active account a session belongs to; None once it was signed out everywhere."""
    number, _, epoch = session_id.partition(".")
    if not number.isdecimal() or not epoch.isdecimal():
        return None
    return session.scalar(_BY_SESSION, {"number": int(number), "epoch": int(epoch)})


# Asked by every request, so put together once.
_BY_SESSION = select(Account).where(
    Account.id == bindparam("number"), Account.session_epoch == bindparam("epoch"), Account.active
)


def get_account(session: Session, account_id: int, *, place: Place) -> Account:
    account = session.scalar(select(Account).where(Account.id == account_id, within(place)))
    if account is None:
        raise NotFound
    return account


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of accounts is filtered by; empty means all."""

    role: Role | None = None
    place: str = ""
    """Code of a city or region; a city's regions are included."""
    words: str = ""
    active: bool | None = None


def _filtered(place: Place, wanted: Wanted) -> Select[Account]:
    query = select(Account).where(within(place))
    if wanted.role:
        query = query.where(Account.role == wanted.role)
    if wanted.place:
        query = query.where(
            (Account.city_code == wanted.place) | (Account.region_code == wanted.place)
        )
    if wanted.active is not None:
        query = query.where(Account.active.is_(wanted.active))
    if wanted.words:
        found = [
            text.contains(wanted.words, autoescape=True)
            for text in (Account.name, Account.username, Account.unit)
        ]
        query = query.where(found[0] | found[1] | found[2])
    return query


def count(session: Session, *, place: Place, wanted: Wanted) -> int:
    rows = _filtered(place, wanted).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def listed(
    session: Session, *, place: Place, wanted: Wanted, limit: int = 50, offset: int = 0
) -> Sequence[Account]:
    """The province's own people first, then city by city, each with its regions."""
    order = (
        func.coalesce(Account.city_code, ""),
        func.coalesce(Account.region_code, ""),
        Account.role,
        Account.username,
    )
    query = _filtered(place, wanted).order_by(*order).limit(limit).offset(offset)
    return session.scalars(query).all()


def colleagues(session: Session, account: Account) -> int:
    """How many other active accounts have the same role at the same place."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Account)
            .where(
                Account.id != account.id,
                Account.active,
                Account.role == account.role,
                Account.province_code == account.province_code,
                Account.city_code.is_not_distinct_from(account.city_code),
                Account.region_code.is_not_distinct_from(account.region_code),
            )
        )
        or 0
    )


def cities_with_reviewer(session: Session) -> frozenset[str]:
    """Cities where at least one active reviewer can pass a submission on."""
    codes = session.scalars(
        select(Account.city_code).where(Account.role == Role.CITY_REVIEWER, Account.active)
    )
    return frozenset(code for code in codes if code)


def people_of_region(session: Session, *, city: str, region: str) -> Sequence[Account]:
    """Who to call about a region: its officers and its city's reviewers."""
    return session.scalars(
        select(Account)
        .where(
            Account.active,
            ((Account.region_code == region) & (Account.role == Role.OFFICER))
            | ((Account.city_code == city) & (Account.role == Role.CITY_REVIEWER)),
        )
        .order_by(Account.role.desc(), Account.name)
    ).all()


# --- places --------------------------------------------------------------------------------------
# Regions live on a floor above. People are bound to them all the same, so their names are asked
# for by the tables' names, as a foreign key would.

_province = table("province", column("code", String), column("name", String))
_city = table(
    "city", column("code", String), column("name", String), column("province_code", String)
)
_region = table(
    "region",
    column("code", String),
    column("name", String),
    column("province_code", String),
    column("city_code", String),
    column("batch_number"),
    column("seq"),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to choose: the province, one of its cities or regions."""

    code: str
    name: str
    place: Place

    @property
    def roles(self) -> tuple[Role, ...]:
        """Who can be bound to it."""
        return tuple(role for role, levels in LEVELS_OF_ROLE.items() if self.place.level in levels)


def spots(session: Session, place: Place) -> list[Spot]:
    """All places within a place: the province, then each city followed by its regions."""
    nothing = null().cast(String)
    rows = session.execute(
        union_all(
            select(
                _province.c.code, _province.c.name, nothing.label("city"), literal(0).label("n")
            ).where(_province.c.code == place.province),
            select(_city.c.code, _city.c.name, _city.c.code, literal(1)).where(
                _city.c.province_code == place.province
            ),
            select(_region.c.code, _region.c.name, _region.c.city_code, literal(2)).where(
                _region.c.province_code == place.province
            ),
        )
    )
    found = []
    for code, name, city, level in sorted(rows, key=lambda row: (row[2] or "", row[3], row[0])):
        own = Place(place.province, city, code if level == 2 else None)
        if place.covers(own):
            found.append(Spot(code, name, own))
    return found


def spot(session: Session, code: str, place: Place) -> Spot | None:
    """The place with this code, when it lies within `place`."""
    return next((found for found in spots(session, place) if found.code == code), None)


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Names of provinces, cities and regions by code."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    rows = session.execute(
        union_all(
            *(
                select(kind.c.code, kind.c.name).where(kind.c.code.in_(wanted))
                for kind in (_province, _city, _region)
            )
        )
    )
    return dict(rows.all())

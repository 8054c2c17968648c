"""Questions about people, always limited to the place of whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Place, Role
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
    if not number.isdigit() or not epoch.isdigit():
        return None
    return session.scalar(
        select(Account).where(
            Account.id == int(number), Account.session_epoch == int(epoch), Account.active
        )
    )


def get_account(session: Session, account_id: int, *, place: Place) -> Account:
    account = session.scalar(select(Account).where(Account.id == account_id, within(place)))
    if account is None:
        raise NotFound
    return account


def listed(
    session: Session,
    *,
    place: Place,
    role: Role | None = None,
    words: str = "",
    limit: int = 200,
    offset: int = 0,
) -> Sequence[Account]:
    query = select(Account).where(within(place))
    if role:
        query = query.where(Account.role == role)
    if words:
        pattern = f"%{words}%"
        query = query.where(
            Account.name.like(pattern) | Account.username.like(pattern) | Account.unit.like(pattern)
        )
    order = (Account.role, Account.city_code, Account.region_code, Account.username)
    return session.scalars(query.order_by(*order).limit(limit).offset(offset)).all()


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

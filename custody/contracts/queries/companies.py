from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Level, Place
from custody.contracts.models.contract import Company, Contract
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.regions.queries import within


def companies_of(session: Session, province: str, *, words: str = "") -> Sequence[Company]:
    query = select(Company).where(Company.province_code == province)
    if words:
        query = query.where(
            Company.name.icontains(words, autoescape=True)
            | Company.code.startswith(words.upper(), autoescape=True)
        )
    return session.scalars(query.order_by(Company.name, Company.id)).all()


def get_company(session: Session, number: int, *, place: Place) -> Company:
    company = session.scalar(
        select(Company).where(Company.id == number, Company.province_code == place.province)
    )
    if company is None:
        raise NotFound
    return company


def may_correct(session: Session, company: Company, *, who: Identity) -> bool:
    """The province may; a county while the company has contracts with it alone.

    The name stands in everybody's contracts.
    """
    if who.place.level is Level.PROVINCE:
        return True
    held = select(func.count()).select_from(Contract).where(Contract.company_id == company.id)
    here = held.join(Region, Region.code == Contract.region_code).where(within(who.place))
    return session.scalar(held) == session.scalar(here) != 0


def by_code(session: Session, province: str, code: str) -> Company | None:
    return session.scalar(
        select(Company).where(Company.province_code == province, Company.code == code)
    )


def by_name(session: Session, province: str, name: str) -> Company | None:
    """The first of that name: two companies may share one, their codes never."""
    return session.scalars(
        select(Company)
        .where(Company.province_code == province, Company.name == name)
        .order_by(Company.id)
        .limit(1)
    ).first()

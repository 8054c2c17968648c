"""Every contract of a place with the terms of today, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.contracts.models.contract import ChangeOrder, Company, Contract
from custody.contracts.queries.contracts import as_rules
from custody.contracts.rules.contract import Status, status_on
from custody.contracts.rules.orders import Order, as_of
from custody.contracts.rules.portfolio import Held
from custody.regions.models import Batch, City, Region
from custody.regions.queries import within

_TERMS = (
    "total",
    "investment",
    "floor_area",
    "institutions",
    "years",
    "starts_on",
    "ends_on",
)


_BRIEF = ("total", "starts_on", "ends_on")


def held(session: Session, place: Place, today: date) -> list[Held]:
    """The contracts of the place in the order of the notice. Two statements."""
    rows = session.execute(
        select(Contract, Region, City.name, Batch.short_name, Company.name)
        .join(Region, Region.code == Contract.region_code)
        .join(City, City.code == Region.city_code)
        .join(
            Batch,
            (Batch.province_code == Region.province_code) & (Batch.number == Region.batch_number),
        )
        .outerjoin(Company, Company.id == Contract.company_id)
        .where(within(place))
        .order_by(Region.batch_number, Region.seq, Contract.id)
    ).all()
    orders = signed_orders(session, place)
    return [
        _line(contract, region, city, batch, company, orders[contract.id], today)
        for contract, region, city, batch, company in rows
    ]


def _line(
    contract: Contract,
    region: Region,
    city: str,
    batch: str,
    company: str | None,
    orders: Sequence[Order],
    today: date,
) -> Held:
    terms = as_of({name: getattr(contract, name) for name in _TERMS}, orders, today)
    return Held(
        id=contract.id,
        number=contract.number,
        name=contract.name or contract.number or "（未命名）",
        region=region.code,
        region_name=region.name,
        city=region.city_code,
        city_name=city,
        batch=region.batch_number,
        batch_name=batch,
        company=contract.company_id,
        company_name=company or "",
        mode=contract.mode,
        status=_status(contract, terms, today),
        signed_on=contract.signed_on,
        **{name: terms[name] for name in _TERMS},  # type: ignore[arg-type]
    )


def _status(contract: Contract, terms: dict[str, object], today: date) -> Status:
    start, end = terms["starts_on"], terms["ends_on"]
    return status_on(
        today,
        signed=contract.signed_at is not None,
        starts_on=start if isinstance(start, date) else None,
        ends_on=end if isinstance(end, date) else None,
        terminated_on=contract.terminated_on,
    )


def signed_orders(session: Session, place: Place) -> defaultdict[int, list[Order]]:
    """Contract → its signed orders. One statement."""
    rows = session.scalars(
        select(ChangeOrder)
        .join(Contract, Contract.id == ChangeOrder.contract_id)
        .join(Region, Region.code == Contract.region_code)
        .where(within(place), ChangeOrder.signed_at.is_not(None))
    ).all()
    found: defaultdict[int, list[Order]] = defaultdict(list)
    for row, order in zip(rows, as_rules(rows), strict=True):
        found[row.contract_id].append(order)
    return found


@dataclass(frozen=True, slots=True)
class Brief:
    """A contract on its region's page."""

    id: int
    name: str
    status: Status
    total: Decimal | None
    company: str


def summary_of_region(
    session: Session, region: str, day: date, *, drafts: bool = True
) -> list[Brief]:
    """A region's contracts with the terms of the day; without `drafts` those signed by then.

    One statement.
    """
    query = (
        select(Contract, Company.name, ChangeOrder)
        .outerjoin(Company, Company.id == Contract.company_id)
        .outerjoin(
            ChangeOrder,
            (ChangeOrder.contract_id == Contract.id)
            & ChangeOrder.signed_at.is_not(None)
            & ChangeOrder.subject.in_(_BRIEF),
        )
        .where(Contract.region_code == region)
        .order_by(Contract.id)
    )
    if not drafts:
        query = query.where(Contract.signed_at.is_not(None), Contract.signed_on <= day)
    rows = session.execute(query).all()
    companies = {contract.id: company or "" for contract, company, _ in rows}
    orders: defaultdict[int, list[ChangeOrder]] = defaultdict(list)
    for contract, _, order in rows:
        if order is not None:
            orders[contract.id].append(order)
    found = []
    for contract in {contract.id: contract for contract, _, _ in rows}.values():
        own = as_rules(orders[contract.id])
        terms = as_of({name: getattr(contract, name) for name in _BRIEF}, own, day)
        total = terms["total"]
        found.append(
            Brief(
                contract.id,
                contract.name or contract.number or "（未命名）",
                _status(contract, terms, day),
                total if isinstance(total, Decimal) else None,
                companies[contract.id],
            )
        )
    return found

"""Questions about contracts, limited to a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.rules import orders, terms
from custody.contracts.rules.terms import Value
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.regions.queries import within


def get_contract(session: Session, number: int, *, place: Place) -> Contract:
    contract = session.scalar(
        select(Contract)
        .join(Region, Region.code == Contract.region_code)
        .where(Contract.id == number, within(place))
    )
    if contract is None:
        raise NotFound
    return contract


def get_contract_and_region(
    session: Session, number: int, *, place: Place, lock: bool = False
) -> tuple[Contract, Region]:
    """`lock`: other writers wait until this transaction ends (PostgreSQL; SQLite has one writer)."""
    query = (
        select(Contract, Region)
        .join(Region, Region.code == Contract.region_code)
        .where(Contract.id == number, within(place))
    )
    if lock:
        query = query.with_for_update(of=Contract)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def get_order(
    session: Session, contract: int, number: int, *, place: Place, lock: bool = False
) -> tuple[ChangeOrder, Contract, Region]:
    row, region = get_contract_and_region(session, contract, place=place, lock=lock)
    order = session.scalar(
        select(ChangeOrder).where(ChangeOrder.contract_id == row.id, ChangeOrder.number == number)
    )
    if order is None:
        raise NotFound
    return order, row, region


def contracts_of(session: Session, region: str) -> Sequence[Contract]:
    """A region's contracts in the order in which they were entered."""
    return session.scalars(
        select(Contract).where(Contract.region_code == region).order_by(Contract.id)
    ).all()


def orders_of(session: Session, contract: Contract) -> Sequence[ChangeOrder]:
    return session.scalars(
        select(ChangeOrder)
        .where(ChangeOrder.contract_id == contract.id)
        .order_by(ChangeOrder.number)
    ).all()


def original_terms(contract: Contract) -> dict[str, Value]:
    """What was signed, term by term, without any order."""
    found: dict[str, Value] = {name: getattr(contract, name) for name in terms.SCALARS}
    for base in contract.bases:
        found[f"energy:{base.energy}:quantity"] = base.quantity
        found[f"energy:{base.energy}:price"] = base.price
        found[f"energy:{base.energy}:amount"] = base.amount
    for fee in contract.fees:
        found[f"fee:{fee.year}:{fee.item}"] = fee.amount
    for one in contract.drivers:
        found[f"driver:{one.driver}:trigger"] = one.trigger
        found[f"driver:{one.driver}:method"] = one.method
        found[f"driver:{one.driver}:effect"] = one.effect
        found[f"driver:{one.driver}:retroactive"] = one.retroactive
    for promise in contract.guarantees:
        found[f"guarantee:{promise.year}:rate"] = promise.rate
        found[f"guarantee:{promise.year}:quantity"] = promise.quantity
        found[f"guarantee:{promise.year}:share"] = promise.share
    for payment in contract.payments:
        found[f"payment:{payment.line}:amount"] = payment.amount
        found[f"payment:{payment.line}:due_on"] = payment.due_on
    return found


def as_rules(rows: Iterable[ChangeOrder]) -> list[orders.Order]:
    return [
        orders.Order(
            number=row.number,
            subject=row.subject,
            new=terms.value_of(row.subject, row.new),
            effective_on=row.effective_on,
            signed=row.signed_at is not None,
        )
        for row in rows
    ]


def terms_of(session: Session, contract: Contract, day: date) -> dict[str, object]:
    """The contract's terms as of a day: what was signed and the orders effective by then."""
    return orders.as_of(original_terms(contract), as_rules(orders_of(session, contract)), day)

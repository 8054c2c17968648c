"""What is really owed within a place, each sum once.

A contract that has any settlement is told by its settlements, every other one by its payment plan:
a period that is settled would otherwise stand there twice, as planned and as settled.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.contracts.models.contract import Contract, Payment
from custody.contracts.models.settlement import Settlement, SettlementPayment
from custody.contracts.queries.portfolio import signed_orders
from custody.contracts.rules.life import Status
from custody.contracts.rules.orders import as_of
from custody.contracts.rules.periods import Period
from custody.contracts.rules.portfolio import Due, near
from custody.regions.models import Region
from custody.regions.queries import within


def owed(session: Session, place: Place, today: date, *, days: int) -> list[Due]:
    """Overdue or due within so many days, the oldest first. Three statements."""
    return near([*_settled(session, place, today), *_planned(session, place, today)], days)


def _settled(session: Session, place: Place, today: date) -> list[Due]:
    """The rest of what both sides have signed."""
    paid = (
        select(SettlementPayment.settlement_id, func.sum(SettlementPayment.amount).label("amount"))
        .group_by(SettlementPayment.settlement_id)
        .subquery()
    )
    rows = session.execute(
        select(Settlement, Settlement.due_on, Contract, Region.name, paid.c.amount)
        .join(Contract, Contract.id == Settlement.contract_id)
        .join(Region, Region.code == Contract.region_code)
        .outerjoin(paid, paid.c.settlement_id == Settlement.id)
        .where(Settlement.status == Status.SIGNED, Settlement.due_on.is_not(None), within(place))
    )
    return [
        Due(
            contract=contract.id,
            number=row.id,
            settled=True,
            contract_name=contract.name or contract.number,
            region_code=contract.region_code,
            region_name=region,
            title=f"{Period.parse(row.period).label}结算款",
            due_on=day,
            amount=row.total - Decimal(amount or 0).quantize(Decimal("0.01")),
            days=(day - today).days,
        )
        for row, day, contract, region, amount in rows
    ]


def _planned(session: Session, place: Place, today: date) -> list[Due]:
    """Lines of the plans of contracts in force that have no settlement, with their orders."""
    orders = signed_orders(session, place)
    rows = session.execute(
        select(Payment, Contract, Region.name)
        .join(Contract, Contract.id == Payment.contract_id)
        .join(Region, Region.code == Contract.region_code)
        .where(
            within(place),
            Contract.signed_at.is_not(None),
            Contract.terminated_on.is_(None),
            Payment.paid_on.is_(None),
            ~exists().where(Settlement.contract_id == Contract.id),
        )
    )
    found = []
    for payment, contract, region in rows:
        plan: dict[str, object] = {
            f"payment:{payment.line}:due_on": payment.due_on,
            f"payment:{payment.line}:amount": payment.amount,
        }
        day, amount = list(as_of(plan, orders[contract.id], today).values())[:2]
        assert isinstance(day, date)
        assert isinstance(amount, Decimal)
        found.append(
            Due(
                contract=contract.id,
                number=payment.line,
                settled=False,
                contract_name=contract.name or contract.number,
                region_code=contract.region_code,
                region_name=region,
                title=payment.title or f"第{payment.line}笔",
                due_on=day,
                amount=amount,
                days=(day - today).days,
            )
        )
    return found

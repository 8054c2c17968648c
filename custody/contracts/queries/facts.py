"""What a region's contracts say about its milestones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from custody.contracts.models.contract import ChangeOrder, Company, Contract, Measure
from custody.contracts.queries.contracts import as_rules
from custody.contracts.rules.facts import Summary
from custody.contracts.rules.orders import as_of

_MOVED = ("total", "investment", "starts_on", "ends_on")
"""Terms of a summary that an order may have changed."""


def facts_of(session: Session, region: str, today: date) -> Sequence[Summary]:
    """The region's contracts as milestones need them: the whole district's first, then the oldest."""
    done = case((Measure.completed_on.is_not(None), Measure.area), else_=None)
    rows = session.execute(
        select(
            Contract,
            Company.name,
            func.count(Measure.id),
            func.count(Measure.completed_on),
            func.sum(Measure.area),
            func.sum(done),
            func.max(Measure.completed_on),
        )
        .outerjoin(Company, Company.id == Contract.company_id)
        .outerjoin(Measure, Measure.contract_id == Contract.id)
        .where(Contract.region_code == region)
        .group_by(Contract.id, Company.name)
        .order_by(case((Contract.mode == "single", 1), else_=0), Contract.id)
    ).all()
    orders = session.scalars(
        select(ChangeOrder)
        .join(Contract, Contract.id == ChangeOrder.contract_id)
        .where(
            Contract.region_code == region,
            ChangeOrder.signed_at.is_not(None),
            ChangeOrder.subject.in_(_MOVED),
        )
    ).all()
    found = []
    for contract, company, count, count_done, area, area_done, last in rows:
        own = as_rules(order for order in orders if order.contract_id == contract.id)
        terms = as_of({name: getattr(contract, name) for name in _MOVED}, own, today)
        found.append(
            Summary(
                id=contract.id,
                title=contract.name or contract.number or "（未命名）",
                signed=contract.signed_at is not None,
                company=company or "",
                notice_on=contract.notice_on,
                awarded_on=contract.awarded_on,
                award_price=contract.award_price,
                signed_on=contract.signed_on,
                filing_number=contract.filing_number,
                filed_on=contract.filed_on,
                area=area or Decimal(0),
                area_done=area_done or Decimal(0),
                measures=count,
                measures_done=count_done,
                last_done_on=last,
                accepted_on=contract.accepted_on,
                **terms,  # type: ignore[arg-type]
            )
        )
    return found

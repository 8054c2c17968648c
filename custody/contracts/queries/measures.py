"""The retrofit's measures: what area is done, for the yearly targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.contracts.models.contract import Contract, Measure
from custody.infra import clock
from custody.regions.models import Region
from custody.regions.queries import within


@dataclass(frozen=True, slots=True)
class Done:
    """A measure that was completed, and where."""

    region: Region
    contract: Contract
    measure: Measure
    area: Decimal
    completed_on: date


def area_done(
    session: Session, place: Place, year: int, *, by: date | None = None
) -> Sequence[Done]:
    """Measures of signed contracts completed in the year that have an area; oldest first.

    `by`: completed by that day, of contracts that counted as signed at its end.
    """
    query = (
        select(Region, Contract, Measure)
        .join(Contract, Contract.region_code == Region.code)
        .join(Measure, Measure.contract_id == Contract.id)
        .where(
            within(place),
            Contract.signed_at.is_not(None),
            Measure.completed_on.between(date(year, 1, 1), date(year, 12, 31)),
            Measure.area > 0,
        )
        .order_by(Measure.completed_on, Contract.id, Measure.line)
    )
    if by is not None:
        query = query.where(
            Measure.completed_on <= by,
            Contract.signed_at < clock.at(by + timedelta(days=1), 0),
        )
    return [
        Done(region, contract, measure, measure.area, measure.completed_on)
        for region, contract, measure in session.execute(query)
        if measure.area is not None and measure.completed_on is not None
    ]

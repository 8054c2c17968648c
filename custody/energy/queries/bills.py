"""Bills of meters, with every version they had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, PastBill


def bills_of(
    session: Session, meters: Sequence[int], first: int, last: int
) -> Mapping[tuple[int, int], Bill]:
    """(meter, month) → the bill that counts."""
    rows = session.scalars(
        select(Bill).where(Bill.meter_id.in_(meters), Bill.month.between(first, last))
    )
    return {(row.meter_id, row.month): row for row in rows}


def bill_or_none(session: Session, meter: int, month: int) -> Bill | None:
    return session.get(Bill, (meter, month))


def last_version(session: Session, meter: int, month: int) -> int:
    """The number of the newest of the bill's past versions; 0 where there is none."""
    number = session.scalar(
        select(func.max(PastBill.number)).where(PastBill.meter_id == meter, PastBill.month == month)
    )
    return number or 0

"""Everything that a meter's figure rests on: whose baseline, which bills, whose weather, which papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.baselines.models import Line, NonRoutine
from custody.baselines.rules import spreading
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.bills import Bill, Import, PastBill
from custody.energy.models.roster import Institution, Meter
from custody.energy.models.tables import Temperature

ADJUSTMENT = "baseline_adjustment"
"""Kind of the attachments of a non-routine adjustment."""


def line_of(session: Session, baseline: int, meter: int) -> Line | None:
    return session.scalar(select(Line).where(Line.baseline_id == baseline, Line.meter_id == meter))


def names_of(session: Session, ids: Sequence[int | None]) -> Mapping[int, str]:
    """Account → name and unit."""
    rows = session.execute(
        select(Account.id, Account.unit, Account.name).where(
            Account.id.in_([one for one in ids if one is not None])
        )
    )
    return {row[0]: f"{row[1]}{row[2]}" for row in rows}


@dataclass(frozen=True, slots=True)
class Billed:
    """A bill in one of its versions, and how it came in."""

    bill: Bill | PastBill
    file: Import | None


def bills_of_month(session: Session, meter: int, month: int) -> list[Billed]:
    """The one that counts first, then what it was before. Two statements."""
    now = session.execute(
        select(Bill, Import)
        .outerjoin(Import, Import.id == Bill.import_id)
        .where(Bill.meter_id == meter, Bill.month == month)
    )
    before = session.execute(
        select(PastBill, Import)
        .outerjoin(Import, Import.id == PastBill.import_id)
        .where(PastBill.meter_id == meter, PastBill.month == month)
        .order_by(PastBill.number.desc())
    )
    return [
        *(Billed(bill, file) for bill, file in now),
        *(Billed(bill, file) for bill, file in before),
    ]


def warmth_of(session: Session, city: str, month: int) -> Temperature | None:
    return session.get(Temperature, (city, month))


def adjustments_of_region(
    session: Session, region: str, first: int, last: int, meter: int | None = None
) -> list[NonRoutine]:
    """The signed ones that count in these months; `meter`: for it, alone or with its institution."""
    query = select(NonRoutine).where(
        NonRoutine.region_code == region,
        NonRoutine.state == AdjustmentState.SIGNED,
        NonRoutine.from_month <= last,
        NonRoutine.until_month.is_(None) | (NonRoutine.until_month >= first),
    )
    rows = session.scalars(query.order_by(NonRoutine.number))
    return [row for row in rows if meter is None or meter in spreading.moved_by(row)]


def papers_of(session: Session, rows: Sequence[NonRoutine]) -> Mapping[int, list[Attachment]]:
    """Adjustment → what both sides signed, and the evidence."""
    return attached_to(session, ADJUSTMENT, [one.id for one in rows])


def names_of_institutions(session: Session, region: str) -> Mapping[int, Institution]:
    rows = session.scalars(
        select(Institution).where(Institution.region_code == region).order_by(Institution.id)
    )
    return {row.id: row for row in rows}


def meters_of_region(session: Session, region: str) -> Mapping[int, Meter]:
    rows = session.scalars(select(Meter).where(Meter.region_code == region))
    return {row.id: row for row in rows}

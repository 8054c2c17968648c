"""Do the bills still bear out what the accepted imports say of themselves?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, Import, PastBill
from custody.energy.rules.states import ImportState, Kind


def accepted(session: Session) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Import)
            .where(Import.state == ImportState.ACCEPTED, Import.kind == Kind.BILLS)
        )
        or 0
    )


def differences(session: Session) -> Iterator[str]:
    """Every bill that an import brought is there, as it is or in a version that was replaced."""
    brought = union(
        *(
            select(table.import_id, table.meter_id, table.month).where(table.import_id.is_not(None))
            for table in (Bill, PastBill)
        )
    ).subquery()
    counts: dict[int, int] = dict(
        session.execute(
            select(brought.c.import_id, func.count()).group_by(brought.c.import_id)
        ).all()
    )
    imports = session.scalars(
        select(Import)
        .where(Import.state == ImportState.ACCEPTED, Import.kind == Kind.BILLS)
        .order_by(Import.id)
    )
    for row in imports:
        told = row.result.get("counts", {})
        expected = int(told.get("new", 0)) + int(told.get("changed", 0))
        there = counts.get(row.id, 0)
        if there != expected:
            yield f"导入文件“{row.name}”记有{expected}张账单，账本中有{there}张。"

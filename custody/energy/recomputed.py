"""Do the bills still bear out what the accepted imports say of themselves?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, Import, PastBill
from custody.energy.models.roster import Meter
from custody.energy.models.tables import Coefficient
from custody.energy.rules.factors import USUAL
from custody.energy.rules.states import ImportState, Kind
from custody.infra.journal import Event
from custody.kernel.days import full_day
from custody.kernel.periods import Month


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


# --- what was typed, against the journal ------------------------------------------------------


def coefficients(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Coefficient)) or 0


def changed(session: Session) -> Iterator[str]:
    """Coefficients and bills that are not what was last written down of them.

    A coefficient nobody touched is one of those a province begins with; of a bill the journal knows the
    figures that were typed by hand.
    """
    told = _last_told(session, "coefficient")
    usual = {(one.energy, one.caliber, one.valid_from): one.value for one in USUAL}
    for row in session.scalars(select(Coefficient).order_by(Coefficient.id)):
        right = told.get((str(row.id), "value"))
        if right is None:
            right = usual.get((row.energy, row.caliber, row.valid_from))
        if right is not None and Decimal(str(right)) != row.value:
            yield (
                f"{row.energy.label}{row.caliber.label}{full_day(row.valid_from)}起用的折算系数"
                f"为{row.value:f}，操作日志记为{Decimal(str(right)):f}。"
            )


def bills_changed(session: Session) -> Iterator[str]:
    """Bills typed by hand whose use or cost is not the one that the journal wrote down."""
    told = _last_told(session, "bill")
    keys = {subject for subject, _ in told}
    for number, month in sorted(_split(one) for one in keys):
        bill = session.get(Bill, (number, month))
        if bill is None or bill.import_id is not None:
            continue
        for name, word in (("use", "用量"), ("cost", "费用")):
            right, there = told.get((f"{number}-{month}", name)), getattr(bill, name)
            if right is not None and there is not None and Decimal(str(right)) != there:
                meter = session.get_one(Meter, number)
                yield (
                    f"{meter.energy.label}户号{meter.number}{Month.coded(month).label}的{word}"
                    f"为{there:f}，操作日志记为{Decimal(str(right)):f}。"
                )


def _split(subject: str) -> tuple[int, int]:
    meter, _, month = subject.partition("-")
    return int(meter), int(month)


def _last_told(session: Session, kind: str) -> dict[tuple[str, str], Any]:
    """(subject, field) → what it became, the last time it changed."""
    found: dict[tuple[str, str], Any] = {}
    rows = session.execute(
        select(Event.subject, Event.changes)
        .where(Event.kind == kind, Event.changes.is_not(None))
        .order_by(Event.id)
    )
    for subject, changes in rows:
        for name, pair in (changes or {}).items():
            found[str(subject), name] = pair[1]
    return found

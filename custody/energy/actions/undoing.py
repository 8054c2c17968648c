"""Take an import's rows back: what was there before returns, what was corrected since then stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from custody.energy.actions.ledger import CHUNK
from custody.energy.models.bills import Bill, PastBill
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.compared import FACTS, KEPT, locked_problems
from custody.energy.rules.energies import Payment
from custody.infra.db import plain
from custody.infra.journal import Actor
from custody.kernel.problems import refuse_if
from custody.regions.models import Region


def undo_roster(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    import_id: int,
    before: Mapping[str, Sequence[Mapping[str, Any]]],
) -> tuple[int, int, list[str]]:
    """Take a roster back: (taken out, brought back, kept with the reason).

    Institutions and meters that have bills or were edited since then stay.
    """
    kept = _undo_meters(session, import_id, {one["id"]: one for one in before.get("meters", ())})
    was = {one["id"]: one for one in before.get("institutions", ())}
    with_meters = set(session.scalars(select(Meter.institution_id).distinct()))
    gone = back = 0
    for one in session.scalars(
        select(Institution).where(Institution.import_id == import_id).order_by(Institution.id)
    ):
        if one.id in was:
            old = was.pop(one.id)
            for name in FACTS:
                decimal = name == "floor_area" and old[name] is not None
                setattr(one, name, Decimal(old[name]) if decimal else old[name])
            one.import_id, one.edited_at, one.edited_by = None, now, actor.id or one.edited_by
            back += 1
        elif one.id in with_meters:
            kept.append(f"{one.name}（户号已有账单）")
        else:
            session.delete(one)
            gone += 1
    session.flush()
    kept += [f"{name}（此后又修改过）" for name in _changed_since(session, was)]
    return gone, back, kept


def _changed_since(session: Session, was: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """Names of institutions of which the import changed facts that were changed again."""
    found = session.execute(
        select(Institution.id, Institution.name, *(getattr(Institution, name) for name in FACTS))
        .where(Institution.id.in_(was))
        .order_by(Institution.id)
    )
    return [
        row.name for row in found if any(plain(getattr(row, n)) != was[row.id][n] for n in FACTS)
    ]


def _undo_meters(
    session: Session, import_id: int, was: Mapping[int, Mapping[str, Any]]
) -> list[str]:
    """Its new meters go unless they have bills, its changed ones are as they were."""
    billed = select(Bill.meter_id).union(select(PastBill.meter_id))
    mine = Meter.import_id == import_id
    used = set(session.scalars(select(Meter.id).where(mine, Meter.id.in_(billed))))
    kept = []
    for meter in session.scalars(select(Meter).where(mine).order_by(Meter.id)):
        if meter.id in was:
            old = was[meter.id]
            meter.payment = Payment(old["payment"])
            meter.since, meter.until, meter.note = old["since"], old["until"], old["note"]
            meter.import_id = None
        elif meter.id in used:
            kept.append(f"{meter.energy.label}户号{meter.number}（已有账单）")
        else:
            session.delete(meter)
    session.flush()
    return kept


def undo_bills(
    session: Session, *, actor: Actor, now: datetime, region: Region, import_id: int
) -> tuple[int, int, list[tuple[int, int]]]:
    """Take an import's bills back: (taken out, brought back, kept since they were corrected later).

    What was there before comes back as a new version; nothing is lost. Raises Refused for a locked
    month.
    """
    columns = [getattr(Bill, name) for name in KEPT]
    mine = [
        dict(row._mapping)
        for row in session.execute(select(*columns).where(Bill.import_id == import_id))
    ]
    refuse_if(locked_problems(session, region.code, {bill["month"] for bill in mine}))
    before: dict[tuple[int, int], dict[str, Any]] = {}
    if mine:
        first, last = min(b["month"] for b in mine), max(b["month"] for b in mine)
        found = session.execute(
            select(*(getattr(PastBill, name) for name in KEPT), PastBill.replaced_at)
            .join(Meter, Meter.id == PastBill.meter_id)
            .where(Meter.region_code == region.code, PastBill.month.between(first, last))
            .order_by(PastBill.number)
        )
        since = {(b["meter_id"], b["month"]): b["entered_at"] for b in mine}
        for row in found:
            kept = dict(row._mapping)
            # Only what this import itself replaced; what was taken out earlier stays out.
            if since.get((row.meter_id, row.month)) == kept.pop("replaced_at"):
                before[row.meter_id, row.month] = kept
    later = [
        (meter, month)
        for meter, month in session.execute(
            select(PastBill.meter_id, PastBill.month)
            .join(Bill, (Bill.meter_id == PastBill.meter_id) & (Bill.month == PastBill.month))
            .where(PastBill.import_id == import_id, Bill.import_id.is_distinct_from(import_id))
            .distinct()
            .order_by(PastBill.meter_id, PastBill.month)
        )
    ]
    _put_away(session, mine, actor=actor, now=now, reason="撤销导入")
    back = [
        {**before[key], "number": bill["number"] + 1}
        for bill in mine
        if (key := (bill["meter_id"], bill["month"])) in before
    ]
    for some in _chunks(back):
        session.execute(insert(Bill), list(some))
    session.expire_all()
    return len(mine) - len(back), len(back), later


def _put_away(
    session: Session, bills: Sequence[dict[str, Any]], *, actor: Actor, now: datetime, reason: str
) -> None:
    """Bills become past versions; their places are free."""
    told = {"replaced_at": now, "replaced_by": actor.id, "reason": reason}
    table = Bill.__table__
    gone = delete(table).where(  # type: ignore[arg-type]
        table.c.meter_id == bindparam("the_meter"), table.c.month == bindparam("the_month")
    )
    for some in _chunks(bills):
        session.execute(insert(PastBill), [{**bill, **told} for bill in some])
        keys = [{"the_meter": bill["meter_id"], "the_month": bill["month"]} for bill in some]
        session.connection().execute(gone, keys)


def _chunks(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]

"""Rosters and bills as whole sets: compared with what is there, written without one row at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, PastBill, RegionMonth
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy
from custody.energy.rules.rows import BillRow, InstitutionRow, Stored, month_words
from custody.energy.rules.states import MonthState
from custody.infra import journal
from custody.infra.journal import Actor
from custody.kernel.problems import Problem, refuse_if
from custody.regions.models import Region

CHUNK = 10_000
"""Rows that go to the database at once (our choice)."""
T = TypeVar("T")


def _chunks(rows: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


# --- rosters ----------------------------------------------------------------------------------

_FACTS = (
    *("key", "name", "credit_code", "type_code", "address"),
    *("floor_area", "people", "in_custody", "excluded_because"),
)
_OF_METER = ("institution_id", "payment", "since", "until", "note")


def store_roster(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    region: Region,
    rows: Sequence[InstitutionRow],
    import_id: int | None,
) -> Stored:
    """Add what is new, change what differs; what the rows do not name stays.

    An institution is known again by its credit code, or by its name while it has no code. Counted
    are institutions; one whose meters alone differ is changed.
    """
    old = known_institutions(session, region.code)
    ids = {one["key"]: one["id"] for one in old}
    by_id = {one["id"]: one for one in old}
    nameless = {one["name"]: one["id"] for one in old if not one["credit_code"]}
    added: list[InstitutionRow] = []
    changed: set[str] = set()
    updates: list[dict[str, Any]] = []
    for row in rows:
        known = ids.get(row.key) or nameless.get(row.name)
        if known is None:
            added.append(row)
            continue
        ids[row.key] = known
        facts = _facts_of(row)
        if any(by_id[known][name] != facts[name] for name in _FACTS):
            changed.add(row.key)
            updates.append({"the_id": known, **facts})
    stamp = {"import_id": import_id, "edited_at": now, "edited_by": actor.id}
    for some in _chunks([_facts_of(row) for row in added]):
        fixed = {"region_code": region.code, "closed_on": None, "version": 1, **stamp}
        session.execute(insert(Institution), [{**facts, **fixed} for facts in some])
    if updates:
        table = Institution.__table__
        statement = (
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("the_id"))
            .values(version=table.c.version + 1, **stamp)
        )
        names: dict[str, Any] = {name: bindparam(name) for name in _FACTS}
        session.connection().execute(statement.values(names), updates)
    if added:
        ids.update({one["key"]: one["id"] for one in known_institutions(session, region.code)})
    touched = _store_meters(session, region.code, rows, ids, import_id)
    fresh = {row.key for row in added}
    changed |= touched - fresh
    stored = Stored(len(added), len(changed), len(rows) - len(added) - len(changed))
    if stored.new or stored.changed:
        _record(session, actor, now, region, "energy.roster_loaded", stored, import_id)
    session.expire_all()
    return stored


def known_institutions(session: Session, region_code: str) -> list[dict[str, Any]]:
    """The roster of a region as plain values: id, version and all that a file may change."""
    columns = [Institution.id, *(getattr(Institution, name) for name in _FACTS)]
    found = session.execute(
        select(*columns).where(Institution.region_code == region_code).order_by(Institution.id)
    )
    return [dict(row._mapping) for row in found]


def _facts_of(row: InstitutionRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FACTS}


def _store_meters(
    session: Session,
    region_code: str,
    rows: Sequence[InstitutionRow],
    ids: Mapping[str, int],
    import_id: int | None,
) -> set[str]:
    """Keys of the institutions whose meters are new or changed."""
    columns = [Meter.id, Meter.energy, Meter.number, *(getattr(Meter, n) for n in _OF_METER)]
    found = session.execute(select(*columns).where(Meter.region_code == region_code))
    old = {(one.energy, one.number): one for one in found}
    touched: set[str] = set()
    fresh: list[dict[str, Any]] = []
    updates: list[dict[str, Any]] = []
    for row in rows:
        for meter in row.meters:
            facts = {
                "institution_id": ids[row.key],
                **{name: getattr(meter, name) for name in _OF_METER[1:]},
            }
            known = old.get((meter.energy, meter.number))
            if known is None:
                fresh.append({"energy": meter.energy, "number": meter.number, **facts})
            elif any(getattr(known, name) != facts[name] for name in _OF_METER):
                updates.append({"the_id": known.id, **facts})
            else:
                continue
            touched.add(row.key)
    fixed = {"region_code": region_code, "import_id": import_id, "version": 1}
    for some in _chunks(fresh):
        session.execute(insert(Meter), [{**facts, **fixed} for facts in some])
    if updates:
        table = Meter.__table__
        statement = (
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("the_id"))
            .values({name: bindparam(name) for name in _OF_METER})
            .values(version=table.c.version + 1, import_id=import_id)
        )
        session.connection().execute(statement, updates)
    return touched


def compare_roster(session: Session, region_code: str, rows: Sequence[InstitutionRow]) -> Stored:
    """What store_roster would do."""
    old = known_institutions(session, region_code)
    by_key = {one["key"]: one for one in old}
    nameless = {one["name"]: one for one in old if not one["credit_code"]}
    columns = [Meter.energy, Meter.number, *(getattr(Meter, name) for name in _OF_METER)]
    found = session.execute(select(*columns).where(Meter.region_code == region_code))
    meters = {(one.energy, one.number): one for one in found}
    new = changed = 0
    for row in rows:
        known = by_key.get(row.key) or nameless.get(row.name)
        if known is None:
            new += 1
            continue
        facts = _facts_of(row)
        differs = any(known[name] != facts[name] for name in _FACTS)
        for meter in row.meters:
            there = meters.get((meter.energy, meter.number))
            differs = (
                differs
                or there is None
                or there.institution_id != known["id"]
                or any(getattr(there, name) != getattr(meter, name) for name in _OF_METER[1:])
            )
        changed += differs
    return Stored(new, changed, len(rows) - new - changed)


def institutions_as_json(session: Session, region_code: str) -> list[dict[str, Any]]:
    """The roster as an import's row keeps it, to be taken back to."""
    return [
        {
            **one,
            "floor_area": None if one["floor_area"] is None else str(one["floor_area"]),
        }
        for one in known_institutions(session, region_code)
    ]


def undo_roster(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    import_id: int,
    before: Sequence[Mapping[str, Any]],
) -> tuple[int, int, list[str]]:
    """Take a roster back: (taken out, brought back, kept with the reason).

    Institutions and meters that have bills or were edited since then stay.
    """
    was = {one["id"]: one for one in before}
    billed = select(Bill.meter_id).union(select(PastBill.meter_id))
    kept: list[str] = []
    fresh = session.scalars(
        select(Meter).where(Meter.import_id == import_id, Meter.version == 1)
    ).all()
    used = set(
        session.scalars(select(Meter.id).where(Meter.import_id == import_id, Meter.id.in_(billed)))
    )
    for meter in fresh:
        if meter.id in used:
            kept.append(f"{meter.energy.label}户号{meter.number}（已有账单）")
        else:
            session.delete(meter)
    session.flush()
    with_meters = set(session.scalars(select(Meter.institution_id).distinct()))
    gone = back = 0
    for one in session.scalars(
        select(Institution).where(Institution.import_id == import_id).order_by(Institution.id)
    ):
        if one.id in was:
            for name in _FACTS:
                value = was[one.id][name]
                decimal = name == "floor_area" and value is not None
                setattr(one, name, Decimal(value) if decimal else value)
            one.import_id, one.edited_at, one.edited_by = None, now, actor.id or one.edited_by
            back += 1
        elif one.id in with_meters:
            kept.append(f"{one.name}（户号已有账单）")
        else:
            session.delete(one)
            gone += 1
    session.flush()
    return gone, back, kept


# --- bills ------------------------------------------------------------------------------------

_COUNTED = ("use", "cost", "days", "starts_on", "ends_on")
_KEPT = (
    *("meter_id", "month", "number", "days", "starts_on", "ends_on", "use", "cost"),
    *("import_id", "row", "entered_at", "entered_by"),
)


def store_bills(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    region: Region,
    rows: Sequence[BillRow],
    import_id: int | None,
    reason: str = "",
) -> Stored:
    """One bill per meter and month. Equal ones stay untouched; a corrected one keeps its old version.

    Raises Refused for a meter the region does not have and for a change in a locked month.
    """
    if not rows:
        return Stored(0, 0, 0)
    meters = meters_of(session, region.code)
    strange = sorted(
        {f"{r.energy.label}{r.number}" for r in rows if (r.energy, r.number) not in meters}
    )
    refuse_if(
        [Problem("meter", f"{region.name}没有登记户号{_some(strange)}，请先导入单位名录。", "")]
        if strange
        else []
    )
    first, last = min(row.month for row in rows), max(row.month for row in rows)
    old = bills_between(session, region.code, first, last)
    numbers = _past_numbers(session, region.code, first, last)
    stamp = {"import_id": import_id, "entered_at": now, "entered_by": actor.id}
    fresh: list[dict[str, Any]] = []
    past: list[dict[str, Any]] = []
    same = 0
    months: set[int] = set()
    for row in rows:
        key = (meters[row.energy, row.number], row.month)
        facts = {
            "meter_id": key[0],
            "month": row.month,
            "use": row.use,
            "cost": row.cost,
            "days": row.days,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "row": row.row,
        }
        known = old.get(key)
        if known is None:
            fresh.append({**facts, "number": numbers.get(key, 0) + 1})
        elif all(known[name] == facts[name] for name in _COUNTED):
            same += 1
            continue
        else:
            past.append(known)
            number = max(known["number"], numbers.get(key, 0)) + 1
            fresh.append({**facts, "number": number})
        months.add(row.month)
    refuse_if(locked_problems(session, region.code, months))
    _put_away(session, past, actor=actor, now=now, reason=reason)
    for some in _chunks(fresh):
        session.execute(insert(Bill), [{**facts, **stamp} for facts in some])
    stored = Stored(len(fresh) - len(past), len(past), same)
    if fresh:
        _record(session, actor, now, region, "energy.bills_loaded", stored, import_id, reason)
    session.expire_all()
    return stored


def compare_bills(
    session: Session, region_code: str, rows: Sequence[BillRow]
) -> tuple[Stored, set[int]]:
    """What store_bills would do, and the months it would change; rows of unknown meters left out."""
    if not rows:
        return Stored(0, 0, 0), set()
    meters = meters_of(session, region_code)
    first, last = min(row.month for row in rows), max(row.month for row in rows)
    old = bills_between(session, region_code, first, last)
    new = changed = same = 0
    months: set[int] = set()
    for row in rows:
        meter = meters.get((row.energy, row.number))
        known = None if meter is None else old.get((meter, row.month))
        if known is None:
            new += 1
        elif all(known[name] == getattr(row, name) for name in _COUNTED):
            same += 1
            continue
        else:
            changed += 1
        months.add(row.month)
    return Stored(new, changed, same), months


def meters_of(session: Session, region_code: str) -> dict[tuple[Energy, str], int]:
    """(energy, 户号) → id."""
    found = session.execute(
        select(Meter.energy, Meter.number, Meter.id).where(Meter.region_code == region_code)
    )
    return {(energy, number): meter_id for energy, number, meter_id in found}


def bills_between(
    session: Session, region_code: str, first: int, last: int
) -> dict[tuple[int, int], dict[str, Any]]:
    """(meter, month) → the bill that counts, as plain values."""
    columns = [getattr(Bill, name) for name in _KEPT]
    found = session.execute(
        select(*columns)
        .join(Meter, Meter.id == Bill.meter_id)
        .where(Meter.region_code == region_code, Bill.month.between(first, last))
    )
    return {(row.meter_id, row.month): dict(row._mapping) for row in found}


def _past_numbers(
    session: Session, region_code: str, first: int, last: int
) -> dict[tuple[int, int], int]:
    found = session.execute(
        select(PastBill.meter_id, PastBill.month, func.max(PastBill.number))
        .join(Meter, Meter.id == PastBill.meter_id)
        .where(Meter.region_code == region_code, PastBill.month.between(first, last))
        .group_by(PastBill.meter_id, PastBill.month)
    )
    return {(meter, month): number for meter, month, number in found}


def locked_problems(session: Session, region_code: str, months: set[int]) -> list[Problem]:
    """A month that its city has checked stands still until it is unlocked."""
    if not months:
        return []
    locked = session.scalars(
        select(RegionMonth.month).where(
            RegionMonth.region_code == region_code,
            RegionMonth.state == MonthState.LOCKED,
            RegionMonth.month.in_(months),
        )
    ).all()
    if not locked:
        return []
    words = f"{month_words(locked)}的账单已锁定，不能更改；确需更正的，请先申请解锁。"
    return [Problem("locked", words, "")]


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


def undo_bills(
    session: Session, *, actor: Actor, now: datetime, region: Region, import_id: int
) -> tuple[int, int, list[tuple[int, int]]]:
    """Take an import's bills back: (taken out, brought back, kept since they were corrected later).

    What was there before comes back as a new version; nothing is lost. Raises Refused for a locked
    month.
    """
    columns = [getattr(Bill, name) for name in _KEPT]
    mine = [
        dict(row._mapping)
        for row in session.execute(select(*columns).where(Bill.import_id == import_id))
    ]
    refuse_if(locked_problems(session, region.code, {bill["month"] for bill in mine}))
    before: dict[tuple[int, int], dict[str, Any]] = {}
    if mine:
        first, last = min(b["month"] for b in mine), max(b["month"] for b in mine)
        found = session.execute(
            select(*(getattr(PastBill, name) for name in _KEPT), PastBill.replaced_at)
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


# --- the journal ------------------------------------------------------------------------------


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    region: Region,
    action: str,
    stored: Stored,
    import_id: int | None,
    reason: str = "",
) -> None:
    counts = f"新增{stored.new}，更新{stored.changed}，未变{stored.same}"
    origin = f"，导入{import_id}" if import_id else ""
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="energy",
        subject=region.code,
        label=region.name,
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        note=f"{counts}{origin}{'：' if reason else ''}{reason}",
    )


def _some(names: Sequence[str]) -> str:
    shown = "、".join(names[:3])
    return f"{shown}等{len(names)}个" if len(names) > 3 else shown

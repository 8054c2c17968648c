"""Put rosters and bills into the ledger: in sets, all or none, twice changes nothing.

A corrected bill is a new version; the old one stays in `bill_past` and can be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.models.bills import Bill, PastBill, RegionMonth
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.compared import facts_of, meters_of, standing, told
from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.pairing import paired
from custody.energy.rules.rows import BillRow, InstitutionRow, Stored
from custody.energy.rules.states import MonthState
from custody.infra import journal
from custody.kernel.problems import Problem, refuse_if
from custody.regions.models import Region

CHUNK = 2_000
"""Bills that are compared and written at a time, so that memory does not grow with the file."""
T = TypeVar("T")


def store_roster(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: Region,
    rows: Sequence[InstitutionRow],
    import_id: int | None = None,
) -> Stored:
    """Add institutions and their meters, or bring known ones up to date; none is taken out.

    Raises Refused where two rows are one institution, or a meter belongs to somebody else.
    """
    _lock(session, region)
    known = {
        one.key: one
        for one in session.scalars(
            select(Institution).where(Institution.region_code == region.code)
        )
    }
    meters = _meters(session, region)
    pairs = paired(rows, {key: one.name for key, one in known.items()})
    owners = {one.id: one for one in known.values()}
    refuse_if([*_twice(rows), *_of_others(rows, pairs, meters, owners)])
    stored: Counter[str] = Counter()
    places: dict[str, Institution] = {}
    for row in rows:
        place, state = _institution(row, known.get(pairs.get(row.key, "")), region)
        moved = any(
            (meter := meters.get((given.energy, given.number))) is None
            or _differs(meter, given.told)
            for given in row.meters
        )
        if state != "same":
            place.import_id, place.edited_at, place.edited_by = import_id, now, actor.id
        session.add(place)
        stored["changed" if moved and state == "same" else state] += 1
        places[row.key] = place
    session.flush()
    for row in rows:
        for given in row.meters:
            meter = meters.get((given.energy, given.number))
            if meter is None or _differs(meter, given.told):
                meter = meter or Meter(
                    region_code=region.code,
                    institution_id=places[row.key].id,
                    energy=given.energy,
                    number=given.number,
                    payment=Payment.METERED_PAID,
                    note="",
                )
                _set(meter, {**given.told, "import_id": import_id})
                session.add(meter)
    session.flush()
    found = Stored(stored["new"], stored["changed"], stored["same"])
    _record(session, "energy.roster_stored", region, found, actor=actor, now=now)
    return found


def _institution(
    row: InstitutionRow, known: Institution | None, region: Region
) -> tuple[Institution, str]:
    facts = facts_of(row, known.credit_code if known else "")
    if known is None:
        return Institution(region_code=region.code, **facts), "new"
    if not _differs(known, facts):
        return known, "same"
    _set(known, facts)
    return known, "changed"


def _differs(thing: object, values: Mapping[str, Any]) -> bool:
    return any(getattr(thing, name) != value for name, value in values.items())


def _set(thing: object, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(thing, name, value)


def _twice(rows: Sequence[InstitutionRow]) -> Iterator[Problem]:
    for key, count in Counter(row.key for row in rows).items():
        if count > 1:
            words = f"“{key}”在名录中出现{count}次，请合并为一行后重新上传。"
            yield Problem("twice", words, key)
    numbers = Counter((meter.energy, meter.number) for row in rows for meter in row.meters)
    for (energy, number), count in numbers.items():
        if count > 1:
            words = f"{energy.label}户号“{number}”在名录中出现{count}次，请核对后只保留一处。"
            yield Problem("meter_twice", words, number)


def _of_others(
    rows: Sequence[InstitutionRow],
    pairs: Mapping[str, str],
    meters: Mapping[tuple[Energy, str], Meter],
    owners: Mapping[int, Institution],
) -> Iterator[Problem]:
    for row in rows:
        for given in row.meters:
            meter = meters.get((given.energy, given.number))
            if meter is None or owners[meter.institution_id].key == pairs.get(row.key):
                continue
            words = (
                f"{given.energy.label}户号“{given.number}”已登记在"
                f"“{owners[meter.institution_id].name}”名下，不能再登记给“{row.name}”；请核对户号。"
            )
            yield Problem("meter_taken", words, given.number)


# --- bills ------------------------------------------------------------------------------------


def store_bills(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: Region,
    rows: Sequence[BillRow],
    import_id: int | None = None,
    reason: str = "",
) -> Stored:
    """Add bills, or correct known ones. Equal bills are left as they are.

    Raises Refused for meters the roster does not know, two bills of one month, and locked months.
    """
    _lock(session, region)
    meters = meters_of(session, region.code)
    old = standing(session, region.code, meters, rows) if rows else {}
    fresh: list[tuple[int, BillRow]] = []
    changed: list[tuple[int, BillRow]] = []
    for row in rows:
        meter = meters.get((row.energy, row.number), 0)
        there = old.get((meter, row.month))
        if there is None:
            fresh.append((meter, row))
        elif there[1:] != told(row):
            changed.append((meter, row))
    moved = {row.month for _, row in (*fresh, *changed)}
    refuse_if([*_unknown(rows, meters), *_doubled(rows), *_locked(session, region, moved)])
    common = {"import_id": import_id, "entered_at": now, "entered_by": actor.id}
    gone = {"replaced_at": now, "replaced_by": actor.id, "reason": reason}
    last = _last_versions(session, region, fresh)
    for some in _chunks(fresh):
        values = [
            {**_values(row), **common, "meter_id": meter, "month": row.month}
            | {"number": last.get((meter, row.month), 0) + 1}
            for meter, row in some
        ]
        session.connection().execute(insert(_BILL), values)
    for some in _chunks(sorted(changed, key=lambda one: (one[0], one[1].month))):
        past = [{**bill, **gone} for bill in _whole(session, some)]
        session.connection().execute(insert(PastBill.__table__), past)  # type: ignore[arg-type]
        values = [
            {f"new_{name}": value for name, value in {**_values(row), **common}.items()}
            | {"the_meter": meter, "the_month": row.month}
            | {"new_number": old[meter, row.month][0] + 1}
            for meter, row in some
        ]
        session.connection().execute(_CORRECTED, values)
    session.expire_all()
    found = Stored(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))
    _record(session, "energy.bills_stored", region, found, actor=actor, now=now, note=reason)
    return found


_BILL: Table = Bill.__table__  # type: ignore[assignment]
_CORRECTED = (
    update(_BILL)
    .where(_BILL.c.meter_id == bindparam("the_meter"), _BILL.c.month == bindparam("the_month"))
    .values(
        {
            column: bindparam(f"new_{column.name}")
            for column in _BILL.columns
            if not column.primary_key
        }
    )
)
"""Plain tables: a hundred thousand rows are not worth an object each."""


def _whole(session: Session, some: Sequence[tuple[int, BillRow]]) -> list[dict[str, Any]]:
    """The bills that stand there, with all their columns; `some` is sorted by meter."""
    keys = {(meter, row.month) for meter, row in some}
    months = [month for _, month in keys]
    found = session.connection().execute(
        select(_BILL).where(
            _BILL.c.meter_id.between(some[0][0], some[-1][0]),
            _BILL.c.month.between(min(months), max(months)),
        )
    )
    return [dict(row._mapping) for row in found if (row.meter_id, row.month) in keys]


def _last_versions(
    session: Session, region: Region, fresh: Sequence[tuple[int, BillRow]]
) -> dict[tuple[int, int], int]:
    """Of bills that were taken out the number of their last version: it is not given again."""
    if not fresh:
        return {}
    months = [row.month for _, row in fresh]
    found = session.execute(
        select(PastBill.meter_id, PastBill.month, func.max(PastBill.number))
        .join(Meter, Meter.id == PastBill.meter_id)
        .where(Meter.region_code == region.code, PastBill.month.between(min(months), max(months)))
        .group_by(PastBill.meter_id, PastBill.month)
    )
    return {(meter, month): number for meter, month, number in found}


def _values(row: BillRow) -> dict[str, Any]:
    return {
        "days": row.days,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "use": row.use,
        "cost": row.cost,
        "row": row.row,
    }


def _unknown(rows: Iterable[BillRow], meters: Mapping[tuple[Energy, str], int]) -> list[Problem]:
    missing = dict.fromkeys(
        (row.energy, row.number) for row in rows if (row.energy, row.number) not in meters
    )
    return [
        Problem(
            "meter",
            f"{energy.label}户号“{number}”不在单位名录中，请先在名录中登记这个户号，或核对户号。",
            number,
        )
        for energy, number in missing
    ]


def _doubled(rows: Sequence[BillRow]) -> list[Problem]:
    keys = [row[:3] for row in rows]
    counts = Counter(keys) if len(set(keys)) < len(keys) else Counter()
    return [
        Problem(
            "doubled",
            f"{energy.label}户号“{number}”{_month(month)}有{count}条账单，请合并为一条。",
            number,
        )
        for (energy, number, month), count in counts.items()
        if count > 1
    ]


def _locked(session: Session, region: Region, months: set[int]) -> list[Problem]:
    locked = session.scalars(
        select(RegionMonth.month)
        .where(RegionMonth.region_code == region.code, RegionMonth.state == MonthState.LOCKED)
        .order_by(RegionMonth.month)
    )
    return [
        Problem(
            "locked",
            f"{_month(month)}的账单已经核对锁定，不能再改；确需更正的，请联系设区市审核员解锁。",
            str(month),
        )
        for month in locked
        if month in months
    ]


def _month(month: int) -> str:
    return f"{month // 100}年{month % 100}月"


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


# --- both -------------------------------------------------------------------------------------


def _lock(session: Session, region: Region) -> None:
    """Two files of one region at once: the second waits here and sees what the first one stored."""
    session.get_one(Region, region.code, with_for_update={"key_share": True})


def _meters(session: Session, region: Region) -> dict[tuple[Energy, str], Meter]:
    found = session.scalars(select(Meter).where(Meter.region_code == region.code))
    return {(one.energy, one.number): one for one in found}


def _record(
    session: Session,
    action: str,
    region: Region,
    stored: Stored,
    *,
    actor: Identity,
    now: datetime,
    note: str = "",
) -> None:
    words = f"新增{stored.new}，更正{stored.changed}，未变{stored.same}"
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
        note=f"{words}；{note}" if note else words,
        modifies=bool(stored.new or stored.changed),
    )


__all__ = ["CHUNK", "store_bills", "store_roster"]

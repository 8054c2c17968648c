"""What is stored, as plain values, and what a set of rows would change of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Float, select, type_coerce
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, RegionMonth
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy
from custody.energy.rules.pairing import paired
from custody.energy.rules.rows import BillRow, InstitutionRow, Stored
from custody.energy.rules.states import MonthState
from custody.infra.db import plain
from custody.kernel.problems import Problem

FACTS = (
    *("key", "name", "credit_code", "type_code", "address"),
    *("floor_area", "people", "in_custody", "excluded_because"),
)
OF_METER = ("payment", "since", "until", "note")
KEPT = (
    *("meter_id", "month", "number", "days", "starts_on", "ends_on", "use", "cost"),
    *("import_id", "row", "entered_at", "entered_by"),
)


def known_institutions(session: Session, region_code: str) -> list[dict[str, Any]]:
    """The roster of a region as plain values: id, version and all that a file may change."""
    columns = [Institution.id, *(getattr(Institution, name) for name in FACTS)]
    found = session.execute(
        select(*columns).where(Institution.region_code == region_code).order_by(Institution.id)
    )
    return [dict(row._mapping) for row in found]


@dataclass(frozen=True, slots=True)
class Compared:
    """What a roster would do, and what it would change as it was before."""

    stored: Stored
    institutions: Sequence[Mapping[str, Any]]
    meters: Sequence[Mapping[str, Any]]

    @property
    def before(self) -> dict[str, list[dict[str, Any]]]:
        """As JSON: an import's row keeps it, to be taken back to."""
        pairs = (("institutions", self.institutions), ("meters", self.meters))
        return {
            name: [{key: plain(value) for key, value in one.items()} for one in ones]
            for name, ones in pairs
        }


def compare_roster(session: Session, region_code: str, rows: Sequence[InstitutionRow]) -> Compared:
    """What store_roster would do."""
    old = {one["key"]: one for one in known_institutions(session, region_code)}
    pairs = paired(rows, {key: one["name"] for key, one in old.items()})
    meters = _known_meters(session, region_code)
    changed, touched, new = [], [], 0
    for row in rows:
        known = old.get(pairs.get(row.key, ""))
        others = [
            there
            for meter in row.meters
            if (there := meters.get((meter.energy, meter.number))) is not None
            and differs(there, meter.told)
        ]
        touched += others
        added = any((meter.energy, meter.number) not in meters for meter in row.meters)
        if known is None:
            new += 1
        elif others or added or differs(known, facts_of(row, known["credit_code"])):
            changed.append(known)
    return Compared(Stored(new, len(changed), len(rows) - new - len(changed)), changed, touched)


def facts_of(row: InstitutionRow, code: str = "") -> dict[str, Any]:
    """What a line says of an institution; a code that is known stays where the line has none."""
    facts = {name: getattr(row, name) for name in FACTS}
    if code and not row.credit_code:
        facts |= {"key": code, "credit_code": code}
    return facts


def differs(known: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    return any(known[name] != value for name, value in facts.items())


def _known_meters(session: Session, region_code: str) -> dict[tuple[Energy, str], dict[str, Any]]:
    columns = [Meter.id, Meter.energy, Meter.number, *(getattr(Meter, one) for one in OF_METER)]
    found = session.execute(select(*columns).where(Meter.region_code == region_code))
    return {(one.energy, one.number): dict(one._mapping) for one in found}


def compare_bills(
    session: Session, region_code: str, rows: Sequence[BillRow]
) -> tuple[Stored, set[int]]:
    """What store_bills would do, and the months it would change; rows of unknown meters left out."""
    if not rows:
        return Stored(0, 0, 0), set()
    meters = meters_of(session, region_code)
    old = standing(session, region_code, meters, rows)
    new = changed = same = 0
    months: set[int] = set()
    for row in rows:
        there = old.get((meters.get((row.energy, row.number), 0), row.month))
        if there is None:
            new += 1
        elif there[1:] == told(row):
            same += 1
            continue
        else:
            changed += 1
        months.add(row.month)
    return Stored(new, changed, same), months


Told = tuple[int, date | None, date | None, float, float | None]
"""What makes two bills of one month the same; as floats, which tell 18 digits' worth of bills apart
and cost a tenth of decimals."""
Standing = tuple[int, int, date | None, date | None, float, float | None]
"""A bill's number, and what it tells."""
FEW = 500
"""Of so many meters the bills are asked for by name."""


def told(row: BillRow) -> Told:
    cost = None if row.cost is None else float(row.cost)
    return (row.days, row.starts_on, row.ends_on, float(row.use), cost)


def standing(
    session: Session,
    region_code: str,
    meters: Mapping[tuple[Energy, str], int],
    rows: Sequence[BillRow],
) -> dict[tuple[int, int], Standing]:
    """(meter, month) → what stands there, for the meters and months of these rows and some others."""
    asked = {meters[key] for row in rows if (key := (row.energy, row.number)) in meters}
    if not asked:
        return {}
    first, last = min(row.month for row in rows), max(row.month for row in rows)
    amounts = (type_coerce(Bill.use, Float), type_coerce(Bill.cost, Float))
    query = select(
        Bill.meter_id, Bill.month, Bill.number, Bill.days, Bill.starts_on, Bill.ends_on, *amounts
    ).where(Bill.month.between(first, last))
    if len(asked) <= FEW:
        query = query.where(Bill.meter_id.in_(asked))
    else:
        query = query.join(Meter, Meter.id == Bill.meter_id).where(Meter.region_code == region_code)
    return {(one[0], one[1]): one[2:] for one in map(tuple, session.execute(query))}


def meters_of(session: Session, region_code: str) -> dict[tuple[Energy, str], int]:
    """(energy, 户号) → id."""
    found = session.execute(
        select(Meter.energy, Meter.number, Meter.id).where(Meter.region_code == region_code)
    )
    return {(energy, number): meter_id for energy, number, meter_id in found}


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
    words = f"{_month_words(locked)}的账单已锁定，不能更改；确需更正的，请先申请解锁。"
    return [Problem("locked", words, "")]


def _month_words(months: Sequence[int]) -> str:
    return "、".join(f"{month // 100}年{month % 100}月" for month in sorted(months))

"""Do the bills still bear out what the accepted imports say of themselves?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Float, func, select, type_coerce, union
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, Import, PastBill
from custody.energy.models.roster import Meter
from custody.energy.models.tables import Coefficient
from custody.energy.queries.compared import meters_of, told
from custody.energy.queries.files import bytes_of, opened
from custody.energy.queries.imports import known
from custody.energy.rules.factors import USUAL
from custody.energy.rules.rows import BillRow
from custody.energy.rules.states import ImportState, Kind
from custody.energy.workbook.bill_cells import Known
from custody.energy.workbook.bills import read_bills
from custody.energy.workbook.layout import Unlike
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.kernel.days import full_day
from custody.kernel.periods import Month
from custody.kernel.problems import Refused
from custody.regions.models import Region


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


def reread(session: Session, files: FileStore) -> Iterator[str]:
    """Every accepted file read once more: the bills it brought say what its rows say.

    A correction is a newer version and leaves the one that the file brought as it was.
    """
    imports = session.execute(
        select(Import, Region)
        .join(Region, Region.code == Import.region_code)
        .where(Import.state == ImportState.ACCEPTED, Import.kind == Kind.BILLS)
        .order_by(Import.id)
    ).all()
    known_of: dict[str, Known] = {}
    for one, region in imports:
        name = f"导入文件“{one.name}”（{region.name}，{full_day(one.created_at.date())}）"
        try:
            if not files.intact(one.digest):
                yield f"{name}：文件缺失或内容已被改动。"
                continue
            layout = opened(session, bytes_of(files, one), one)
        except (Refused, Unlike):
            yield f"{name}：按现在的规则无法读取，没有核对。"
            continue
        if region.code not in known_of:
            known_of[region.code] = known(session, region, one.created_at.date())
        rows = read_bills(layout, known_of[region.code]).rows
        yield from (f"{name}{words}" for words in _unlike(session, region.code, one.id, rows))


TOLD = 20
"""So many bills of a file are named, the others counted."""
Version = tuple[int | None, int, date | None, date | None, float, float | None]
"""Import, and what makes two bills of a month the same (compared.told)."""


def _unlike(session: Session, region: str, number: int, rows: Sequence[BillRow]) -> Iterator[str]:
    """Rows whose version in the ledger says something else."""
    meters = meters_of(session, region)
    versions: dict[tuple[int, int], list[Version]] = defaultdict(list)
    for table in (Bill, PastBill):
        amounts = (type_coerce(table.use, Float), type_coerce(table.cost, Float))
        query = (
            select(
                *(table.meter_id, table.month, table.import_id, table.days),
                *(table.starts_on, table.ends_on, *amounts),
            )
            .join(Meter, Meter.id == table.meter_id)
            .where(
                Meter.region_code == region,
                table.month.between(
                    min((row.month for row in rows), default=0),
                    max((row.month for row in rows), default=0),
                ),
            )
        )
        for meter, month, *rest in session.execute(query):
            versions[meter, month].append(tuple(rest))
    count = 0
    for row in rows:
        meter = meters.get((row.energy, row.number))
        if meter is None:
            continue
        held = versions.get((meter, row.month), [])
        brought = [one[1:] for one in held if one[0] == number] or [one[1:] for one in held]
        if brought and told(row) not in brought:
            count += 1
            if count <= TOLD:
                use, cost = brought[0][3], brought[0][4]
                yield (
                    f"第{row.row}行{row.energy.label}户号{row.number}{Month.coded(row.month).label}："
                    f"文件中用量{_figure(row.use)}、费用{_yuan(row.cost)}，"
                    f"账本中为{use:g}、{_yuan(cost)}，没有更正记录。"
                )
    if count > TOLD:
        yield f"：另有{count - TOLD}张账单与文件不符。"


def _yuan(value: Decimal | float | None) -> str:
    return "未填" if value is None else f"{value:.2f}"


# --- what was typed, against the journal ------------------------------------------------------


def coefficients(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Coefficient)) or 0


def changed(session: Session) -> Iterator[str]:
    """Coefficients and bills that are not what was last written down of them.

    A coefficient nobody touched is one of those a province begins with; of a bill the journal knows the
    figures that were typed by hand.
    """
    last = _last_told(session, "coefficient")
    usual = {(one.energy, one.caliber, one.valid_from): one.value for one in USUAL}
    for row in session.scalars(select(Coefficient).order_by(Coefficient.id)):
        right = last.get((str(row.id), "value"))
        if right is None:
            right = usual.get((row.energy, row.caliber, row.valid_from))
        if right is not None and Decimal(str(right)) != row.value:
            yield (
                f"{row.energy.label}{row.caliber.label}{full_day(row.valid_from)}起用的折算系数"
                f"为{row.value:f}，操作日志记为{Decimal(str(right)):f}。"
            )


def bills_changed(session: Session) -> Iterator[str]:
    """Bills typed by hand whose use or cost is not the one that the journal wrote down."""
    typed = _last_told(session, "bill")
    keys = {subject for subject, _ in typed}
    for number, month in sorted(_split(one) for one in keys):
        bill = session.get(Bill, (number, month))
        if bill is None or bill.import_id is not None:
            continue
        for name, word in (("use", "用量"), ("cost", "费用")):
            key = (f"{number}-{month}", name)
            right = None if typed.get(key) is None else Decimal(str(typed[key]))
            there = getattr(bill, name)
            if key in typed and right != there:
                meter = session.get_one(Meter, number)
                yield (
                    f"{meter.energy.label}户号{meter.number}{Month.coded(month).label}的{word}"
                    f"为{_figure(there)}，操作日志记为{_figure(right)}。"
                )


def _figure(value: Decimal | None) -> str:
    return "未填" if value is None else f"{value.normalize():f}"


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

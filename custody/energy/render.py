"""The sheets that go out: templates filled with what is known, and a sent file with its slips marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.imports import Listed, MeterLine
from custody.energy.rules.energies import TYPES, Payment
from custody.energy.rules.states import Kind
from custody.energy.workbook.columns import FIELDS, METER_FIELDS, SCHEMAS, SHEETS, Field
from custody.energy.workbook.layout import Layout
from custody.energy.workbook.told import Slip
from custody.infra.marked import Marked, marked
from custody.infra.workbooks import Column, Shape, Table, Value, workbook

SPARE = 300
"""Blank lines below what is known (our choice)."""
MOST_MARKED = 5000


def _column(field: Field) -> Column:
    shape = Shape.DECIMAL if field.number else Shape.TEXT
    return Column(field.title, field.width, shape, open=not field.hint, choices=field.choices)


def roster_template(
    lines: Sequence[tuple[Institution, list[Meter]]], *, scope: str, who: str, now: datetime
) -> bytes:
    rows = [_roster_row(one, meters) for one, meters in lines]
    return _template(Kind.ROSTER, rows, scope=scope, who=who, now=now)


def _roster_row(one: Institution, meters: Sequence[Meter]) -> list[Value]:
    told: dict[str, Value] = {
        "name": one.name,
        "credit_code": one.credit_code,
        "type_code": TYPES.get(one.type_code, one.type_code),
        "address": one.address,
        "floor_area": one.floor_area,
        "people": one.people,
        "in_custody": "是" if one.in_custody else "否",
        "excluded_because": one.excluded_because,
        "payment": "",
    }
    for name, energy in METER_FIELDS.items():
        told[name] = "、".join(
            meter.number
            if meter.payment is Payment.METERED_PAID
            else f"{meter.number}（{meter.payment.label}）"
            for meter in meters
            if meter.energy is energy
        )
    return [told[field.name] for field in FIELDS[Kind.ROSTER]]


def bills_template(lines: Sequence[MeterLine], *, scope: str, who: str, now: datetime) -> bytes:
    rows: list[list[Value]] = []
    for name, energy, number, month, use, cost in lines:
        told: dict[str, Value] = {
            "institution": name,
            "energy": energy.label,
            "number": number,
            "month": f"{month // 100}-{month % 100:02d}",
            "unit": energy.unit,
            "last_use": use,
            "last_cost": cost,
        }
        rows.append([told.get(field.name) for field in FIELDS[Kind.BILLS]])
    return _template(Kind.BILLS, rows, scope=scope, who=who, now=now)


_NOTES = {
    Kind.ROSTER: "一个单位一行；同一能源有多个户号的用顿号分开，计费方式不同的写在户号后的括号内。",
    Kind.BILLS: "一个户号一个月一行；没有收到账单的留空，以后再报；灰色栏供核对，不读取。",
}


def _template(kind: Kind, rows: list[list[Value]], *, scope: str, who: str, now: datetime) -> bytes:
    fields = FIELDS[kind]
    spare: list[list[Value]] = [[None] * len(fields) for _ in range(SPARE)]
    table = Table(
        name=SHEETS[kind],
        title=f"{scope}{SHEETS[kind]}",
        columns=[*map(_column, fields), Column("", hidden=True)],
        rows=[[*row, None] for row in [*rows, *spare]],
        under=f"{_NOTES[kind]}　{who} {now:%Y-%m-%d}",
        form=SCHEMAS[kind],
    )
    return workbook(table, author=who, created=now)


def annotated(layout: Layout, slips: Iterable[Slip], *, by: str, lean: bool = False) -> bytes:
    """The file as it was sent, the wrong cells red and commented."""
    fields = {field.name: field for field in FIELDS[layout.kind]}
    comments: dict[tuple[int, int], str] = {}
    for slip in slips:
        if len(comments) >= MOST_MARKED:
            break
        key = (slip.row, slip.column)
        comments[key] = f"{comments[key]}\n{slip.message}" if key in comments else slip.message
    sent = Marked(
        sheet=layout.sheet,
        name=layout.sheet.name or SHEETS[layout.kind],
        head=layout.head,
        columns={at: _column(fields[name]) for name, at in layout.columns.items()},
        comments=comments,
        form=SCHEMAS[layout.kind],
    )
    return marked(sent, author=by, lean=lean)


def imports_table(rows: Sequence[Listed], *, under: str) -> Table:
    """The list of imports as a table to keep."""
    columns = [
        Column("编号", 8, Shape.WHOLE),
        Column("地区", 14),
        Column("文件", 36),
        Column("内容", 12),
        Column("状态", 12),
        Column("上传人", 12),
        Column("上传时间", 18),
        *(Column(title, 10, Shape.WHOLE) for title in ("新增", "更新", "未变", "有错误")),
    ]
    names = ("new", "changed", "same", "wrong")
    return Table(
        name="能源数据导入",
        title="能源数据导入",
        columns=columns,
        rows=[
            [
                *(line.one.id, line.region, line.one.name, line.one.kind.label, line.state),
                *(line.by, f"{line.one.created_at:%Y-%m-%d %H:%M}"),
                *(line.one.result.get("counts", {}).get(name) for name in names),
            ]
            for line in rows
        ],
        under=under,
    )

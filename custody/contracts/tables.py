"""A whole contract as a workbook: a sheet a page, its tables, its orders, its settlements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.models.settlement import Settlement
from custody.contracts.queries.groups import lines_of, values_of
from custody.contracts.queries.settlements import number_of
from custody.contracts.rules import shown, terms
from custody.contracts.rules.fields import GROUPS, Field, Group, Kind, Lines
from custody.contracts.rules.life import Status
from custody.contracts.rules.periods import Period
from custody.infra.workbooks import Column, Shape, Table, Value

_SHAPES: Mapping[Kind, tuple[float, Shape]] = {
    Kind.MONEY: (18, Shape.MONEY),
    Kind.QUANTITY: (16, Shape.DECIMAL),
    Kind.PERCENT: (12, Shape.DECIMAL),
    Kind.WHOLE: (10, Shape.WHOLE),
    Kind.DAY: (12, Shape.DAY),
    Kind.YES: (10, Shape.CENTRE),
    Kind.CHOICE: (14, Shape.CENTRE),
    Kind.PROSE: (40, Shape.PROSE),
}
_PAGES = {"parties", "schedule", "adjustment"}
"""Pages that are one table: their sheet has the page's name."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A contract as of a day, with everything its sheets tell."""

    contract: Contract
    day: date
    terms: Mapping[str, object]
    orders: Sequence[ChangeOrder]
    settlements: Sequence[Settlement]
    paid: Mapping[int, Decimal]
    """Settlement → paid by the day."""
    title: str
    under: str


def sheets(one: Whole) -> list[Table]:
    found = [table for group in GROUPS for table in _sheets_of(one, group)]
    return [*found, _orders(one), _settlements(one)]


def _sheets_of(one: Whole, group: Group) -> Iterator[Table]:
    if group.fields:
        yield _fields(one, group)
    if group.lines:
        name = group.label if group.code in _PAGES else group.lines.label
        yield _lines(one, group, group.lines, name)


def _fields(one: Whole, group: Group) -> Table:
    stored = values_of(one.contract, group)
    rows = []
    for field in group.fields:
        now = shown.cell_words(field, one.terms.get(field.name, stored[field.name]))
        was = shown.cell_words(field, stored[field.name])
        rows.append((field.label, _filled(now), _filled(was) if was != now else ""))
    return Table(
        group.label,
        f"{one.title}　{group.label}",
        (Column("项目", 26), Column("内容", 60, Shape.PROSE), Column("变更前", 30, Shape.PROSE)),
        rows,
        under=one.under,
        notes=["“变更前”为原合同约定，仅在变更单已改变该项时列出。"],
    )


def _filled(words: str) -> str:
    return "" if words == "—" else words


def _lines(one: Whole, group: Group, spec: Lines, name: str) -> Table:
    rows = shown.rows_as_of(spec, lines_of(one.contract, group), one.terms)
    columns = [column for column in spec.columns if column.name != spec.key]
    money = [column.name for column in columns if column.kind is Kind.MONEY]
    company = one.contract.company
    return Table(
        name,
        f"{one.title}　{spec.label}",
        (
            Column("序号" if spec.key == "line" else "类别", 10, Shape.CENTRE),
            *(_column(column) for column in columns),
        ),
        [
            (
                number if spec.key == "line" else shown.heading_of(spec, number, row),
                *(_cell(column, row.get(column.name)) for column in columns),
            )
            for number, row in enumerate(rows, 1)
        ],
        under=one.under,
        total=("合计", *(_total(rows, column, money) for column in columns)) if money else None,
        notes=[f"乙方（节能服务公司）：{company.name}（{company.code}）"]
        if group.code == "parties" and company
        else [],
    )


def _column(field: Field) -> Column:
    width, shape = _SHAPES.get(field.kind, (30 if field.name in ("name", "title") else 16, None))
    return Column(field.label, width, shape or Shape.TEXT)


def _cell(field: Field, value: object) -> Value:
    if field.kind is Kind.YES:
        return "是" if value else ""
    if isinstance(value, (Decimal, date, int)):
        return value
    return _filled(shown.cell_words(field, value))


def _total(rows: Sequence[Mapping[str, object]], field: Field, money: Sequence[str]) -> Value:
    if field.name not in money:
        return ""
    known = [value for row in rows if isinstance(value := row.get(field.name), Decimal)]
    return sum(known, Decimal(0))


def _orders(one: Whole) -> Table:
    return Table(
        "变更单",
        f"{one.title}　变更单",
        (
            Column("编号", 8, Shape.WHOLE),
            Column("变更事项", 24),
            Column("变更前", 30, Shape.PROSE),
            Column("变更后", 30, Shape.PROSE),
            Column("原因和依据", 40, Shape.PROSE),
            Column("生效日期", 12, Shape.DAY),
            Column("双方签署", 12, Shape.DAY),
            Column("当日状态", 12, Shape.CENTRE),
        ),
        [
            (
                order.number,
                terms.label_of(order.subject),
                terms.words_of(order.subject, terms.value_of(order.subject, order.old)),
                terms.words_of(order.subject, terms.value_of(order.subject, order.new)),
                order.reason,
                order.effective_on,
                order.signed_on,
                _order_state(order, one.day),
            )
            for order in one.orders
        ],
        under=one.under,
    )


def _order_state(order: ChangeOrder, day: date) -> str:
    if order.signed_at is None:
        return "草稿"
    return "已生效" if order.effective_on <= day else "未生效"


def _settlements(one: Whole) -> Table:
    rows = [row for row in one.settlements if row.created_at.date() <= one.day]
    paid = {row.id: one.paid.get(row.id, Decimal(0)) for row in rows}
    signed = [row for row in rows if _signed(row, one.day)]
    left = sum((row.total - paid[row.id] for row in signed), Decimal(0))
    return Table(
        "结算单",
        f"{one.title}　结算单",
        (
            Column("编号", 24),
            Column("结算期间", 18),
            Column("当日状态", 10, Shape.CENTRE),
            Column("结算金额（元）", 18, Shape.MONEY),
            Column("已付（元）", 18, Shape.MONEY),
            Column("未付（元）", 18, Shape.MONEY),
            Column("应付日期", 12, Shape.DAY),
            Column("双方签字", 12, Shape.DAY),
        ),
        [
            (
                number_of(one.contract, row.serial),
                Period.parse(row.period).label,
                _settlement_state(row, paid[row.id], one.day),
                row.total,
                paid[row.id],
                row.total - paid[row.id] if row in signed else None,
                row.due_on,
                row.signed_on if row in signed else None,
            )
            for row in rows
        ],
        under=one.under,
        total=(
            "合计（双方已签）",
            "",
            "",
            sum((row.total for row in signed), Decimal(0)),
            sum((paid[row.id] for row in signed), Decimal(0)),
            left,
            "",
            "",
        ),
    )


def _signed(row: Settlement, day: date) -> bool:
    return row.signed_on is not None and row.signed_on <= day


def _settlement_state(row: Settlement, paid: Decimal, day: date) -> str:
    if _signed(row, day):
        return (Status.PAID if paid >= row.total else Status.SIGNED).label
    if row.frozen_at is not None and row.frozen_at.date() <= day:
        return Status.FROZEN.label
    return Status.DRAFT.label

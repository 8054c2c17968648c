"""Values and lines of a contract as pages and the journal show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from custody.contracts.rules.contract import FEE_LINES, Driver, Energy
from custody.contracts.rules.fields import Field, Kind, Lines


def line_words(table: Lines, lines: Sequence[Mapping[str, object]]) -> list[str]:
    """Every line of a table in a few words, for the history."""
    return [_line(table, number, line) for number, line in enumerate(lines, 1)]


def _line(table: Lines, number: int, line: Mapping[str, object]) -> str:
    head = heading_of(table, number, line)
    parts = [
        f"{FEE_LINES[one.name]}{cell_words(one, line.get(one.name))}"
        if table.name == "fees"
        else cell_words(one, line.get(one.name))
        for one in table.columns
        if one.name != table.key and line.get(one.name) not in (None, "", False)
    ]
    return " ".join([head, *parts])


def cell_words(column: Field, value: object) -> str:
    """A value of a field as the pages show it."""
    if value is None or value == "":
        return "—"
    if column.kind is Kind.YES:
        return column.label if value else "—"
    if column.kind is Kind.SEVERAL:
        return "、".join(column.choices.get(code, code) for code in str(value).split())
    if column.kind is Kind.CHOICE:
        return column.choices.get(str(value), str(value))
    if isinstance(value, Decimal):
        if column.kind is Kind.MONEY:
            return f"{value:,.2f}"
        text = f"{value:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:,}" if isinstance(value, int) and column.size > 3000 else str(value)


_FAMILIES: Mapping[str, str] = {
    "bases": "energy",
    "fees": "fee",
    "drivers": "driver",
    "guarantees": "guarantee",
    "payments": "payment",
}
"""List of a contract → what its terms begin with."""


def rows_as_of(
    table: Lines, stored: Sequence[Mapping[str, object]], terms: Mapping[str, object]
) -> list[dict[str, object]]:
    """A table's lines with the terms of a day in them; a line that an order brought in is there too."""
    family = _FAMILIES.get(table.name)
    if family is None:
        return [dict(line) for line in stored]
    rows = {str(line[table.key]): dict(line) for line in stored}
    for term, value in terms.items():
        head, _, rest = term.partition(":")
        which, _, column = rest.partition(":")
        if head != family:
            continue
        key: object = int(which) if which.isdecimal() else which
        rows.setdefault(which, {table.key: key})[column] = value
    if table.key != "year":
        return list(rows.values())
    return [rows[which] for which in sorted(rows, key=int)]


def heading_of(table: Lines, number: int, line: Mapping[str, object]) -> str:
    """第3年, 面积, 电, 第2行: what a line is called."""
    key = line.get(table.key)
    if table.key == "year":
        return f"第{key}年"
    if table.key == "driver":
        return Driver(str(key)).label
    if table.key == "energy":
        return Energy(str(key)).label
    return f"第{number}行"

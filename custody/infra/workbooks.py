"""Tables as .xlsx the way officials lay them out: a title, who and when, ruled cells, printed on A4.

Text stays text: nothing typed by users becomes a formula, a link or a number without being asked to.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import xlsxwriter


class Shape(StrEnum):
    TEXT = "text"
    """Left; also for codes, which keep their zeros."""
    CENTRE = "centre"
    WHOLE = "whole"
    MONEY = "money"
    """Yuan with two decimals."""
    DECIMAL = "decimal"
    """Up to four decimals."""
    PERCENT = "percent"
    """A share of 1 is shown as 100.0 %."""
    DAY = "day"


_FORMATS: dict[Shape, dict[str, Any]] = {
    Shape.TEXT: {"align": "left", "text_wrap": True, "num_format": "@"},
    Shape.CENTRE: {"align": "center", "text_wrap": True},
    Shape.WHOLE: {"align": "right", "num_format": "#,##0"},
    Shape.MONEY: {"align": "right", "num_format": "#,##0.00"},
    Shape.DECIMAL: {"align": "right", "num_format": "#,##0.####"},
    Shape.PERCENT: {"align": "right", "num_format": "0.0%"},
    Shape.DAY: {"align": "center", "num_format": "yyyy-mm-dd"},
}

Value = str | int | float | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float = 12
    """In characters."""
    shape: Shape = Shape.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    """Of the sheet, at most 31 characters."""
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    under: str = ""
    """Below the title: who made it, as of when, the unit of money."""
    total: Sequence[Value] | None = None
    """A last line in bold, the first cell of which usually reads 合计."""
    notes: Sequence[str] = ()
    """Lines below the table."""


def workbook(*tables: Table, author: str = "", created: datetime | None = None) -> bytes:
    """All tables as one file, a sheet each. `created` makes the bytes the same for the same tables."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    properties: dict[str, Any] = {"author": author, "title": tables[0].title if tables else ""}
    if created is not None:
        properties["created"] = created.replace(tzinfo=None)
    book.set_properties(properties)
    looks = _Looks(book)
    for table in tables:
        _write(book.add_worksheet(_sheet_name(table.name)), table, looks)
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of a workbook, made once."""

    def __init__(self, book: Any) -> None:
        font = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        self.title = book.add_format(
            {**font, "font_name": "黑体", "font_size": 16, "align": "center"}
        )
        self.under = book.add_format({**font, "align": "right", "font_size": 10})
        self.note = book.add_format({**font, "font_size": 10, "text_wrap": True})
        head = {
            "bold": True,
            "align": "center",
            "text_wrap": True,
            "border": 1,
            "bg_color": "#EEF1F4",
        }
        self.head = book.add_format({**font, **head})
        self.cells = {
            shape: book.add_format({**font, **form, "border": 1})
            for shape, form in _FORMATS.items()
        }
        self.totals = {
            shape: book.add_format({**font, **form, "border": 1, "bold": True})
            for shape, form in _FORMATS.items()
        }


def _write(sheet: Any, table: Table, looks: _Looks) -> None:
    last = max(len(table.columns) - 1, 0)
    _across(sheet, 0, last, table.title, looks.title)
    _across(sheet, 1, last, table.under, looks.under)
    sheet.set_row(0, 30)
    sheet.set_row(2, 32)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(2, at, column.title, looks.head)
    row = 3
    for cells in table.rows:
        _line(sheet, row, cells, table.columns, looks.cells)
        row += 1
    if table.total is not None:
        _line(sheet, row, table.total, table.columns, looks.totals)
        row += 1
    for note in table.notes:
        _across(sheet, row, last, note, looks.note)
        row += 1
    sheet.freeze_panes(3, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _across(sheet: Any, row: int, last: int, words: str, look: Any) -> None:
    if last > 0:
        sheet.merge_range(row, 0, row, last, words, look)
    else:
        sheet.write_string(row, 0, words, look)


def _line(
    sheet: Any, row: int, cells: Sequence[Value], columns: Sequence[Column], looks: dict[Shape, Any]
) -> None:
    for at, (value, column) in enumerate(zip(cells, columns, strict=True)):
        look = looks[column.shape]
        if value is None or value == "":
            sheet.write_blank(row, at, None, look)
        elif isinstance(value, str):
            sheet.write_string(row, at, value, look)
        elif isinstance(value, (date, datetime)):
            sheet.write_datetime(row, at, value, look)
        else:
            sheet.write_number(row, at, value, look)


def _sheet_name(name: str) -> str:
    """Without what Excel forbids in a sheet's name."""
    return "".join("·" if sign in "[]:*?/\\'" else sign for sign in name)[:31] or "表"

"""Tables as .xlsx the way officials lay them out: a title, who and when, ruled cells, printed on A4.

Text stays text: nothing typed by users becomes a formula, a link or a number without being asked to.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import xlsxwriter


class Shape(StrEnum):
    TEXT = "text"
    """Left; also for codes, which keep their zeros."""
    PROSE = "prose"
    """Left, of any length: Excel shows ##### for a cell of kind «text» with more than 255 signs."""
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
    Shape.PROSE: {"align": "left", "text_wrap": True},
    Shape.CENTRE: {"align": "center", "text_wrap": True},
    Shape.WHOLE: {"align": "right", "num_format": "#,##0"},
    Shape.MONEY: {"align": "right", "num_format": "#,##0.00"},
    Shape.DECIMAL: {"align": "right", "num_format": "#,##0.####"},
    Shape.PERCENT: {"align": "right", "num_format": "0.0%"},
    Shape.DAY: {"align": "center", "num_format": "yyyy-mm-dd"},
}

Value = str | int | float | Decimal | date | datetime | None


def share(percent: float | None) -> float | None:
    """For a column of shape PERCENT."""
    return None if percent is None else percent / 100


class Check(StrEnum):
    """What Excel and WPS let people type into a column that is to be filled in."""

    PERCENT = "percent"
    """A whole number from 0 to 100."""
    DAY = "day"
    """A date of 2000 to 2100."""


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width: float = 12
    """In characters."""
    shape: Shape = Shape.TEXT
    open: bool = False
    """To be filled in; the other columns of a form are grey and locked."""
    hidden: bool = False
    check: Check | None = None
    choices: tuple[str, ...] = ()
    """Offered as a list to choose from; nothing else is taken."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    """Of the sheet, at most 31 characters."""
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    under: str = ""
    """Below the title: who made it, as of when, the unit of money."""
    total: Sequence[Value] | None = None
    """A last line in bold, the first cell of which usually reads 合计."""
    notes: Sequence[str] = ()
    """Lines below the table."""
    form: str = ""
    """Named: people fill the table in and send it back. The name of the layout is written into a
    hidden cell and the file's properties."""


def workbook(
    *tables: Table, author: str = "", created: datetime | None = None, lean: bool = False
) -> bytes:
    """All tables as one file, a sheet each. `created` makes the bytes the same for the same tables.

    `lean`: rows go to disk as they come, so that a long table needs no more memory than a short one.
    """
    out = io.BytesIO()
    book = new_book(out, lean=lean)
    properties: dict[str, Any] = {"author": author, "title": tables[0].title if tables else ""}
    if created is not None:
        properties["created"] = created.replace(tzinfo=None)
    book.set_properties(properties)
    looks = Looks(book)
    for table in tables:
        if table.form:
            book.set_custom_property("layout", table.form)
        _write(book.add_worksheet(sheet_name(table.name)), table, looks)
    book.close()
    return out.getvalue()


def new_book(out: io.BytesIO, *, lean: bool = False) -> Any:
    return xlsxwriter.Workbook(
        out,
        {
            "in_memory": not lean,
            "constant_memory": lean,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )


class Looks:
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
        self.above = book.add_format({**font, "bold": True})
        self._cells = {
            shape: book.add_format({**font, **form, "border": 1})
            for shape, form in _FORMATS.items()
        }
        self._totals = {
            shape: book.add_format({**font, **form, "border": 1, "bold": True})
            for shape, form in _FORMATS.items()
        }
        self._locked = {
            shape: book.add_format({**font, **form, "border": 1, "bg_color": "#E8ECF0"})
            for shape, form in _FORMATS.items()
        }
        self._open = {
            shape: book.add_format({**font, **form, **_plain(shape), "border": 1, "locked": False})
            for shape, form in _FORMATS.items()
        }
        self.wrong = {
            shape: book.add_format({**font, **form, **_plain(shape), **_RED, "locked": False})
            for shape, form in _FORMATS.items()
        }

    def plain(self, column: Column) -> Any:
        return self._cells[column.shape]

    def total(self, column: Column) -> Any:
        return self._totals[column.shape]

    def of(self, column: Column) -> Any:
        """The look of a form's column."""
        return (self._open if column.open else self._locked)[column.shape]


_RED = {"border": 1, "border_color": "#B42318", "bg_color": "#FDD9D5", "font_color": "#8F1B12"}


def _plain(shape: Shape) -> dict[str, Any]:
    """Numbers people type are shown as they are; text keeps its zeros."""
    return {"num_format": "0"} if shape is Shape.WHOLE else {}


def _write(sheet: Any, table: Table, looks: Looks) -> None:
    last = max(sum(not column.hidden for column in table.columns) - 1, 0)
    sheet.set_row(0, 30)
    sheet.set_row(2, 32)
    _across(sheet, 0, last, table.title, looks.title)
    if table.form:
        sheet.write_string(0, len(table.columns) - 1, table.form)
    _across(sheet, 1, last, table.under, looks.under)
    _columns(sheet, 2, dict(enumerate(table.columns)), looks)
    row = 3
    for cells in table.rows:
        _line(sheet, row, cells, table.columns, looks.of if table.form else looks.plain)
        row += 1
    if table.form:
        sheet.protect("", _MAY)
        checks(sheet, 3, row - 1, dict(enumerate(table.columns)))
    if table.total is not None:
        _line(sheet, row, table.total, table.columns, looks.total)
        row += 1
    for note in table.notes:
        _across(sheet, row, last, note, looks.note)
        row += 1
    sheet.freeze_panes(3, 3 if table.form else 1)
    for_print(sheet, 2)


def _columns(sheet: Any, row: int, columns: Mapping[int, Column], looks: Looks) -> None:
    """The head, and how wide the columns are."""
    for at, column in columns.items():
        options = {"hidden": True} if column.hidden else {}
        sheet.set_column(at, at, column.width, None, options)
        sheet.write_string(row, at, column.title, looks.head)


def for_print(sheet: Any, head: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer("&C第 &P 页，共 &N 页")


_MAY: dict[str, bool] = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "autofilter": True,
    "objects": True,
}
"""What protection leaves free. There is no password: it keeps from slips, the server keeps from the rest."""


def checks(sheet: Any, first: int, last: int, columns: Mapping[int, Column]) -> None:
    """The open columns take what belongs there; all can be filtered by."""
    for at, column in columns.items():
        if column.check is not None and last >= first:
            sheet.data_validation(first, at, last, at, _CHECKS[column.check])
        elif column.choices and last >= first:
            rule = {"validate": "list", "source": list(column.choices)}
            words = {"error_title": column.title, "error_message": "请从下拉列表中选择。"}
            sheet.data_validation(first, at, last, at, {**rule, **words})
    visible = [at for at, column in columns.items() if not column.hidden]
    if visible and last >= first:
        sheet.autofilter(first - 1, min(visible), last, max(visible))


_CHECKS: dict[Check, dict[str, Any]] = {
    Check.PERCENT: {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 100,
        "error_title": "完成比例",
        "error_message": "请填写0至100之间的整数，不带百分号。",
    },
    Check.DAY: {
        "validate": "date",
        "criteria": "between",
        "minimum": date(2000, 1, 1),
        "maximum": date(2100, 12, 31),
        "error_title": "日期",
        "error_message": "请按“2026-11-22”的样式填写日期，没有的请留空。",
    },
}


# --- cells ------------------------------------------------------------------------------------


def _across(sheet: Any, row: int, last: int, words: str, look: Any) -> None:
    if last > 0:
        sheet.merge_range(row, 0, row, last, words, look)
    else:
        sheet.write_string(row, 0, words, look)


def _line(
    sheet: Any,
    row: int,
    cells: Sequence[Value],
    columns: Sequence[Column],
    look: Callable[[Column], Any],
) -> None:
    for at, (value, column) in enumerate(zip(cells, columns, strict=True)):
        write_value(sheet, row, at, value, look(column))


def write_value(sheet: Any, row: int, at: int, value: Value, look: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, at, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, at, value[:MOST_SIGNS], look)
    elif isinstance(value, (date, datetime)):
        sheet.write_datetime(row, at, value, look)
    else:
        sheet.write_number(row, at, value, look)


MOST_SIGNS = 32_767
"""As many as a cell holds."""


def sheet_name(name: str) -> str:
    """Without what Excel forbids in a sheet's name."""
    return "".join("·" if sign in "[]:*?/\\'" else sign for sign in name)[:31] or "表"

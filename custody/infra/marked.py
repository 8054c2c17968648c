"""A form somebody sent, with what is wrong in it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custody.infra.workbooks import (
    Column,
    Looks,
    Shape,
    Value,
    checks,
    for_print,
    new_book,
    sheet_name,
    write_value,
)
from custody.kernel.cells import Cell, Fault, Sheet, words


@dataclass(frozen=True, slots=True)
class Marked:
    """A sheet as it was sent: every value in its own cell again, the wrong ones red and commented."""

    sheet: Sheet
    name: str
    head: int
    """Row of the column titles, counted from 0."""
    columns: Mapping[int, Column]
    """The columns that are known, by position."""
    comments: Mapping[tuple[int, int], str]
    """(row, column) → what is wrong there."""
    form: str


def marked(sent: Marked, *, author: str = "", lean: bool = False) -> bytes:
    """The file to correct and to send again. `lean`: as for a workbook; rows are written in order."""
    out = io.BytesIO()
    book = new_book(out, lean=lean)
    book.set_custom_property("layout", sent.form)
    looks = Looks(book)
    sheet = book.add_worksheet(sheet_name(sent.name))
    sheet.set_comments_author(author)
    marks = {row for row, _ in sent.comments}
    for at, column in sent.columns.items():
        sheet.set_column(at, at, column.width, None, {"hidden": True} if column.hidden else {})
    for row, cells in enumerate(sent.sheet.rows):
        if row == 0 and sent.head and sent.columns:
            sheet.write_string(0, max(sent.columns), sent.form)
        if row == sent.head:
            _titles(sheet, row, cells, sent, looks)
        elif row < sent.head or (row not in marks and _is_note(cells)):
            told = next(filter(None, map(words, cells)), "")
            sheet.write_string(row, 0, told, looks.above)
        else:
            _sent_line(sheet, row, cells, sent, looks)
    # Not protected: a row that does not belong here has to be deleted.
    checks(sheet, sent.head + 1, len(sent.sheet.rows) - 1, sent.columns)
    sheet.freeze_panes(sent.head + 1, 3)
    for_print(sheet, sent.head)
    book.close()
    return out.getvalue()


def _is_note(cells: Sequence[Cell]) -> bool:
    """A note below the table; merged cells have it many times."""
    first = next((cell for cell in cells if cell is not None), None)
    return first is not None and all(cell is None or cell == first for cell in cells)


def _titles(sheet: Any, row: int, cells: Sequence[Cell], sent: Marked, looks: Looks) -> None:
    for at, column in sent.columns.items():
        sheet.write_string(row, at, column.title, looks.head)
    for at, cell in enumerate(cells):
        if at not in sent.columns and cell is not None:
            sheet.write_string(row, at, words(cell), looks.head)


def _sent_line(sheet: Any, row: int, cells: Sequence[Cell], sent: Marked, looks: Looks) -> None:
    for at, cell in enumerate(cells):
        column = sent.columns.get(at, _REST)
        comment = sent.comments.get((row, at))
        look = looks.wrong[_shape_of(cell, column)] if comment else looks.of(column)
        write_value(sheet, row, at, _writable(cell), look)
        if comment:
            sheet.write_comment(row, at, comment, {"x_scale": 2.2, "y_scale": 1.2})


_REST = Column("", open=True)
"""Columns that are not ours stay as they were."""


def _writable(cell: Cell) -> Value:
    if isinstance(cell, (Fault, bool)):
        return words(cell)
    return cell


def _shape_of(cell: Cell, column: Column) -> Shape:
    """Text in a column of dates stays readable."""
    return Shape.TEXT if isinstance(cell, str) and column.shape is Shape.DAY else column.shape

"""A year's days from a small file: the first sheet of an .xlsx, or CSV in UTF-8 or GB18030."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook

from custody.infra.sheets import Undecodable, decode

MAX_BYTES = 1024 * 1024


class Unreadable(Exception):
    """The file is neither; the message says what to do."""


def rows_of(data: bytes) -> list[tuple[int, list[str]]]:
    """(row as Excel numbers it, its cells) of every row that is not blank."""
    if len(data) > MAX_BYTES:
        raise Unreadable("文件超过1 MB，请只保留日期、休班、名称三列后重新上传。")
    rows = _excel(data) if data[:2] == b"PK" else _csv(data)
    return [(number, cells) for number, cells in enumerate(rows, 1) if any(cells)]


def _excel(data: bytes) -> list[list[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        start = sheet.start[0] if sheet.start else 0
        rows = sheet.to_python(skip_empty_area=True)
    except (CalamineError, IndexError):
        raise Unreadable("文件无法读取，请另存为.xlsx或.csv后重新上传。") from None
    blank: list[list[str]] = [[] for _ in range(start)]
    return blank + [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _csv(data: bytes) -> list[list[str]]:
    try:
        text = decode(data)
    except Undecodable:
        raise Unreadable("文件的文字编码无法识别，请另存为UTF-8编码的CSV或.xlsx。") from None
    if "\0" in text:
        raise Unreadable("文件不是表格，请上传.xlsx或.csv文件。")
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    except csv.Error:
        raise Unreadable("文件不是表格，请上传.xlsx或.csv文件。") from None

"""Tables from files as plain cells or plain text, and CSV back again."""

from __future__ import annotations

import csv
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine as calamine

from custody.infra.bounds import Beyond, column_of, within, within_ods
from custody.infra.documents import ENCRYPTED, OLE, ZIP, is_book, other_document
from custody.kernel.cells import Cell, Fault, Sheet
from custody.kernel.problems import Problem, Refused


class Undecodable(Exception):
    """The bytes are text in no encoding we accept."""


def decode(data: bytes) -> str:
    """Text in UTF-8 (with or without BOM) or GB18030, which Excel in China writes. Raises Undecodable."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Undecodable


def read_csv(data: bytes) -> list[dict[str, str]]:
    """Rows by column name, values stripped; blank rows left out. Raises Undecodable."""
    rows = csv.DictReader(io.StringIO(decode(data)))
    return [
        {key: (value or "").strip() for key, value in row.items() if key}
        for row in rows
        if any((value or "").strip() for key, value in row.items() if key)
    ]


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(header: list[str], rows: Iterable[list[str]]) -> bytes:
    """UTF-8 with BOM, so that Excel and WPS show Chinese; cells that look like formulas are quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([f"'{c}" if c.startswith(_FORMULA_STARTS) else c for c in row])
    return out.getvalue().encode("utf-8-sig")


# --- workbooks of any kind --------------------------------------------------------------------

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may hold (our choice); a city of a hundred regions has some 2,000 rows."""

    size: int = 20 * _MEGABYTE
    unpacked: int = 200 * _MEGABYTE
    rows: int = 20_000
    columns: int = 200


ENDINGS = ("xlsx", "xlsm", "xls", "et", "ods", "csv")
TAKEN = "Excel、WPS表格（.xlsx、.xls、.et、.ods）或CSV文件"


def read_workbook(data: bytes, name: str, limits: Limits | None = None) -> list[Sheet]:
    """The sheets of a file, told by its bytes: its name counts for plain text alone. Formulas are
    taken by their kept values.

    Raises Refused with one Chinese sentence that says what is wrong with the file and what to do.
    """
    limits = limits or Limits()
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    shown = f"“{name}”"
    if not data:
        raise _refused("empty", f"{shown}是空文件（0字节），请检查原文件后重新上传。")
    if len(data) > limits.size:
        size, most = len(data) / _MEGABYTE, limits.size // _MEGABYTE
        raise _refused("too_big", f"{shown}有{size:.0f} MB，表格不能超过{most} MB；请拆分后上传。")
    if data.startswith(_BINARY):
        if other := other_document(data):
            raise _refused("kind", f"{shown}其实是{other}，不是表格，请上传{TAKEN}。")
        if ending not in ENDINGS and not is_book(data):
            raise _refused("kind", f"{shown}不是表格，请上传{TAKEN}。")
        return _binary_sheets(data, shown, limits)
    if ending not in ENDINGS:
        raise _refused("kind", f"{shown}不是表格，请上传{TAKEN}。")
    if ending == "csv":
        return [_csv_sheet(data, shown, limits)]
    raise _refused("text", f"{shown}{_what_text(data)}")


@dataclass(frozen=True, slots=True)
class Packed:
    """What lies in a zipped workbook, as its directory says; of other files nothing."""

    unpacked: int = 0
    macros: bool = False


def packed(data: bytes) -> Packed:
    if not data.startswith(ZIP):
        return Packed()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError):
        return Packed()
    return Packed(
        sum(one.file_size for one in entries),
        any(one.filename.lower().endswith("vbaproject.bin") for one in entries),
    )


def _refused(code: str, message: str) -> Refused:
    return Refused([Problem(code, message, "file")])


_BINARY = (ZIP, OLE)


def _what_text(data: bytes) -> str:
    """What a file is that has a workbook's name and is none."""
    start = data[:2000].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    again = "请用Excel或WPS打开，“另存为”Excel工作簿（.xlsx）后重新上传。"
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style")):
        return f"其实是网页，只是改了扩展名；{again}"
    if start.startswith(b"<?xml") or start.startswith(b"<workbook"):
        return f"其实是XML文件，只是改了扩展名；{again}"
    if start.startswith(b"%pdf"):
        return "其实是PDF，不能当作表格读取；请上传原始的Excel表格。"
    try:
        text = decode(data[:4000])
    except Undecodable:
        text = ""
    if "\x00" not in text and ("," in text or "\t" in text):
        return f"其实是文本（CSV），只是改了扩展名；请将扩展名改回.csv，或{again}"
    return f"的内容不是表格，或文件已损坏；{again}"


def _too_many(shown: str, what: str, most: int) -> Refused:
    message = f"{shown}超过{most:,}{what}，请删去空白和无关内容，或拆分后上传。"
    return _refused("too_many", message)


def _csv_sheet(data: bytes, shown: str, limits: Limits) -> Sheet:
    try:
        text = decode(data)
    except Undecodable:
        raise _refused(
            "encoding",
            f"{shown}的文字编码无法识别，请用Excel或WPS另存为“CSV UTF-8”或.xlsx后重新上传。",
        ) from None
    first = text.partition("\n")[0]
    comma = "\t" if "\t" in first and "," not in first else ","
    rows: list[list[Cell]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=comma):
            if len(rows) >= limits.rows:
                raise _too_many(shown, "行", limits.rows)
            if len(line) > limits.columns:
                raise _too_many(shown, "列", limits.columns)
            rows.append([_unquoted(cell) or None for cell in line])
    except csv.Error:
        raise _refused("damaged", f"{shown}的内容不完整，无法读取；请重新导出后上传。") from None
    return Sheet("", rows)


def _unquoted(cell: str) -> str:
    """Without the apostrophe that write_csv puts before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


def _binary_sheets(data: bytes, shown: str, limits: Limits) -> list[Sheet]:
    if data.startswith(OLE) and ENCRYPTED in data:
        raise _locked(shown)
    marks = _marks(data, shown, limits) if data.startswith(ZIP) else {}
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [
                _sheet(
                    book.get_sheet_by_name(one.name), one, marks.get(one.name, {}), shown, limits
                )
                for one in book.sheets_metadata
                if one.typ == calamine.SheetTypeEnum.WorkSheet
            ]
    except Refused:
        raise
    except calamine.PasswordError:
        raise _locked(shown) from None
    except BaseException as error:
        # The reader's own panics are no Exception; whatever fells it, the file is to blame.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise _locked(shown) from None
        raise _damaged(shown) from None


def _damaged(shown: str) -> Refused:
    return _refused(
        "damaged",
        f"{shown}不是表格或已损坏，无法读取；"
        "请用Excel或WPS打开检查，“另存为”Excel工作簿（.xlsx）后重新上传。",
    )


def _locked(shown: str) -> Refused:
    return _refused(
        "locked", f"{shown}设有打开密码，系统无法读取；请取消密码（另存为不加密的文件）后重新上传。"
    )


def _sheet(
    sheet: calamine.CalamineSheet,
    about: calamine.SheetMetadata,
    marks: Mapping[tuple[int, int], Fault],
    shown: str,
    limits: Limits,
) -> Sheet:
    if sheet.total_height > limits.rows:
        raise _too_many(shown, "行", limits.rows)
    if sheet.total_width > limits.columns:
        raise _too_many(shown, "列", limits.columns)
    laid_out: list[list[Any]] = list(sheet.to_python(skip_empty_area=False))
    rows: list[list[Cell]] = [
        [one if isinstance(one, float) else _cell(one) for one in line] for line in laid_out
    ]
    for (row, column), fault in marks.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] is None:
            rows[row][column] = fault
    for (top, left), (bottom, right) in _merged(sheet):
        if top < len(rows) and left < len(rows[top]):
            _spread(rows, top, left, bottom, right)
    return Sheet(about.name, rows, about.visible != calamine.SheetVisibleEnum.Visible)


def _merged(sheet: calamine.CalamineSheet) -> Sequence[tuple[tuple[int, int], tuple[int, int]]]:
    """No kind but Excel's tells."""
    return sheet.merged_cell_ranges or ()


def _spread(rows: list[list[Cell]], top: int, left: int, bottom: int, right: int) -> None:
    value = rows[top][left]
    for line in rows[top : bottom + 1]:
        for column in range(left, min(right + 1, len(line))):
            line[column] = value


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value or None
    if isinstance(value, (bool, float, date, datetime)):
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, (time, timedelta)):
        return str(value)
    return None


# --- what the reader of workbooks does not tell -----------------------------------------------

_FAILED = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]{1,3})(\d{1,7})")(?=[^>]*\bt="e")[^>]*(?<!/)>'
    rb"(?:<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]*)</"
)
_VALUELESS = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]{1,3})(\d{1,7})")[^>]*><(?:\w+:)?f\b[^>]*'
    rb"(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TIE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Marks = dict[str, dict[tuple[int, int], Fault]]


def _marks(data: bytes, shown: str, limits: Limits) -> Marks:
    """Failed formulas by sheet, which the reader gives as blank cells; and a look at the size first."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > limits.unpacked:
                most = limits.unpacked // _MEGABYTE
                message = f"{shown}解压后超过{most} MB，请删去图片和无关的工作表后上传。"
                raise _refused("too_big", message)
            if archive.testzip() is not None:  # damaged, or larger than it says
                raise _damaged(shown)
            names = set(archive.namelist())
            if "xl/workbook.bin" in names:
                raise _refused("kind", f"{shown}是二进制工作簿（.xlsb），请另存为.xlsx后重新上传。")
            if "xl/workbook.xml" not in names:
                if "content.xml" not in names:
                    raise _damaged(shown)
                within_ods(archive.read("content.xml"), limits.rows, limits.columns)
                return {}
            return {
                name: _marks_of(archive.read(part), limits)
                for name, part in _parts(archive).items()
            }
    except Beyond as beyond:
        most = limits.rows if beyond.what == "行" else limits.columns
        raise _too_many(shown, beyond.what, most) from None
    except (expat.ExpatError, ElementTree.ParseError):
        # What is not looked at is not laid out either.
        raise _damaged(shown) from None
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError):
        raise _damaged(shown) from None
    except RuntimeError:  # an entry under a password
        raise _locked(shown) from None


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet's name → its part of an .xlsx. The reader takes names of parts in any case, so do we."""
    names = {part.lower(): part for part in archive.namelist()}
    ties = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - expat limits entities
    targets = {
        tie.get("Id"): posixpath.normpath(posixpath.join("/xl", tie.get("Target", ""))).lstrip("/")
        for tie in ties
    }
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    found = {
        sheet.get("name", ""): targets.get(sheet.get(_TIE), "")
        for sheet in book.iter(f"{_MAIN}sheet")
    }
    return {name: names[part.lower()] for name, part in found.items() if part.lower() in names}


def _marks_of(xml: bytes, limits: Limits) -> dict[tuple[int, int], Fault]:
    within(xml, limits.rows, limits.columns)
    if not (b'"e"' in xml or b"<f>" in xml or b"<f " in xml or b":f" in xml):
        return {}
    marks = {
        (int(row) - 1, column_of(letters)): Fault(sign.decode("utf-8", "replace")[:12] or "#ERROR!")
        for letters, row, sign in _FAILED.findall(xml)
    }
    for letters, row in _VALUELESS.findall(xml):
        marks.setdefault((int(row) - 1, column_of(letters)), Fault("公式没有计算结果"))
    return marks

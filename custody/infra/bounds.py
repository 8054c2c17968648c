"""Does a sheet keep within its bounds? Asked of its XML before a reader lays it out as a rectangle.

One cell in the last corner would fell the reader. Formats alone often reach down to the last row, so
only cells with something in them count.
"""

from __future__ import annotations

import re
from functools import lru_cache
from xml.parsers import expat


class Beyond(Exception):
    """A filled cell lies beyond the last row (行) or column (列) that is taken."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def within(xml: bytes, rows: int, columns: int) -> None:
    """Raises Beyond, or expat's error where the sheet cannot be parsed."""
    if not _plainly_within(xml, rows, columns):
        _parsed(xml, rows, columns)


def _plainly_within(xml: bytes, rows: int, columns: int) -> bool:
    """Every cell is written the usual way and has a place within: much faster than parsing.

    False says nothing yet: look closer.
    """
    if not xml.lstrip(b"\xef\xbb\xbf").startswith(b"<") or b"\x00" in xml or b":c" in xml:
        return False  # in UTF-16, or with a prefix before its names
    return _outside(rows, columns).search(xml) is None


@lru_cache
def _outside(rows: int, columns: int) -> re.Pattern[bytes]:
    """A cell that is not written as <c r="AB123", or lies beyond the last full 26 columns, or beyond
    the last row that shares its first digit with the bound."""
    tens, first = len(str(rows)) - 1, int(str(rows)[0])
    lines = [f"[0-9]{{1,{tens}}}"] if tens else []
    if first > 1:
        lines.append(f"[1-{first - 1}][0-9]{{{tens}}}")
    if not lines:
        return re.compile(b"<c(?![A-Za-z])")  # one row: every cell is looked at closer
    blocks = columns // 26 - 1
    letters = f"[A-{chr(64 + min(columns, 26))}]"
    if blocks > 0:
        letters = f"[A-{chr(64 + min(blocks, 26))}]?[A-Z]"
    return re.compile(f'<c(?! r="{letters}(?:{"|".join(lines)})"|[A-Za-z])'.encode())


_PLACE = re.compile(r"([A-Za-z]{1,8})(\d{1,9})")


def _parsed(xml: bytes, rows: int, columns: int) -> None:
    """Parsed, since quotes, gaps, case and cells without their names may differ."""
    row = column = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        kind = name.rpartition(":")[2]
        if kind == "c":
            place = _PLACE.fullmatch(attributes.get("r", ""))
            if place:
                row, column = int(place[2]), column_of(place[1].upper().encode()) + 1
            else:
                column += 1
        elif kind in ("v", "f", "is"):
            if row > rows:
                raise Beyond("行")
            if column > columns:
                raise Beyond("列")
        elif kind == "row":
            told = attributes.get("r", "")
            row, column = int(told) if told.isdecimal() else row + 1, 0

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(xml, True)


def within_ods(xml: bytes, rows: int, columns: int) -> None:
    """The same of an OpenDocument sheet, where a cell or a row says how often it is repeated."""
    row = column = 0
    repeated = 1

    def times(attributes: dict[str, str], name: str) -> int:
        told = attributes.get(f"table:number-{name}-repeated", "1")
        return int(told) if told.isdecimal() and len(told) < 10 else 1

    def filled() -> None:
        if row + repeated > rows:
            raise Beyond("行")
        if column > columns:
            raise Beyond("列")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, repeated
        if name == "table:table":
            row = 0
        elif name == "table:table-row":
            column, repeated = 0, times(attributes, "rows")
        elif name in ("table:table-cell", "table:covered-table-cell"):
            column += times(attributes, "columns")
            if "office:value-type" in attributes or "table:formula" in attributes:
                filled()
        elif name == "text:p":
            filled()

    def end(name: str) -> None:
        nonlocal row
        if name == "table:table-row":
            row += repeated

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)


def column_of(letters: bytes) -> int:
    """Counted from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1

"""The cells of a sheet as values, and what people write into them: dates and numbers in every shape.

A reader gives back the value or a Problem; its message leaves out the cell's name, which is its
`where` («C14»), so that equal problems of many cells can be told once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from custody.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class Fault:
    """What a spreadsheet shows where a formula failed: #REF!, #N/A; or a formula without a value."""

    sign: str


Cell = str | float | bool | date | datetime | Fault | None
"""None where nothing stands. Whole numbers are floats, as spreadsheets keep them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet from its cell A1 on; merged cells all have the value of their first one."""

    name: str
    rows: Sequence[Sequence[Cell]]
    hidden: bool = False

    def at(self, row: int, column: int) -> Cell:
        """Counted from 0; None beyond the edge."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else None


def cell_name(row: int, column: int) -> str:
    """C14 for row 13, column 2 (counted from 0)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def words(cell: Cell) -> str:
    """The cell as text: 60 without «.0», a day as 2026-11-22, 是 and 否."""
    if cell is None:
        return ""
    if isinstance(cell, Fault):
        return cell.sign
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if _midnight(cell) else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.12g}"
    return cell


def _midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def to_text(cell: Cell, where: str, label: str) -> str | Problem:
    """Any cell as text; a failed formula is a problem, for its words are nobody's."""
    return _fault(cell, where, label) if isinstance(cell, Fault) else words(cell)


# --- dates ------------------------------------------------------------------------------------

_SERIALS = range(36526, 73051)
"""Excel's numbers for the days from 2000-01-01 to 2099-12-31."""
_EPOCH = date(1899, 12, 30)
_DAY = re.compile(r"(\d{4})(?:[-/.年])(\d{1,2})(?:[-/.月])(\d{1,2})日?(?: 0{1,2}:00(?::00)?)?")
_OF_YEAR = re.compile(r"\d{1,2}月\d{1,2}日", re.ASCII)
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})")


def to_day(cell: Cell, where: str, label: str, *, year: int | None = None) -> date | Problem | None:
    """A date however it was typed; None where nothing stands.

    2026-11-22, 2026/11/22, 2026.11.22, 2026年11月22日, 20261122, full-width digits, a date cell, and
    the number 46348 that is left of a date cell whose format was taken away. With a `year` also
    12月20日, the way this system writes the days of the year it stands in.
    """
    if isinstance(cell, Fault):
        return _fault(cell, where, label)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = unicodedata.normalize("NFKC", words(cell)).strip()
    if not text or isinstance(cell, bool):
        return None if not text else _not_a_day(cell, where, label)
    if text.isascii() and text.isdigit() and int(text[:9]) in _SERIALS and len(text) == 5:
        return _EPOCH + timedelta(days=int(text))
    if year is not None and _OF_YEAR.fullmatch(text):
        text = f"{year}年{text}"
    found = _DAY.fullmatch(text.replace(" 年", "年")) or _PLAIN.fullmatch(text)
    try:
        return (
            date(*(int(part) for part in found.groups()))
            if found
            else _not_a_day(cell, where, label)
        )
    except ValueError:
        return _not_a_day(cell, where, label)


def _not_a_day(cell: Cell, where: str, label: str) -> Problem:
    shown = _short(words(cell))
    return Problem("day", f"{label}“{shown}”无法识别，请按“2026-11-22”的样式填写。", where)


# --- numbers ----------------------------------------------------------------------------------


def to_decimal(
    cell: Cell, where: str, label: str, *, units: Sequence[str] = ("元",)
) -> Decimal | Problem | None:
    """A number however it was typed: 1,234.50, １２３４．５, ￥1234.5, 1234.5元, 12.5%; None where
    nothing stands. A percent sign divides by nothing: 12.5% is 12.5, as in a column of per cents.
    """
    if isinstance(cell, Fault):
        return _fault(cell, where, label)
    if cell is None:
        return None
    if isinstance(cell, float):
        return Decimal(words(cell)) if abs(cell) < 1e15 else _not_a_number(cell, where, label)
    if not isinstance(cell, str):
        return _not_a_number(cell, where, label)
    text = unicodedata.normalize("NFKC", cell).strip().replace(",", "").replace(" ", "")
    text = text.replace("，", "").lstrip("¥")
    if not text:
        return None
    for unit in (*units, "%"):
        text = text.removesuffix(unit)
    if not re.fullmatch(r"[+-]?(\d{1,20}(\.\d{0,12})?|\.\d{1,12})", text, re.ASCII):
        return _not_a_number(cell, where, label)
    try:
        return Decimal(text)
    except InvalidOperation:
        return _not_a_number(cell, where, label)


def to_whole(
    cell: Cell, where: str, label: str, *, units: Sequence[str] = ("元",)
) -> int | Problem | None:
    """A whole number, as to_decimal reads it; «60.0» is one."""
    value = to_decimal(cell, where, label, units=units)
    if not isinstance(value, Decimal):
        return value
    if value != value.to_integral_value():
        return Problem("whole", f"{label}“{_short(words(cell))}”应为整数，请改正。", where)
    return int(value)


def _not_a_number(cell: Cell, where: str, label: str) -> Problem:
    return Problem(
        "number", f"{label}“{_short(words(cell))}”无法识别，请填写数字，例如 1234.5。", where
    )


def _fault(cell: Fault, where: str, label: str) -> Problem:
    return Problem("fault", f"{label}是出错的公式（{cell.sign}），请改为填写具体的值。", where)


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:20]}…"

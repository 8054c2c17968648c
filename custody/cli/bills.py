"""Files of bills and of temperatures for the commands that need no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from custody.infra.sheets import Limits, read_workbook
from custody.kernel.cells import Cell, Fault, Sheet, blank, cell_name, words
from custody.kernel.periods import Month
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.mv.sufficiency import Reading

LIMITS = Limits(size=200 * 1024 * 1024, unpacked=1024 * 1024 * 1024, rows=1_000_000)
MOST_TOLD = 20
"""Problems of a file that are told one by one."""
_NAMES = {
    "meter": ("meter", "计量表", "表号", "表计"),
    "month": ("month", "月份", "月", "账期"),
    "days": ("days", "天数", "日数"),
    "use": ("use", "用量", "用能量"),
    "temperature": ("temperature", "气温", "平均气温", "月平均气温"),
}
Bills = dict[str, list[Reading]]
Warmth = Mapping[tuple[str, Month], float]
ALL = ""
"""The meter of a temperature that serves all of them."""


def read_bills(path: Path) -> Bills:
    """Readings by meter, meters in the order of the file; a row without use is a month without bill."""
    table = _Table.read(path, ("meter", "month", "days", "use"))
    found: Bills = {}
    for row in table.rows():
        use = table.number(row, "use")
        meter, month = table.text(row, "meter"), table.month(row)
        days = table.number(row, "days") if use is not None else None
        if use is not None and days is None:
            table.wrong(row, "days", "缺少天数，请填写账单的天数，例如 31。")
        elif days is not None and not 0 < days <= 400:
            table.wrong(row, "days", "天数应大于0、不超过400，请改正。")
        if use is not None and days is not None and meter and month:
            found.setdefault(meter, []).append(Reading(month, days, use))
        elif meter:
            found.setdefault(meter, [])
    table.refuse()
    if not any(found.values()):
        raise Refused([Problem("empty", f"“{path.name}”没有一条账单，请检查文件内容。")])
    return found


def read_temperatures(path: Path) -> dict[tuple[str, Month], float]:
    """Mean °C by (meter, month); the meter is ALL where the file has no such column."""
    table = _Table.read(path, ("month", "temperature"), optional=("meter",))
    found: dict[tuple[str, Month], float] = {}
    for row in table.rows():
        value, month = table.number(row, "temperature"), table.month(row)
        meter = table.text(row, "meter") if table.has("meter") else ALL
        if value is None or month is None or (table.has("meter") and not meter):
            continue
        if not -60 <= value <= 60:
            table.wrong(row, "temperature", "气温应在-60至60℃之间，请改正。")
        if (meter, month) in found:
            table.wrong(row, "month", f"{month}重复，请删去多余的一行。")
        found[meter, month] = value
    table.refuse()
    if not found:
        raise Refused([Problem("empty", f"“{path.name}”没有一个月的气温，请检查文件内容。")])
    return found


def warmed(readings: Sequence[Reading], meter: str, warmth: Warmth) -> list[Reading]:
    """With the temperatures of their months: the meter's own, else those of all."""
    return [
        replace(one, temperature=warmth.get((meter, one.month), warmth.get((ALL, one.month))))
        for one in readings
    ]


@dataclass(slots=True)
class _Table:
    name: str
    sheet: Sheet
    top: int
    places: dict[str, int]
    problems: list[Problem]

    @classmethod
    def read(cls, path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> _Table:
        sheets = [one for one in read_workbook(path.read_bytes(), path.name, LIMITS) if one.rows]
        shown = [one for one in sheets if not one.hidden] or sheets
        if not shown:
            raise Refused([Problem("empty", f"“{path.name}”没有内容，请检查文件。")])
        sheet = shown[0]
        top = next((n for n, row in enumerate(sheet.rows) if not all(map(blank, row))), 0)
        heads = [_head(cell) for cell in sheet.rows[top]]
        places = {
            name: heads.index(head)
            for name in (*needed, *optional)
            for head in _NAMES[name][::-1]
            if head in heads
        }
        lacking = [name for name in needed if name not in places]
        refuse_if(
            Problem(
                "column",
                f"“{path.name}”第{top + 1}行缺少{name}（{_NAMES[name][1]}）列，请补上表头后重试。",
            )
            for name in lacking
        )
        return cls(path.name, sheet, top, places, [])

    def rows(self) -> Iterator[int]:
        for row in range(self.top + 1, len(self.sheet.rows)):
            if not all(blank(self.cell(row, name)) for name in self.places):
                yield row

    def has(self, name: str) -> bool:
        return name in self.places

    def cell(self, row: int, name: str) -> Cell:
        return self.sheet.at(row, self.places[name])

    def wrong(self, row: int, name: str, message: str) -> None:
        where = cell_name(row, self.places[name])
        head = f"“{self.name}”第{row + 1}行{name}列（{where}）："
        self.problems.append(Problem("cell", head + message, where))

    def text(self, row: int, name: str) -> str:
        cell = self.cell(row, name)
        found = unicodedata.normalize("NFKC", words(cell)).strip()
        if isinstance(cell, Fault) or not found:
            self.wrong(row, name, f"缺少{_NAMES[name][1]}，请填写。")
            return ""
        return found

    def number(self, row: int, name: str) -> float | None:
        """As a double, all digits kept; None where nothing stands or what stands is wrong."""
        cell = self.cell(row, name)
        if blank(cell):
            return None
        value = _float(cell)
        if value is None:
            self.wrong(row, name, f"“{words(cell)[:20]}”不是数字，请改正，例如 1234.5。")
        return value

    def month(self, row: int) -> Month | None:
        cell = self.cell(row, "month")
        value = _month(cell)
        if value is None:
            shown = f"“{words(cell)[:20]}”无法识别" if not blank(cell) else "缺少月份"
            self.wrong(row, "month", f"{shown}，请按“2025-01”的样式填写。")
        return value

    def refuse(self) -> None:
        more = len(self.problems) - MOST_TOLD
        told = self.problems[:MOST_TOLD]
        if more > 0:
            told.append(Problem("more", f"另有{more}处类似问题，请一并检查。"))
        refuse_if(told)


def _head(cell: Cell) -> str:
    return unicodedata.normalize("NFKC", words(cell)).strip().lower()


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def _float(cell: Cell) -> float | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        text = unicodedata.normalize("NFKC", cell).replace(",", "").replace(" ", "")
        cell = float(text) if _NUMBER.fullmatch(text) else None
    return cell if isinstance(cell, float) and abs(cell) < 1e15 else None


_MONTH = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.]\d{1,2})?|年(\d{1,2})月(?:\d{1,2}日)?|(\d{2})(?:\d{2})?)",
    re.ASCII,
)


def _month(cell: Cell) -> Month | None:
    """2025-01, 2025/1, 2025年1月, 202501 and any day of the month; a date cell too."""
    if isinstance(cell, date):  # a datetime is one
        return Month.of(cell)
    text = unicodedata.normalize("NFKC", words(cell)).strip()
    found = _MONTH.fullmatch(text.removesuffix(" 00:00:00"))
    if found is None:
        return None
    year, *numbers = found.groups()
    number = int(next(one for one in numbers if one))
    return Month(int(year), number) if 1 <= number <= 12 else None

"""Mean temperatures: one row one city and month. Small tables, so the careful reader alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from custody.energy.workbook.bill_cells import read_month
from custody.energy.workbook.columns import plain_title
from custody.energy.workbook.lines import Lines
from custody.energy.workbook.told import Reading
from custody.kernel.cells import Cell, Fault, Sheet, blank, to_decimal, words
from custody.kernel.periods import Month
from custody.kernel.problems import Problem, Refused

TITLES: Mapping[str, str] = {
    "city": "设区市",
    "month": "月份",
    "mean": "平均气温（℃）",
    "source": "来源",
}
_ALSO: Mapping[str, tuple[str, ...]] = {
    "city": ("城市", "地市", "市", "city"),
    "month": ("年月", "month"),
    "mean": ("平均气温", "月平均气温", "月平均气温（℃）", "气温", "气温（℃）", "temperature"),
    "source": ("数据来源", "资料来源", "source"),
}
_BY_TITLE = {
    plain_title(title).lower(): name
    for name, own in TITLES.items()
    for title in (own, *_ALSO[name])
}
TOP = 20
"""The headings stand among so many first rows."""
COLDEST, HOTTEST = Decimal(-40), Decimal(45)
"""Mean temperatures of a month lie between these everywhere in China (our choice)."""


@dataclass(frozen=True, slots=True)
class WeatherRow:
    city: str
    """Its code."""
    month: int
    mean: Decimal
    source: str


def read_weather(
    sheets: Sequence[Sheet], cities: Mapping[str, str], *, over: int, source: str = ""
) -> Reading[WeatherRow]:
    """`cities`: name → code of those that may be filled in; `over`: the last month that has ended;
    `source`: for rows that name none. Raises Refused where the file has no such table."""
    sheet, head, columns = _located(sheets)
    reader = _Reader(sheet, columns, cities, over, source)
    for row in range(head + 1, len(sheet.rows)):
        reader.line(row)
    return Reading(reader.rows, reader.lines, reader.problems, [])


def _located(sheets: Sequence[Sheet]) -> tuple[Sheet, int, dict[str, int]]:
    best: tuple[Sheet, int, dict[str, int]] | None = None
    for sheet in sorted(sheets, key=lambda one: one.hidden):
        for row in range(min(TOP, len(sheet.rows))):
            columns: dict[str, int] = {}
            for at, cell in enumerate(sheet.rows[row]):
                name = _BY_TITLE.get(plain_title(cell).lower()) if isinstance(cell, str) else None
                if name:
                    columns.setdefault(name, at)
            if best is None or len(columns) > len(best[2]):
                best = (sheet, row, columns)
    missing = [
        TITLES[one] for one in ("city", "month", "mean") if best is None or one not in best[2]
    ]
    if best is None or missing:
        told = "、".join(f"“{one}”" for one in missing)
        message = f"文件中没有{told}列，请下载气温表模板填写后上传。"
        raise Refused([Problem("columns", message, "file")])
    return best


class _Reader(Lines):
    def __init__(
        self,
        sheet: Sheet,
        columns: Mapping[str, int],
        cities: Mapping[str, str],
        over: int,
        source: str,
    ) -> None:
        super().__init__(columns, TITLES, usual=columns["mean"])
        self.sheet = sheet
        self.cities = {_plain(name): code for name, code in cities.items()}
        self.cities |= {code: code for code in cities.values()}
        self.names = "、".join(cities)
        self.over, self.source = over, source.strip()
        self.lines = 0
        self.rows: list[WeatherRow] = []
        self.seen: dict[tuple[str, int], int] = {}

    def line(self, row: int) -> None:
        cells = {name: self.sheet.at(row, at) for name, at in self.columns.items()}
        if blank(cells["mean"]):
            return  # left open: not known yet
        if all(cell == cells["mean"] for cell in cells.values()) and isinstance(cells["mean"], str):
            return  # a note merged across the table
        self.lines += 1
        before = len(self.problems)
        city, month = self.city(row, cells["city"]), self.month(row, cells["month"])
        mean, source = self.mean(row, cells["mean"]), self.told(row, cells.get("source"))
        if len(self.problems) > before or city is None or month is None or mean is None:
            return
        first = self.seen.setdefault((city, month), row)
        if first != row:
            words_ = f"与第{first + 1}行是同一设区市同一月份，请只保留一行。"
            self.wrong(row, "month", "twice", words_)
            return
        self.rows.append(WeatherRow(city, month, mean, source))

    def city(self, row: int, cell: Cell) -> str | None:
        found = self.cities.get(_plain(words(cell)))
        if found is None:
            shown = words(cell).strip()[:20]
            self.wrong(row, "city", "city", f"设区市“{shown}”无法识别，应为{self.names}之一。")
        return found

    def month(self, row: int, cell: Cell) -> int | None:
        month = None if isinstance(cell, Fault) else read_month(cell)
        if month is None:
            shown = words(cell).strip()[:20]
            self.wrong(row, "month", "month", f"月份“{shown}”无法识别，请按“2026-11”的样式填写。")
        elif not 200001 <= month <= self.over:
            label = Month.coded(month).label
            self.wrong(row, "month", "month_range", f"{label}还没有结束或年份有误，请核对月份。")
            return None
        return month

    def mean(self, row: int, cell: Cell) -> Decimal | None:
        value = to_decimal(cell, "", "平均气温", units=("℃", "°C", "度"))
        if isinstance(value, Problem):
            self.wrong(row, "mean", value.code, value.message)
            return None
        if value is None:
            return None
        if not COLDEST <= value <= HOTTEST:
            self.wrong(row, "mean", "range", f"平均气温应在{COLDEST}至{HOTTEST}℃之间，请核对。")
            return None
        return round(value, 2)

    def told(self, row: int, cell: Cell) -> str:
        if isinstance(cell, Fault):
            self.wrong(row, "source", "fault", f"来源是出错的公式（{cell.sign}），请改为填写文字。")
            return ""
        text = words(cell).strip() or self.source
        if not text:
            message = "来源没有填写，请在“来源”列或上传页的“数据来源”中写明。"
            self.wrong(row, "source", "source", message)
        elif len(text) > 200:
            self.wrong(row, "source", "source_long", "来源超过200个字，请精简。")
        return text


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().removesuffix("市")

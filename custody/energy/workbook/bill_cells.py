"""The cells of a bill, read with care: whatever people write, or what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.limits import Limits
from custody.energy.rules.states import Kind
from custody.energy.workbook.columns import plain_title, titles_of
from custody.energy.workbook.layout import Layout
from custody.energy.workbook.lines import Lines
from custody.kernel.cells import Cell, Fault, to_day, to_decimal, words
from custody.kernel.problems import Problem


@dataclass(frozen=True, slots=True)
class KnownMeter:
    institution: str
    payment: Payment
    usual: float | None = None
    """Mean use per day of its newest bills."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the system knows when a file comes in."""

    region: str
    meters: Mapping[tuple[Energy, str], KnownMeter] = field(default_factory=dict)
    elsewhere: Mapping[tuple[Energy, str], str] = field(default_factory=dict)
    """Meters of other regions → the region's name."""
    this_month: int = 209912
    limits: Limits = field(default_factory=Limits.of)
    """The thresholds of its province."""


MOST_USE = Decimal(10) ** 10
MOST_COST = Decimal(10) ** 10
LATE = 200001
ENERGY_NAMES = {
    **{energy.label: energy for energy in Energy},
    **{energy.value: energy for energy in Energy},
    "电力": Energy.ELECTRICITY,
    "燃气": Energy.GAS,
    "气": Energy.GAS,
    "自来水": Energy.WATER,
    "热": Energy.HEAT,
    "LPG": Energy.LPG,
    "煤": Energy.COAL,
    "光伏": Energy.PV,
}
_UNITS = {
    Energy.ELECTRICITY: {"kwh", "度", "千瓦时"},
    Energy.PV: {"kwh", "度", "千瓦时"},
    Energy.GAS: {"m3", "立方米", "方"},
    Energy.WATER: {"m3", "立方米", "方", "吨", "t"},
    Energy.HEAT: {"gj", "吉焦"},
    Energy.LPG: {"kg", "千克", "公斤"},
    Energy.PETROL: {"l", "升"},
    Energy.DIESEL: {"l", "升"},
    Energy.COAL: {"t", "吨"},
}
_MONTH = re.compile(r"(\d{4})\s*(?:[-/.年])\s*(\d{1,2})(?:月份?)?(?:[-/.]?\d{1,2}日?)?(?:[ T].*)?")


def read_month(cell: Cell) -> int | None:
    """202611 from 2026-11, 2026年11月, 202611, 2026/11/1, a date; None for anything else."""
    if isinstance(cell, (date, datetime)):
        return cell.year * 100 + cell.month
    if isinstance(cell, float):
        number = int(cell) if cell.is_integer() else 0
        if 36526 <= number <= 73050:
            day = to_day(cell, "", "")
            return day.year * 100 + day.month if isinstance(day, date) else None
        if 20000101 <= number <= 20991231:
            number //= 100
        return number if 190001 <= number <= 209912 and 1 <= number % 100 <= 12 else None
    if not isinstance(cell, str):
        return None
    text = unicodedata.normalize("NFKC", cell).strip()
    if text.isascii() and text.isdigit():
        return read_month(float(text)) if len(text) in (5, 6, 8) else None
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    number = int(found[1]) * 100 + int(found[2])
    return number if 190001 <= number <= 209912 and 1 <= number % 100 <= 12 else None


class BillCells(Lines):
    def __init__(self, layout: Layout, known: Known) -> None:
        super().__init__(layout.columns, titles_of(Kind.BILLS))
        self.known = known
        self.months: dict[Cell, int | None] = {}
        self.good_months: dict[Cell, int] = {}
        """Cells that are known to be a month, and one that may be reported."""
        self.days: dict[int, int] = {}

    def energy(self, row: int, cell: Cell) -> Energy | None:
        found = ENERGY_NAMES.get(cell) if isinstance(cell, str) else None
        if found:
            return found
        found = ENERGY_NAMES.get(plain_title(words(cell)))
        if not found:
            known = "、".join(energy.label for energy in Energy)
            message = f"能源品种“{_short(cell)}”无法识别，应为{known}之一。"
            self.wrong(row, "energy", "energy", message)
        return found

    def number(self, row: int, cell: Cell) -> str:
        if isinstance(cell, Fault):
            self.fault(row, "number", cell)
            return ""
        text = unicodedata.normalize("NFKC", words(cell)).strip()
        if not text:
            self.wrong(row, "number", "number_missing", "户号没有填写，请按账单填写。")
        elif len(text) > 40:
            self.wrong(row, "number", "number_long", "户号超过40个字符，请核对。")
        elif "e+" in text.lower():
            message = "户号成了科学计数，位数已丢失；请将单元格设为文本后重新填写。"
            self.wrong(row, "number", "number_rounded", message)
        else:
            return text
        return ""

    def month(self, row: int, cell: Cell) -> int | None:
        if isinstance(cell, Fault):
            self.fault(row, "month", cell)
            return None
        if cell not in self.months:
            self.months[cell] = read_month(cell)
        month = self.months[cell]
        if month is None:
            said = f"月份“{_short(cell)}”无法识别，请按“2026-11”的样式填写。"
            self.wrong(row, "month", "month", said)
        elif month > self.known.this_month or month < LATE:
            said = f"月份“{_short(cell)}”不在可填报的范围内（2000年1月至本月），请核对年份。"
            self.wrong(row, "month", "month_range", said)
            return None
        else:
            self.days[month] = monthrange(month // 100, month % 100)[1]
            self.good_months[cell] = month
        return month

    def amount(
        self, row: int, name: str, cell: Cell, most: Decimal, *, places: int
    ) -> Decimal | None:
        if cell is None:
            return None
        title = self.titles[name]
        if isinstance(cell, float) and 0 <= cell < 1e10:
            return Decimal(repr(round(cell, places)))
        units = ("元", "kWh", "度", "m³", "m3", "GJ", "kg", "L", "t")
        value = self.decimal(row, name, cell, units if name == "use" else ("元",))
        if value is None:
            return None
        if value < 0:
            message = f"{title}是负数；冲减、退费请并入原账单月份，填写冲减后的数。"
            self.wrong(row, name, "negative", message)
            return None
        if value >= most:
            self.wrong(row, name, "absurd", f"{title}大得不合理，请核对数字和单位。")
            return None
        return round(value, places)

    def day(self, row: int, name: str, cell: Cell) -> date | None:
        if cell is None:
            return None
        value = to_day(cell, "", self.titles[name])
        if isinstance(value, Problem):
            self.wrong(row, name, value.code, value.message)
            return None
        return value

    def covered(
        self, row: int, month: int | None, starts: date | None, ends: date | None, cell: Cell
    ) -> int | None:
        """Days of the bill: as it says, else between its readings, else the month's."""
        if starts and ends and ends < starts:
            self.wrong(row, "ends_on", "dates", "抄表止早于抄表起，请核对。")
            return None
        told = None if cell is None else to_decimal(cell, "", "天数", units=("天",))
        if isinstance(told, Problem):
            self.wrong(row, "days", told.code, told.message)
            return None
        between = (ends - starts).days + 1 if starts and ends else None
        days = int(told) if told is not None else between
        if days is None:
            return None if month is None else self.days[month]
        if not 1 <= days <= 400:
            name = "days" if told is not None else "ends_on"
            self.wrong(row, name, "days", "账单天数应为1至400天，请核对。")
            return None
        return days

    def unit(self, row: int, energy: Energy, cell: Cell) -> None:
        if cell is None or cell == energy.unit:
            return
        text = unicodedata.normalize("NFKC", words(cell)).strip().lower()
        if text and text not in _UNITS[energy]:
            message = (
                f"{energy.label}的计量单位是“{_short(cell)}”，本系统按{energy.unit}登记；"
                f"请把用量换算为{energy.unit}并改正单位。"
            )
            self.wrong(row, "unit", "unit", message)

    def meter(self, row: int, energy: Energy, number: str) -> KnownMeter | None:
        key = (energy, number)
        found = self.known.meters.get(key)
        if found:
            return found
        other = self.known.elsewhere.get(key)
        if other:
            message = f"{energy.label}户号“{number}”登记在{other}，不能在{self.known.region}填报；请核对。"
            self.wrong(row, "number", "elsewhere", message)
        else:
            message = f"{self.known.region}没有登记{energy.label}户号“{number}”；请核对，新户号先导入单位名录。"
            self.wrong(row, "number", "unknown_meter", message)
        return None


def _short(cell: Cell) -> str:
    text = words(cell).strip()
    return text if len(text) <= 20 else f"{text[:20]}…"

"""Bills: one row one meter and month. Written for a hundred thousand rows: the usual cell takes the
short way, every other one the careful reader."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter

from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.limits import Limits
from custody.energy.rules.rows import BillRow
from custody.energy.rules.states import Kind
from custody.energy.workbook.columns import plain_title, titles_of
from custody.energy.workbook.layout import Layout
from custody.energy.workbook.told import Reading, Slip
from custody.kernel.cells import Cell, Fault, cell_name, to_day, to_decimal, words
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
_NAMES = {
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
_UNIT = {energy: energy.unit for energy in Energy}
_TAKEN = ("energy", "number", "month", "use", "cost", "unit", "days", "starts_on", "ends_on")
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


def read_bills(layout: Layout, known: Known) -> Reading[BillRow]:
    """Every line with something in it, every problem by its cell."""
    return _Reader(layout, known).read()


class _Reader:
    def __init__(self, layout: Layout, known: Known) -> None:
        self.layout, self.known = layout, known
        self.titles = titles_of(Kind.BILLS)
        self.rows: list[BillRow] = []
        self.problems: list[Slip] = []
        self.warnings: list[Slip] = []
        self.prices = known.limits.prices
        self.jump = max(known.limits.jump, 1.0)
        self.thousand = max(known.limits.thousand, self.jump)
        self.months: dict[Cell, int | None] = {}
        self.good_months: dict[Cell, int] = {}
        """Cells that are known to be a month, and one that may be reported."""
        self.days: dict[int, int] = {}
        self.seen: dict[tuple[Energy, str, int], int] = {}

    def wrong(self, row: int, name: str, code: str, message: str) -> None:
        column = self.layout.columns.get(name, 0)
        self.problems.append(Slip(code, message, cell_name(row, column), row, column))

    def doubt(self, row: int, name: str, code: str, message: str, weight: float) -> None:
        column = self.layout.columns.get(name, 0)
        self.warnings.append(Slip(code, message, cell_name(row, column), row, column, weight))

    def read(self) -> Reading[BillRow]:
        columns, lines, rows = self.layout.columns, 0, self.layout.sheet.rows
        at = [columns.get(name) for name in _TAKEN]
        take = _taker(at)
        wide = max(columns.values()) + 1
        line = self.line
        for row in range(self.layout.first, len(rows)):
            cells = rows[row]
            if len(cells) < wide:
                cells = [*cells, *[None] * (wide - len(cells))]
            taken = take(cells)
            if taken[3].__class__ is not float and _says_nothing(cells, taken):
                continue
            lines += 1
            line(row, *taken)
        return Reading(self.rows, lines, self.problems, self.warnings)

    def line(
        self,
        row: int,
        energy_cell: Cell,
        number_cell: Cell,
        month_cell: Cell,
        use_cell: Cell,
        cost_cell: Cell,
        unit_cell: Cell,
        days_cell: Cell,
        starts_cell: Cell,
        ends_cell: Cell,
    ) -> None:
        """The usual line needs no careful reader; one that has anything else in it does."""
        energy = _NAMES.get(energy_cell) if energy_cell.__class__ is str else None
        month = self.good_months.get(month_cell)
        if (
            energy is not None
            and month is not None
            and number_cell.__class__ is str
            and number_cell.isascii()
            and number_cell.isalnum()
            and use_cell.__class__ is float
            and 0.0 <= use_cell < 1e10
            and cost_cell.__class__ is float
            and 0.0 <= cost_cell < 1e10
            and days_cell is None
            and starts_cell is None
            and ends_cell is None
            and (unit_cell is None or unit_cell == _UNIT[energy])
        ):
            number: str = number_cell
            meter = self.known.meters.get((energy, number))
            key = (energy, number, month)
            if meter is not None and key not in self.seen:
                self.seen[key] = row
                use = Decimal(repr(round(use_cell, 4)))
                cost = Decimal(repr(round(cost_cell, 2)))
                days = self.days[month]
                self.rows.append(
                    BillRow(energy, number, month, use, cost, days, None, None, row + 1)
                )
                self.judge(row, energy, use_cell, cost_cell, days, meter)
                return
        self.careful(
            row,
            {
                "energy": energy_cell,
                "number": number_cell,
                "month": month_cell,
                "use": use_cell,
                "cost": cost_cell,
                "unit": unit_cell,
                "days": days_cell,
                "starts_on": starts_cell,
                "ends_on": ends_cell,
            },
        )

    def careful(self, row: int, cells: Mapping[str, Cell]) -> None:
        before = len(self.problems)
        energy = self.energy(row, cells["energy"])
        number = self.number(row, cells["number"])
        month = self.month(row, cells["month"])
        use = self.amount(row, "use", cells["use"], MOST_USE, places=4)
        cost = self.amount(row, "cost", cells["cost"], MOST_COST, places=2)
        starts = self.day(row, "starts_on", cells["starts_on"])
        ends = self.day(row, "ends_on", cells["ends_on"])
        days = self.covered(row, month, starts, ends, cells["days"])
        if energy:
            self.unit(row, energy, cells["unit"])
        meter = self.meter(row, energy, number) if energy and number else None
        if use is None and len(self.problems) == before:
            if meter and not meter.payment.metered:
                use = Decimal(0)
            else:
                self.wrong(
                    row, "use", "use_missing", "用量没有填写；没有账单的请清空整行的用量和费用。"
                )
        if len(self.problems) > before:
            return
        if energy is None or not number or month is None or use is None or days is None:
            return
        key = (energy, number, month)
        if key in self.seen:
            first = self.seen[key] + 1
            message = f"与第{first}行是同一户号同一月份，请只保留一行（两张账单的请合并）。"
            self.wrong(row, "number", "twice", message)
            return
        self.seen[key] = row
        self.rows.append(BillRow(energy, number, month, use, cost, days, starts, ends, row + 1))
        paid = None if cost is None else float(cost)
        self.judge(row, energy, float(use), paid, days, meter)

    # --- cells

    def energy(self, row: int, cell: Cell) -> Energy | None:
        found = _NAMES.get(cell) if isinstance(cell, str) else None
        if found:
            return found
        found = _NAMES.get(plain_title(words(cell)))
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
        value = to_decimal(cell, "", title, units=units if name == "use" else ("元",))
        if isinstance(value, Problem):
            self.wrong(row, name, value.code, value.message)
            return None
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

    def fault(self, row: int, name: str, cell: Fault) -> None:
        message = f"{self.titles[name]}是出错的公式（{cell.sign}），请改为填写具体的值。"
        self.wrong(row, name, "fault", message)

    # --- doubts

    def judge(
        self,
        row: int,
        energy: Energy,
        use: float,
        cost: float | None,
        days: int,
        meter: KnownMeter | None,
    ) -> None:
        """Slips of unit and digit that a look at the bill will settle; they do not block."""
        if meter and meter.usual and use:
            times = use / days / meter.usual
            if times >= self.jump or times <= 1 / self.jump:
                self._jump(row, energy, times)
                return
        if cost is None or energy not in self.prices:
            return
        if use == 0:
            if cost > 0 and meter and meter.payment.metered:
                self.doubt(row, "use", "no_use", "有费用而用量为0，请核对是否漏填用量。", 2.0)
            return
        price = cost / use
        low, high = self.prices[energy]
        if cost and not low <= price <= high:
            message = (
                f"{energy.label}单价超出{low:g}—{high:g}元/{energy.unit}，请核对用量、费用和单位。"
            )
            off = price / high if price > high else low / price
            self.doubt(row, "use", "price", message, 3.0 + min(off, 1000.0) / 100)

    def _jump(self, row: int, energy: Energy, times: float) -> None:
        if times > self.thousand or times < 1 / self.thousand:
            message = f"{energy.label}用量与以往相差约1000倍，多为单位错误（如MJ与GJ、kgce与tce），请核对。"
            self.doubt(row, "use", "thousand", message, 10.0)
        else:
            message = (
                f"{energy.label}用量与以往每日用量相差{self.jump:g}倍以上，请核对小数点和单位。"
            )
            self.doubt(row, "use", "jump", message, 5.0)


Taken = tuple[Cell, ...]
"""The cells of a line in the order of _TAKEN."""


def _taker(at: Sequence[int | None]) -> Callable[[Sequence[Cell]], Taken]:
    if None not in at:
        return itemgetter(*at)
    return lambda cells: tuple(None if one is None else cells[one] for one in at)


def _says_nothing(cells: Sequence[Cell], taken: Taken) -> bool:
    """Blank, a stray cell or a note beside or below the table, or pre-filled and left open."""
    if all(map(_blank, taken[:4])):
        return True
    return _note(cells) or all(_blank(taken[at]) for at in (3, 4, 6, 7, 8))


def _blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _note(cells: Sequence[Cell]) -> bool:
    """One text merged across the row: a note below the table."""
    told = {cell for cell in cells if cell is not None}
    return len(told) == 1 and isinstance(next(iter(told)), str)


def _short(cell: Cell) -> str:
    text = words(cell).strip()
    return text if len(text) <= 20 else f"{text[:20]}…"

"""Bills: one row one meter and month. Written for a hundred thousand rows: the usual cell takes the
short way, every other one the careful reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter

from custody.energy.rules.energies import Energy
from custody.energy.rules.rows import BillRow
from custody.energy.workbook.bill_cells import (
    ENERGY_NAMES,
    MOST_COST,
    MOST_USE,
    BillCells,
    Known,
    KnownMeter,
)
from custody.energy.workbook.layout import Layout
from custody.energy.workbook.told import Reading
from custody.kernel.cells import Cell

_UNIT = {energy: energy.unit for energy in Energy}
_TAKEN = ("energy", "number", "month", "use", "cost", "unit", "days", "starts_on", "ends_on")


def read_bills(layout: Layout, known: Known) -> Reading[BillRow]:
    """Every line with something in it, every problem by its cell."""
    return _Reader(layout, known).read()


class _Reader(BillCells):
    def __init__(self, layout: Layout, known: Known) -> None:
        super().__init__(layout, known)
        self.layout = layout
        self.rows: list[BillRow] = []
        self.prices = known.limits.prices
        self.jump = max(known.limits.jump, 1.0)
        self.thousand = max(known.limits.thousand, self.jump)
        self.seen: dict[tuple[Energy, str, int], int] = {}

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
        energy = ENERGY_NAMES.get(energy_cell) if energy_cell.__class__ is str else None
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

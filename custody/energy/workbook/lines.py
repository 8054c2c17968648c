"""Lines of a table read one by one; what is wrong or doubtful is noted by its cell."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from custody.energy.workbook.told import Slip
from custody.kernel.cells import Cell, Fault, cell_name, to_decimal
from custody.kernel.problems import Problem


class Lines:
    def __init__(
        self, columns: Mapping[str, int], titles: Mapping[str, str], *, usual: int = 0
    ) -> None:
        """`usual`: where problems of a column stand that the table does not have."""
        self.columns, self.titles, self.usual = columns, titles, usual
        self.problems: list[Slip] = []
        self.warnings: list[Slip] = []

    def wrong(self, row: int, name: str, code: str, message: str) -> None:
        self.problems.append(self._slip(row, name, code, message))

    def doubt(self, row: int, name: str, code: str, message: str, weight: float) -> None:
        self.warnings.append(self._slip(row, name, code, message, weight))

    def _slip(self, row: int, name: str, code: str, message: str, weight: float = 0.0) -> Slip:
        column = self.columns.get(name, self.usual)
        return Slip(code, message, cell_name(row, column), row, column, weight)

    def fault(self, row: int, name: str, cell: Fault) -> None:
        message = f"{self.titles[name]}是出错的公式（{cell.sign}），请改为填写具体的值。"
        self.wrong(row, name, "fault", message)

    def decimal(self, row: int, name: str, cell: Cell, units: tuple[str, ...]) -> Decimal | None:
        value = to_decimal(cell, "", self.titles[name], units=units)
        if isinstance(value, Problem):
            self.wrong(row, name, value.code, value.message)
            return None
        return value

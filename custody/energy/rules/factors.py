"""Coal and carbon: calibers, and the rows a new province begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from custody.energy.rules.energies import Energy


class Caliber(StrEnum):
    EQUIVALENT_HEAT = "heat"
    """当量值: what the energy's own heat stands for."""
    EQUIVALENT_MADE = "made"
    """等价值: what it took to make it."""
    CARBON = "carbon"

    @property
    def label(self) -> str:
        return {"heat": "当量值", "made": "等价值", "carbon": "二氧化碳"}[self.value]


SUGGESTED = "建议值"
"""A source that begins so names no document of force here; it is shown as a mark."""


def mark_of(source: str, *, verified: bool) -> str:
    """How far a coefficient can be trusted, in a word."""
    if verified:
        return "已核实"
    return SUGGESTED if source.startswith(SUGGESTED) else "待核实"


@dataclass(frozen=True, slots=True)
class Row:
    energy: Energy
    caliber: Caliber
    value: Decimal
    unit: str
    source: str
    valid_from: date
    verified: bool = False


def _row(energy: Energy, caliber: Caliber, value: str, year: int, source: str) -> Row:
    per = "kgCO2" if caliber is Caliber.CARBON else "kgce"
    return Row(energy, caliber, Decimal(value), f"{per}/{energy.unit}", source, date(year, 1, 1))


_HEAT, _MADE, _CARBON = Caliber.EQUIVALENT_HEAT, Caliber.EQUIVALENT_MADE, Caliber.CARBON
_GRID = "生态环境部公告的省级电网平均二氧化碳排放因子（江苏，{year}年），据公开转载，待核对原文"
USUAL: tuple[Row, ...] = (
    _row(Energy.ELECTRICITY, _HEAT, "0.1229", 2021, "GB/T 2589-2020附录A，据公开转载，待核对原文"),
    _row(
        Energy.ELECTRICITY, _MADE, "0.31", 2021, "建议值：供电标准煤耗，山东实践，江苏采用前须核定"
    ),
    _row(Energy.GAS, _HEAT, "1.2143", 2021, "GB/T 2589-2020（气田天然气），油田为1.33，待核对原文"),
    _row(Energy.HEAT, _HEAT, "34.12", 2021, "GB/T 2589-2020，0.03412 kgce/MJ换算，待核对原文"),
    _row(Energy.LPG, _HEAT, "1.7143", 2021, "GB/T 2589-2020，未核对原文"),
    _row(
        Energy.PETROL,
        _HEAT,
        "1.0667",
        2021,
        "建议值：1.4714 kgce/kg×0.725 kg/L，密度为参考值，未核对",
    ),
    _row(
        Energy.DIESEL,
        _HEAT,
        "1.2385",
        2021,
        "建议值：1.4571 kgce/kg×0.85 kg/L，密度为参考值，未核对",
    ),
    _row(Energy.COAL, _HEAT, "714.3", 2021, "GB/T 2589-2020（原煤0.7143 kgce/kg），未核对原文"),
    _row(Energy.ELECTRICITY, _CARBON, "0.6451", 2021, _GRID.format(year=2021)),
    _row(Energy.ELECTRICITY, _CARBON, "0.5978", 2022, _GRID.format(year=2022)),
    _row(Energy.ELECTRICITY, _CARBON, "0.5827", 2023, _GRID.format(year=2023)),
    _row(Energy.GAS, _CARBON, "2.162", 2021, "389.31 GJ/万m³×15.3 tC/TJ×0.99×44/12，未核对原文"),
    _row(Energy.HEAT, _CARBON, "110", 2021, "0.11 tCO2/GJ，据公开转载，待核对原文"),
)
"""What a new province begins with; each row can be corrected. Water is not converted to coal."""

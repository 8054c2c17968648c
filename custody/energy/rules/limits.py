"""Thresholds of a province: when a bill is doubtful, how a base is made. Data, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from custody.energy.rules.energies import Energy

AUDIT = "山东公共机构能源审计工作要求：年同比超±15%或月同比超±30%的标注核查"
REVIEW = "公共机构能源资源消费统计会审要求：人数、面积变化超±10%的须说明"
OWN = "建议值，按当地现行价格核定"


@dataclass(frozen=True, slots=True)
class Limit:
    """One threshold: its label, what it starts with, where that comes from."""

    label: str
    unit: str
    value: Decimal
    source: str
    suggested: bool
    """Our own proposal, no document's: shown as 建议值."""


_PRICES = {
    Energy.ELECTRICITY: ("0.3", "1.5"),
    Energy.GAS: ("2", "7"),
    Energy.WATER: ("1.5", "9"),
    Energy.HEAT: ("20", "150"),
    Energy.LPG: ("4", "12"),
    Energy.PETROL: ("5", "12"),
    Energy.DIESEL: ("5", "12"),
    Energy.COAL: ("300", "2000"),
    Energy.PV: ("0.1", "1"),
}


def _percent(label: str, value: str, source: str, *, suggested: bool = False) -> Limit:
    return Limit(label, "%", Decimal(value), source, suggested)


LIMITS: Mapping[str, Limit] = {
    "year_change": _percent("与上年同月相比", "15", AUDIT),
    "month_change": _percent("与上月相比", "30", AUDIT),
    "area_change": _percent("建筑面积变化", "10", REVIEW),
    "people_change": _percent("用能人数变化", "10", REVIEW),
    "year_sum": _percent("全年数与逐月之和的偏差", "0.5", AUDIT),
    **{
        f"price_{end}_{energy.value}": Limit(
            f"{energy.label}单价{'下限' if end == 'low' else '上限'}",
            f"元/{energy.unit}",
            Decimal(_PRICES[energy][end == "high"]),
            OWN,
            True,
        )
        for energy in Energy
        for end in ("low", "high")
    },
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a province's thresholds are; what it has not set has the value it starts with."""

    values: Mapping[str, Decimal]

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None = None) -> Limits:
        """From EnergyPolicy.values; what cannot be read there counts as not set."""
        values = {name: limit.value for name, limit in LIMITS.items()}
        for name, text in (stored or {}).items():
            if name in LIMITS:
                try:
                    values[name] = Decimal(str(text))
                except InvalidOperation:
                    continue
        return cls(values)

    def share(self, name: str) -> float:
        """A percentage as a share of 1."""
        return float(self.values[name]) / 100

    def price(self, energy: Energy) -> tuple[float, float]:
        """Lowest and highest plausible price, yuan a unit."""
        return (
            float(self.values[f"price_low_{energy.value}"]),
            float(self.values[f"price_high_{energy.value}"]),
        )

"""Thresholds of a province: when a bill is doubtful, how a base is made. Data, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from custody.energy.rules.energies import Energy
from custody.kernel.problems import Problem

AUDIT = "山东公共机构能源审计工作要求：年同比超±15%或月同比超±30%的标注核查"
SUM = "山东公共机构能源审计工作要求：年总量与逐月之和偏差超0.5%的查账单"
REVIEW = "公共机构能源资源消费统计会审要求：人数、面积变化超±10%的须说明"
OWN = "系统自定，请按当地现行价格核定"
STEP = "系统自定，只在没有上年同月账单可比时使用"
SLIP = "系统自定，只用于导入时发现单位和小数点错误"


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


_SLIPS = {
    Energy.ELECTRICITY: ("0.2", "3"),
    Energy.GAS: ("1", "12"),
    Energy.WATER: ("0.5", "20"),
    Energy.HEAT: ("15", "200"),
    Energy.LPG: ("2", "20"),
    Energy.PETROL: ("4", "15"),
    Energy.DIESEL: ("4", "15"),
    Energy.COAL: ("200", "3000"),
}
"""Yuan per unit: beyond these it is rather a slip of unit than a price. Roofs' own use has no bill."""


def _percent(label: str, value: str, source: str, *, suggested: bool = False) -> Limit:
    return Limit(label, "%", Decimal(value), source, suggested)


LIMITS: Mapping[str, Limit] = {
    "year_change": _percent("与上年同月相比", "30", AUDIT),
    "month_change": _percent("与上月相比", "50", STEP, suggested=True),
    "area_change": _percent("建筑面积变化", "10", REVIEW),
    "people_change": _percent("用能人数变化", "10", REVIEW),
    "year_sum": _percent("全年数与逐月之和的偏差", "0.5", SUM),
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
    "jump": Limit("导入：与以往日均用量相差倍数", "倍", Decimal(8), SLIP, True),
    "thousand": Limit("导入：疑似千倍单位错误的倍数", "倍", Decimal(400), SLIP, True),
    **{
        f"slip_{end}_{energy.value}": Limit(
            f"导入：{energy.label}单价{'下限' if end == 'low' else '上限'}",
            f"元/{energy.unit}",
            Decimal(bounds[end == "high"]),
            SLIP,
            True,
        )
        for energy, bounds in _SLIPS.items()
        for end in ("low", "high")
    },
}


def problems_of(values: Mapping[str, Decimal]) -> list[Problem]:
    """What cannot be: thresholds that are not above zero, a lowest price above the highest."""
    found = []
    for name, value in values.items():
        limit = LIMITS[name]
        if value <= 0:
            found.append(Problem("positive", f"{limit.label}应大于0，请改正。", name))
        elif limit.unit == "%" and value > 1000:
            found.append(Problem("high", f"{limit.label}不能超过1000%，请改正。", name))
        if "_low_" in name:
            high = name.replace("_low_", "_high_")
            if high in values and value >= values[high]:
                words = f"{limit.label}应低于{LIMITS[high].label}，请改正。"
                found.append(Problem("order", words, name))
    if "jump" in values and not 1 < values["jump"] < values.get("thousand", values["jump"] + 1):
        words = f"{LIMITS['jump'].label}应大于1，并小于千倍单位错误的倍数，请改正。"
        found.append(Problem("order", words, "jump"))
    return found


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

    def own(self, name: str) -> bool:
        """Did the province set it otherwise than it starts with?"""
        return self.values[name] != LIMITS[name].value

    def source(self, name: str) -> str:
        """Where the value comes from; a value of the province's own has no document but its decision."""
        return "本省核定" if self.own(name) else LIMITS[name].source

    def suggested(self, name: str) -> bool:
        return LIMITS[name].suggested and not self.own(name)

    def share(self, name: str) -> float:
        """A percentage as a share of 1."""
        return float(self.values[name]) / 100

    def price(self, energy: Energy) -> tuple[float, float]:
        """Lowest and highest plausible price, yuan a unit."""
        return (
            float(self.values[f"price_low_{energy.value}"]),
            float(self.values[f"price_high_{energy.value}"]),
        )

    @property
    def jump(self) -> float:
        """So many times its usual use per day (or a part so small) is told on import."""
        return float(self.values["jump"])

    @property
    def thousand(self) -> float:
        """So many times and more is rather kgce for tce, MJ for GJ."""
        return float(self.values["thousand"])

    @property
    def prices(self) -> Mapping[Energy, tuple[float, float]]:
        """Yuan per unit, beyond which an imported line is rather a slip of unit."""
        return {
            energy: (
                float(self.values[f"slip_low_{energy.value}"]),
                float(self.values[f"slip_high_{energy.value}"]),
            )
            for energy in _SLIPS
        }

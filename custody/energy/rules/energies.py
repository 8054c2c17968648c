"""What is billed: the kinds of energy, their units, how a meter is paid, what institutions there are."""

from __future__ import annotations

from enum import StrEnum


class Energy(StrEnum):
    """The kinds of table ② of the statistics regime for public institutions, and what roofs make."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    WATER = "water"
    HEAT = "heat"
    LPG = "lpg"
    PETROL = "petrol"
    DIESEL = "diesel"
    COAL = "coal"
    PV = "pv"

    @property
    def label(self) -> str:
        return _ENERGIES[self][0]

    @property
    def unit(self) -> str:
        """The unit of its bills; everything stored is in it."""
        return _ENERGIES[self][1]


_ENERGIES = {
    Energy.ELECTRICITY: ("电", "kWh"),
    Energy.GAS: ("天然气", "m³"),
    Energy.WATER: ("水", "m³"),
    Energy.HEAT: ("热力", "GJ"),
    Energy.LPG: ("液化石油气", "kg"),
    Energy.PETROL: ("汽油", "L"),
    Energy.DIESEL: ("柴油", "L"),
    Energy.COAL: ("煤炭", "t"),
    Energy.PV: ("光伏发电", "kWh"),
}


class Payment(StrEnum):
    """How a meter's use is counted and paid for: the four states of a bill."""

    METERED_PAID = "metered_paid"
    METERED_UNPAID = "metered_unpaid"
    UNMETERED_PAID = "unmetered_paid"
    UNMETERED_UNPAID = "unmetered_unpaid"

    @property
    def label(self) -> str:
        return _PAYMENTS[self]

    @property
    def metered(self) -> bool:
        return self in (Payment.METERED_PAID, Payment.METERED_UNPAID)

    @property
    def paid(self) -> bool:
        return self in (Payment.METERED_PAID, Payment.UNMETERED_PAID)


_PAYMENTS = {
    Payment.METERED_PAID: "计量付费",
    Payment.METERED_UNPAID: "计量不付费",
    Payment.UNMETERED_PAID: "不计量付费",
    Payment.UNMETERED_UNPAID: "不计量不付费",
}

TYPES: dict[str, str] = {
    "01": "国家机关",
    "021": "教育",
    "022": "科技",
    "023": "文化",
    "024": "卫生",
    "025": "体育",
    "026": "其他事业单位",
    "03": "社会团体",
}
"""单位性质 of the statistics regime for public institutions (国管节能〔2022〕301号, 基层表 1)."""

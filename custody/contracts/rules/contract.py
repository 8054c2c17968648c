"""The words of a contract: its parts, its choices, where it stands on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Energy(StrEnum):
    ELECTRICITY = "electricity"
    WATER = "water"
    GAS = "gas"
    HEAT = "heat"
    OIL = "oil"

    @property
    def label(self) -> str:
        return _ENERGIES[self][0]

    @property
    def unit(self) -> str:
        """The unit its base quantity is usually in."""
        return _ENERGIES[self][1]


_ENERGIES = {
    Energy.ELECTRICITY: ("电", "kWh"),
    Energy.WATER: ("水", "m³"),
    Energy.GAS: ("气", "m³"),
    Energy.HEAT: ("热", "GJ"),
    Energy.OIL: ("油", "L"),
}

UPKEEP = "upkeep"
"""The line of the yearly fees that pays for operation and maintenance and no energy."""
FEE_LINES: Mapping[str, str] = {**{one.value: one.label for one in Energy}, UPKEEP: "运维"}


class Status(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    RUNNING = "running"
    EXPIRED = "expired"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return _STATUSES[self]


_STATUSES = {
    Status.DRAFT: "草稿",
    Status.SIGNED: "已签订",
    Status.RUNNING: "履行中",
    Status.EXPIRED: "已到期",
    Status.ENDED: "已解除",
}


def status_on(
    day: date,
    *,
    signed: bool,
    starts_on: date | None,
    ends_on: date | None,
    terminated_on: date | None,
) -> Status:
    """Where a contract stands on a day. Only the signing is stored; the rest follows from dates."""
    if not signed:
        return Status.DRAFT
    if terminated_on is not None and terminated_on <= day:
        return Status.ENDED
    if ends_on is not None and ends_on < day:
        return Status.EXPIRED
    if starts_on is not None and starts_on <= day:
        return Status.RUNNING
    return Status.SIGNED


class Driver(StrEnum):
    """What may change the base of the fee (domain practice; the method is agreed per contract)."""

    AREA = "area"
    PEOPLE = "people"
    HOURS = "hours"
    WEATHER = "weather"
    PRICE = "price"
    EQUIPMENT = "equipment"
    BUSINESS = "business"

    @property
    def label(self) -> str:
        return _DRIVERS[self]


_DRIVERS = {
    Driver.AREA: "面积",
    Driver.PEOPLE: "人数",
    Driver.HOURS: "用能时间",
    Driver.WEATHER: "气象",
    Driver.PRICE: "能源价格",
    Driver.EQUIPMENT: "设备增减",
    Driver.BUSINESS: "新增业务",
}

MODES: Mapping[str, str] = {"full": "全托管", "single": "单项托管"}
PRICE_MODES: Mapping[str, str] = {"linked": "随价联动", "fixed": "固定单价", "capped": "联动封顶"}
PROCUREMENTS: Mapping[str, str] = {
    "open": "公开招标",
    "invited": "邀请招标",
    "consultation": "竞争性磋商",
    "negotiation": "竞争性谈判",
    "single": "单一来源",
    "other": "其他",
}
BASE_METHODS: Mapping[str, str] = {
    "average": "基期平均法",
    "latest": "最近一年法",
    "regression": "回归分析法",
    "quota": "定额法",
}
PERIODS: Mapping[str, str] = {"month": "按月", "quarter": "按季", "half": "每半年", "year": "按年"}
PAYERS: Mapping[str, str] = {"unified": "统一支付", "each": "分户支付"}
MV_METHODS: Mapping[str, str] = {
    "A": "IPMVP A（关键参数测量）",
    "B": "IPMVP B（全参数测量）",
    "C": "IPMVP C（整体设施）",
    "D": "IPMVP D（校准模拟）",
    "bills": "账单法",
}
MEASURES: Mapping[str, str] = {
    "hvac": "空调",
    "lighting": "照明",
    "distribution": "配电",
    "hot_water": "热水",
    "pv": "光伏",
    "charging": "充电",
    "envelope": "围护结构",
    "other": "其他",
}
SAVING_UNITS: Mapping[str, str] = {
    "kWh": "kWh",
    "m³": "m³",
    "GJ": "GJ",
    "tce": "吨标准煤",
}
SLOTS: Mapping[str, str] = {
    "scan": "合同扫描件",
    "baseline": "基准附件",
    "boundary": "边界说明",
    "assets": "资产清单",
    "filing": "备案回执",
    "award": "中标通知书",
    "acceptance": "竣工验收单",
    "start": "起算确认书",
    "other": "其他附件",
}

FEN = Decimal("0.01")

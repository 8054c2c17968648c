"""What the demonstration's contracts say: companies, sums, days, measures, as data.

The companies do not exist; their codes only have a check digit that is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

COMPANIES = {
    "甲": ("91320000MA0YAN001", "苏示绿能服务有限公司（演示）", "卞启明"),
    "乙": ("91320000MA0YAN002", "江演能源管理有限公司（演示）", "殷知行"),
    "丙": ("91320000MA0YAN003", "样例合同能源服务有限公司（演示）", "阮青禾"),
    "丁": ("91320000MA0YAN004", "试行节能科技有限公司（演示）", "廖见山"),
}
"""Letter → seventeen characters of the code, name, contact."""


@dataclass(frozen=True, slots=True)
class Deal:
    """One contract in force. Money in 万元, days as the milestones have them."""

    region: str
    company: str
    total: int
    investment: int
    awarded: date
    signed: date
    filed: date
    starts: date
    years: int = 10
    accepted: date | None = None
    done: tuple[tuple[str, int, str], ...] = ()
    """Measures completed in 2026: (category, m², MMDD)."""
    quarterly: bool = False
    paid: int = 0
    """Payments made by the time it is entered."""


DEALS = (
    Deal("320282", "甲", 86_000, 5_200, date(2024, 10, 16), date(2024, 11, 8),
         date(2024, 11, 25), date(2025, 9, 1), accepted=date(2026, 6, 9),
         done=(("hvac", 186_000, "0320"), ("lighting", 148_000, "0408")),
         quarterly=True, paid=1),
    Deal("320582", "乙", 89_000, 5_400, date(2024, 11, 5), date(2024, 11, 29),
         date(2024, 12, 16), date(2025, 9, 15), accepted=date(2026, 6, 10),
         done=(("lighting", 131_000, "0328"), ("hvac", 172_000, "0420")),
         quarterly=True, paid=1),
    Deal("320904", "丙", 52_000, 3_100, date(2024, 11, 21), date(2024, 12, 12),
         date(2024, 12, 30), date(2025, 10, 1), accepted=date(2026, 6, 26),
         done=(("lighting", 88_000, "0506"), ("hvac", 96_000, "0515")),
         quarterly=True, paid=1),
    Deal("320211", "甲", 61_000, 3_600, date(2025, 9, 16), date(2025, 10, 20),
         date(2025, 11, 6), date(2027, 1, 1), done=(("lighting", 104_000, "0824"),)),
    Deal("320322", "丁", 43_000, 2_500, date(2025, 10, 24), date(2025, 11, 28),
         date(2025, 12, 15), date(2027, 1, 1)),
    Deal("320412", "乙", 74_000, 4_400, date(2025, 8, 28), date(2025, 9, 26),
         date(2025, 10, 17), date(2027, 1, 1), done=(("lighting", 118_000, "0918"),)),
    Deal("321003", "丙", 50_000, 3_000, date(2025, 9, 22), date(2025, 10, 30),
         date(2025, 11, 14), date(2027, 1, 1), done=(("distribution", 62_000, "1022"),)),
    Deal("321283", "丁", 46_000, 2_800, date(2025, 10, 13), date(2025, 11, 17),
         date(2025, 12, 3), date(2027, 1, 1)),
)  # fmt: skip

DRAFTS = (("321283", "公共机构集中供热单项托管合同"), ("320205", ""), ("320583", ""))
"""Contracts that are not signed yet: (region, what they are called beside the region's name)."""

PRICES = {
    "electricity": (Decimal("0.72"), Decimal("0.6730"), "kWh"),
    "water": (Decimal("0.09"), Decimal("4.3500"), "m³"),
    "gas": (Decimal("0.11"), Decimal("3.6500"), "m³"),
}
"""Energy → its part of the yearly fee, unit price, unit; the rest is upkeep."""
NAMES = {
    "hvac": "空调系统智能群控与主机更新",
    "lighting": "公共区域照明改造",
    "distribution": "配电与计量改造",
    "hot_water": "热水系统空气源热泵改造",
    "pv": "屋顶分布式光伏",
    "charging": "充电设施建设",
}
SHARES = (
    ("hvac", "0.38", 12),
    ("lighting", "0.16", 8),
    ("distribution", "0.14", 15),
    ("hot_water", "0.10", 10),
    ("pv", "0.17", 20),
)


def payments(deal: Deal, money: Decimal) -> list[dict[str, object]]:
    parts, step = (4 * deal.years, 3) if deal.quarterly else (deal.years, 12)
    each = (money / parts).quantize(Decimal("0.01"), ROUND_DOWN)
    lines: list[dict[str, object]] = []
    for number in range(1, parts + 1):
        months = deal.starts.month - 1 + number * step
        due = date(deal.starts.year + months // 12, months % 12 + 1, 15)
        made = number <= deal.paid
        lines.append({
            "title": f"第{number}期托管费", "due_on": due,
            "amount": each if number < parts else money - each * (parts - 1),
            "paid_on": due if made else None, "paid_amount": each if made else None,
        })  # fmt: skip
    return lines


def measures(deal: Deal, area: Decimal) -> list[dict[str, object]]:
    told = {category: Decimal(size) for category, size, _ in deal.done}
    total, spent, lines = Decimal(deal.investment) * 10_000, Decimal(0), []
    for category, share, life in SHARES:
        invested = (total * Decimal(share)).quantize(Decimal(1))
        spent += invested
        planned = told.get(category, (area / 12).quantize(Decimal(100)))
        lines.append(_measure(category, planned, invested, life))
    lines.append(_measure("charging", (area / 40).quantize(Decimal(100)), total - spent, 10))
    if deal.accepted:
        # Of a retrofit that is accepted this year, the rest was ready in the year before.
        for line in lines:
            if line["category"] not in told:
                line["completed_on"] = date(2025, 12, 5)
    return lines


def _measure(category: str, area: Decimal, invested: Decimal, life: int) -> dict[str, object]:
    return {
        "name": NAMES[category],
        "category": category,
        "area": area,
        "investment": invested,
        "saving": (invested / 9).quantize(Decimal(100)),
        "saving_unit": "kWh",
        "life_years": life,
        "warranty_years": 3,
        "completed_on": None,
    }

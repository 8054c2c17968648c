"""Money, areas and energy in the words of a paper: 50.17亿元, 92.6万平方米, 2705.4万千瓦时."""

from __future__ import annotations

from decimal import Decimal

_UNITS = {
    "kWh": "千瓦时",
    "m³": "立方米",
    "GJ": "吉焦",
    "kg": "千克",
    "L": "升",
    "t": "吨",
}


def money(yuan: Decimal | float) -> str:
    """In 亿元 from a hundred million on, else in 万元."""
    value = float(yuan)
    if abs(value) >= 100_000_000:
        return f"{value / 100_000_000:.2f}亿元"
    return f"{value / 10_000:.1f}万元"


def area(square_metres: Decimal | float) -> str:
    return _large(float(square_metres), "平方米")


def use(value: float, unit: str) -> str:
    """A quantity of energy or water in its unit; from ten thousand on in 万."""
    return _large(value, _UNITS.get(unit, unit))


def unit_words(unit: str, *, large: bool) -> str:
    return ("万" if large else "") + _UNITS.get(unit, unit)


def _large(value: float, unit: str) -> str:
    if abs(value) >= 10_000:
        return f"{value / 10_000:.1f}万{unit}"
    return f"{value:.0f}{unit}"


def tonnes(value: float) -> str:
    return f"{value:.1f}吨"

"""How a figure of one meter and month comes about, in words and numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from custody.baselines.rules.fitting import QUOTA_ENTERED, RULE
from custody.mv.shapes import BASE, CP_LEFT, CP_RIGHT, SLOPE_LEFT, SLOPE_RIGHT
from custody.savings.rules.bases import Base

METHODS = {"rule": "惯例法", "regression": "回归法", QUOTA_ENTERED: "定额法", "": "没有可用的方法"}


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    formula: str
    value: float
    unit: str


def lines_of(
    base: Base,
    *,
    month: int,
    days: float,
    temperature: float | None,
    adjustment: float,
    use: float,
    unit: str,
) -> list[Line]:
    """From the base to the saving; only for a month that is counted."""
    rate, how = _rate(base, month, temperature)
    routine = rate * days
    adjusted = routine + adjustment
    rows = [
        Line("每日基准用量", how, rate, f"{unit}/日"),
        Line("本月基准用量", f"{number(rate)} × {days:g}日", routine, unit),
    ]
    if adjustment:
        rows.append(
            Line("非常规调整", "双方签认的调整量，见下", adjustment, unit),
        )
    return [
        *rows,
        Line("调整后基准", f"{number(routine)} {signed(adjustment)}", adjusted, unit),
        Line("节能量", f"{number(adjusted)} − {number(use)}（实际）", adjusted - use, unit),
    ]


def money_of(
    base: Base, *, repriced: float, told: str, adjusted: float, saved: float, unit: str
) -> list[Line]:
    """From the price to the yuan saved; nothing where the base knows no price. `told`: whose ΔP."""
    if math.isnan(base.price):
        return []
    price = base.price + repriced
    known = f"{price_words(base.price)}（基准期最后一年平均单价）"
    agreed = f" {price_step(repriced)}（双方签认的{told}）" if repriced else ""
    per = f"元/{unit}"
    words = price_words(price)
    return [
        Line("单价", known + agreed, price, per),
        Line("调整后基准费用", f"{number(adjusted)} × {words}", adjusted * price, "元"),
        Line("节约费用", f"{number(saved)} × {words}", saved * price, "元"),
    ]


def price_words(value: float) -> str:
    text = f"{value:,.4f}"
    return text.rstrip("0").rstrip(".")


def price_step(value: float) -> str:
    return f"− {price_words(-value)}" if value < 0 else f"+ {price_words(value)}"


def _rate(base: Base, month: int, temperature: float | None) -> tuple[float, str]:
    if not base.curved:
        rate = base.profile[month % 100 - 1]
        source = {
            RULE: f"年基准按基准期{month % 100}月所占比例分摊到每日",
            QUOTA_ENTERED: "年定额按日历天数分摊到每日",
        }.get(base.chosen, f"基准期{month % 100}月的日均用量")
        return rate, source
    warm = temperature if temperature is not None else 0.0
    value, words = base.curve[BASE], number(base.curve[BASE])
    if not math.isnan(base.curve[SLOPE_LEFT]):
        point, slope = base.curve[CP_LEFT], base.curve[SLOPE_LEFT]
        value += slope * min(warm - point, 0.0)
        words += f" {factor(slope)} × min({warm:g} − {point:.1f}, 0)"
    if not math.isnan(base.curve[SLOPE_RIGHT]):
        point, slope = base.curve[CP_RIGHT], base.curve[SLOPE_RIGHT]
        if math.isnan(point):
            value += slope * warm
            words += f" {factor(slope)} × {warm:g}"
        else:
            value += slope * max(warm - point, 0.0)
            words += f" {factor(slope)} × max({warm:g} − {point:.1f}, 0)"
    return value, words


def number(value: float) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def factor(value: float) -> str:
    return f"− {number(-value)}" if value < 0 else f"+ {number(value)}"


def signed(value: float) -> str:
    return factor(value) if value else "+ 0"

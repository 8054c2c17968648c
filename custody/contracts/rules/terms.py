"""The terms that matter to money: what they are called, and their values as text and back.

A contract's terms are a flat mapping: total, energy:gas:price, fee:3:water, driver:area:trigger,
guarantee:2:rate, payment:4:amount. Change orders name one of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from custody.contracts.rules.contract import FEE_LINES, PAYERS, PERIODS, PRICE_MODES, Driver, Energy

Value = Decimal | int | date | str | bool | None


class Shape(StrEnum):
    MONEY = "money"
    """Yuan, two decimals."""
    QUANTITY = "quantity"
    """Four decimals."""
    PERCENT = "percent"
    WHOLE = "whole"
    DAY = "day"
    TEXT = "text"
    YES = "yes"


SCALARS: Mapping[str, tuple[str, Shape]] = {
    "total": ("合同总额（元）", Shape.MONEY),
    "upkeep_fee": ("年运维费（元）", Shape.MONEY),
    "tax_rate": ("税率（%）", Shape.PERCENT),
    "discount_rate": ("折让率（%）", Shape.PERCENT),
    "ceiling_price": ("最高限价（元）", Shape.MONEY),
    "price_mode": ("价格方式", Shape.TEXT),
    "price_cap": ("单价最高涨幅（%）", Shape.PERCENT),
    "years": ("托管期限（年）", Shape.WHOLE),
    "starts_on": ("起算日", Shape.DAY),
    "ends_on": ("到期日", Shape.DAY),
    "institutions": ("纳入机构数（家）", Shape.WHOLE),
    "floor_area": ("建筑面积（平方米）", Shape.MONEY),
    "people": ("用能人数（人）", Shape.WHOLE),
    "guarantee_price": ("节能量结算单价（元/吨标准煤）", Shape.QUANTITY),
    "investment": ("节能改造投资总额（元）", Shape.MONEY),
    "residual_value": ("期满残值（元）", Shape.MONEY),
    "pay_period": ("支付周期", Shape.TEXT),
    "pay_day": ("支付日", Shape.WHOLE),
    "prepayment": ("预付比例（%）", Shape.PERCENT),
    "bond": ("履约保证金（元）", Shape.MONEY),
    "payer": ("支付主体", Shape.TEXT),
}
"""Columns of the contract that only orders change once it is signed."""

CHOICES: Mapping[str, Mapping[str, str]] = {
    "price_mode": PRICE_MODES,
    "pay_period": PERIODS,
    "payer": PAYERS,
}

_LINES: Mapping[str, Mapping[str, tuple[str, Shape]]] = {
    "energy": {
        "quantity": ("基准用量", Shape.QUANTITY),
        "price": ("基准单价（元）", Shape.QUANTITY),
        "amount": ("费用基数（元）", Shape.MONEY),
    },
    "driver": {
        "trigger": ("触发幅度（%）", Shape.PERCENT),
        "method": ("计算方式", Shape.TEXT),
        "effect": ("生效规则", Shape.TEXT),
        "retroactive": ("是否溯及", Shape.YES),
    },
    "guarantee": {
        "rate": ("承诺节能率（%）", Shape.PERCENT),
        "quantity": ("承诺节能量（吨标准煤）", Shape.QUANTITY),
        "share": ("超额分享甲方比例（%）", Shape.PERCENT),
    },
    "payment": {"amount": ("计划金额（元）", Shape.MONEY), "due_on": ("计划支付日", Shape.DAY)},
}


def known(key: str) -> bool:
    """Is it the name of a term at all?"""
    if key in SCALARS:
        return True
    family, _, rest = key.partition(":")
    which, _, field = rest.partition(":")
    if family == "fee":
        return which.isdecimal() and field in FEE_LINES
    if field not in _LINES.get(family, {}):
        return False
    if family == "energy":
        return which in set(Energy)
    if family == "driver":
        return which in set(Driver)
    return which.isdecimal()


def shape_of(key: str) -> Shape:
    if key in SCALARS:
        return SCALARS[key][1]
    family, _, rest = key.partition(":")
    if family == "fee":
        return Shape.MONEY
    return _LINES[family][rest.partition(":")[2]][1]


def label_of(key: str) -> str:
    """合同总额（元）, 气·基准单价（元）, 第3年·水费（元）."""
    if key in SCALARS:
        return SCALARS[key][0]
    family, _, rest = key.partition(":")
    which, _, field = rest.partition(":")
    if family == "fee":
        return f"第{which}年·{FEE_LINES[field]}费用（元）"
    name = {
        "energy": lambda: Energy(which).label,
        "driver": lambda: f"{Driver(which).label}调整",
        "guarantee": lambda: f"第{which}年",
        "payment": lambda: f"第{which}笔付款",
    }[family]()
    return f"{name}·{_LINES[family][field][0]}"


def text_of(value: Value) -> str:
    """A value as it is stored in an order."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


_MOST = Decimal(10) ** 13
_PLACES = {Shape.MONEY: 2, Shape.QUANTITY: 4, Shape.PERCENT: 2}


def value_of(key: str, text: str) -> Value:
    """A stored text as a value of the term's shape. Raises ValueError where it is none."""
    shape = shape_of(key)
    if shape is Shape.TEXT:
        if key in CHOICES and text and text not in CHOICES[key]:
            raise ValueError(text)
        return text
    if text == "":
        return None
    if shape is Shape.YES:
        return {"yes": True, "no": False}[text] if text in ("yes", "no") else _not(text)
    if shape is Shape.DAY:
        return date.fromisoformat(text)
    if shape is Shape.WHOLE:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else _not(text)
    try:
        value = Decimal(text)
    except InvalidOperation:
        return _not(text)
    if not value.is_finite() or not 0 <= value < _MOST:
        return _not(text)
    rounded = value.quantize(Decimal(1).scaleb(-_PLACES[shape]))
    return rounded if rounded == value else _not(text)


_DAYS = (date(2000, 1, 1), date(2100, 12, 31))
_NUMBERS: Mapping[str, tuple[int, int]] = {
    "years": (1, 40),
    "institutions": (1, 100_000),
    "people": (0, 10**7),
    "pay_day": (1, 31),
}


def typed(key: str, text: str) -> Value:
    """What somebody types for a term, within what it can sensibly be. Raises ValueError."""
    value = value_of(key, tidy(key, text))
    if isinstance(value, date) and not _DAYS[0] <= value <= _DAYS[1]:
        raise ValueError(text)
    if key in _NUMBERS and value is not None:
        low, high = _NUMBERS[key]
        if not isinstance(value, int) or not low <= value <= high:
            raise ValueError(text)
    return value


def expected(key: str) -> str:
    """What `typed` takes: 1至31之间的整数, 2000年至2100年间的日期，如 2026年11月22日."""
    if key in _NUMBERS:
        low, high = _NUMBERS[key]
        return f"{low}至{high}之间的整数"
    words = SHAPE_WORDS[shape_of(key)]
    return f"2000年至2100年间的{words}" if shape_of(key) is Shape.DAY else words


SHAPE_WORDS: Mapping[Shape, str] = {
    Shape.MONEY: "两位小数以内的数字",
    Shape.QUANTITY: "四位小数以内的数字",
    Shape.PERCENT: "百分数，如 12.5",
    Shape.WHOLE: "整数",
    Shape.DAY: "日期，如 2026年11月22日",
    Shape.TEXT: "所列选项之一",
    Shape.YES: "“是”或“否”",
}


def tidy(key: str, text: str) -> str:
    """What people type in an order as `value_of` reads it: 1,234.5 元, 2026年7月1日, 随价联动, 是."""
    plain = unicodedata.normalize("NFKC", text).strip()
    shape = shape_of(key)
    if shape is Shape.TEXT:
        back = {label: code for code, label in CHOICES.get(key, {}).items()}
        return back.get(text.strip(), text.strip())
    if shape is Shape.YES:
        return {"是": "yes", "否": "no"}.get(plain, plain)
    if shape is Shape.DAY:
        for mark in "年月/.":
            plain = plain.replace(mark, "-")
        parts = plain.removesuffix("日").split("-")
        return "-".join(f"{int(part):02}" if part.isdecimal() else part for part in parts)
    return plain.replace(",", "").replace(" ", "").removesuffix("元").removesuffix("%")


def _not(text: str) -> Value:
    raise ValueError(text)


def words_of(key: str, value: Value) -> str:
    """A value as a page shows it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, Decimal):
        if shape_of(key) is Shape.MONEY:
            return f"{value:,.2f}"
        return f"{value:,f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:,f}"
    return CHOICES.get(key, {}).get(str(value), str(value))

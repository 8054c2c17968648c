"""Dates, numbers and sizes as officials write them. Empty values read 「—」."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask

from custody.infra import clock

NOTHING = "—"


def day(value: date | datetime | None, *, full: bool = False) -> str:
    """11月22日; with the year where it is not this year's, or when `full`."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = value.date()
    year = f"{value.year}年" if full or value.year != clock.today().year else ""
    return f"{year}{value.month}月{value.day}日"


def short_day(value: date | datetime | None) -> str:
    """11-22, for narrow table cells."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = value.date()
    today = clock.today()
    if value.year == today.year:
        return f"{value:%m-%d}"
    return f"{value:%y-%m-%d}" if value.year // 100 == today.year // 100 else value.isoformat()


def told(value: str) -> str:
    """Text from a form: a date as people write it, anything else as it is."""
    try:
        return day(date.fromisoformat(value)) if len(value) == 10 else value
    except ValueError:
        return value


def moment(value: datetime | None) -> str:
    """11月22日 14:02."""
    return NOTHING if value is None else f"{day(value)} {value:%H:%M}"


def percent(value: float | None, digits: int = 0) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}%"


def number(value: float | None, digits: int = 0) -> str:
    """1,234; a thousands separator and a fixed number of decimals."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def quantity(value: Decimal | int | None) -> str:
    """1,234 or 1,234.5: as many decimals as it has."""
    if value is None:
        return NOTHING
    whole, _, rest = f"{Decimal(value):,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


def yuan(value: Decimal | int | None) -> str:
    """67,980,000.00; money to the fen, the unit stands in the head of the table."""
    return NOTHING if value is None else f"{value:,.2f}"


def wan(value: Decimal | int | None, digits: int = 1) -> str:
    """6,798.0 万元, from yuan; a sum below ten thousand in yuan."""
    if value is None:
        return NOTHING
    if value and -10000 < value < 10000:
        return f"{value:,.2f} 元"
    return f"{Decimal(value) / 10000:,.{digits}f} 万元"


def area(value: Decimal | int | None) -> str:
    """3.2 万平方米; below ten thousand in square metres."""
    if value is None:
        return NOTHING
    if -10000 < value < 10000:
        return f"{value:,.0f} 平方米"
    return f"{Decimal(value) / 10000:,.1f} 万平方米"


def size(value: int) -> str:
    """A file's size: 312 KB, 4.1 MB."""
    if value < 1024:
        return f"{value} B"
    if value < 1024 * 1024:
        return f"{value / 1024:.0f} KB"
    return f"{value / 1024 / 1024:.1f} MB"


def init(app: Flask) -> None:
    for function in (
        day,
        short_day,
        told,
        moment,
        percent,
        number,
        quantity,
        yuan,
        wan,
        area,
        size,
    ):
        app.template_filter(function.__name__)(function)

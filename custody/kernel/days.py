"""A day as officials write it, for the rules; pages use the `day` filter."""

from __future__ import annotations

from datetime import date


def full_day(day: date) -> str:
    """2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"

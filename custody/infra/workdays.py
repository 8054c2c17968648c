"""Working days of the People's Republic, make-up days included."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar


def is_working_day(day: date) -> bool:
    """By the State Council's published calendar where it is known, else Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def working_days_between(first: date, last: date) -> int:
    """Working days after `first` up to and including `last`; 0 where last is not later."""
    return sum(
        is_working_day(first + timedelta(days=offset))
        for offset in range(1, (last - first).days + 1)
    )

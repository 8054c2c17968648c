"""Working days of the People's Republic, make-up days included.

Callers ask with a date alone. What an administrator has entered (custody/workdays) is laid over the
published calendar: whoever begins a request or a piece of work says where to look (`consult`,
`consulting`), and it is looked up when somebody first asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta

import chinese_calendar

Overlay = Mapping[date, bool]
"""Day → is it worked, for the days that somebody has entered."""

_NOTHING: Overlay = {}
_source: ContextVar[Callable[[], Overlay] | None] = ContextVar("working_days", default=None)


def consult(source: Callable[[], Overlay] | None) -> None:
    """From now on, in this context, ask `source` first; None: the published calendar alone."""
    _source.set(source)


@contextmanager
def consulting(overlay: Overlay) -> Iterator[None]:
    """The same for a block of work."""
    token = _source.set(lambda: overlay)
    try:
        yield
    finally:
        _source.reset(token)


def is_working_day(day: date) -> bool:
    """As entered, else by the State Council's published calendar, else Monday to Friday."""
    return _working(day, _overlay())


def working_days_between(first: date, last: date) -> int:
    """Working days after `first` up to and including `last`; 0 where last is not later."""
    overlay = _overlay()
    return sum(
        _working(first + timedelta(days=offset), overlay)
        for offset in range(1, (last - first).days + 1)
    )


def _overlay() -> Overlay:
    source = _source.get()
    return _NOTHING if source is None else source()


def _working(day: date, overlay: Overlay) -> bool:
    entered = overlay.get(day)
    return published(day) if entered is None else entered


def published(day: date) -> bool:
    """By the published calendar where it is known, else Monday to Friday."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_published(year: int) -> bool:
    """Does the calendar that comes with the software know this year?"""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def published_name(day: date) -> str:
    """春节, 国庆节 … of a published holiday or of the day worked for it; "" for any other day."""
    try:
        _, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    if name is None:
        return ""
    return next((kind.chinese for kind in chinese_calendar.Holiday if kind.value == name), "")

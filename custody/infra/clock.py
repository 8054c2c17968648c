"""The only clock. Dates are those of Asia/Shanghai; tests and demonstrations stop or shift it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had no daylight saving time since 1991, so a fixed offset is exact and needs no tzdata."""

_frozen_day: date | None = None
_stopped: ContextVar[datetime | None] = ContextVar("stopped_clock", default=None)


def freeze_day(day: date | None) -> None:
    """Hold the calendar at one day for the whole process (CUSTODY_TODAY); the time of day still runs."""
    global _frozen_day
    _frozen_day = day


def now() -> datetime:
    """The moment, aware, in Asia/Shanghai."""
    stopped = _stopped.get()
    if stopped is not None:
        return stopped
    moment = datetime.now(UTC).astimezone(SHANGHAI)
    if _frozen_day is not None:
        return datetime.combine(_frozen_day, moment.timetz())
    return moment


def today() -> date:
    return now().date()


def at(day: date, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    """A moment of a day in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute, second), SHANGHAI)


@contextmanager
def stopped_at(moment: datetime | date) -> Iterator[datetime]:
    """Stop the clock in this context (tests)."""
    if not isinstance(moment, datetime):
        moment = at(moment)
    token = _stopped.set(moment)
    try:
        yield moment
    finally:
        _stopped.reset(token)

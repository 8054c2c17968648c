"""When a mail is tried again, when the digest goes, how long a code lives."""

from __future__ import annotations

from datetime import datetime, timedelta

BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""How long to wait before the second, third … attempt; after the last a mail is given up."""


def next_try(tries: int, now: datetime) -> datetime | None:
    """When to try again after so many attempts; None: never."""
    return now + BACKOFF[tries - 1] if tries <= len(BACKOFF) else None


DIGEST_AT = (8, 30)
CODE_LIVES = timedelta(minutes=30)
CODE_NEW = timedelta(seconds=30)
"""So long after a code another one to the same address is a second click (our choice)."""
CODE_TRIES = 5
CODES_AN_HOUR = 5


def is_new_code(until: datetime | None, now: datetime) -> bool:
    """Did the code that is good until then go out a moment ago?"""
    return until is not None and now < until - CODE_LIVES + CODE_NEW

"""Questions about the days that were entered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import extract, select
from sqlalchemy.orm import Session

from custody.infra.workdays import Overlay
from custody.workdays.models import CalendarDay
from custody.workdays.rules import Entry


def days_of(session: Session, province: str, year: int) -> Sequence[CalendarDay]:
    return session.scalars(
        select(CalendarDay)
        .where(
            CalendarDay.province_code == province,
            CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .order_by(CalendarDay.day)
    ).all()


def overlay_of(session: Session, province: str) -> Overlay:
    """All that was entered for the province, for custody.infra.workdays."""
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.working).where(CalendarDay.province_code == province)
    )
    return dict(rows.all())


def years_entered(session: Session, province: str) -> frozenset[int]:
    year = extract("year", CalendarDay.day)
    rows = session.scalars(select(year).where(CalendarDay.province_code == province).distinct())
    return frozenset(int(one) for one in rows)


def entries_of(rows: Iterable[CalendarDay]) -> list[Entry]:
    return [Entry(row.day, row.working, row.name) for row in rows]


def mark_of(rows: Iterable[CalendarDay]) -> str:
    """A name for the state of a year's rows: what the page of somebody who edits it was made from."""
    told = [(row.day.isoformat(), row.working, row.name, row.source) for row in rows]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

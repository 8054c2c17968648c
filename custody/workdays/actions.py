"""Enter a year's holidays and make-up days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.kernel.problems import Conflict, Problem, refuse_if
from custody.workdays.models import CalendarDay
from custody.workdays.queries import days_of, entries_of, mark_of
from custody.workdays.rules import Entry


def enter_year(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    year: int,
    entries: Sequence[Entry],
    source: str,
    mark: str,
) -> bool:
    """The year's days become these and no others. `mark`: of the rows the person had before them.

    Conflict when somebody changed them since. Entered twice it is once: False, nothing changed.
    """
    province = actor.place.province
    rows = days_of(session, province, year)
    source = source.strip()
    if entries_of(rows) == list(entries) and all(row.source == source for row in rows):
        return False
    refuse_if([] if source or not entries else [Problem("source", "请填写依据的文件。", "source")])
    if mark_of(rows) != mark:
        raise Conflict
    before = [entry.words for entry in entries_of(rows)]
    sources = sorted({row.source for row in rows})
    for row in rows:
        session.delete(row)
    session.flush()
    session.add_all(
        CalendarDay(
            province_code=province,
            day=entry.day,
            working=entry.working,
            name=entry.name,
            source=source,
        )
        for entry in entries
    )
    journal.record(
        session,
        actor=actor,
        now=now,
        action="calendar.entered",
        kind="calendar",
        subject=f"{province}-{year}",
        label=f"{year}年工作日历",
        province=province,
        changes={
            "days": (before, [entry.words for entry in entries]),
            "source": ("；".join(sources), source),
        },
    )
    return True

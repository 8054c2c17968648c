"""What counted at the end of a past day: entries and projects as the journal has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.infra import clock
from custody.infra.journal import Event
from custody.targets.models import Entry, Project
from custody.targets.queries.quantities import inside
from custody.targets.rules.projects import Progress
from custody.targets.rules.review import Review, first_state


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal says of entries before the end of a day, and of projects since."""

    until: datetime
    status: Mapping[int, str]
    """Entry → the last status an event gave it by then."""
    confirmed: frozenset[int]
    """Entries that somebody had confirmed by then."""
    projects: Mapping[int, Mapping[str, Any]]
    """Project → field → what it was, where it changed since."""


def past_of(session: Session, province: Place, day: date) -> Past:
    """One statement."""
    until = clock.at(day + timedelta(days=1), 0)
    rows = session.execute(
        select(Event.kind, Event.subject, Event.action, Event.at, Event.changes)
        .where(
            Event.province_code == province.province,
            Event.kind.in_(("target", "project")),
            Event.modifies,
        )
        .order_by(Event.id)
    )
    status: dict[int, str] = {}
    confirmed: set[int] = set()
    projects: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for kind, subject, action, at, changes in rows:
        number = int(subject) if subject.isdecimal() else 0
        if kind == "project" and at >= until:
            for field, (old, _) in changes.items():
                # The first change after the day tells what was there before.
                projects[number].setdefault(field, old)
        elif kind == "target" and at < until:
            if "status" in changes:
                status[number] = str(changes["status"][1])
            if action == "target.confirmed":
                confirmed.add(number)
    return Past(until, status, frozenset(confirmed), projects)


def confirmed_entries(session: Session, province: Place, past: Past) -> dict[int, Sequence[Entry]]:
    """Target → its entries that held then: confirmed, and no correction of theirs was. One statement."""
    rows = session.scalars(
        select(Entry)
        .where(inside(Entry, province), Entry.entered_at < past.until)
        .order_by(Entry.id)
    ).all()
    replaced = {
        row.replaces_id
        for row in rows
        if row.id in past.confirmed or first_state(row.place) is Review.CONFIRMED
    }
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    for row in rows:
        holds = past.status.get(row.id, first_state(row.place).value) == Review.CONFIRMED.value
        counts = row.target_id is not None and row.quantity is not None
        if holds and counts and row.id not in replaced:
            found[row.target_id or 0].append(row)
    return dict(found)


def projects_signed(session: Session, province: Place, year: int, past: Past) -> int:
    """How many confirmed projects had been signed in the year. One statement."""
    rows = session.execute(
        select(Project.id, Project.status, Project.progress, Project.signed_on).where(
            inside(Project, province), Project.entered_at < past.until
        )
    )
    return sum(
        _counts(
            {"status": status.value, "progress": progress.value, "signed_on": _text(signed)}
            | dict(past.projects.get(number, {})),
            year,
        )
        for number, status, progress, signed in rows
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _counts(then: Mapping[str, Any], year: int) -> bool:
    return (
        then["status"] == Review.CONFIRMED.value
        and then["progress"] != Progress.TALKS.value
        and str(then["signed_on"] or "").startswith(f"{year:04d}-")
    )

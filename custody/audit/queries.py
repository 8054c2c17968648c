"""Questions about the journal, limited to the place of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.infra.clock import at
from custody.infra.journal import START, Event, digest_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the journal is filtered by; empty means all."""

    person: str = ""
    action: str = ""
    place: str = ""
    """Code of a city (its regions included) or of a region."""
    since: date | None = None
    until: date | None = None
    words: str = ""
    """Part of the subject's name or of the note."""
    refused: bool = False


def _within(place: Place) -> ColumnElement[bool]:
    """A province also reads what belongs to no place: failed sign-ins under unknown names."""
    if place.region:
        return Event.region_code == place.region
    if place.city:
        return Event.city_code == place.city
    return (Event.province_code == place.province) | Event.province_code.is_(None)


def _filtered(place: Place, wanted: Wanted) -> Select[Event]:
    query = select(Event).where(_within(place))
    if wanted.person:
        query = query.where(Event.actor_name.contains(wanted.person, autoescape=True))
    if wanted.action:
        query = query.where(Event.action == wanted.action)
    if wanted.place:
        query = query.where((Event.city_code == wanted.place) | (Event.region_code == wanted.place))
    if wanted.since:
        query = query.where(Event.at >= at(wanted.since, 0))
    if wanted.until:
        query = query.where(Event.at < at(wanted.until + timedelta(days=1), 0))
    if wanted.words:
        query = query.where(
            Event.label.contains(wanted.words, autoescape=True)
            | Event.note.contains(wanted.words, autoescape=True)
        )
    if wanted.refused:
        query = query.where(Event.refused)
    return query


def events(
    session: Session, place: Place, wanted: Wanted, *, before: int | None = None, limit: int = 50
) -> Sequence[Event]:
    """Newest first; `before` is the id of the last event of the page above."""
    query = _filtered(place, wanted).order_by(Event.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Event.id < before)
    return session.scalars(query).all()


def streamed(session: Session, place: Place, wanted: Wanted, *, limit: int) -> Iterator[Event]:
    """Newest first, a few hundred in memory at a time; one statement."""
    query = _filtered(place, wanted).order_by(Event.id.desc()).limit(limit)
    for event in session.scalars(query.execution_options(yield_per=500)):
        yield event
        session.expunge(event)


def count(session: Session, place: Place, wanted: Wanted) -> int:
    rows = _filtered(place, wanted).with_only_columns(Event.id).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


@dataclass(frozen=True, slots=True)
class Checked:
    """The chain's newest events, looked at one by one."""

    count: int
    whole: bool
    """The check went back to the first event."""
    broken: tuple[int, ...]
    """Numbers of the events where the chain does not hold."""


def check(session: Session, *, newest: int) -> Checked:
    """Follow the chain through the newest events; what came before is taken as it stands."""
    start = session.execute(
        select(Event.id, Event.hash).order_by(Event.id.desc()).offset(newest).limit(1)
    ).one_or_none()
    first, previous = (start.id, start.hash) if start else (0, START)
    count, broken = 0, []
    rows = select(Event).where(Event.id > first).order_by(Event.id)
    for event in session.scalars(rows.execution_options(yield_per=500)):
        if event.previous != previous or digest_of(event) != event.hash:
            broken.append(event.id)
        previous = event.hash
        count += 1
    return Checked(count, start is None, tuple(broken))


def history(
    session: Session, kind: str, subject: object, *, limit: int | None = None
) -> Sequence[Event]:
    """What was done to a thing, newest first; downloads are not part of its history."""
    return session.scalars(
        select(Event)
        .where(Event.kind == kind, Event.subject == str(subject), Event.modifies)
        .order_by(Event.id.desc())
        .limit(limit)
    ).all()

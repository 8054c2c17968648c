"""Printed ahead: when the facts have changed and it is quiet again, what somebody may soon ask for.

Of a draft the copy with its mark and the clean one that 定稿 keeps; of what is frozen or reviewed the
one with its number. A few in a round, so that other work waits no longer than for those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.briefs import printing, queries, render, snapshot
from custody.briefs.actions import drafting, publishing
from custody.briefs.gathering import Gathered, gathered_each
from custody.briefs.models import Brief
from custody.briefs.rules import Status
from custody.briefs.snapshot import Snapshot
from custody.infra import clock, press
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.infra.pdf import RenderFailed
from custody.infra.workdays import consulting
from custody.workdays.queries import overlay_of

QUIET = timedelta(seconds=20)
"""So long after the last change, so that a row of changes is printed once (our choice)."""
_AT_A_TIME = 4
_NEWEST = 20
"""Open briefs that are looked at, the newest first."""


@dataclass(slots=True)
class Memory:
    """Of one worker, from round to round."""

    settled: tuple[int, str] | None = None
    """The state of the data for which all is printed."""
    hopeless: set[str] = field(default_factory=set)
    """Addresses that could not be printed; whoever asks for them is told why."""


def print_ahead(
    database: Database,
    files: FileStore,
    memory: Memory,
    *,
    demo: bool,
    base_url: str,
    now: datetime,
) -> int:
    """How many were printed. One statement where nothing has changed."""
    with database.reader() as session:
        state = _state(session)
        if state is None or (state[0], now.date().isoformat()) == memory.settled:
            return 0
        if now - state[1] < QUIET:
            return 0
        wanted = dict(_wanted(session, demo=demo, base_url=base_url))
        there = printing.found(session, files, wanted)
    missing = [
        (where, *what)
        for where, what in wanted.items()
        if where not in there and where not in memory.hopeless
    ]
    if not missing:
        memory.settled = (state[0], now.date().isoformat())
        return 0
    jobs = (
        (where, render.job(content, draft=draft)) for where, content, draft in missing[:_AT_A_TIME]
    )
    count = 0
    with closing(press.print_pile(jobs, at_once=1)) as pile:
        for finished in pile:
            if finished is None:
                continue
            where, done = finished
            if isinstance(done, RenderFailed):
                memory.hopeless.add(where)
                continue
            with database.transaction() as writing:
                printing.shelve(writing, files, where, done, now=clock.now())
            count += 1
    return count


def _state(session: Session) -> tuple[int, datetime] | None:
    row = session.execute(
        select(Event.id, Event.at).where(Event.modifies).order_by(Event.id.desc()).limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def _wanted(
    session: Session, *, demo: bool, base_url: str
) -> Iterator[tuple[str, tuple[Snapshot, bool]]]:
    """(address, (content, marked as a draft?))."""
    known = cache(lambda province, day: gathered_each(session, province, day, demo=demo))

    def found(brief: Brief) -> Gathered:
        return known(brief.province_code, brief.as_of)(brief.place, brief.form)

    for brief in queries.open_briefs(session, limit=_NEWEST):
        with consulting(overlay_of(session, brief.province_code)):
            for content, draft in _copies(session, brief, found, demo=demo, base_url=base_url):
                yield printing.address(content, draft=draft), (content, draft)


def _copies(
    session: Session,
    brief: Brief,
    found: Callable[[Brief], Gathered],
    *,
    demo: bool,
    base_url: str,
) -> Iterator[tuple[Snapshot, bool]]:
    if brief.status is Status.DRAFT:
        content = drafting.content_of(session, brief, demo=demo, found=found(brief))
        yield content, True
        yield content, False
    elif brief.snapshot is not None:
        issue, total = publishing.numbers_of(session, brief)
        content = snapshot.numbered(brief.snapshot, issue=issue, total=total, base_url=base_url)
        yield content, False

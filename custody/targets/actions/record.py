"""How an act on an entry or a project is written down, and a place's own part of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.infra.journal import Changes
from custody.kernel.problems import Conflict, refuse_if
from custody.targets.models import Entry, Project
from custody.targets.rules import review
from custody.targets.rules.review import STEPS, Step

T = TypeVar("T", Entry, Project)


def once(session: Session, row: T, known: Callable[[], T | None]) -> T:
    """Put a new row in; or give the one that the other click of a double click has put in meanwhile."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        winner = known()
        if winner is None:
            raise
        return winner
    return row


def take(
    row: Entry | Project,
    step: Step,
    *,
    actor: Identity,
    now: datetime,
    version: int,
    reason: str = "",
) -> Changes:
    """Take a step of the review, on the version that was seen; what changed, for the journal."""
    if row.version != version:
        raise Conflict
    problems = review.problems_of_step(row.status, step)
    if step is Step.RETURN:
        problems += review.problems_of_return(reason)
    refuse_if(problems)
    before = row.status
    row.status = STEPS[before, step]
    if step is not Step.WITHDRAW:
        row.returned_reason = reason.strip() if step is Step.RETURN else ""
        row.decided_at, row.decided_by = now, actor.id
    return {"status": (before, row.status)}


def record(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    verb: str,
    row: Entry | Project,
    label: str,
    changes: Changes | None = None,
    note: str = "",
    modifies: bool = True,
) -> None:
    kind = "target" if isinstance(row, Entry) else "project"
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"{kind}.{verb}",
        kind=kind,
        subject=row.id,
        label=label,
        province=row.province_code,
        city=row.city_code,
        region=row.region_code,
        changes=changes,
        note=note,
        modifies=modifies,
    )

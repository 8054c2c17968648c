"""Receipts: who opened or downloaded a published brief."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.briefs.actions.drafting import record
from custody.briefs.models import Brief, Reading
from custody.briefs.rules import Status


def opened(session: Session, *, actor: Identity, now: datetime, brief: Brief) -> None:
    """The first time leaves a line in the journal, every time counts."""
    if brief.status is not Status.PUBLISHED:
        return
    found = _reading(session, actor, now, brief)
    if found.opened == 0:
        record(session, actor, now, "opened", brief, modifies=False)
    found.opened += 1
    found.last_at = now


def downloaded(session: Session, *, actor: Identity, now: datetime, brief: Brief) -> None:
    record(session, actor, now, "downloaded", brief, modifies=False)
    if brief.status is Status.PUBLISHED:
        found = _reading(session, actor, now, brief)
        found.downloaded += 1
        found.last_at = now


def _reading(session: Session, actor: Identity, now: datetime, brief: Brief) -> Reading:
    key = (brief.id, actor.id)
    found = session.get(Reading, key, with_for_update=True)
    if found is not None:
        return found
    first = Reading(
        brief_id=brief.id, account_id=actor.id, first_at=now, last_at=now, opened=0, downloaded=0
    )
    try:
        with session.begin_nested():
            session.add(first)
    except IntegrityError:
        # Opened in two windows at the same moment.
        return session.get_one(Reading, key, with_for_update=True, populate_existing=True)
    return first

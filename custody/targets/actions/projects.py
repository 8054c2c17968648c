"""Verbs about the registry of projects: add, edit, decide, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, Place, may
from custody.attachments import actions as attachments
from custody.attachments.queries import attached_to
from custody.infra import journal
from custody.infra.journal import Changes
from custody.infra.uploads import NewFile
from custody.kernel.problems import Conflict, NotFound, refuse_if
from custody.targets.actions.record import once, record, take
from custody.targets.models import Project
from custody.targets.queries import projects as queries
from custody.targets.rules import projects as rules
from custody.targets.rules import review
from custody.targets.rules.projects import Facts
from custody.targets.rules.review import Review, Step


def add(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    place: Place,
    facts: Facts,
    files: Sequence[NewFile],
    ticket: str,
) -> Project:
    """A new project of a place the actor answers for. The same ticket again gives the same project."""
    known = queries.by_ticket(session, ticket, actor.id)
    if known is not None:
        return known
    if not may(actor, Can.REPORT_TARGET, place):
        raise NotFound
    refuse_if(rules.problems_of_project(facts, now.date(), files=len(files)))
    status = review.first_state(actor.place)
    decided = status is Review.CONFIRMED
    project = Project(
        province_code=place.province,
        city_code=place.city,
        region_code=place.region,
        ticket=ticket,
        status=status,
        returned_reason="",
        entered_at=now,
        entered_by=actor.id,
        decided_at=now if decided else None,
        decided_by=actor.id if decided else None,
        **asdict(facts),
    )
    made = once(session, project, lambda: queries.by_ticket(session, ticket, actor.id))
    if made is not project:
        return made
    _attach(session, project, files, now, actor)
    changes: Changes = {
        name: (None, value) for name, value in asdict(facts).items() if value not in (None, "")
    }
    if files:
        changes["files"] = (None, [one.name for one in files])
    record(
        session,
        actor=actor,
        now=now,
        verb="added",
        row=project,
        label=project.name,
        changes=changes,
        note="省级登记，无需确认" if decided else "",
    )
    return project


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    place: Place,
    facts: Facts,
    files: Sequence[NewFile],
) -> Project:
    """Bring a project up to date. What the province vouches for goes back to it when it changes."""
    project = _own(session, number, actor)
    if project.version != version:
        raise Conflict
    refuse_if(review.problems_of_step(project.status, Step.CORRECT))
    if not may(actor, Can.REPORT_TARGET, place):
        raise NotFound
    held = attached_to(session, "project", [project.id])[project.id]
    refuse_if(rules.problems_of_project(facts, now.date(), files=len(held) + len(files)))
    before = project.status
    changes = journal.amend(
        project,
        {**asdict(facts), "city_code": place.city, "region_code": place.region},
    )
    if changes and _confirm_again(actor, before, changes):
        project.status = Review.WAITING
        project.returned_reason = ""
        changes["status"] = (before, project.status)
    new = _attach(session, project, files, now, actor)
    if new:
        changes["files"] = (None, new)
    if changes:
        record(
            session,
            actor=actor,
            now=now,
            verb="edited",
            row=project,
            label=project.name,
            changes=changes,
        )
    return project


def _confirm_again(actor: Identity, before: Review, changes: Changes) -> bool:
    if may(actor, Can.CONFIRM_TARGET):
        return False
    moved = {"place"} if {"city_code", "region_code"} & set(changes) else set()
    return before is Review.RETURNED or (
        before is Review.CONFIRMED and rules.confirm_again({*changes, *moved})
    )


def decide(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    step: Step,
    reason: str = "",
) -> Project:
    project = queries.get_project(session, number, place=actor.place)
    changes = take(project, step, actor=actor, now=now, version=version, reason=reason)
    record(
        session,
        actor=actor,
        now=now,
        verb="confirmed" if step is Step.CONFIRM else "returned",
        row=project,
        label=project.name,
        changes=changes,
        note=project.returned_reason,
    )
    return project


def withdraw(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Project:
    """Out of the registry; it stays readable."""
    project = _own(session, number, actor)
    if project.status is Review.WITHDRAWN:
        return project
    changes = take(project, Step.WITHDRAW, actor=actor, now=now, version=version)
    record(
        session,
        actor=actor,
        now=now,
        verb="withdrawn",
        row=project,
        label=project.name,
        changes=changes,
    )
    return project


def note_download(
    session: Session, *, actor: Identity, now: datetime, project: Project, name: str
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        verb="downloaded",
        row=project,
        label=project.name,
        note=name,
        modifies=False,
    )


def _own(session: Session, number: int, actor: Identity) -> Project:
    """A project within the actor's place; the province may put any right."""
    project = queries.get_project(session, number, place=actor.place)
    if not may(actor, Can.REPORT_TARGET, project.place):
        raise NotFound
    return project


def _attach(
    session: Session, project: Project, files: Sequence[NewFile], now: datetime, actor: Identity
) -> list[str]:
    if not files:
        return []
    new = attachments.attach(
        session,
        kind="project",
        subject=project.id,
        slot="evidence",
        files=files,
        now=now,
        by=actor.id,
    )
    return [one.name for one in new]

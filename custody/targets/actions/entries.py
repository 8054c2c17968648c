"""Verbs about entries on the tasks of the year: enter, correct, decide, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, may
from custody.attachments import actions as attachments
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.infra.files import Stored
from custody.infra.journal import Changes
from custody.infra.uploads import NewFile
from custody.kernel.problems import Conflict, NotFound, Problem, Refused, refuse_if
from custody.regions.models import Target, Task
from custody.regions.rules import Counting, concerns
from custody.targets.actions.record import once, record, take
from custody.targets.models import Entry
from custody.targets.queries import entries as queries
from custody.targets.rules import entries as rules
from custody.targets.rules import review
from custody.targets.rules.entries import Told
from custody.targets.rules.retrofits import alike
from custody.targets.rules.review import STEPS, Review, Step

FIELDS = (
    "happened_on",
    "percent",
    "quantity",
    "words",
    "building",
    "category",
    "linked_measure",
    "linked_entry_id",
    "distinct",
)


def enter(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    task: Task,
    target: Target | None,
    told: Told,
    files: Sequence[NewFile],
    ticket: str,
) -> Entry:
    """A new entry of the actor's own place. The same ticket again gives the entry it made."""
    known = queries.by_ticket(session, ticket, actor.id)
    if known is not None:
        return known
    if not concerns(task.reporters, actor.place):
        raise NotFound
    refuse_if(_problems(session, task, target, told, actor, now, files=len(files)))
    entry = _row(actor, now, task, target, told, ticket)
    made = once(session, entry, lambda: queries.by_ticket(session, ticket, actor.id))
    if made is not entry:
        return made
    _attach(session, entry, files, now, actor)
    record(
        session,
        actor=actor,
        now=now,
        verb="entered",
        row=entry,
        label=label_of(task, entry),
        changes=_first(entry, files),
        note="" if entry.status is Review.WAITING else "省级填报，无需确认",
    )
    return entry


def correct(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    task: Task,
    number: int,
    version: int,
    target: Target | None,
    told: Told,
    files: Sequence[NewFile],
    keep: Sequence[int],
    ticket: str,
) -> Entry:
    """A new version that names the old one, which stays readable; `keep`: its files that still hold.

    The old one is held from the first: of two corrections at once the second sees the first.
    """
    old = _own(session, number, task, actor)
    known = queries.by_ticket(session, ticket, actor.id)
    if known is not None:
        return known
    if old.version != version:
        raise Conflict
    refuse_if(review.problems_of_step(old.status, Step.CORRECT))
    pending = queries.open_correction(session, old)
    if pending is not None:
        words = f"该记录已有一份更正（第{pending.revision}版）尚未确认，请先处理那一份。"
        raise Refused([Problem("pending", words)])
    held = [one for one in attached_to(session, "target", [old.id])[old.id] if one.id in keep]
    wanted = [*(_again(one) for one in held), *files]
    besides = [line.entry.id for line in queries.versions_of(session, old)]
    refuse_if(
        _problems(session, task, target, told, actor, now, files=len(wanted), besides=besides)
    )
    entry = _row(actor, now, task, target, told, ticket)
    entry.revision, entry.replaces_id = old.revision + 1, old.id
    made = once(session, entry, lambda: queries.by_ticket(session, ticket, actor.id))
    if made is not entry:
        return made
    _attach(session, entry, wanted, now, actor)
    was = {name: getattr(old, name) for name in FIELDS}
    changes: Changes = {
        name: (was[name], getattr(entry, name))
        for name in FIELDS
        if was[name] != getattr(entry, name)
    }
    if files:
        changes["files"] = (None, [one.name for one in files])
    old.status = STEPS[old.status, Step.CORRECT]
    if entry.status is Review.CONFIRMED and not old.status.over:
        old.status = STEPS[old.status, Step.REPLACE]
    record(
        session,
        actor=actor,
        now=now,
        verb="corrected",
        row=entry,
        label=label_of(task, entry),
        changes=changes,
        note=f"第{entry.revision}版",
    )
    return entry


def decide(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    task: Task,
    number: int,
    version: int,
    step: Step,
    reason: str = "",
) -> Entry:
    """The province confirms, or sends back with a reason."""
    entry = queries.get_entry(session, number, task=task, place=actor.place, lock=True)
    changes = take(entry, step, actor=actor, now=now, version=version, reason=reason)
    if step is Step.CONFIRM and entry.replaces_id is not None:
        old = session.get_one(Entry, entry.replaces_id, with_for_update=True)
        if (old.status, Step.REPLACE) in STEPS:
            old.status = STEPS[old.status, Step.REPLACE]
    record(
        session,
        actor=actor,
        now=now,
        verb="confirmed" if step is Step.CONFIRM else "returned",
        row=entry,
        label=label_of(task, entry),
        changes=changes,
        note=entry.returned_reason,
    )
    return entry


def withdraw(
    session: Session, *, actor: Identity, now: datetime, task: Task, number: int, version: int
) -> Entry:
    """Taken back by the office that made it; what it counted counts no more."""
    entry = _own(session, number, task, actor)
    if entry.status is Review.WITHDRAWN:
        return entry
    changes = take(entry, Step.WITHDRAW, actor=actor, now=now, version=version)
    record(
        session,
        actor=actor,
        now=now,
        verb="withdrawn",
        row=entry,
        label=label_of(task, entry),
        changes=changes,
    )
    return entry


def note_download(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    task: Task,
    entry: Entry,
    name: str,
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        verb="downloaded",
        row=entry,
        label=label_of(task, entry),
        note=name,
        modifies=False,
    )


def label_of(task: Task, entry: Entry) -> str:
    about = entry.building or entry.words
    return f"任务{task.number} {about[:60]}"


def _own(session: Session, number: int, task: Task, actor: Identity) -> Entry:
    """An entry of the actor's own office: the province's own ones are the coordinators'."""
    entry = queries.get_entry(session, number, task=task, place=actor.place, lock=True)
    if entry.place != actor.place or not may(actor, Can.REPORT_TARGET):
        raise NotFound
    return entry


def _problems(
    session: Session,
    task: Task,
    target: Target | None,
    told: Told,
    actor: Identity,
    now: datetime,
    *,
    files: int,
    besides: Sequence[int] = (),
) -> list[Problem]:
    counting = target.counting if target else None
    problems = rules.problems_of_entry(
        told, counting, today=now.date(), year=task.year, files=files
    )
    if target is not None and counting is Counting.AREA and told.quantity is not None:
        others = list(
            queries.similar(session, actor.place, task.year, target=target.id, besides=besides)
        )
        problems += rules.problems_of_likeness(told, alike(told.building, told.quantity, others))
        problems += rules.problems_of_link(told, others)
    return problems


def _row(
    actor: Identity, now: datetime, task: Task, target: Target | None, told: Told, ticket: str
) -> Entry:
    source, _, number = told.link.partition("-")
    status = review.first_state(actor.place)
    decided = status is Review.CONFIRMED
    return Entry(
        province_code=actor.place.province,
        city_code=actor.place.city,
        region_code=actor.place.region,
        ticket=ticket,
        task_id=task.id,
        target_id=target.id if target else None,
        happened_on=told.happened_on,
        percent=told.percent,
        quantity=told.quantity if target else None,
        words=told.words,
        building=told.building,
        category=told.category,
        linked_measure=int(number) if source == "measure" else None,
        linked_entry_id=int(number) if source == "entry" else None,
        distinct=told.distinct,
        status=status,
        returned_reason="",
        entered_at=now,
        entered_by=actor.id,
        decided_at=now if decided else None,
        decided_by=actor.id if decided else None,
        revision=1,
    )


def _first(entry: Entry, files: Sequence[NewFile]) -> Changes:
    changes: Changes = {
        name: (None, getattr(entry, name))
        for name in FIELDS
        if getattr(entry, name) not in (None, "")
    }
    if files:
        changes["files"] = (None, [one.name for one in files])
    return changes


def _again(one: Attachment) -> NewFile:
    return NewFile(one.name, Stored(one.digest, one.size), one.media_type)


def _attach(
    session: Session, entry: Entry, files: Sequence[NewFile], now: datetime, actor: Identity
) -> None:
    if files:
        attachments.attach(
            session,
            kind="target",
            subject=entry.id,
            slot="evidence",
            files=files,
            now=now,
            by=actor.id,
        )

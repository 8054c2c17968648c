"""What an officer does: answer, keep a draft of an answer, put files to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity
from custody.attachments import actions as attachments
from custody.attachments.models import Attachment
from custody.attachments.queries import get_attachment
from custody.infra.uploads import NewFile
from custody.kernel.problems import Conflict, NotFound, Problem, refuse_if
from custody.milestones.actions import reporting
from custody.milestones.models import Draft, Milestone
from custody.milestones.queries.milestones import get_milestone
from custody.milestones.rules import Report
from custody.regions.models import Region
from custody.supervision import rules
from custody.supervision.actions.record import changes_since, escalate, record, tracked
from custody.supervision.models import Answer, AnswerDraft, Matter
from custody.supervision.queries.dossier import slot_of
from custody.supervision.queries.matters import FILES, get_matter
from custody.supervision.rules import OWING, Step


@dataclass(frozen=True, slots=True)
class Reply:
    """What the officer typed."""

    measures: str
    promised: date | None
    final: bool
    """Done, asks for 销号; else 阶段反馈."""
    forecast: bool
    """Also make the new date the milestone's forecast; only a 阶段反馈 has one."""


@dataclass(frozen=True, slots=True)
class Given:
    matter: Matter
    forecast: bool
    """The milestone's forecast was changed too."""


def answer(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    reply: Reply,
) -> Given:
    """Answer once more. A second click finds its own answer and changes nothing."""
    matter, region = get_matter(session, number, who=actor, lock=True)
    last = _last_answer(session, matter)
    if last is not None and matter.version > version and _says(last, actor, reply):
        return Given(matter, forecast=False)
    step = _step(session, region, final=reply.final)
    refuse_if(rules.problems_of_step(matter.kind, matter.status, step))
    if matter.version != version:
        raise Conflict
    refuse_if(
        rules.problems_of_answer(
            measures=reply.measures,
            promised=reply.promised,
            final=reply.final,
            evidence=_files_there(session, matter),
            today=now.date(),
        )
    )
    # Rows before the journal: whoever holds its end must not wait for a row (PostgreSQL).
    milestone = _to_move(session, matter, reply, actor)
    escalate(session, matter, region, now=now)
    before = tracked(matter)
    matter.status = rules.STEPS[matter.kind][matter.status, step]
    matter.answers += 1
    matter.promised = reply.promised or matter.promised
    matter.answered_at = matter.updated_at = now
    matter.answered_by = actor.id
    if reply.final:
        matter.awaiting_since = now
        matter.returned_reason = ""
        matter.city_passed_at = matter.city_passed_by = None
        matter.decided_at = matter.decided_by = None
    session.add(
        Answer(
            matter_id=matter.id,
            number=matter.answers,
            final=reply.final,
            measures=reply.measures.strip(),
            promised=reply.promised,
            answered_at=now,
            answered_by=actor.id,
        )
    )
    record(
        session,
        actor=actor,
        now=now,
        action="supervision.answered" if reply.final else "supervision.reported",
        matter=matter,
        region=region,
        changes=changes_since(before, matter),
        note=reply.measures.strip(),
    )
    forget_draft(session, actor=actor, matter=matter)
    if milestone is not None:
        _move_forecast(session, matter, milestone, reply.promised, actor=actor, now=now)
    return Given(matter, forecast=milestone is not None)


def _step(session: Session, region: Region, *, final: bool) -> Step:
    if not final:
        return Step.REPORT
    reviewed = region.city_code in cities_with_reviewer(session)
    return Step.ANSWER_TO_CITY if reviewed else Step.ANSWER_TO_PROVINCE


def _last_answer(session: Session, matter: Matter) -> Answer | None:
    return session.scalars(
        select(Answer).where(Answer.matter_id == matter.id, Answer.number == matter.answers)
    ).one_or_none()


def _says(last: Answer, actor: Identity, reply: Reply) -> bool:
    return (last.answered_by, last.measures, last.promised, last.final) == (
        actor.id,
        reply.measures.strip(),
        reply.promised,
        reply.final,
    )


def _files_there(session: Session, matter: Matter) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Attachment)
            .where(
                Attachment.kind == FILES,
                Attachment.subject == matter.id,
                Attachment.removed_at.is_(None),
            )
        )
        or 0
    )


def _to_move(session: Session, matter: Matter, reply: Reply, actor: Identity) -> Milestone | None:
    """The milestone whose forecast the answer changes, locked."""
    if not (reply.forecast and matter.milestone_code and reply.promised):
        return None
    try:
        milestone, _ = get_milestone(
            session, matter.region_code, matter.milestone_code, place=actor.place, lock=True
        )
    except NotFound:
        return None
    if not milestone.status.editable or milestone.forecast == reply.promised:
        return None
    return milestone


def _move_forecast(
    session: Session,
    matter: Matter,
    milestone: Milestone,
    promised: date | None,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """The milestone says the new date too. What the officer is typing there stays a draft."""
    typing = session.get(Draft, (actor.id, milestone.id))
    kept = dict(typing.fields) if typing else None
    reporting.update(
        session,
        actor=actor,
        now=now,
        region=matter.region_code,
        code=matter.milestone_code,
        version=milestone.version,
        report=Report(
            percent=milestone.percent,
            started=milestone.started,
            forecast=promised,
            actual=milestone.actual,
            unit=milestone.unit,
            notes=milestone.notes,
        ),
    )
    if kept is not None:
        session.flush()
        reporting.keep_draft(
            session,
            actor=actor,
            now=now,
            region=matter.region_code,
            code=matter.milestone_code,
            fields=kept,
        )


# --- drafts ----------------------------------------------------------------------------------


def keep_draft(
    session: Session, *, actor: Identity, now: datetime, number: int, fields: Mapping[str, Any]
) -> AnswerDraft:
    """Keep what is typed so far. Not an act on the matter, so nothing goes to the journal."""
    matter, _ = get_matter(session, number, who=actor, lock=True)
    draft = session.get(AnswerDraft, (actor.id, matter.id))
    if draft is None:
        draft = AnswerDraft(account_id=actor.id, matter_id=matter.id)
        session.add(draft)
    draft.fields, draft.saved_at = dict(fields), now
    return draft


def forget_draft(session: Session, *, actor: Identity, matter: Matter) -> None:
    draft = session.get(AnswerDraft, (actor.id, matter.id))
    if draft:
        session.delete(draft)


# --- files -----------------------------------------------------------------------------------


def attach(
    session: Session, *, actor: Identity, now: datetime, number: int, files: Iterable[NewFile]
) -> list[Attachment]:
    """Put files to the next answer; the same bytes twice are kept once."""
    matter, region = _owing(session, actor, number)
    added = attachments.attach(
        session,
        kind=FILES,
        subject=matter.id,
        slot=slot_of(matter.answers + 1),
        files=files,
        now=now,
        by=actor.id,
    )
    if added:
        record(
            session,
            actor=actor,
            now=now,
            action="supervision.file_added",
            matter=matter,
            region=region,
            changes={"files": (None, attachments.told(added))},
        )
    return added


def remove_file(
    session: Session, *, actor: Identity, now: datetime, number: int, file: int
) -> None:
    """Take a file away that no answer carries yet. A second click changes nothing."""
    matter, region = _owing(session, actor, number)
    row = get_attachment(session, file, kind=FILES, subject=matter.id, removed=True)
    if row.removed_at is not None:
        return
    if row.slot != slot_of(matter.answers + 1):
        words = "该份材料已随反馈报送，不能移除；需要更正的，请上传新的材料并说明。"
        refuse_if([Problem("sent", words, "files")])
    attachments.remove(row, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="supervision.file_removed",
        matter=matter,
        region=region,
        changes={"files": (attachments.told([row]), None)},
    )


def _owing(session: Session, actor: Identity, number: int) -> tuple[Matter, Region]:
    matter, region = get_matter(session, number, who=actor, lock=True)
    if matter.status not in OWING:
        refuse_if(rules.problems_of_step(matter.kind, matter.status, Step.REPORT))
    return matter, region


def note_file_download(
    session: Session, *, actor: Identity, now: datetime, number: int, file: int, inline: bool
) -> None:
    matter, region = get_matter(session, number, who=actor)
    row = get_attachment(session, file, kind=FILES, subject=matter.id)
    record(
        session,
        actor=actor,
        now=now,
        action="supervision.file_downloaded",
        matter=matter,
        region=region,
        note=f"{row.name}{'（在线预览）' if inline else ''}",
        modifies=False,
    )

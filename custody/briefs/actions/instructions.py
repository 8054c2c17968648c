"""批示: written by a leader or entered for one, carried out, followed until it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Place
from custody.briefs import queries, rules, tasks
from custody.briefs.actions.drafting import label_of
from custody.briefs.models import Brief, Instruction
from custody.briefs.rules import InstructionState
from custody.infra import journal
from custody.kernel.problems import Conflict, NotFound, refuse_if


@dataclass(frozen=True, slots=True)
class Given:
    """What the leader wrote, and whose work it asks for."""

    leader: str
    given_on: date
    text: str
    place: Place
    due: date | None


def instruct(
    session: Session, *, actor: Identity, now: datetime, brief_id: int, given: Given
) -> Instruction:
    """The same words of the same leader and day are one 批示, however often they are sent."""
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    name, words, place = given.leader.strip(), given.text.strip(), given.place
    refuse_if(
        rules.problems_of_instruction(
            brief.status,
            leader=name,
            text=words,
            given_on=given.given_on,
            due=given.due,
            today=now.date(),
        )
    )
    if not brief.place.covers(place):
        raise NotFound
    same = session.scalar(
        select(Instruction).where(
            Instruction.brief_id == brief.id,
            Instruction.leader == name,
            Instruction.given_on == given.given_on,
            Instruction.text == words,
        )
    )
    if same is not None:
        return same
    found = Instruction(
        brief_id=brief.id,
        province_code=place.province,
        city_code=place.city,
        region_code=place.region,
        leader=name,
        given_on=given.given_on,
        text=words,
        due=given.due,
        state=InstructionState.OPEN,
        answer="",
        entered_at=now,
        entered_by=actor.id,
    )
    session.add(found)
    session.flush()
    _record(session, actor, now, "given", found, note=words)
    return found


def finish(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, answer: str
) -> Instruction:
    """Done, with how; by the place it asks or one above it. A second click finds it done."""
    found = tasks.get_instruction(session, number, actor, lock=True)
    if not actor.place.covers(found.place):
        raise NotFound
    words = answer.strip()
    if found.state is InstructionState.DONE and found.answer == words:
        return found
    if found.version != version:
        raise Conflict
    refuse_if(rules.problems_of_answer(found.state, words))
    found.state, found.answer = InstructionState.DONE, words
    found.done_at, found.done_by = now, actor.id
    _record(session, actor, now, "done", found, note=words)
    return found


def reopen(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, reason: str
) -> Instruction:
    """By whoever may instruct on the brief. The answer so far stays to be read."""
    found = tasks.get_instruction(session, number, actor, lock=True)
    queries.get_brief(session, found.brief_id, actor)
    if found.state is InstructionState.OPEN:
        return found
    if found.version != version:
        raise Conflict
    words = reason.strip()
    refuse_if(rules.problems_of_reason(words))
    found.state, found.done_at, found.done_by = InstructionState.OPEN, None, None
    _record(session, actor, now, "reopened", found, note=words)
    return found


def _record(
    session: Session,
    actor: Identity,
    now: datetime,
    action: str,
    found: Instruction,
    *,
    note: str,
) -> None:
    brief = session.get_one(Brief, found.brief_id)
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"instruction.{action}",
        kind="instruction",
        subject=found.id,
        label=f"{found.leader}对{label_of(brief)}的批示",
        province=found.province_code,
        city=found.city_code,
        region=found.region_code,
        note=note,
    )

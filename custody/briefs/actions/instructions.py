"""批示: written by a leader or entered for one, carried out, followed until it is done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Place
from custody.briefs import queries, rules
from custody.briefs.actions.drafting import record
from custody.briefs.models import Instruction
from custody.briefs.rules import InstructionState
from custody.kernel.problems import Conflict, NotFound, refuse_if


def instruct(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    leader: str,
    given_on: date,
    text: str,
    place: Place,
    due: date | None,
) -> Instruction:
    """What a leader wrote; the same words of the same leader and day are one 批示."""
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    name, words = leader.strip(), text.strip()
    refuse_if(
        rules.problems_of_instruction(
            brief.status, leader=name, text=words, given_on=given_on, due=due, today=now.date()
        )
    )
    if not brief.place.covers(place):
        raise NotFound
    same = session.scalar(
        select(Instruction).where(
            Instruction.brief_id == brief.id,
            Instruction.leader == name,
            Instruction.given_on == given_on,
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
        given_on=given_on,
        text=words,
        due=due,
        state=InstructionState.OPEN,
        answer="",
        entered_at=now,
        entered_by=actor.id,
    )
    session.add(found)
    session.flush()
    record(session, actor, now, "instructed", brief, note=f"{name}：{words}")
    return found


def finish(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    answer: str,
) -> Instruction:
    """Done, with how; a second click finds it done."""
    found = queries.get_instruction(session, number, actor, lock=True)
    words = answer.strip()
    if found.state is InstructionState.DONE and found.answer == words:
        return found
    if found.version != version:
        raise Conflict
    refuse_if(rules.problems_of_answer(found.state, words))
    found.state, found.answer = InstructionState.DONE, words
    found.done_at, found.done_by = now, actor.id
    brief = queries.get_brief(session, found.brief_id, actor)
    record(session, actor, now, "instruction_done", brief, note=words)
    return found


def reopen(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    reason: str,
) -> Instruction:
    found = queries.get_instruction(session, number, actor, lock=True)
    if found.state is InstructionState.OPEN:
        return found
    if found.version != version:
        raise Conflict
    words = reason.strip()
    refuse_if(rules.problems_of_reason(words))
    found.state, found.done_at, found.done_by = InstructionState.OPEN, None, None
    brief = queries.get_brief(session, found.brief_id, actor)
    record(session, actor, now, "instruction_reopened", brief, note=words)
    return found

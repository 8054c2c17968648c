"""批示 and who must act on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, defer

from custody.accounts.models import Account
from custody.accounts.rules import Can, Identity, Place, may
from custody.briefs.models import Brief, Instruction
from custody.briefs.queries import readable
from custody.briefs.rules import InstructionState
from custody.kernel.problems import NotFound
from custody.regions.models import City, Province, Region


def get_instruction(
    session: Session, number: int, who: Identity, *, lock: bool = False
) -> Instruction:
    """A 批示 about the person's place, or on a brief they may read."""
    query = (
        select(Instruction)
        .join(Brief, Brief.id == Instruction.brief_id)
        .where(Instruction.id == number, readable(who) | _asked(who.place))
    )
    found = session.scalar(query.with_for_update(of=Instruction) if lock else query)
    if found is None:
        raise NotFound
    return found


def _asked(place: Place) -> ColumnElement[bool]:
    condition = Instruction.province_code == place.province
    if place.city:
        condition &= Instruction.city_code == place.city
    if place.region:
        condition &= Instruction.region_code == place.region
    return condition


@dataclass(frozen=True, slots=True)
class Task:
    """A 批示 with the names of what it is about."""

    instruction: Instruction
    brief: Brief
    place: str
    entered_by: str
    done_by: str


def _tasks() -> Select[Instruction, Brief, str | None, str | None, str | None, str, str | None]:
    writer, doer = aliased(Account), aliased(Account)
    return (
        select(Instruction, Brief, Region.name, City.name, Province.name, writer.name, doer.name)
        .join(Brief, Brief.id == Instruction.brief_id)
        .outerjoin(Region, Region.code == Instruction.region_code)
        .outerjoin(City, City.code == Instruction.city_code)
        .outerjoin(Province, Province.code == Instruction.province_code)
        .join(writer, writer.id == Instruction.entered_by)
        .outerjoin(doer, doer.id == Instruction.done_by)
        .options(defer(Brief.snapshot))
        .order_by(
            Instruction.state != InstructionState.OPEN,
            Instruction.due.is_(None),
            Instruction.due,
            Instruction.given_on.desc(),
            Instruction.id.desc(),
        )
    )


def _told(session: Session, query: Select[*tuple[Any, ...]]) -> list[Task]:
    return [
        Task(row, brief, region or city or province or "", writer, doer or "")
        for row, brief, region, city, province, writer, doer in session.execute(query)
    ]


def tasks(
    session: Session,
    who: Identity,
    state: InstructionState | None = None,
    *,
    limit: int = 20_000,
    offset: int = 0,
) -> list[Task]:
    """Every 批示 about the person's place or on a brief they may read; open ones first, by due day."""
    query = _tasks().where(readable(who) | _asked(who.place))
    if state:
        query = query.where(Instruction.state == state)
    return _told(session, query.limit(limit).offset(offset))


def count_tasks(session: Session, who: Identity, state: InstructionState | None) -> int:
    query = (
        select(func.count())
        .select_from(Instruction)
        .join(Brief, Brief.id == Instruction.brief_id)
        .where(readable(who) | _asked(who.place))
    )
    if state:
        query = query.where(Instruction.state == state)
    return session.scalar(query) or 0


def tasks_on(session: Session, brief_id: int) -> list[Task]:
    return _told(session, _tasks().where(Instruction.brief_id == brief_id))


def get_task(session: Session, number: int, who: Identity) -> Task:
    found = _told(
        session,
        _tasks().where(Instruction.id == number, readable(who) | _asked(who.place)),
    )
    if not found:
        raise NotFound
    return found[0]


def waiting_tasks(session: Session, who: Identity) -> list[Task]:
    """Open ones that ask for the work of the person's very place."""
    if not may(who, Can.ANSWER_INSTRUCTION):
        return []
    place = who.place
    very = (
        (Instruction.province_code == place.province)
        & (
            Instruction.city_code.is_(None)
            if place.city is None
            else Instruction.city_code == place.city
        )
        & (
            Instruction.region_code.is_(None)
            if place.region is None
            else Instruction.region_code == place.region
        )
    )
    return _told(session, _tasks().where(very, Instruction.state == InstructionState.OPEN))

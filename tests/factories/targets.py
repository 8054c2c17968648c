"""Entries, areas and projects, made by the verbs people use."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from types import ModuleType

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Place
from custody.infra import clock
from custody.infra.files import Stored
from custody.infra.uploads import NewFile
from custody.regions.models import Target
from custody.regions.queries import targets_of
from custody.targets.actions import entries, projects
from custody.targets.models import Entry, Project
from custody.targets.queries.entries import get_task
from custody.targets.rules.entries import Told
from custody.targets.rules.projects import Facts, Institution, Progress, ProjectKind
from custody.targets.rules.retrofits import Category
from custody.targets.rules.review import Step
from tests.factories import people

_NUMBERS = count(1)
TOLD = Told(date(2026, 11, 10), "已完成年度工作方案。")
FACTS = Facts(
    name="校区综合节能改造",
    unit="示例大学",
    credit_code="",
    kind=ProjectKind.CUSTODY,
    institution=Institution.UNIVERSITY,
    progress=Progress.SIGNED,
    signing_planned=None,
    signed_on=date(2026, 5, 12),
    completion_planned=date(2027, 3, 31),
    amount=Decimal("12600000.00"),
    area=Decimal(92000),
    saving=Decimal(860),
    saving_unit="吨标准煤",
    note="",
)


def _paper() -> NewFile:
    """The row of a file; a test that reads it puts the bytes there."""
    from tests.factories import programme

    data = programme.PDF
    stored = Stored(hashlib.sha256(data).hexdigest(), len(data))
    return NewFile("竣工验收单.pdf", stored, programme.PDF_TYPE)


def target(session: Session, number: int, key: str) -> Target:
    rows = targets_of(session, people.JIANGSU, 2026)
    return next(row for row in rows if (row.task_number, row.key) == (number, key))


def entered(
    session: Session,
    actor: Identity,
    number: int = 8,
    *,
    key: str = "",
    paper: NewFile | None = None,
    **told: object,
) -> Entry:
    """Words on a task unless a key of a quantity is named."""
    return entries.enter(
        session,
        actor=actor,
        now=clock.now(),
        task=get_task(session, actor.place.province, number),
        target=target(session, number, key) if key else None,
        told=replace(TOLD, **told),  # type: ignore[arg-type]
        files=[paper or _paper()] if key else [],
        ticket=f"ticket-{next(_NUMBERS):05d}",
    )


def area(
    session: Session,
    actor: Identity,
    square_metres: int,
    *,
    building: str = "市民中心1号楼",
    paper: NewFile | None = None,
    **told: object,
) -> Entry:
    return entered(
        session,
        actor,
        8,
        key="area",
        paper=paper,
        quantity=Decimal(square_metres),
        building=building,
        category=Category.COOLING,
        **told,
    )


def decided(
    session: Session, actor: Identity, entry: Entry, step: Step = Step.CONFIRM, reason: str = ""
) -> Entry:
    session.flush()
    number = session.scalars(select(Target).where(Target.id == entry.target_id)).one_or_none()
    found = entries.decide(
        session,
        actor=actor,
        now=clock.now(),
        task=get_task(session, people.JIANGSU, number.task_number if number else 8),
        number=entry.id,
        version=entry.version,
        step=step,
        reason=reason,
    )
    session.flush()
    return found


def registered(
    session: Session,
    actor: Identity,
    *,
    place: Place | None = None,
    paper: NewFile | None = None,
    **facts: object,
) -> Project:
    return projects.add(
        session,
        actor=actor,
        now=clock.now(),
        place=place or actor.place,
        facts=replace(FACTS, **facts),  # type: ignore[arg-type]
        files=[paper or _paper()],
        ticket=f"ticket-{next(_NUMBERS):05d}",
    )


def unseen(patch: pytest.MonkeyPatch, queries: ModuleType) -> None:
    """The first question for a ticket is asked a moment before the other click's row is there."""
    asked, answer = count(), queries.by_ticket
    patch.setattr(queries, "by_ticket", lambda *seen: answer(*seen) if next(asked) else None)


def lived_in(session: Session, everybody: Sequence[Identity], paper: NewFile) -> None:
    """Of every office: words, an area with its paper, a project."""
    for actor in everybody:
        entered(session, actor)
        area(session, actor, 12_000, building=f"{actor.unit}办公楼", paper=paper)
        registered(session, actor, unit=f"{actor.unit}所属学校", paper=paper)
    session.flush()


def next_door(session: Session, actor: Identity) -> None:
    """Of another province: words on its one task, and a project."""
    entered(session, actor, 1)
    registered(session, actor)
    session.flush()

"""Questions about the milestones of regions; the region and the place are always in the WHERE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from custody.accounts.models import Account
from custody.accounts.rules import Identity, Place, Role
from custody.infra.journal import Event
from custody.kernel.problems import NotFound
from custody.milestones.models import Evidence, Milestone, TemplateItem
from custody.milestones.rules import Status, chain_of, predecessors
from custody.regions.models import Region
from custody.regions.queries import within


def get_milestone(
    session: Session, region: str, code: str, *, place: Place, lock: bool = False
) -> tuple[Milestone, Region]:
    """The milestone with its item, and its region. NotFound outside the place."""
    query = (
        select(Milestone, Region)
        .join(Region, Region.code == Milestone.region_code)
        .join(Milestone.item)
        .options(contains_eager(Milestone.item))
        .where(Milestone.region_code == region, Milestone.code == code, within(place))
    )
    if lock:
        query = query.with_for_update(of=Milestone)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def by_ids(session: Session, ids: Sequence[int], *, place: Place) -> list[tuple[Milestone, Region]]:
    """The milestones asked for, in the order of asking; NotFound when one is outside the place."""
    rows = {
        milestone.id: (milestone, region)
        for milestone, region in session.execute(
            select(Milestone, Region)
            .join(Region, Region.code == Milestone.region_code)
            .join(Milestone.item)
            .options(contains_eager(Milestone.item))
            .where(Milestone.id.in_(ids), within(place))
            .with_for_update(of=Milestone)
        )
    }
    if len(rows) != len(set(ids)):
        raise NotFound
    return [rows[number] for number in dict.fromkeys(ids)]


def of_region(session: Session, region: str) -> Sequence[Milestone]:
    return session.scalars(
        select(Milestone)
        .join(Milestone.item)
        .options(contains_eager(Milestone.item))
        .where(Milestone.region_code == region)
        .order_by(TemplateItem.order)
    ).all()


def open_predecessors(session: Session, gate: Milestone) -> list[str]:
    """«M05 能源基准…» of everything in the region that a gate rests on and that is not settled.

    Directly or not: a gate whose own predecessors are confirmed may still stand on an open one.
    Milestones the region never had (its batch entered later) are not asked for.
    """
    items = session.scalars(
        select(TemplateItem).where(TemplateItem.template_id == gate.item.template_id)
    ).all()
    needed = chain_of(gate.code, {item.code: predecessors(item.after) for item in items})
    return [
        f"{row.code} {row.item.name}"
        for row in of_region(session, gate.region_code)
        if row.code in needed
        and row.code != gate.code
        and row.item.required
        and not row.status.settled
    ]


def evidence_of(session: Session, milestone_id: int) -> Sequence[tuple[Evidence, str]]:
    """(evidence, who added it), oldest first; removed ones left out."""
    rows = session.execute(
        select(Evidence, Account.name)
        .join(Account, Account.id == Evidence.added_by)
        .where(Evidence.milestone_id == milestone_id, Evidence.removed_at.is_(None))
        .order_by(Evidence.id)
    )
    return [(evidence, name) for evidence, name in rows]


def evidence_count(session: Session, milestone_id: int) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Evidence)
            .where(Evidence.milestone_id == milestone_id, Evidence.removed_at.is_(None))
        )
        or 0
    )


def get_evidence(
    session: Session, evidence_id: int, *, place: Place
) -> tuple[Evidence, Milestone, Region]:
    """A file of evidence within the place, removed or not (the history still offers removed ones)."""
    row = session.execute(
        select(Evidence, Milestone, Region)
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .join(Region, Region.code == Milestone.region_code)
        .options(joinedload(Milestone.item))
        .where(Evidence.id == evidence_id, within(place))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def history(session: Session, milestone_id: int, *, limit: int = 200) -> Sequence[Event]:
    """Everything that happened to a milestone, newest first. Downloads are left to the journal."""
    return session.scalars(
        select(Event)
        .where(Event.kind == "milestone", Event.subject == str(milestone_id), Event.modifies)
        .order_by(Event.id.desc())
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission in a reviewer's queue."""

    milestone: Milestone
    region: Region
    submitted_by_name: str
    evidence: int


def _reviewable(who: Identity) -> ColumnElement[bool]:
    if who.role is Role.CITY_REVIEWER:
        return Milestone.status == Status.AWAITING_CITY
    # Where a city has no reviewer any more, its submissions are the province's to decide.
    reviewed = select(Account.city_code).where(
        Account.role == Role.CITY_REVIEWER, Account.active, Account.city_code.is_not(None)
    )
    return (Milestone.status == Status.AWAITING_PROVINCE) | (
        (Milestone.status == Status.AWAITING_CITY) & Region.city_code.not_in(reviewed)
    )


def queue_of(who: Identity, city: str | None) -> Select[Any]:
    """What waits for this reviewer, oldest first, as the columns of `Waiting`."""
    evidence = (
        select(func.count())
        .where(Evidence.milestone_id == Milestone.id, Evidence.removed_at.is_(None))
        .correlate(Milestone)
        .scalar_subquery()
    )
    query = (
        select(Milestone, Region, Account.name, evidence)
        .join(Region, Region.code == Milestone.region_code)
        .join(Milestone.item)
        .join(Account, Account.id == Milestone.submitted_by)
        .options(contains_eager(Milestone.item))
        .where(within(who.place), _reviewable(who))
        .order_by(Milestone.submitted_at, Milestone.id)
    )
    return query.where(Region.city_code == city) if city else query


def queue(
    session: Session,
    who: Identity,
    *,
    city: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Waiting]:
    """What waits for this reviewer, oldest first."""
    query = queue_of(who, city).limit(limit).offset(offset)
    return [Waiting(*row) for row in session.execute(query)]


def queue_size(session: Session, who: Identity) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Milestone)
            .join(Region, Region.code == Milestone.region_code)
            .where(within(who.place), _reviewable(who))
        )
        or 0
    )

"""The way of one region to its gate, for the pages of those who work on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from custody.forecast.rules import (
    REVIEW,
    REVIEWED,
    Experience,
    Known,
    RegionSchedule,
    Task,
    experience_of,
    schedule,
    share_taken,
    tasks_of,
)
from custody.forecast.rules.montecarlo import Odds, odds
from custody.infra.shelf import Shelf
from custody.milestones.models import Lifecycle, Milestone, Passage, TemplateItem
from custody.milestones.rules import STAGES, Item, Status, stage_reached
from custody.regions.models import Batch, Region


@dataclass(frozen=True, slots=True)
class Way:
    """Where a region's year leads, as things stand."""

    schedule: RegionSchedule
    tasks: tuple[Task, ...]
    gate_name: str
    probability: float
    half: date
    """Within which half of the futures end."""


def way_of(session: Session, region: str, today: date) -> Way | None:
    """Two statements. None where too little is known. Who may see the region is asked before."""
    rows = session.execute(
        select(TemplateItem, Milestone, Passage.stage, Batch.gate, Batch.deadline)
        .join(Lifecycle, Lifecycle.template_id == TemplateItem.template_id)
        .join(Region, Region.code == Lifecycle.region_code)
        .join(
            Batch,
            (Batch.province_code == Region.province_code) & (Batch.number == Region.batch_number),
        )
        .outerjoin(
            Milestone,
            (Milestone.region_code == Region.code) & (Milestone.code == TemplateItem.code),
        )
        .outerjoin(
            Passage,
            (Passage.region_code == Region.code) & (Passage.stage == TemplateItem.stage),
        )
        .where(Region.code == region)
        .order_by(TemplateItem.order)
    ).all()
    if not rows:
        return None
    items = {item.code: item.as_rule() for item, *_ in rows}
    known = {row.code: _known(row) for _, row, *_ in rows if row is not None}
    # A stage without milestones holds nobody up.
    ahead = {item.stage for item, _, passed, *_ in rows if passed is None}
    stage = stage_reached(set(STAGES) - ahead)
    *_, gate, due = rows[0]
    tasks = tasks_of(items, known, gate, stage=stage, today=today)
    if tasks is None:
        return None
    plan = schedule(region, tasks, items, known, due=due, today=today)
    chance = remembered(tasks, region, (due - today).days, _learnt(session, region))
    half = today + timedelta(days=chance.half)
    return Way(plan, tasks, items[gate].name, chance.probability, half)


_ODDS: Shelf[Odds] = Shelf(8_000, lambda _odds: 1)


def remembered(tasks: tuple[Task, ...], name: str, left: int, learnt: Experience) -> Odds:
    """The odds, worked out once: a change in one region leaves those of the others as they were."""
    taught = tuple(learnt.of(task.learns) for task in tasks if task.learns)
    return _ODDS.get((name, left, tasks, taught), lambda: odds(tasks, name, left, learnt))


def _learnt(session: Session, region: str) -> Experience:
    """What the whole province has taught, as the board reckons it."""
    own = select(Region.province_code).where(Region.code == region).scalar_subquery()
    rows = session.execute(
        select(TemplateItem, Milestone)
        .select_from(Milestone)
        .join(Region, Region.code == Milestone.region_code)
        .join(Lifecycle, Lifecycle.region_code == Region.code)
        .outerjoin(
            TemplateItem,
            (TemplateItem.template_id == Lifecycle.template_id)
            & (TemplateItem.code == Milestone.code),
        )
        .where(Region.province_code == own, Milestone.status == Status.CONFIRMED)
        .order_by(Region.batch_number, Region.seq, Milestone.id)
    ).all()
    return experience_of(_cases(rows))


def _cases(rows: Iterable[Row[TemplateItem, Milestone]]) -> Iterator[tuple[str, float]]:
    estimated = REVIEW[Status.AWAITING_CITY].likely
    items: dict[int, Item] = {}
    for item, row in rows:
        if item is not None:
            if item.id not in items:
                items[item.id] = item.as_rule()
            share = share_taken(items[item.id], _known(row))
            if share is not None:
                yield row.code, share
        if row.submitted_at and row.decided_at:
            days = max(0, (row.decided_at.date() - row.submitted_at.date()).days)
            yield REVIEWED, days / estimated


def _known(row: Milestone) -> Known:
    return Known(
        row.code,
        row.status,
        row.percent,
        row.started,
        row.forecast,
        row.actual,
        row.decided_at.date() if row.decided_at else None,
        row.plan_start,
        row.planned,
    )

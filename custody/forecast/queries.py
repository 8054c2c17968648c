"""The way of one region to its gate, for the pages of those who work on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.forecast.rules import Known, RegionSchedule, Task, schedule, tasks_of
from custody.milestones.models import Lifecycle, Milestone, Passage, TemplateItem
from custody.milestones.rules import STAGES, stage_reached
from custody.regions.models import Batch, Region


@dataclass(frozen=True, slots=True)
class Way:
    """Where a region's year leads, as things stand."""

    schedule: RegionSchedule
    tasks: tuple[Task, ...]
    gate_name: str


def way_of(session: Session, region: str, today: date) -> Way | None:
    """One statement. None where too little is known. Who may see the region is asked before."""
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
    return Way(plan, tasks, items[gate].name)


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

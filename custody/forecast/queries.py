"""The way of one region to its gate, for the pages of those who work on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.forecast.rules import Known, RegionSchedule, Task, schedule, tasks_of
from custody.milestones.models import Lifecycle, Milestone, Passage, TemplateItem
from custody.milestones.rules import stage_reached
from custody.regions.models import Batch, Region


@dataclass(frozen=True, slots=True)
class Way:
    """Where a region's year leads, as things stand."""

    schedule: RegionSchedule
    tasks: tuple[Task, ...]
    gate_name: str


def way_of(session: Session, region: str, today: date) -> Way | None:
    """Three statements. None where too little is known. Who may see the region is asked before."""
    rows = session.execute(
        select(TemplateItem, Batch.gate, Batch.deadline)
        .join(Lifecycle, Lifecycle.template_id == TemplateItem.template_id)
        .join(Region, Region.code == Lifecycle.region_code)
        .join(
            Batch,
            (Batch.province_code == Region.province_code) & (Batch.number == Region.batch_number),
        )
        .where(Region.code == region)
        .order_by(TemplateItem.order)
    ).all()
    milestones = session.scalars(select(Milestone).where(Milestone.region_code == region))
    known = {row.code: _known(row) for row in milestones}
    passed = session.scalars(select(Passage.stage).where(Passage.region_code == region))
    stage = stage_reached(passed)
    if not rows:
        return None
    items = {row[0].code: row[0].as_rule() for row in rows}
    gate, due = rows[0][1], rows[0][2]
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

"""How likely every region is to pass its gate of the year in time, as the forecast tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.forecast.rules import REVIEW, Course, Goal, Known, outlook
from custody.milestones.models import Lifecycle, Milestone, Passage, TemplateItem
from custody.milestones.rules import Item, Stage, Status, stage_reached
from custody.regions.models import Region
from custody.regions.queries import batches_of


def chances(session: Session, province: str, today: date) -> Mapping[str, float]:
    """Region → its chance. Of the whole province, for what some have done teaches what others will
    take: five statements and ten thousand futures, to be kept while the data stay the same."""
    goals = {
        row.number: Goal(row.number, row.name, row.gate, row.deadline)
        for row in batches_of(session, province)
    }
    rows = session.scalars(
        select(Milestone)
        .join(Region, Region.code == Milestone.region_code)
        .where(Region.province_code == province)
        .order_by(Milestone.id)
    ).all()
    told = outlook(
        list(_courses(session, province, rows, goals)), goals, today, reviews=_reviews(rows)
    )
    return {
        code: region.probability
        for code, region in told.regions.items()
        if region.probability is not None
    }


def _courses(
    session: Session, province: str, rows: Sequence[Milestone], goals: Mapping[int, Goal]
) -> Iterator[Course]:
    items = _items(session, province)
    passed = _passed(session, province)
    known: dict[str, dict[str, Known]] = {}
    for row in rows:
        known.setdefault(row.region_code, {})[row.code] = _known(row)
    regions = session.execute(
        select(Region.code, Region.name, Region.batch_number, Lifecycle.template_id)
        .join(Lifecycle, Lifecycle.region_code == Region.code)
        .where(Region.province_code == province)
        .order_by(Region.batch_number, Region.seq)
    )
    for code, name, batch, template in regions:
        own, left = items.get(template, {}), passed.get(code, set())
        goal = goals.get(batch)
        gate = own.get(goal.gate) if goal else None
        yield Course(
            code=code,
            name=name,
            batch=batch,
            stage=stage_reached(left),
            passed=gate is not None and gate.stage in left,
            items=own,
            known=known.get(code, {}),
        )


def _items(session: Session, province: str) -> dict[int, dict[str, Item]]:
    rows = session.scalars(
        select(TemplateItem)
        .where(
            TemplateItem.template_id.in_(
                select(Lifecycle.template_id)
                .join(Region, Region.code == Lifecycle.region_code)
                .where(Region.province_code == province)
            )
        )
        .order_by(TemplateItem.template_id, TemplateItem.order)
    )
    found: dict[int, dict[str, Item]] = {}
    for row in rows:
        found.setdefault(row.template_id, {})[row.code] = row.as_rule()
    return found


def _passed(session: Session, province: str) -> dict[str, set[Stage]]:
    rows = session.execute(
        select(Passage.region_code, Passage.stage)
        .join(Region, Region.code == Passage.region_code)
        .where(Region.province_code == province)
    )
    found: dict[str, set[Stage]] = {}
    for region, stage in rows:
        found.setdefault(region, set()).add(stage)
    return found


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


def _reviews(rows: Sequence[Milestone]) -> Iterator[tuple[int, int]]:
    """How long confirmed submissions took, beside the estimate."""
    estimated = REVIEW[Status.AWAITING_CITY].likely
    for row in rows:
        if row.status is Status.CONFIRMED and row.submitted_at and row.decided_at:
            days = (row.decided_at.date() - row.submitted_at.date()).days
            yield max(0, days), estimated

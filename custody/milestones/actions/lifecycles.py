"""Verbs that put regions on their lifecycle and move them along it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from custody.infra import journal
from custody.infra.clock import at
from custody.milestones.models import (
    Lifecycle,
    Milestone,
    Passage,
    Template,
    TemplateItem,
)
from custody.milestones.queries.lifecycles import template_of
from custody.milestones.rules import (
    STAGES,
    Item,
    Stage,
    Status,
    plan_start,
    stage_closed,
    stage_reached,
)
from custody.regions.models import Batch, Region


def enrol(
    session: Session,
    regions: Sequence[Region],
    *,
    template: Template,
    batches: Sequence[Batch],
    actor: journal.Actor,
    now: datetime,
) -> int:
    """Start the lifecycle of regions that have none: entry stage of their batch, first milestones.

    Returns how many were started. A batch that enters late has its earlier stages counted as left
    before the programme was kept here (the notice names no day).
    """
    codes = [region.code for region in regions]
    known: set[str] = set()
    for start in range(0, len(codes), 500):
        chunk = codes[start : start + 500]
        known |= set(
            session.scalars(select(Lifecycle.region_code).where(Lifecycle.region_code.in_(chunk)))
        )
    by_number = {batch.number: batch for batch in batches}
    started = [region for region in regions if region.code not in known]
    for region in started:
        batch = by_number[region.batch_number]
        begun = min(now, at(date(batch.year, 1, 1), 0))
        session.add(Lifecycle(region_code=region.code, template_id=template.id, started_at=begun))
        for stage in STAGES[: STAGES.index(Stage(batch.entry_stage))]:
            session.add(
                Passage(
                    region_code=region.code,
                    stage=stage,
                    passed_on=None,
                    basis=f"通知名单：{batch.name}",
                )
            )
        first = [item for item in template.items if str(batch.number) in item.due]
        open_items(session, region, first, template.items, year=batch.year, opened_at=begun)
    if started:
        session.flush()
        journal.record(
            session,
            actor=actor,
            now=now,
            action="lifecycle.started",
            kind="template",
            subject=template.id,
            label=f"里程碑模板第{template.number}版",
            province=template.province_code,
            note=f"{len(started)}个地区按里程碑模板第{template.number}版开展工作",
        )
    return len(started)


def open_items(
    session: Session,
    region: Region,
    items: Iterable[TemplateItem],
    all_items: Sequence[TemplateItem],
    *,
    year: int,
    opened_at: datetime,
) -> list[Milestone]:
    """New milestones of a region, not started, with the due dates of its batch."""
    rules = {item.code: item.as_rule() for item in all_items}
    opened = []
    for item in items:
        milestone = _new(region, item, rules, year=year, opened_at=opened_at)
        session.add(milestone)
        opened.append(milestone)
    return opened


def _new(
    region: Region, item: TemplateItem, rules: dict[str, Item], *, year: int, opened_at: datetime
) -> Milestone:
    rule = rules[item.code]
    planned = rule.due.get(region.batch_number)
    return Milestone(
        region_code=region.code,
        item_id=item.id,
        code=item.code,
        status=Status.NOT_STARTED,
        percent=0,
        plan_start=plan_start(rule, rules, region.batch_number, date(year, 1, 1))
        if planned
        else None,
        planned=planned,
        unit=item.owner,
        notes="",
        reason="",
        returned_reason="",
        opened_at=opened_at,
        updated_at=opened_at,
    )


def settle(
    session: Session,
    region: Region,
    *,
    actor: journal.Actor,
    now: datetime,
) -> list[Stage]:
    """After a decision: leave the stages that are finished, open what follows.

    Returns the stages left. A gate that was reopened brings its region back: the passage goes (the
    journal keeps it), the milestones already opened stay.
    """
    session.flush()
    rows = session.scalars(
        select(Milestone)
        .where(Milestone.region_code == region.code)
        .options(selectinload(Milestone.item))
    ).all()
    passages = {
        row.stage: row
        for row in session.scalars(select(Passage).where(Passage.region_code == region.code))
    }
    states = [(row.item.stage, row.item.gate, row.item.required, row.status) for row in rows]
    left: list[Stage] = []
    for stage in STAGES[:-1]:
        passage = passages.get(stage)
        closed = stage_closed(stage, states)
        if passage and passage.passed_on and not closed:
            session.delete(passage)
            del passages[stage]
            _record_stage(session, region, stage, "stage.reopened", actor=actor, now=now)
        elif not passage and closed and stage_reached(passages) is stage:
            new = Passage(
                region_code=region.code,
                stage=stage,
                passed_on=now.date(),
                basis=f"{actor.name}确认",
            )
            session.add(new)
            passages[stage] = new
            left.append(stage)
            _record_stage(session, region, stage, "stage.passed", actor=actor, now=now)
            opened = _open_next(session, region, stage, rows, now=now)
            states += [
                (row.item.stage, row.item.gate, row.item.required, row.status) for row in opened
            ]
    return left


def _open_next(
    session: Session, region: Region, stage: Stage, rows: Sequence[Milestone], *, now: datetime
) -> list[Milestone]:
    following = STAGES[stage.order + 1]
    if following is Stage.DONE:
        return []
    template = template_of(session, region.code)
    have = {row.code for row in rows}
    new = [item for item in template.items if item.stage is following and item.code not in have]
    if not new:
        return []
    opened = open_items(session, region, new, template.items, year=now.year, opened_at=now)
    for milestone, item in zip(opened, new, strict=True):
        milestone.item = item
    session.flush()
    return opened


def _record_stage(
    session: Session,
    region: Region,
    stage: Stage,
    action: str,
    *,
    actor: journal.Actor,
    now: datetime,
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="region",
        subject=region.code,
        label=region.name,
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        note=stage.label(),
    )

"""Moving regions to another version of the template, on purpose and as previewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.infra.db import plain
from custody.kernel.problems import Conflict, Problem, Refused
from custody.milestones.actions.lifecycles import open_items, settle
from custody.milestones.actions.record import record
from custody.milestones.models import Lifecycle, Milestone, Template
from custody.milestones.move import Changed, Move, digest, plan
from custody.milestones.queries.lifecycles import get_template
from custody.milestones.queries.moves import Stand, positions


@dataclass(frozen=True, slots=True)
class Moved:
    """How many regions moved, were where they should be already, and could not."""

    moved: int
    unchanged: int
    blocked: int


def move(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    template_id: int,
    regions: Sequence[str],
    seen: str,
) -> Moved:
    """Move the regions that can be moved; blocked ones stay where they are.

    `seen` is the digest of the preview that was confirmed: Conflict when the regions have changed
    since. Confirming twice finds nothing left to do.
    """
    target = get_template(session, template_id, province=actor.place.province)
    if target.published_at is None:
        raise Refused([Problem("draft", "该版本尚未发布，请先发布，再移动地区。")])
    stands = positions(session, actor.place, regions, lock=True)
    items = [item.as_rule() for item in target.items]
    moves = {stand.region.code: plan(stand.position, items) for stand in stands}
    due = [stand for stand in stands if _something(stand, moves[stand.region.code], target)]
    open_ones = [stand for stand in due if not moves[stand.region.code].blocked]
    if open_ones and digest(moves) != seen:
        raise Conflict
    for stand in open_ones:
        _move_one(session, stand, moves[stand.region.code], target, actor=actor, now=now)
    return Moved(len(open_ones), len(stands) - len(due), len(due) - len(open_ones))


def _something(stand: Stand, move_: Move, target: Template) -> bool:
    return stand.template_id != target.id or not move_.empty


def _move_one(
    session: Session,
    stand: Stand,
    move_: Move,
    target: Template,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    region = stand.region
    items = {item.code: item for item in target.items}
    changed = {line.code: line for line in move_.changed}
    dropped = {line.code for line in move_.dropped}
    for milestone in stand.milestones:
        if milestone.code in dropped:
            _drop(session, stand, milestone, move_, actor=actor, now=now)
            continue
        milestone.item_id = items[milestone.code].id
        milestone.item = items[milestone.code]
        line = changed.get(milestone.code)
        if line and line.row:
            _change(session, stand, milestone, line, actor=actor, now=now)
    codes = {line.code for line in move_.opened}
    opened = open_items(
        session,
        region,
        [item for item in target.items if item.code in codes],
        target.items,
        year=stand.position.year,
        opened_at=now,
    )
    for milestone in opened:
        milestone.item = items[milestone.code]
    lifecycle = session.get_one(Lifecycle, region.code)
    lifecycle.template_id = target.id
    session.flush()
    for milestone in opened:
        record(
            session,
            actor=actor,
            now=now,
            action="opened",
            milestone=milestone,
            region=region,
            changes={"planned": (None, milestone.planned)},
        )
    journal.record(
        session,
        actor=actor,
        now=now,
        action="lifecycle.moved",
        kind="region",
        subject=region.code,
        label=region.name,
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes={"template": (_version(stand.template_number), _version(target.number))},
        note=summary(move_),
    )
    if move_.closes:
        settle(session, region, actor=actor, now=now)


def _version(number: int) -> str:
    return f"第{number}版"


def summary(move_: Move) -> str:
    """新增2项，移除1项，改期3项."""
    parts = [
        f"{word}{number}项"
        for word, number in (
            ("新增", len(move_.opened)),
            ("移除", len(move_.dropped)),
            ("改期", move_.redated),
            ("其他调整", len(move_.changed) - move_.redated),
        )
        if number
    ]
    return "，".join(parts) or "里程碑无变动"


def _drop(
    session: Session,
    stand: Stand,
    milestone: Milestone,
    move_: Move,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    name = next(line.name for line in move_.dropped if line.code == milestone.code)
    region = stand.region
    journal.record(
        session,
        actor=actor,
        now=now,
        action="milestone.dropped",
        kind="milestone",
        subject=milestone.id,
        label=f"{region.name} {milestone.code} {name}",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes={
            "status": (milestone.status, None),
            "planned": (milestone.planned, None),
            # What a past day's board needs to show the milestone that is no longer there.
            "row": (_row(milestone), None),
        },
    )
    session.delete(milestone)


def _row(milestone: Milestone) -> dict[str, object]:
    return {
        "code": milestone.code,
        "unit": milestone.unit,
        "plan_start": plain(milestone.plan_start),
        "opened_at": plain(milestone.opened_at),
    }


def _change(
    session: Session,
    stand: Stand,
    milestone: Milestone,
    line: Changed,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    for name, _, new in line.row:
        setattr(milestone, name, new)
    record(
        session,
        actor=actor,
        now=now,
        action="moved",
        milestone=milestone,
        region=stand.region,
        changes={name: (old, new) for name, old, new in line.row},
    )

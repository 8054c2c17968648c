"""Moving regions to another version of the template, on purpose and as previewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

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
    _move_all(session, open_ones, moves, target, actor=actor, now=now)
    return Moved(len(open_ones), len(stands) - len(due), len(due) - len(open_ones))


def _something(stand: Stand, move_: Move, target: Template) -> bool:
    return stand.template_id != target.id or not move_.empty


def _move_all(
    session: Session,
    stands: Sequence[Stand],
    moves: Mapping[str, Move],
    target: Template,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    """Rows first and all together, so that thousands of regions are a few large statements."""
    opened = {}
    for stand in stands:
        move_ = moves[stand.region.code]
        _change_rows(session, stand, move_, target, actor=actor, now=now)
        opened[stand.region.code] = _open_rows(session, stand, move_, target, now=now)
    codes = [stand.region.code for stand in stands]
    session.flush()
    for start in range(0, len(codes), 500):
        _hang_on_target(session, codes[start : start + 500], target)
    for stand in stands:
        move_ = moves[stand.region.code]
        for milestone in opened[stand.region.code]:
            record(
                session,
                actor=actor,
                now=now,
                action="opened",
                milestone=milestone,
                region=stand.region,
                changes={"planned": (None, milestone.planned)},
            )
        _record_move(session, stand, move_, target, actor=actor, now=now)
    for stand in stands:
        if moves[stand.region.code].closes:
            settle(session, stand.region, actor=actor, now=now)


def _hang_on_target(session: Session, codes: Sequence[str], target: Template) -> None:
    """One statement for each item, whatever version the regions come from."""
    for item in target.items:
        session.execute(
            update(Milestone)
            .where(
                Milestone.region_code.in_(codes),
                Milestone.code == item.code,
                Milestone.item_id != item.id,
            )
            .values(item_id=item.id)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        update(Lifecycle)
        .where(Lifecycle.region_code.in_(codes))
        .values(template_id=target.id)
        .execution_options(synchronize_session=False)
    )


def _change_rows(
    session: Session,
    stand: Stand,
    move_: Move,
    target: Template,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    items = {item.code: item for item in target.items}
    changed = {line.code: line for line in move_.changed}
    dropped = {line.code for line in move_.dropped}
    for milestone in stand.milestones:
        if milestone.code in dropped:
            _drop(session, stand, milestone, move_, actor=actor, now=now)
            continue
        # The row itself follows in _hang_on_target; a row whose dates stay keeps its version, so that
        # whoever has it open can still save.
        set_committed_value(milestone, "item_id", items[milestone.code].id)
        set_committed_value(milestone, "item", items[milestone.code])
        line = changed.get(milestone.code)
        if line and line.row:
            _change(session, stand, milestone, line, actor=actor, now=now)


def _open_rows(
    session: Session, stand: Stand, move_: Move, target: Template, *, now: datetime
) -> list[Milestone]:
    items = {item.code: item for item in target.items}
    codes = {line.code for line in move_.opened}
    opened = open_items(
        session,
        stand.region,
        [item for item in target.items if item.code in codes],
        target.items,
        year=stand.position.year,
        opened_at=now,
    )
    for milestone in opened:
        milestone.item = items[milestone.code]
    return opened


def _record_move(
    session: Session,
    stand: Stand,
    move_: Move,
    target: Template,
    *,
    actor: Identity,
    now: datetime,
) -> None:
    region = stand.region
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
    return "，".join(parts) or "里程碑和期限不变"


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

"""Pure: what happens to a region's milestones when it moves to another version of the template.

What people have done stays: a milestone with work in it is never removed, a confirmed or submitted
one keeps its dates, a date the coordinator set is kept, a stage that was passed stays passed.
Where that cannot be, the region is blocked and stays on its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from custody.kernel.problems import Problem
from custody.milestones.rules import Item, Stage, Status, plan_start, stage_closed, stage_reached

Change = tuple[str, object, object]
"""(field, old, new)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A milestone of the region as it stands."""

    code: str
    status: Status
    planned: date | None
    plan_start: date | None
    unit: str
    replanned: bool
    """The coordinator set its date by hand."""
    touched: bool
    """Somebody has done something with it."""


@dataclass(frozen=True, slots=True)
class Position:
    """A region on its lifecycle."""

    region: str
    batch: int
    year: int
    items: tuple[Item, ...]
    """Of the version it stands on."""
    rows: tuple[Standing, ...]
    passed: Mapping[Stage, bool]
    """Stages left → True when left here on a known day, False when the notice says so."""


@dataclass(frozen=True, slots=True)
class Opened:
    code: str
    name: str
    planned: date | None
    plan_start: date | None
    unit: str


@dataclass(frozen=True, slots=True)
class Dropped:
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Changed:
    code: str
    name: str
    row: tuple[Change, ...]
    """What changes on the region's own milestone: its dates and its unit."""
    item: tuple[Change, ...]
    """What the new version says differently about the milestone."""


@dataclass(frozen=True, slots=True)
class Move:
    opened: tuple[Opened, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    changed: tuple[Changed, ...] = ()
    kept_dates: tuple[str, ...] = ()
    """«M05 名称» whose date would have changed, had the coordinator not set it."""
    held_dates: tuple[str, ...] = ()
    """«M04 名称» whose date would have changed, had it not been submitted or confirmed."""
    blocked: tuple[Problem, ...] = ()
    closes: Stage | None = None
    """The stage that is finished by the move itself, because what was open is no longer asked."""

    @property
    def empty(self) -> bool:
        return not (self.opened or self.dropped or self.changed or self.closes)

    @property
    def redated(self) -> int:
        return sum(any(name == "planned" for name, _, _ in line.row) for line in self.changed)


_COMPARED = (
    "name",
    "phase",
    "stage",
    "evidence",
    "owner",
    "rests_on",
    "weight",
    "gate",
    "required",
    "days_low",
    "days_likely",
    "days_high",
)
_FIELD = {"rests_on": "after"}
"""What the journal calls it, where that differs."""


def item_changes(old: Item, new: Item) -> tuple[Change, ...]:
    """What two versions say differently about one milestone; due dates are the batches' affair."""
    found: list[Change] = []
    for name in _COMPARED:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append((_FIELD.get(name, name), before, after))
    return tuple(found)


def due_changes(old: Item, new: Item) -> tuple[Change, ...]:
    """Due dates by batch that differ, as «due_3»; a batch that is absent is None, an open date 待定."""
    found: list[Change] = []
    for batch in sorted({*old.due, *new.due}):
        before, after = (_due(item, batch) for item in (old, new))
        if before != after:
            found.append((f"due_{batch}", before, after))
    return tuple(found)


def reordered(old: Sequence[Item], new: Sequence[Item]) -> bool:
    """Do the milestones that both versions have stand in another order?"""
    common = {item.code for item in old} & {item.code for item in new}
    first, second = ([i.code for i in items if i.code in common] for items in (old, new))
    return first != second


@dataclass(frozen=True, slots=True)
class Unopened:
    """Codes of what differs between the versions among milestones of stages still to come."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def unopened(position: Position, target: Sequence[Item], move: Move) -> Unopened:
    have = {row.code for row in position.rows} | {line.code for line in move.opened}
    old, new = (
        {i.code: i for i in items if i.code not in have and i.stage not in position.passed}
        for items in (position.items, target)
    )
    return Unopened(
        tuple(code for code in new if code not in old),
        tuple(code for code in old if code not in new),
        tuple(code for code in new if code in old and item_changes(old[code], new[code])),
    )


def _due(item: Item, batch: int) -> str | None:
    if batch not in item.due:
        return None
    day = item.due[batch]
    return day.isoformat() if day else "待定"


def plan(position: Position, target: Sequence[Item]) -> Move:
    """What moving the region to the target version would do. Planning twice plans nothing more."""
    new = {item.code: item for item in target}
    old = {item.code: item for item in position.items}
    have = {row.code: row for row in position.rows}
    opened = tuple(
        _opened(item, new, position)
        for item in target
        if item.code not in have and _belongs(item, position)
    )
    dropped, blocked = [], []
    for row in position.rows:
        if row.code in new:
            continue
        name = old[row.code].name if row.code in old else ""
        dropped.append(Dropped(row.code, name))
        if row.touched:
            blocked.append(
                Problem(
                    "touched",
                    f"{row.code} {name}已有办理记录（{row.status.label}），而新版没有这个里程碑；"
                    "请在新版中保留它，另行发布后再移动。",
                    row.code,
                )
            )
    changed, kept, held = [], [], []
    for row in position.rows:
        if row.code not in new:
            continue
        item = new[row.code]
        before = old.get(row.code, item)
        line = Changed(
            row.code,
            item.name,
            _row_changes(row, before, new, position),
            item_changes(before, item),
        )
        if line.row or line.item:
            changed.append(line)
        if before.due.get(position.batch) != item.due.get(position.batch):
            if row.status.settled or row.status.awaiting:
                held.append(f"{row.code} {item.name}")
            elif row.replanned:
                kept.append(f"{row.code} {item.name}")
    after = [
        (new[row.code].stage, new[row.code].gate, new[row.code].required, row.status)
        for row in position.rows
        if row.code in new
    ]
    after += [
        (new[line.code].stage, new[line.code].gate, new[line.code].required, Status.NOT_STARTED)
        for line in opened
    ]
    for stage, here in position.passed.items():
        if here and not stage_closed(stage, after):
            blocked.append(
                Problem(
                    "reopens",
                    f"该地区已通过“{stage.label()}”，按新版要求则尚未通过；"
                    "请在新版中调整该阶段的关口或必做项，另行发布后再移动。",
                    stage.value,
                )
            )
    current = stage_reached(position.passed)
    return Move(
        opened,
        tuple(dropped),
        tuple(changed),
        tuple(kept),
        tuple(held),
        tuple(blocked),
        current if stage_closed(current, after) else None,
    )


def _belongs(item: Item, position: Position) -> bool:
    """Should the region have this milestone by now: from its batch's start, or by a stage it passed?

    A stage that the region has passed here is not opened again.
    """
    if position.passed.get(item.stage):
        return False
    if position.batch in item.due:
        return True
    before = [stage for stage in Stage if stage.order == item.stage.order - 1]
    return any(position.passed.get(stage) for stage in before)


def _opened(item: Item, new: Mapping[str, Item], position: Position) -> Opened:
    planned = item.due.get(position.batch)
    return Opened(item.code, item.name, planned, _start(item, new, position), item.owner)


def _start(item: Item, new: Mapping[str, Item], position: Position) -> date | None:
    if item.due.get(position.batch) is None:
        return None
    return plan_start(item, new, position.batch, date(position.year, 1, 1))


def _row_changes(
    row: Standing, before: Item, new: Mapping[str, Item], position: Position
) -> tuple[Change, ...]:
    if row.status.settled or row.status.awaiting:
        return ()
    item = new[row.code]
    wanted: list[Change] = []
    if not row.replanned:
        wanted.append(("planned", row.planned, item.due.get(position.batch)))
        wanted.append(("plan_start", row.plan_start, _start(item, new, position)))
    if row.unit == before.owner:
        wanted.append(("unit", row.unit, item.owner))
    return tuple(change for change in wanted if change[1] != change[2])


def applied(position: Position, target: Sequence[Item], move: Move) -> Position:
    """The region after the move, before any stage it closes is left."""
    dropped = {line.code for line in move.dropped}
    changes = {line.code: {name: new for name, _, new in line.row} for line in move.changed}
    rows = [
        replace(row, **changes.get(row.code, {}))  # type: ignore[arg-type]
        for row in position.rows
        if row.code not in dropped
    ]
    rows += [
        Standing(
            line.code,
            Status.NOT_STARTED,
            line.planned,
            line.plan_start,
            line.unit,
            replanned=False,
            touched=False,
        )
        for line in move.opened
    ]
    return replace(position, items=tuple(target), rows=tuple(rows))


def digest(moves: Mapping[str, Move]) -> str:
    """Stands for a preview: who confirms, confirms exactly this."""
    text = repr(sorted(moves.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def contradictions(position: Position) -> list[str]:
    """Where the stages kept for a region do not follow from its milestones, in words."""
    found = []
    items = {item.code: item for item in position.items}
    strange = [row.code for row in position.rows if row.code not in items]
    if strange:
        found.append(f"里程碑 {'、'.join(strange)} 不在所用模板中")
    states = [
        (items[row.code].stage, items[row.code].gate, items[row.code].required, row.status)
        for row in position.rows
        if row.code in items
    ]
    current = stage_reached(position.passed)
    for stage, here in position.passed.items():
        if stage.order > current.order:
            found.append(f"已通过“{stage.label()}”，却未通过之前的“{current.label()}”")
        elif here and not stage_closed(stage, states):
            found.append(f"记为已通过“{stage.label()}”，但该阶段的里程碑尚未办结")
    if stage_closed(current, states):
        found.append(f"“{current.label()}”的里程碑均已办结，却未记为通过")
    return found

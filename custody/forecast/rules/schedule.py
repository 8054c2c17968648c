"""When a region will pass its gate if everything goes as is most likely, and what that hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from custody.forecast.rules.tasks import Known, Task
from custody.milestones.rules import Item, Status


@dataclass(frozen=True, slots=True)
class Line:
    """One milestone on the way to the gate."""

    code: str
    name: str
    after: tuple[str, ...]
    plan_start: date | None
    planned: date | None
    started: date | None
    start: date | None
    """When work begins or began; None where that is not known of something settled."""
    finish: date
    settled: bool
    critical: bool
    """A day later here is a day later at the gate."""
    slack: int
    """Days it may slip without moving the gate; 0 where it is settled."""


@dataclass(frozen=True, slots=True)
class RegionSchedule:
    region: str
    gate: str
    finish: date
    due: date
    late_days: int
    """Days after the deadline; below zero: before it."""
    lines: tuple[Line, ...]
    """In the order of work, the gate last."""
    path: tuple[str, ...]
    """The codes of the critical path, the gate last; empty once the gate is passed."""

    @property
    def gate_line(self) -> Line:
        return self.lines[-1]

    @property
    def settled(self) -> bool:
        return self.gate_line.settled

    def line(self, code: str) -> Line | None:
        return next((one for one in self.lines if one.code == code), None)


def finishes(tasks: Sequence[Task]) -> list[int]:
    """The day, from today, on which each task ends; predecessors stand before their followers."""
    found: list[int] = []
    for task in tasks:
        if task.settled is not None:
            found.append(task.settled)
            continue
        ready = _ready(task, found)
        found.append(max(task.own, ready + task.work if ready > 0 else 0))
    return found


def _ready(task: Task, ends: Sequence[int]) -> int:
    """The day on which all it waits for is done; what lies in the past holds nothing up."""
    return max((ends[place] + lag for place, lag in task.before), default=0)


def schedule(
    region: str,
    tasks: Sequence[Task],
    items: Mapping[str, Item],
    known: Mapping[str, Known],
    *,
    due: date,
    today: date,
) -> RegionSchedule:
    ends = finishes(tasks)
    spare = _slack(tasks, ends)
    lines = tuple(
        _line(place, tasks, ends, spare, items, known, today) for place in range(len(tasks))
    )
    finish = lines[-1].finish
    return RegionSchedule(
        region=region,
        gate=tasks[-1].code,
        finish=finish,
        due=due,
        late_days=(finish - due).days,
        lines=lines,
        path=tuple(tasks[place].code for place in _path(tasks, ends)),
    )


def _slack(tasks: Sequence[Task], ends: Sequence[int]) -> list[int]:
    """The backward pass: how much later each may end without the gate ending later."""
    latest = [ends[-1]] * len(tasks)
    for place in range(len(tasks) - 1, -1, -1):
        task = tasks[place]
        if task.settled is None:
            for before, lag in task.before:
                latest[before] = min(latest[before], latest[place] - task.work - lag)
    return [
        0 if task.settled is not None else last - end
        for task, last, end in zip(tasks, latest, ends, strict=True)
    ]


def _path(tasks: Sequence[Task], ends: Sequence[int]) -> list[int]:
    """Back from the gate, each time to what held it up; ends where something holds itself up."""
    place: int | None = len(tasks) - 1
    found: list[int] = []
    while place is not None and tasks[place].settled is None:
        found.insert(0, place)
        task, end = tasks[place], ends[place]
        place = next(
            (
                before
                for before, lag in task.before
                if ends[before] + lag > 0 and ends[before] + lag + task.work == end
            ),
            None,
        )
    return found


def _line(
    place: int,
    tasks: Sequence[Task],
    ends: Sequence[int],
    spare: Sequence[int],
    items: Mapping[str, Item],
    known: Mapping[str, Known],
    today: date,
) -> Line:
    task = tasks[place]
    row = known.get(task.code)
    settled = task.settled is not None
    begun = row is not None and row.status is not Status.NOT_STARTED
    started = row.started if row else None
    if begun:
        start = started if settled else started or today
    else:
        start = today + timedelta(days=max(0, _ready(task, ends)))
    return Line(
        code=task.code,
        name=items[task.code].name,
        after=tuple(tasks[before].code for before, _ in task.before),
        plan_start=row.plan_start if row else None,
        planned=row.planned if row else None,
        started=started,
        start=start,
        finish=today + timedelta(days=ends[place]),
        settled=settled,
        critical=not settled and spare[place] == 0 and tasks[-1].settled is None,
        slack=spare[place],
    )


def followers(tasks: Sequence[Task], code: str) -> tuple[str, ...]:
    """The codes of what ends a day later when the task does; in the order of work, itself left out."""
    place = next((n for n, task in enumerate(tasks) if task.code == code), None)
    if place is None or tasks[place].settled is not None:
        return ()
    now = finishes(tasks)
    later = list(tasks)
    later[place] = replace(tasks[place], own=now[place] + 1)
    return tuple(
        task.code
        for task, before, then in zip(tasks, now, finishes(later), strict=True)
        if then > before and task.code != code
    )

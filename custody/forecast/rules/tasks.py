"""What is left of a region's way to its gate, as tasks: in order, each with what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import NamedTuple

from custody.milestones.rules import LONGEST, Item, Stage, Status, chain_of


class Known(NamedTuple):
    """One milestone of a region as it stands on a day."""

    code: str
    status: Status
    percent: int
    started: date | None
    forecast: date | None
    actual: date | None
    decided: date | None
    plan_start: date | None
    planned: date | None

    @property
    def finished(self) -> date | None:
        """The day a settled milestone was finished: what was done, else when it was decided."""
        return (self.actual or self.decided) if self.status.settled else None


class Days(NamedTuple):
    """Calendar days: at best, most likely, at worst."""

    low: int
    likely: int
    high: int


REVIEW = {Status.AWAITING_CITY: Days(2, 6, 20), Status.AWAITING_PROVINCE: Days(1, 3, 12)}
"""How long a submission takes to be confirmed; our estimate, corrected by what was seen (experience)."""
UNSURE = Days(5, 10, 20)
"""How far an officer's own date may be off where the template says nothing: half to twice the days."""
REVIEWED = "review"
"""The name under which experience keeps reviews; milestones have theirs under their codes."""


@dataclass(frozen=True, slots=True)
class Task:
    """One milestone on the way. Times are days from today; a settled one only has its end.

    It ends `own` days from now, or `work` days after the last of what it waits for, whichever is
    later. Both are the most likely values; `low` and `high` are shares of them.
    """

    code: str
    before: tuple[tuple[int, int], ...]
    """(place of a predecessor in the order, days of lag)."""
    settled: int | None = None
    own: int = 0
    work: int = 0
    low: float = 1.0
    high: float = 1.0
    learns: str = ""
    """Whose experience corrects it; empty where its officer said when it will end."""


def duration_of(item: Item, known: Known | None) -> Days | None:
    """From the template; where that says nothing from the plan's dates; None where nobody knows."""
    if item.days_low and item.days_likely and item.days_high:
        return Days(item.days_low, item.days_likely, item.days_high)
    if known and known.plan_start and known.planned and known.plan_start < known.planned:
        likely = min((known.planned - known.plan_start).days, LONGEST)
        return Days(max(1, likely // 2), likely, 2 * likely)
    return None


def tasks_of(
    items: Mapping[str, Item],
    known: Mapping[str, Known],
    gate: str,
    *,
    stage: Stage,
    today: date,
) -> tuple[Task, ...] | None:
    """All that leads to the gate, itself last; None where too little is known to tell an end.

    Left out: what is done 视情, and what the region never had because it came in later. Milestones of
    stages still to come are there, not started. What is open without an open follower is awaited by
    the gate itself, for a gate needs all of its chain.
    """
    if gate not in items or not known:
        return None
    counted = [
        item
        for item in _in_order(gate, items)
        if item.required and (item.code in known or item.stage.order > stage.order)
    ]
    if not counted or counted[-1].code != gate:
        return None
    places = {item.code: place for place, item in enumerate(counted)}
    tasks: list[Task] = []
    for item in counted:
        before = tuple(sorted(_awaited(item, items, places).items()))
        task = _task(item, known.get(item.code), before, today)
        if task is None:
            return None
        tasks.append(task)
    return (*tasks[:-1], _awaiting_all(tasks))


def _in_order(gate: str, items: Mapping[str, Item]) -> list[Item]:
    """The chain of the gate, predecessors first."""
    chain = chain_of(gate, {code: item.after for code, item in items.items()})
    placed: dict[str, Item] = {}

    def place(code: str) -> None:
        if code in placed or code not in chain:
            return
        for before in items[code].after:
            place(before)
        placed[code] = items[code]

    place(gate)
    return list(placed.values())


def _awaited(item: Item, items: Mapping[str, Item], places: Mapping[str, int]) -> dict[int, int]:
    """Place → lag of what an item waits for; in place of one left out stands what that waits for."""
    found: dict[int, int] = {}
    for code in item.after:
        if code not in items:
            continue
        lag = item.lags.get(code, 0)
        if code in places:
            reached = {places[code]: lag}
        else:
            reached = {
                place: more + lag for place, more in _awaited(items[code], items, places).items()
            }
        for place, days in reached.items():
            found[place] = max(days, found.get(place, 0))
    return found


def _task(
    item: Item, known: Known | None, before: tuple[tuple[int, int], ...], today: date
) -> Task | None:
    """One milestone as a task; None where nobody knows how long it takes."""
    status = known.status if known else Status.NOT_STARTED
    if known and status.settled:
        finished = known.finished
        return Task(item.code, before, settled=(finished - today).days if finished else 0)
    if status in REVIEW:
        days = REVIEW[status]
        return Task(item.code, before, None, days.likely, 0, *_spread(days), REVIEWED)
    begun = known is not None and status is not Status.NOT_STARTED
    told = known.forecast if known and known.forecast and known.forecast >= today else None
    lasts = duration_of(item, known)
    if lasts is None and not (begun and told):
        return None
    if told:
        # Its officer has said when: it does not end sooner, and not before it can be done at best.
        work = lasts.low if lasts and not begun else 0
        own = max(1, (told - today).days)
        return Task(item.code, before, None, own, work, *_spread(lasts or UNSURE))
    assert lasts is not None
    if known and begun:
        left = max(1, ceil(lasts.likely * (100 - min(known.percent, 100)) / 100))
        return Task(item.code, before, None, left, 0, *_spread(lasts), item.code)
    return Task(item.code, before, None, lasts.likely, lasts.likely, *_spread(lasts), item.code)


def _spread(days: Days) -> tuple[float, float]:
    return days.low / days.likely, days.high / days.likely


def _awaiting_all(tasks: Sequence[Task]) -> Task:
    gate = tasks[-1]
    if gate.settled is not None:
        return gate
    awaited = {place for task in tasks if task.settled is None for place, _ in task.before}
    ends = {
        place: 0
        for place, task in enumerate(tasks[:-1])
        if task.settled is None and place not in awaited
    }
    return replace(gate, before=tuple(sorted({**ends, **dict(gate.before)}.items())))

"""All regions' schedules and odds on one day, and how many of a batch will be in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from custody.forecast.rules.experience import Experience, experience_of
from custody.forecast.rules.montecarlo import Odds, distribution, odds
from custody.forecast.rules.schedule import RegionSchedule, schedule
from custody.forecast.rules.tasks import REVIEWED, Known, Task, duration_of, tasks_of
from custody.milestones.rules import Item, Stage, Status


class Course(NamedTuple):
    """A region as it stands: what the outlook is told of it."""

    code: str
    name: str
    batch: int
    stage: Stage
    passed: bool
    """Has it left the stage of its gate of the year?"""
    items: Mapping[str, Item]
    """Of the template version it stands on."""
    known: Mapping[str, Known]


class Goal(NamedTuple):
    """A batch and what it is to reach this year."""

    number: int
    name: str
    gate: str
    due: date


UNKNOWN = "暂无法推算"


def chance_words(chance: float | None, *, certain: bool = False) -> str:
    """63%; 100% and 0% only of what is certain."""
    if chance is None:
        return UNKNOWN
    if certain:
        return "100%" if chance else "0%"
    if chance < 0.01:
        return "<1%"
    if chance > 0.99:
        return ">99%"
    return f"{chance * 100:.0f}%"


@dataclass(frozen=True, slots=True)
class RegionOutlook:
    code: str
    name: str
    batch: int
    gate: str
    gate_name: str
    due: date
    settled: bool
    late_days: int
    """Of a settled one: days it came after its deadline; 0 where it was in time."""
    overdue: bool
    """Its deadline has passed without it."""
    schedule: RegionSchedule | None
    """None where too little is known to tell an end, or the gate was passed before it was kept here."""
    probability: float | None
    """Of passing the gate by its deadline; None: unknown."""
    p50: date | None
    p80: date | None
    passes: bytes
    """One bit for each draw; empty where unknown."""


@dataclass(frozen=True, slots=True)
class BatchOutlook:
    number: int
    name: str
    gate: str
    gate_name: str
    due: date
    regions: int
    settled: int
    """In time or not."""
    late: int
    """Settled after the deadline: certainly not in time."""
    unknown: int
    """Regions left out of what follows, for too little is known of them."""
    expected: float
    distribution: tuple[float, ...]
    """Chances that 0, 1, … of the known regions are in time."""

    @property
    def known(self) -> int:
        return self.regions - self.unknown

    @property
    def all_in_time(self) -> float | None:
        return self.distribution[-1] if self.known else None

    @property
    def likely(self) -> tuple[int, int]:
        """From, to: in four of five draws the number in time lies within."""
        return _quantile(self.distribution, 0.1), _quantile(self.distribution, 0.9)


@dataclass(frozen=True, slots=True)
class Outlook:
    as_of: date
    regions: Mapping[str, RegionOutlook]
    batches: tuple[BatchOutlook, ...]
    goals: Mapping[int, Goal]
    experience: Experience


Simulated = Callable[[tuple[Task, ...], str, int, Experience], Odds]


def outlook(
    courses: Sequence[Course],
    goals: Mapping[int, Goal],
    today: date,
    *,
    reviews: Iterable[tuple[int, int]] = (),
    simulated: Simulated = odds,
) -> Outlook:
    """`reviews`: (days a confirmed submission took, days estimated). `simulated`: may remember."""
    learnt = experience_of([*_taken(courses), *((REVIEWED, a / b) for a, b in reviews)])
    found = {
        course.code: _region(course, goals[course.batch], today, learnt, simulated)
        for course in courses
        if course.batch in goals
    }
    return Outlook(today, found, batches_of(found.values(), goals), goals, learnt)


def _taken(courses: Iterable[Course]) -> Iterable[tuple[str, float]]:
    """How long confirmed milestones took, as a share of what the template says. One begun on the day
    it was done was entered afterwards and teaches nothing."""
    for course in courses:
        for known in course.known.values():
            item = course.items.get(known.code)
            share = share_taken(item, known) if item else None
            if share is not None:
                yield known.code, share


def share_taken(item: Item, known: Known) -> float | None:
    if known.status is not Status.CONFIRMED or not (known.started and known.actual):
        return None
    days = duration_of(item, known)
    if not days or known.actual <= known.started:
        return None
    return (known.actual - known.started).days / days.likely


def _region(
    course: Course, goal: Goal, today: date, learnt: Experience, simulated: Simulated
) -> RegionOutlook:
    tasks = tasks_of(course.items, course.known, goal.gate, stage=course.stage, today=today)
    gate = course.items.get(goal.gate)
    plan, chance, left = None, None, (goal.due - today).days
    if tasks is not None:
        plan = schedule(course.code, tasks, course.items, course.known, due=goal.due, today=today)
        chance = simulated(tasks, course.code, left, learnt)
    elif course.passed:
        passed = Task(goal.gate, (), settled=_passed(course, goal, today))
        chance = odds((passed,), course.code, left, learnt)
    settled = plan.settled if plan else course.passed
    dated = chance if plan else None
    return RegionOutlook(
        code=course.code,
        name=course.name,
        batch=course.batch,
        gate=goal.gate,
        gate_name=gate.name if gate else goal.gate,
        due=goal.due,
        settled=settled,
        late_days=max(0, chance.half - left) if settled and chance else 0,
        overdue=not settled and goal.due < today,
        schedule=plan,
        probability=chance.probability if chance else None,
        p50=today + timedelta(days=dated.half) if dated else None,
        p80=today + timedelta(days=dated.most) if dated else None,
        passes=chance.passes if chance else b"",
    )


def _passed(course: Course, goal: Goal, today: date) -> int:
    """The day, from today, on which the gate was passed. Where nobody wrote it down nothing says that
    it was late."""
    gate = course.known.get(goal.gate)
    finished = gate.finished if gate else None
    return ((finished or min(today, goal.due)) - today).days


def batches_of(
    regions: Iterable[RegionOutlook], goals: Mapping[int, Goal]
) -> tuple[BatchOutlook, ...]:
    """Batches that have regions; of any regions, so that a city has numbers of its own."""
    by_batch: dict[int, list[RegionOutlook]] = {}
    for region in regions:
        by_batch.setdefault(region.batch, []).append(region)
    return tuple(
        _batch(goals[number], own) for number, own in sorted(by_batch.items()) if number in goals
    )


def _batch(goal: Goal, own: Sequence[RegionOutlook]) -> BatchOutlook:
    known = [region for region in own if region.probability is not None]
    return BatchOutlook(
        number=goal.number,
        name=goal.name,
        gate=goal.gate,
        gate_name=own[0].gate_name,
        due=goal.due,
        regions=len(own),
        settled=sum(region.settled for region in own),
        late=sum(region.late_days > 0 for region in own),
        unknown=len(own) - len(known),
        expected=sum(region.probability or 0.0 for region in known),
        distribution=distribution(region.passes for region in known),
    )


def _quantile(chances: Sequence[float], share: float) -> int:
    total = 0.0
    for number, chance in enumerate(chances):
        total += chance
        if total >= share:
            return number
    return len(chances) - 1

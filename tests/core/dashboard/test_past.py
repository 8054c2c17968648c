"""A past day told again: any history, undone, gives what was there."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from custody.dashboard.rules.past import rewound
from custody.dashboard.rules.rows import Rows, Undo
from custody.infra.db import plain
from custody.milestones.rules import LightPolicy, Stage, Status
from tests.core.dashboard.test_facts import facts
from tests.factories.rows import TODAY, line, region, rows

DAY = st.dates(date(2026, 1, 1), date(2027, 3, 1))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(Status),
    "percent": st.integers(0, 100),
    "planned": st.none() | DAY,
    "started": st.none() | DAY,
    "forecast": st.none() | DAY,
    "actual": st.none() | DAY,
    "unit": st.sampled_from(["甲", "乙"]),
    "submitted_at": st.none() | DAY,
    "awaiting_since": st.none() | DAY,
    "decided_at": st.none() | DAY,
}
CHANGE = st.tuples(st.just("line"), st.integers(1, 3), st.fixed_dictionaries({}, optional=FIELDS))
STAGE = st.tuples(st.just("stage"), st.sampled_from(list(Stage)[:4]), st.none())
BATCH = st.tuples(st.just("batch"), st.sampled_from(["新目标", "旧目标"]), DAY)
MOVED = st.tuples(st.just("region"), st.sampled_from(["改名县", "另名县"]), st.integers(1, 3))
POLICY = st.tuples(st.just("policy"), st.integers(1, 40), st.integers(1, 40))
STEP = st.one_of(CHANGE, CHANGE, STAGE, BATCH, MOVED, POLICY)


def _apply(now: Rows, step: tuple[str, Any, Any]) -> Undo | None:
    """Do what the step says and return what the journal would know of it."""
    kind, what, more = step
    if kind == "line":
        index = next((i for i, one in enumerate(now.lines) if one.id == what), None)
        if index is None or not more:
            return None
        old = {name: _kept(name, getattr(now.lines[index], name)) for name in more}
        now.lines[index] = now.lines[index]._replace(**more)
        return Undo("milestone", str(what), "milestone.updated", "r1", "", old)
    if kind == "stage":
        left = now.passed.setdefault("r1", set())
        action = "stage.reopened" if what in left else "stage.passed"
        left ^= {what}
        now.passed["r1"] = left
        return Undo("region", "r1", action, "r1", what.label(), {})
    if kind == "batch":
        batch = now.batches[3]
        now.batches[3] = batch._replace(goal=what, deadline=more)
        old = {"goal": batch.goal, "deadline": batch.deadline.isoformat()}
        return Undo("batch", "990000-3", "batch.edited", "", "", old)
    if kind == "region":
        known = now.regions[0]
        now.regions[0] = known._replace(name=what, batch=more)
        old = {"name": known.name, "batch_number": known.batch}
        return Undo("region", known.code, "region.edited", known.code, "", old)
    policy = now.head.policy
    now.head = now.head._replace(policy=LightPolicy(near_days=what, stale_days=more))
    old = {"near_days": policy.near_days, "stale_days": policy.stale_days}
    return Undo("policy", "990000", "policy.edited", "", "", old)


def _kept(name: str, value: Any) -> object:
    """As the journal holds it: moments with their zone, here that of another place."""
    if name.endswith(("_at", "_since")) and value is not None:
        return datetime(value.year, value.month, value.day, 1, tzinfo=UTC).isoformat()
    return plain(value)


@given(st.lists(STEP, max_size=12), st.integers(0, 12))
def test_any_history_undone_gives_the_day_it_was(steps: list, kept: int) -> None:
    now = rows(line(1), line(2), line(3))
    seen = deepcopy(now)
    undone: list[Undo] = []
    for number, step in enumerate(steps):
        event = _apply(now, step)
        if event is not None and number >= kept:
            undone.insert(0, event)
        if number < kept:
            seen = deepcopy(now)
    again = rewound(now, undone, TODAY)
    assert facts(again) == facts(seen)


def test_what_was_opened_later_is_not_there_yet() -> None:
    later = line(2, opened_on=TODAY + timedelta(days=1))
    assert [one.id for one in rewound(rows(line(1), later), [], TODAY).lines] == [1]


def test_events_about_what_is_not_there_are_passed_over() -> None:
    strange = [
        Undo("milestone", "77", "milestone.updated", "r9", "", {"percent": 3}),
        Undo("milestone", "", "milestone.updated", "", "", {"percent": 3}),
        Undo("region", "r9", "region.edited", "r9", "", {"name": "无"}),
        Undo("region", "r1", "stage.passed", "r1", "不存在的阶段", {}),
        Undo("batch", "990000-9", "batch.edited", "", "", {"goal": "无"}),
        Undo("notice", "990000-2026", "notice.edited", "", "", {"title": "旧题"}),
    ]
    again = rewound(rows(line(1), regions=(region(),)), strange, TODAY)
    assert again.head.notice_title == "旧题"
    assert again.lines == [line(1)]

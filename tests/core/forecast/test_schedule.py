"""The critical path: laws that hold for any template in any state, and the cases officials meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from custody.forecast import wording
from custody.forecast.rules import Known, RegionSchedule, Task, followers, tasks_of
from custody.forecast.rules.schedule import finishes
from custody.milestones.rules import Item, Stage, Status
from tests.factories.ways import DUE, TODAY, done, item, known, way, ways

Found = tuple[list[Item], list[Known]]


@given(ways())
def test_nothing_open_ends_before_what_it_waits_for(found: Found) -> None:
    items, rows = found
    tasks, plan = way(items, rows)
    lags = {one.code: one.lags for one in items}
    for line in plan.lines:
        if line.settled:
            continue
        assert line.finish > TODAY
        for code in line.after:
            before = plan.line(code)
            assert before is not None
            assert line.finish >= before.finish + timedelta(days=lags[line.code].get(code, 0))
        assert line.start is not None
        assert line.start <= line.finish
    assert [task.code for task in tasks] == [line.code for line in plan.lines]


@given(ways(), st.data())
def test_a_later_forecast_makes_nothing_earlier(found: Found, data: st.DataObject) -> None:
    items, rows = found
    _, before = way(items, rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    first = rows[place].forecast or TODAY
    later = max(first, TODAY) + timedelta(days=data.draw(st.integers(0, 60)))
    told = max(first, TODAY)
    rows[place] = rows[place]._replace(forecast=told)
    _, before = way(items, rows)
    rows[place] = rows[place]._replace(forecast=later)
    _, after = way(items, rows)
    for old, new in zip(before.lines, after.lines, strict=True):
        assert new.finish >= old.finish


@given(ways())
def test_the_critical_path_has_no_slack_and_explains_the_end(found: Found) -> None:
    items, rows = found
    tasks, plan = way(items, rows)
    by_code = {task.code: task for task in tasks}
    lines = {line.code: line for line in plan.lines}
    assert plan.path[-1] == plan.gate
    assert all(lines[code].critical and lines[code].slack == 0 for code in plan.path)
    places = {task.code: place for place, task in enumerate(tasks)}
    head = by_code[plan.path[0]]
    ready = max(
        (tasks[n].settled + lag for n, lag in head.before if tasks[n].settled is not None),
        default=0,
    )
    total = TODAY + timedelta(days=max(head.own, ready + head.work if ready > 0 else 0))
    for first, second in pairwise(plan.path):
        task = by_code[second]
        total += timedelta(days=dict(task.before)[places[first]] + task.work)
    assert total == plan.finish


@given(ways(), st.data())
def test_slack_is_how_far_a_thing_may_slip(found: Found, data: st.DataObject) -> None:
    tasks, plan = way(*found)
    open_ones = [place for place, task in enumerate(tasks) if task.settled is None]
    place = data.draw(st.sampled_from(open_ones))
    ends = finishes(tasks)
    slack = plan.lines[place].slack

    def gate_when_late_by(days: int) -> int:
        later = list(tasks)
        later[place] = replace(tasks[place], own=ends[place] + days)
        return finishes(later)[-1]

    assert gate_when_late_by(slack) == ends[-1]
    assert gate_when_late_by(slack + 1) == ends[-1] + 1
    assert (tasks[-1].code in followers(tasks, tasks[place].code)) == (
        slack == 0 and place != len(tasks) - 1
    )


def _chain(*rows: Known, due: date = DUE) -> tuple[tuple[Task, ...], RegionSchedule]:
    items = [
        item("M04"),
        item("M05", "M04"),
        item("M06", "M05"),
        item("G-C", "M05 M06", (4, 8, 20)),
    ]
    return way([replace(one, name=_NAMES[one.code]) for one in items], list(rows), due=due)


_NAMES = {"M04": "审计", "M05": "基准", "M06": "方案", "G-C": "招标前准备完成"}


def test_what_is_left_is_counted_from_today() -> None:
    _, plan = _chain(
        done("M04"), known("M05", Status.IN_PROGRESS, percent=60), known("M06"), known("G-C")
    )
    ends = {line.code: (line.finish - TODAY).days for line in plan.lines}
    assert ends == {"M04": -5, "M05": 4, "M06": 14, "G-C": 22}
    assert plan.path == ("M05", "M06", "G-C")
    assert plan.late_days == (TODAY + timedelta(days=22) - DUE).days


def test_what_is_submitted_waits_for_its_review() -> None:
    _, plan = _chain(done("M04"), done("M05"), known("M06", Status.AWAITING_PROVINCE), known("G-C"))
    line = plan.line("M06")
    assert line is not None
    assert (line.finish - TODAY).days == 3


def test_an_officer_s_forecast_moves_what_follows_and_is_said() -> None:
    tasks, plan = _chain(
        done("M04"),
        known("M05", Status.IN_PROGRESS, percent=60, forecast=TODAY + timedelta(days=30),
              planned=date(2026, 8, 31)),
        known("M06"),
        known("G-C"),
    )  # fmt: skip
    assert (plan.finish - TODAY).days == 48
    assert wording.moved(plan, tasks, "M05") == (
        "M05预计12月22日办结，比计划晚113天；再推迟，M06、G-C随之顺延。"
    )
    half = date(2027, 1, 12)
    assert wording.foreseen(plan, "招标前准备完成", odds="31%", half=half) == (
        "若不追赶，招标前准备将于2027年1月9日完成（按各项最可能工期推算，比期限晚9天）；"
        "考虑不确定性，按期可能性31%，一半可能不晚于2027年1月12日。"
    )


def test_a_forecast_that_has_passed_or_cannot_be_kept_is_not_believed() -> None:
    rows = [done("M04"), known("M05"), known("M06"), known("G-C")]
    plain = _chain(*rows)[1]
    stale = _chain(rows[0], rows[1]._replace(forecast=TODAY - timedelta(days=1)), *rows[2:])[1]
    assert stale == plain
    # M06 «tomorrow», while M05 takes ten days yet: at best five days after that.
    early = _chain(*rows[:2], rows[2]._replace(forecast=TODAY + timedelta(days=1)), rows[3])[1]
    line = early.line("M06")
    assert line is not None
    assert (line.finish - TODAY).days == 15


def test_days_that_must_pass_are_waited_for() -> None:
    rows = [done("M11", 10), known("M12")]
    _, plan = way([item("M11"), item("M12", "M11+30")], rows)
    assert (plan.lines[-1].start, plan.finish) == (
        TODAY + timedelta(days=20),
        TODAY + timedelta(days=30),
    )


def test_a_likeliest_day_before_the_deadline_is_no_promise() -> None:
    """44 % in time and «a week early» were said of the same region."""
    rows = [done("M04"), done("M05"), done("M06"), known("G-C")]
    _, plan = _chain(*rows, due=TODAY + timedelta(days=8))
    half = TODAY + timedelta(days=10)
    said = (
        "若不追赶，招标前准备将于11月30日完成（按各项最可能工期推算）；"
        "考虑不确定性，按期可能性44%，一半可能不晚于12月2日。"
    )
    assert wording.foreseen(plan, "招标前准备完成", odds="44%", half=half) == said
    _, plan = _chain(*rows)
    assert wording.foreseen(plan, "招标前准备完成", odds="44%", half=half) == said
    tasks, plan = _chain(*rows[:3], done("G-C", 2))
    assert (
        wording.foreseen(plan, "招标前准备完成", odds="100%", half=half)
        == "招标前准备已于11月20日完成。"
    )
    assert plan.settled
    assert plan.path == ()
    assert wording.moved(plan, tasks, "M06") == ""
    _, plan = _chain(*rows[:3], done("G-C", 2), due=TODAY - timedelta(days=5))
    assert (
        wording.foreseen(plan, "招标前准备完成", odds="0%", half=half)
        == "招标前准备已于11月20日完成，比期限晚3天。"
    )


def test_what_has_room_says_how_much() -> None:
    items = [item("A"), item("B", days=(10, 20, 40)), item("C", "A"), item("G-C", "C B")]
    tasks, plan = way(items, [known("A"), known("B"), known("C"), known("G-C")])
    assert wording.moved(plan, tasks, "B").endswith("；再推迟，G-C随之顺延。")
    items[1] = item("B", days=(1, 5, 9))
    tasks, plan = way(items, [known("A"), known("B"), known("C"), known("G-C")])
    assert wording.moved(plan, tasks, "B").endswith("；距影响G-C尚有15天余量。")
    assert wording.moved(plan, tasks, "G-C") == "G-C预计12月22日办结。"
    assert wording.moved(plan, tasks, "M99") == ""


# --- what is on the way ----------------------------------------------------------------------


def codes(
    items: list[Item], rows: list[Known], stage: Stage = Stage.PRE_TENDER
) -> list[str] | None:
    by_code = {one.code: one for one in items}
    states = {one.code: one for one in rows}
    tasks = tasks_of(by_code, states, items[-1].code, stage=stage, today=TODAY)
    return None if tasks is None else [task.code for task in tasks]


def test_too_little_known_is_said_not_guessed() -> None:
    items = [item("A", days=None), item("G", "A")]
    assert codes(items, []) is None
    assert codes(items, [known("A"), known("G")]) is None
    dates = {"plan_start": date(2026, 11, 1), "planned": date(2026, 12, 1)}
    assert codes(items, [known("A", **dates), known("G")]) == ["A", "G"]
    assert codes(items, [done("A"), known("G")]) == ["A", "G"]
    told = {"forecast": TODAY + timedelta(days=3)}
    assert codes(items, [known("A", Status.IN_PROGRESS, **told), known("G")]) == ["A", "G"]
    assert codes(items, [known("A")]) is None, "the gate itself was never opened"


def test_the_plan_s_own_days_stand_in_for_a_duration() -> None:
    dates = {"plan_start": date(2026, 11, 1), "planned": date(2026, 12, 1)}
    tasks, _ = way([item("A", days=None), item("G", "A")], [known("A", **dates), known("G")])
    assert (tasks[0].own, tasks[0].low, tasks[0].high) == (30, 0.5, 2.0)


def test_what_the_region_never_had_and_what_is_optional_is_left_out() -> None:
    later = {"stage": Stage.TENDER}
    items = [
        item("A"),
        item("B", "A"),
        item("C", "B", required=False),
        item("D", "C+7"),
        item("E", "D", **later),
        item("G", "E", **later),
    ]
    rows = [known("A"), known("C"), known("D")]
    assert codes(items, rows) == ["A", "D", "E", "G"]
    tasks, _ = way(items, rows)
    assert tasks[1].before == ((0, 7),), "D waits for A in place of B and C"


def test_a_gate_waits_for_all_its_chain() -> None:
    """A confirmed one in between does not hide what is open before it."""
    items = [item("A", days=(20, 40, 60)), item("B", "A"), item("G", "B", (1, 2, 3))]
    _, plan = way(items, [known("A"), done("B"), known("G")])
    assert (plan.finish - TODAY).days == 42
    assert plan.path == ("A", "G")

"""Steps of what is reported, projects that count, forecasts, the light of a task."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.accounts.rules import Place
from custody.milestones.rules import Light, LightPolicy
from custody.regions.rules import Counting, concerns, problems_of_reporters, problems_of_target
from custody.targets.rules import forecasts, review
from custody.targets.rules.entries import (
    Told,
    problems_of_entry,
    problems_of_likeness,
    problems_of_link,
)
from custody.targets.rules.forecasts import Forecast, GateState, ProjectState
from custody.targets.rules.projects import (
    Facts,
    Institution,
    Progress,
    ProjectKind,
    confirm_again,
    counts,
    problems_of_project,
    twin_key,
    twins,
)
from custody.targets.rules.retrofits import Alike
from custody.targets.rules.review import STEPS, Review, Step
from custody.targets.rules.tasks import Quantity, finished, progress_of, signal

TODAY, DEADLINE = date(2026, 11, 22), date(2026, 12, 31)
PROVINCE, CITY = Place("320000"), Place("320000", "320200")
REGION = Place("320000", "320200", "320282")


# --- who may report, and the steps ---------------------------------------------------------------


def test_whom_a_task_concerns() -> None:
    both = "设区市，县（市、区）"
    assert concerns("", PROVINCE)
    assert not concerns("", CITY)
    assert concerns(both, CITY)
    assert concerns(both, REGION)
    assert concerns("320200", CITY)
    assert not concerns("320200", REGION)
    assert not concerns("320100", CITY)


def test_reporters_are_levels_or_codes() -> None:
    codes = frozenset({"320100"})
    assert problems_of_reporters("", codes) == []
    assert problems_of_reporters("设区市，县（市、区），320100", codes) == []
    [problem] = problems_of_reporters("设区市，乡镇，320200", codes)
    assert "乡镇、320200" in problem.message


def test_only_gates_have_a_batch() -> None:
    assert problems_of_target(Counting.GATES, 1) == []
    assert problems_of_target(Counting.AREA, None) == []
    assert problems_of_target(Counting.GATES, None)
    assert problems_of_target(Counting.AREA, 1)


def test_every_step_leads_to_a_state_or_is_refused_in_words() -> None:
    for status, step in product(Review, Step):
        problems = review.problems_of_step(status, step)
        assert bool(problems) is ((status, step) not in STEPS)
        assert all(status.label in one.message for one in problems)
    assert not any(status.over for status, _ in STEPS)


def test_the_province_needs_nobody_to_confirm_it() -> None:
    assert review.first_state(PROVINCE) is Review.CONFIRMED
    assert review.first_state(CITY) is review.first_state(REGION) is Review.WAITING


def test_a_return_needs_a_reason() -> None:
    assert review.problems_of_return(" ")
    assert not review.problems_of_return("缺少验收单")


# --- entries -------------------------------------------------------------------------------------


def codes(told: Told, counting: Counting | None, files: int = 1) -> list[str]:
    found = problems_of_entry(told, counting, today=TODAY, year=2026, files=files)
    assert all(one.message.endswith("。") for one in found)
    return [one.code for one in found]


def test_what_an_entry_must_say() -> None:
    told = Told(TODAY, "已完成。")
    assert codes(told, None, 0) == []
    assert codes(told, Counting.AREA) == []
    assert codes(told, Counting.AREA, 0) == ["evidence"]
    assert codes(told, Counting.GATES) == ["computed"]
    assert codes(replace(told, happened_on=TODAY + timedelta(1)), None) == ["future"]
    assert codes(replace(told, happened_on=date(2025, 12, 31)), None) == ["year"]


def test_what_looks_alike_is_linked_or_explained() -> None:
    there = [Alike("measure", 4, "行政中心", Decimal(900))]
    told = Told(TODAY, "", building="行政中心")
    [problem] = problems_of_likeness(told, there)
    assert "“行政中心”（900平方米）" in problem.message
    assert problems_of_likeness(replace(told, link="measure-4"), there) == []
    assert problems_of_likeness(replace(told, distinct="为裙楼"), there) == []
    assert problems_of_likeness(told, []) == []
    assert problems_of_link(replace(told, link="measure-4"), there) == []
    assert problems_of_link(replace(told, link="measure-5"), there)


# --- projects ------------------------------------------------------------------------------------

FACTS = Facts(
    name="校区节能改造",
    unit="示例大学",
    credit_code="",
    kind=ProjectKind.WATER,
    institution=Institution.UNIVERSITY,
    progress=Progress.SIGNED,
    signing_planned=None,
    signed_on=date(2026, 5, 1),
    completion_planned=None,
    amount=None,
    area=None,
    saving=None,
    saving_unit="",
    note="",
)


@given(
    st.sampled_from(list(Progress)),
    st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.sampled_from(list(Review)),
)
def test_a_project_counts_when_signed_in_the_year_and_confirmed(
    progress: Progress, signed: date | None, status: Review
) -> None:
    wanted = (
        status is Review.CONFIRMED
        and progress is not Progress.TALKS
        and signed is not None
        and signed.year == 2026
    )
    assert counts(progress, signed, status, 2026) is wanted


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"signed_on": None}, ["signed_on"]),
        ({"progress": Progress.TALKS}, ["not_signed"]),
        ({"signed_on": TODAY + timedelta(1)}, ["future"]),
        ({"completion_planned": date(2026, 4, 1)}, ["order"]),
        ({"saving": Decimal(3)}, ["saving_unit"]),
    ],
)
def test_what_a_project_must_say(changes: dict[str, Any], found: list[str]) -> None:
    facts = replace(FACTS, **changes)
    assert [one.code for one in problems_of_project(facts, TODAY, files=1)] == found
    bare = [one.code for one in problems_of_project(facts, TODAY, files=0)]
    assert ("evidence" in bare) is facts.progress.is_signed


def test_only_what_the_province_vouches_for_goes_back_to_it() -> None:
    assert not confirm_again(["progress", "note", "saving", "files"])
    assert confirm_again(["note", "signed_on"])


def test_twins_are_of_one_unit_year_and_kind() -> None:
    one = twin_key("示例大学", "", ProjectKind.WATER, 2026)
    same = twin_key("示例 大学", "", ProjectKind.WATER, 2026)
    other_year = twin_key("示例大学", "", ProjectKind.WATER, 2025)
    other_kind = twin_key("示例大学", "", ProjectKind.CUSTODY, 2026)
    assert twins({1: one, 2: same, 3: other_year, 4: other_kind}) == {1, 2}


# --- forecasts -----------------------------------------------------------------------------------


def test_gates_by_the_dates_the_regions_name() -> None:
    gates = [
        GateState("a", True, None),
        GateState("b", False, date(2026, 12, 20)),
        GateState("c", False, date(2027, 1, 20)),
        GateState("d", False, None),
        GateState("e", False, date(2026, 11, 1)),
    ]
    assert forecasts.by_expected_dates(gates, DEADLINE, TODAY).value == 2


def test_gates_by_the_chances_of_their_regions() -> None:
    gates = [GateState("a", True, None), GateState("b", False, None), GateState("c", False, None)]
    found = forecasts.by_chances(gates, {"a": 1.0, "b": 0.46, "c": 0.01}, DEADLINE, TODAY)
    assert found.value == Decimal("1.5")
    assert "暂无法推算" not in found.method
    assert "晚于期限" not in found.method
    assert forecasts.by_chances([], {}, DEADLINE, TODAY).value == 0


def test_a_region_without_a_chance_goes_by_its_date_and_is_named() -> None:
    gates = [
        GateState("known", False, None),
        GateState("dated", False, date(2026, 12, 20)),
        GateState("later", False, date(2027, 1, 20)),
        GateState("nobody knows", False, None),
    ]
    found = forecasts.by_chances(gates, {"known": 0.5}, DEADLINE, TODAY)
    assert found.value == Decimal("1.5")
    assert "其中3个地区暂无法推算，按其预计完成日期计入1个" in found.method


def test_what_was_passed_late_is_done_all_the_same() -> None:
    gates = [GateState("late", True, None), GateState("open", False, None)]
    found = forecasts.by_chances(gates, {"late": 0.0, "open": 0.25}, DEADLINE, TODAY)
    assert found.value == Decimal("1.3")
    assert "已通过但晚于期限的1个地区仍计入" in found.method


def test_projects_by_the_pipeline() -> None:
    signed, talks = date(2026, 5, 1), date(2026, 12, 10)
    found = [
        ProjectState(Review.CONFIRMED, Progress.SIGNED, None, signed),
        ProjectState(Review.WAITING, Progress.UNDER_WAY, None, signed),
        ProjectState(Review.WAITING, Progress.TALKS, talks, None),
        ProjectState(Review.WAITING, Progress.TALKS, date(2027, 2, 1), None),
        ProjectState(Review.WAITING, Progress.TALKS, None, None),
        ProjectState(Review.RETURNED, Progress.SIGNED, None, signed),
        ProjectState(Review.CONFIRMED, Progress.FINISHED, None, date(2025, 5, 1)),
    ]
    assert forecasts.by_pipeline(found, DEADLINE, TODAY).value == 3


@given(st.integers(0, 3_000_000), st.dates(date(2026, 1, 1), date(2027, 3, 1)))
def test_a_straight_line_never_goes_down(done: int, today: date) -> None:
    value = forecasts.straight_line(Decimal(done), 2026, DEADLINE, today).value
    assert value >= done
    if today >= DEADLINE:
        assert value == done


def test_a_straight_line_at_half_time() -> None:
    found = forecasts.straight_line(Decimal(1_000_000), 2026, DEADLINE, date(2026, 7, 2))
    assert found.value == Decimal(1_994_536)
    assert found.method


# --- the task ------------------------------------------------------------------------------------


def quantity(done: int, target: int | None = 10) -> Quantity:
    return Quantity(
        id=1,
        task=8,
        key="k",
        name="目标",
        unit="个",
        comparison="不少于",
        counting=Counting.ENTRIES,
        basis="附件1",
        target=None if target is None else Decimal(target),
        done=Decimal(done),
        waiting=Decimal(0),
        forecast=Forecast(Decimal(done), "推算"),
    )


def test_how_far_a_task_is() -> None:
    assert progress_of(35, [quantity(10)]) == 35
    assert progress_of(None, [quantity(5), quantity(30)]) == 75
    assert progress_of(None, [quantity(5, None)]) == 0
    assert finished(100, [quantity(10)])
    assert not finished(100, [quantity(9)])
    assert finished(100, [])
    assert quantity(12).percent == 100.0
    assert quantity(3, None).percent is None
    assert not quantity(3, None).reached


@pytest.mark.parametrize(
    ("percent", "today", "light"),
    [
        (100, TODAY, Light.GREEN),
        (85, TODAY, Light.GREEN),
        (70, TODAY, Light.YELLOW),
        (10, TODAY, Light.RED),
        (99, date(2026, 12, 20), Light.BLUE),
        (99, date(2027, 1, 10), Light.YELLOW),
        (99, date(2027, 1, 31), Light.RED),
        (0, date(2026, 1, 5), Light.GREY),
    ],
)
def test_the_light_of_a_task(percent: int, today: date, light: Light) -> None:
    found = signal(
        year=2026,
        deadline=DEADLINE,
        percent=percent,
        quantities=[],
        today=today,
        policy=LightPolicy(),
    )
    assert found.light is light


def test_said_to_be_done_with_a_number_missing_is_not_done() -> None:
    found = signal(
        year=2026,
        deadline=DEADLINE,
        percent=100,
        quantities=[quantity(9)],
        today=date(2027, 1, 2),
        policy=LightPolicy(),
    )
    assert found.light is Light.YELLOW


def test_a_task_foreseen_to_fall_short_is_not_green() -> None:
    """83 % by plan, but the forecast is short: it was 正常 beside its own numbers."""
    found = signal(
        year=2026,
        deadline=DEADLINE,
        percent=95,
        quantities=[quantity(2)],
        today=date(2026, 11, 22),
        policy=LightPolicy(),
    )
    assert found.light is Light.YELLOW
    assert "预计完不成" in found.reason

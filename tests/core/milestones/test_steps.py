"""No step leaves the table, and the table is what the notice's way of working says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.milestones import rules
from custody.milestones.rules import STEPS, Status, Step

PAIRS = [(status, step) for status in Status for step in Step]


@pytest.mark.parametrize(("status", "step"), PAIRS)
def test_a_step_exists_or_says_why_not(status: Status, step: Step) -> None:
    problems = rules.problems_of_step(status, step)
    if (status, step) in STEPS:
        assert problems == []
    else:
        assert len(problems) == 1
        assert problems[0].message.endswith("。")
        assert "{" not in problems[0].message


def test_the_whole_table() -> None:
    lines = sorted(
        f"{status.label} {step.value} {after.label}" for (status, step), after in STEPS.items()
    )
    assert lines == sorted(
        """
        未开始 update 进行中
        进行中 update 进行中
        已退回 update 已退回
        未开始 submit_to_city 待市审
        进行中 submit_to_city 待市审
        已退回 submit_to_city 待市审
        未开始 submit_to_province 待省核
        进行中 submit_to_province 待省核
        已退回 submit_to_province 待省核
        待市审 withdraw 进行中
        待省核 withdraw 进行中
        待市审 pass 待省核
        待市审 return 已退回
        待省核 return 已退回
        待省核 confirm 已确认
        待省核 accept_not_applicable 不适用
        已确认 reopen 已退回
        不适用 reopen 已退回
        """.strip()
        .replace("        ", "")
        .split("\n")
    )


def _reachable() -> set[Status]:
    seen, todo = set(), [Status.NOT_STARTED]
    while todo:
        status = todo.pop()
        if status not in seen:
            seen.add(status)
            todo += [after for (before, _), after in STEPS.items() if before is status]
    return seen


def test_every_state_is_reached_and_none_is_a_trap() -> None:
    assert _reachable() == set(Status)
    for status in Status:
        assert any(before is status for before, _ in STEPS)


@given(st.lists(st.sampled_from(Step), max_size=30))
def test_any_walk_stays_in_the_table(walk: list[Step]) -> None:
    status = Status.NOT_STARTED
    came_from_review = False
    for step in walk:
        after = STEPS.get((status, step))
        if after is None:
            assert rules.problems_of_step(status, step)
            continue
        if after is Status.CONFIRMED:
            # 销号 only ever comes from the province's desk.
            assert (status, step) == (Status.AWAITING_PROVINCE, Step.CONFIRM)
        if after is Status.NOT_APPLICABLE:
            assert (status, step) == (Status.AWAITING_PROVINCE, Step.ACCEPT_NOT_APPLICABLE)
        came_from_review |= step in (Step.RETURN, Step.REOPEN)
        status = after
        if status is Status.RETURNED:
            assert came_from_review


@pytest.mark.parametrize("status", Status)
def test_a_state_is_one_kind_of_state(status: Status) -> None:
    assert status.settled + status.awaiting + status.editable == 1
    assert ((status, Step.UPDATE) in STEPS) is status.editable
    assert ((status, Step.WITHDRAW) in STEPS) is status.awaiting
    assert ((status, Step.REOPEN) in STEPS) is status.settled
    assert status.label

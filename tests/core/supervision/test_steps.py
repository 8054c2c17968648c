"""The life of orders and problems: a table, walked every way there is."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.audit import rules as words
from custody.kernel.problems import Problem
from custody.milestones.rules import Light, LightPolicy, Stage, State, signal_of
from custody.milestones.rules import Status as MilestoneStatus
from custody.supervision import rules
from custody.supervision.rules import LEVELS, OPEN, OWING, STEPS, Kind, Level, Status, Step
from custody.supervision.wording import Stand, turn_words

TODAY = date(2026, 11, 22)

TABLE = {
    Status.DRAFT: {
        Kind.ORDER: {Step.EDIT, Step.ISSUE, Step.DISCARD},
        Kind.PROBLEM: set(),
    },
    Status.ISSUED: {
        Kind.ORDER: {Step.REPORT, Step.ANSWER_TO_CITY, Step.ANSWER_TO_PROVINCE},
        Kind.PROBLEM: {
            Step.EDIT,
            Step.DISCARD,
            Step.REPORT,
            Step.ANSWER_TO_CITY,
            Step.ANSWER_TO_PROVINCE,
        },
    },
    Status.FOLLOWED: {Step.REPORT, Step.ANSWER_TO_CITY, Step.ANSWER_TO_PROVINCE},
    Status.RETURNED: {Step.REPORT, Step.ANSWER_TO_CITY, Step.ANSWER_TO_PROVINCE},
    Status.AWAITING_CITY: {Step.PASS, Step.RETURN},
    Status.AWAITING_PROVINCE: {Step.CLOSE, Step.RETURN},
    Status.CLOSED: {Step.REOPEN},
    Status.DISCARDED: set(),
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", Step)
def test_every_pair_is_in_the_table_or_refused_in_words(
    kind: Kind, status: Status, step: Step
) -> None:
    row = TABLE[status]
    allowed = row[kind] if isinstance(row, dict) else row
    problems = rules.problems_of_step(kind, status, step)
    assert ((status, step) in STEPS[kind]) == (step in allowed)
    assert bool(problems) == (step not in allowed)
    for problem in problems:
        assert kind.label in problem.message
        assert status.label in problem.message


@given(st.sampled_from(Kind), st.lists(st.sampled_from(Step), max_size=40))
def test_no_walk_leaves_the_table(kind: Kind, steps: list[Step]) -> None:
    """Whatever is clicked in whatever order: 销号 only after the province had it, and nothing but
    an order from a draft is ever issued; what is discarded stays so."""
    status = Status.DRAFT if kind is Kind.ORDER else Status.ISSUED
    seen = [status]
    for step in steps:
        if rules.problems_of_step(kind, status, step):
            continue
        status = STEPS[kind][status, step]
        seen.append(status)
    for before, after in itertools.pairwise(seen):
        if after is Status.CLOSED:
            assert before is Status.AWAITING_PROVINCE
        if after is Status.DISCARDED:
            assert before is (Status.DRAFT if kind is Kind.ORDER else Status.ISSUED)
        assert before is not Status.DISCARDED
        assert after is not Status.DRAFT or before is Status.DRAFT
    if kind is Kind.PROBLEM:
        assert Status.DRAFT not in seen


@pytest.mark.parametrize("kind", Kind)
def test_everything_open_can_still_be_closed(kind: Kind) -> None:
    reached = set(OPEN)
    for status in OPEN:
        paths, todo = {status}, [status]
        while todo:
            at = todo.pop()
            for (source, _), target in STEPS[kind].items():
                if source is at and target not in paths:
                    paths.add(target)
                    todo.append(target)
        assert Status.CLOSED in paths, status
    assert set(OWING) < reached


def test_the_journal_says_the_same_words() -> None:
    for field, members in (("status", Status), ("level", Level)):
        for member in members:
            said = words.value_words("supervision", field, member.value, year=2026)
            assert said == member.label


# --- colours -----------------------------------------------------------------------------------


def milestone(*, due: int, percent: int) -> State:
    """Due so many days from today; its plan began a hundred days before."""
    planned = TODAY + timedelta(days=due)
    return State(
        code="M10",
        name="招标文件定稿",
        stage=Stage.PRE_TENDER,
        gate=False,
        required=True,
        weight=1,
        order=1,
        status=MilestoneStatus.IN_PROGRESS,
        percent=percent,
        plan_start=planned - timedelta(days=100),
        planned=planned,
        forecast=None,
        actual=None,
        submitted_on=None,
        decided_on=None,
    )


@pytest.mark.parametrize(
    ("due", "percent", "policy", "level"),
    [
        (5, 95, LightPolicy(), Level.BLUE),
        (60, 40, LightPolicy(), None),
        (-1, 95, LightPolicy(), Level.YELLOW),
        (-15, 95, LightPolicy(), Level.YELLOW),
        (-16, 95, LightPolicy(), Level.RED),
        (-1, 60, LightPolicy(), Level.RED),  # 40 points behind
        (20, 65, LightPolicy(), Level.YELLOW),  # 15 points behind
        (20, 45, LightPolicy(), Level.RED),  # 35 points behind
        # The thresholds are the province's own.
        (-6, 95, LightPolicy(late_days=5), Level.RED),
        (20, 45, LightPolicy(lag_red=50), Level.YELLOW),
    ],
)
def test_the_level_is_that_of_the_light(
    due: int, percent: int, policy: LightPolicy, level: Level | None
) -> None:
    signal = signal_of(milestone(due=due, percent=percent), TODAY, policy)
    assert rules.level_of(signal.light) is level


def test_green_and_grey_ask_for_nothing() -> None:
    assert rules.level_of(Light.GREEN) is None
    assert rules.level_of(Light.GREY) is None


def test_one_level_up_and_red_is_the_highest() -> None:
    assert [rules.raised(level) for level in LEVELS] == [Level.YELLOW, Level.RED, Level.RED]


def stand(**more: object) -> Stand:
    values: dict[str, object] = {
        "kind": Kind.ORDER,
        "status": Status.ISSUED,
        "level": Level.BLUE,
        "due": TODAY,
        "promised": None,
        "escalated": False,
        "answers": 0,
        **more,
    }
    return Stand(**values)  # type: ignore[arg-type]


@given(
    st.sampled_from(Kind),
    st.sampled_from(Status),
    st.sampled_from(Level),
    st.integers(-40, 40),
    st.booleans(),
    st.integers(0, 2),
)
def test_only_an_order_without_any_answer_rises_and_only_once(
    kind: Kind, status: Status, level: Level, days: int, escalated: bool, answers: int
) -> None:
    one = stand(
        kind=kind,
        status=status,
        level=level,
        due=TODAY - timedelta(days=days),
        escalated=escalated,
        answers=answers,
    )
    wanted = (
        kind is Kind.ORDER
        and status is Status.ISSUED
        and days > 0
        and not answers
        and not escalated
    )
    assert one.to_escalate(TODAY) == wanted
    assert one.level_on(TODAY) is (rules.raised(level) if wanted else level)


def test_while_it_is_followed_the_promise_counts() -> None:
    late = stand(status=Status.FOLLOWED, due=TODAY - timedelta(days=9), promised=TODAY, answers=1)
    assert late.days_over(TODAY) == 0
    assert late.days_over(TODAY + timedelta(days=2)) == 2
    assert stand(status=Status.AWAITING_CITY, due=TODAY - timedelta(days=9)).days_over(TODAY) == 0


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "waited", "words_"),
    [
        ({"due": TODAY + timedelta(days=3)}, 0, "待宜兴市反馈，还有3天"),
        ({}, 0, "待宜兴市反馈，今天到期"),
        ({"due": TODAY - timedelta(days=2)}, 0, "待宜兴市反馈，已逾期2天"),
        ({"kind": Kind.PROBLEM}, 0, "待宜兴市整改，今天到期"),
        ({"status": Status.FOLLOWED, "promised": TODAY}, 0, "待宜兴市整改，今天到期"),
        ({"status": Status.RETURNED}, 0, "待宜兴市补充整改，今天到期"),
        ({"status": Status.AWAITING_CITY}, 3, "待无锡市局审核，已3个工作日"),
        ({"status": Status.AWAITING_PROVINCE}, 0, "待省局核实，今天报送"),
        ({"status": Status.DRAFT}, 0, "待省局签发"),
        ({"status": Status.CLOSED}, 0, "已办结归档"),
    ],
)
def test_who_waits_for_whom(more: dict[str, object], waited: int, words_: str) -> None:
    said = turn_words(
        stand(**more), region="宜兴市", city="无锡", city_reviews=True, waited=waited, today=TODAY
    )
    assert said == words_


def test_a_city_without_a_reviewer_holds_nothing_up() -> None:
    said = turn_words(
        stand(status=Status.AWAITING_CITY),
        region="东海县",
        city="连云港",
        city_reviews=False,
        waited=2,
        today=TODAY,
    )
    assert said == "待省局核实，已2个工作日"


def test_the_number_is_no_document_number() -> None:
    assert rules.number_words("督办", 2026, 3) == "督办2026年第3号"
    assert "〔" not in rules.number_words("督办", 2026, 3)
    assert rules.number_words("督办", None, None) == "（签发时编号）"


def test_what_is_wrong_names_the_dates() -> None:
    state = milestone(due=-83, percent=85)
    signal = signal_of(state, TODAY, LightPolicy())
    said = rules.what_is_wrong("东海县", state, signal, TODAY)
    assert "计划于2026年8月31日完成" in said
    assert "截至2026年11月22日，逾期83天" in said
    assert "完成比例为85%" in said


# --- what is missing -----------------------------------------------------------------------------


def wheres(problems: list[Problem]) -> set[str]:
    return {problem.where for problem in problems}


def answer(**more: object) -> set[str]:
    values: dict[str, object] = {
        "measures": "已更换全部网关，数据恢复。",
        "promised": None,
        "final": True,
        "evidence": 1,
        "today": TODAY,
        **more,
    }
    return wheres(rules.problems_of_answer(**values))  # type: ignore[arg-type]


def test_an_answer_says_what_is_done_and_by_when() -> None:
    assert answer() == set()
    assert answer(measures="好") == {"notes"}
    assert answer(evidence=0) == {"evidence"}
    # Done is done: no day to come.
    assert answer(promised=TODAY + timedelta(days=9)) == {"forecast"}
    assert answer(final=False, evidence=0) == {"forecast"}
    assert answer(final=False, evidence=0, promised=TODAY) == set()
    assert answer(final=False, promised=TODAY - timedelta(days=1)) == {"forecast"}
    assert answer(measures="", evidence=0) == {"notes", "evidence"}


def test_all_that_a_draft_lacks_is_said_at_once() -> None:
    empty = rules.Wording("", "", Level.RED, None, "", "")
    assert wheres(rules.problems_of_issue(empty, TODAY)) == {
        "title",
        "unit",
        "what",
        "requirement",
        "due",
    }
    full = rules.Wording("题", "单位", Level.RED, TODAY, "问题", "要求")
    assert wheres(rules.problems_of_issue(full, TODAY)) == {"due"}


def test_the_redder_the_sooner() -> None:
    days = {Level.BLUE: 10, Level.YELLOW: 5, Level.RED: 3}
    assert rules.problems_of_settings(days) == []
    assert rules.problems_of_settings({**days, Level.RED: 6})
    assert rules.problems_of_settings({**days, Level.BLUE: 4})
    assert rules.answer_days_of(Level.RED, {}) == 3
    assert rules.answer_days_of(Level.RED, {Level.RED: 2}) == 2


def test_only_so_many_at_once() -> None:
    assert rules.at_most([1] * 20, 20, "签发") == []
    assert "20件" in rules.at_most([1] * 21, 20, "签发")[0].message

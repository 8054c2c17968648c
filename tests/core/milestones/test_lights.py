"""Lights by domain rule: 蓝 ≤15 days to go, 黄 ≤15 late or 10–30 points behind, 红 beyond."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from custody.milestones import rules
from custody.milestones.rules import Light, LightPolicy, Stage, State, Status

TODAY = date(2026, 11, 22)
POLICY = LightPolicy()
STATE = State(
    code="M10",
    name="招标文件定稿",
    stage=Stage.PRE_TENDER,
    gate=False,
    required=True,
    weight=1,
    order=10,
    status=Status.IN_PROGRESS,
    percent=50,
    plan_start=date(2026, 9, 1),
    planned=date(2026, 12, 20),
    forecast=None,
    actual=None,
    submitted_on=None,
    decided_on=None,
)

dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))
policies = st.builds(
    LightPolicy,
    near_days=st.integers(0, 60),
    late_days=st.integers(0, 60),
    lag_yellow=st.integers(1, 40),
    lag_red=st.integers(41, 100),
)
states = st.builds(
    lambda status, percent, start, planned, submitted: replace(
        STATE,
        status=status,
        percent=percent,
        plan_start=start,
        planned=planned,
        submitted_on=submitted if status.awaiting else None,
    ),
    st.sampled_from(Status),
    st.integers(0, 100),
    st.none() | dates,
    st.none() | dates,
    dates,
)


def light(today: date = TODAY, policy: LightPolicy = POLICY, **values: object) -> Light:
    return rules.signal_of(replace(STATE, **values), today, policy).light  # type: ignore[arg-type]


@given(states, dates, st.integers(0, 200), policies)
def test_waiting_never_makes_a_light_better(
    state: State, today: date, later: int, policy: LightPolicy
) -> None:
    now = rules.signal_of(state, today, policy)
    then = rules.signal_of(state, today + timedelta(days=later), policy)
    assert then.light.severity >= now.light.severity
    assert then.days_late >= now.days_late


@given(states, dates, st.integers(0, 100), policies)
def test_progress_never_makes_a_light_worse(
    state: State, today: date, percent: int, policy: LightPolicy
) -> None:
    assume(percent >= state.percent)
    further = replace(state, percent=percent)
    before = rules.signal_of(state, today, policy).light
    assert rules.signal_of(further, today, policy).light.severity <= before.severity


@given(states, dates, policies)
def test_a_light_always_says_why(state: State, today: date, policy: LightPolicy) -> None:
    signal = rules.signal_of(state, today, policy)
    assert signal.reason
    assert (signal.days_late > 0) == ("逾期" in signal.reason)
    if state.status.settled:
        done = state.status is not Status.NOT_APPLICABLE
        assert signal.light is (Light.GREEN if done else Light.GREY)
    if signal.days_late > policy.late_days:
        assert signal.light is Light.RED
    if state.status.awaiting and state.planned:
        assert signal == rules.signal_of(state, today + timedelta(days=99), policy)


@pytest.mark.parametrize(
    ("days_to_go", "percent", "wanted"),
    [
        (16, 95, Light.GREEN),
        (15, 95, Light.BLUE),
        (0, 100, Light.BLUE),
        (-1, 90, Light.YELLOW),
        (-15, 90, Light.YELLOW),
        (-16, 90, Light.RED),
        (-1, 69, Light.RED),
        (-1, 70, Light.YELLOW),
    ],
)
def test_the_edges_of_time(days_to_go: int, percent: int, wanted: Light) -> None:
    planned = TODAY + timedelta(days=days_to_go)
    assert light(planned=planned, percent=percent) is wanted


@pytest.mark.parametrize(
    ("behind", "wanted"),
    [(9, Light.GREEN), (10, Light.YELLOW), (30, Light.YELLOW), (31, Light.RED)],
)
def test_the_edges_of_lag(behind: int, wanted: Light) -> None:
    # Half of 100 days are over, so 50 % are expected.
    start = TODAY - timedelta(days=50)
    planned = TODAY + timedelta(days=50)
    assert light(plan_start=start, planned=planned, percent=50 - behind) is wanted


def test_without_a_due_date_nothing_is_late() -> None:
    assert light(planned=None, plan_start=None, status=Status.NOT_STARTED) is Light.GREY
    assert light(planned=None, plan_start=None) is Light.GREEN


def test_not_begun_and_not_due_is_grey() -> None:
    far = TODAY + timedelta(days=90)
    start = TODAY + timedelta(days=5)
    assert light(status=Status.NOT_STARTED, percent=0, planned=far, plan_start=start) is Light.GREY


def test_the_wait_for_a_reviewer_is_not_the_region_s_delay() -> None:
    due = TODAY - timedelta(days=40)
    waiting = {"status": Status.AWAITING_PROVINCE, "planned": due}
    assert light(**waiting, submitted_on=due) is Light.GREEN
    assert light(**waiting, submitted_on=due + timedelta(days=1)) is Light.YELLOW
    assert light(**waiting, submitted_on=due + timedelta(days=16)) is Light.RED


@given(st.lists(st.tuples(states, policies), min_size=1, max_size=12), dates)
def test_the_worst_is_the_worst(pairs: list[tuple[State, LightPolicy]], today: date) -> None:
    signals = [
        (replace(state, order=order), rules.signal_of(state, today, POLICY))
        for order, (state, _) in enumerate(pairs)
    ]
    found = rules.worst(signals)
    open_ones = [s for s in signals if not s[0].status.settled]
    if not open_ones:
        assert found is None
        return
    assert found in open_ones
    assert found[1].light.severity == max(s.light.severity for _, s in open_ones)
    assert rules.worst(list(reversed(signals))) == found


@given(states, dates)
def test_expected_progress_grows_from_nothing_to_all(state: State, today: date) -> None:
    now = rules.expected_percent(state, today)
    assert 0 <= now <= 100
    assert rules.expected_percent(state, today + timedelta(days=1)) >= now
    if state.planned:
        assert rules.expected_percent(state, state.planned) == 100


@given(states)
def test_only_what_is_settled_counts_in_full(state: State) -> None:
    assert (rules.progress(state) == 100) == state.status.settled
    assert 0 <= rules.progress(state) <= 100


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 100))))
def test_a_share_lies_between_its_parts(pairs: list[tuple[int, float]]) -> None:
    value = rules.share(pairs)
    weighed = [part for weight, part in pairs if weight]
    if weighed:
        assert min(weighed) - 1e-9 <= value <= max(weighed) + 1e-9
    else:
        assert value == 0


def test_a_policy_needs_yellow_before_red() -> None:
    assert rules.problems_of_policy(LightPolicy()) == []
    assert rules.problems_of_policy(LightPolicy(lag_yellow=30, lag_red=30))[0].where == "lag_yellow"

"""Lights and progress of a milestone on a day; thresholds are data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custody.kernel.problems import Problem
from custody.milestones.rules.states import Stage, Status


class Light(StrEnum):
    """Five lights; thresholds follow 宿迁's three-colour supervision and 银川's lamps (our mix)."""

    GREY = "grey"
    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"

    @property
    def label(self) -> str:
        return _LIGHT_LABELS[self]

    @property
    def meaning(self) -> str:
        return _LIGHT_MEANINGS[self]

    @property
    def severity(self) -> int:
        return LIGHTS.index(self)


LIGHTS = tuple(Light)
_LIGHT_LABELS = {
    Light.GREY: "灰",
    Light.GREEN: "绿",
    Light.BLUE: "蓝",
    Light.YELLOW: "黄",
    Light.RED: "红",
}
_LIGHT_MEANINGS = {
    Light.GREY: "未到期",
    Light.GREEN: "正常",
    Light.BLUE: "临期",
    Light.YELLOW: "预警",
    Light.RED: "滞后",
}


@dataclass(frozen=True, slots=True)
class LightPolicy:
    """Thresholds, editable by an administrator. Days are calendar days unless said otherwise."""

    near_days: int = 15
    late_days: int = 15
    lag_yellow: int = 10
    lag_red: int = 30
    stale_days: int = 30
    review_working_days: int = 5


def problems_of_policy(policy: LightPolicy) -> list[Problem]:
    found = []
    if policy.lag_yellow >= policy.lag_red:
        found.append(
            Problem("lag", "黄灯的落后百分点应小于红灯的落后百分点，请调整。", "lag_yellow")
        )
    return found


@dataclass(frozen=True, slots=True)
class State:
    """What is known of one milestone of one region on one day."""

    code: str
    name: str
    stage: Stage
    gate: bool
    required: bool
    weight: int
    order: int
    status: Status
    percent: int
    plan_start: date | None
    planned: date | None
    forecast: date | None
    actual: date | None
    submitted_on: date | None
    decided_on: date | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    light: Light
    reason: str
    days_late: int = 0


def expected_percent(state: State, today: date) -> float:
    """How far the milestone should be by plan, 0–100: a straight line from its start to its due date."""
    if state.planned is None:
        return 0.0
    if today >= state.planned:
        return 100.0
    start = state.plan_start
    if start is None or today <= start or start >= state.planned:
        return 0.0
    return 100.0 * (today - start).days / (state.planned - start).days


def progress(state: State) -> float:
    """How far the milestone is, 0–100; only what is settled counts in full."""
    return 100.0 if state.status.settled else float(min(state.percent, 99))


def signal_of(state: State, today: date, policy: LightPolicy) -> Signal:
    """The light of one milestone and why, in words.

    A submitted milestone is judged by the day it was submitted: the wait for a reviewer is not the
    region's delay.
    """
    if state.status is Status.NOT_APPLICABLE:
        return Signal(Light.GREY, state.status.label)  # nothing was done, so nothing is green
    if state.status.settled:
        return Signal(Light.GREEN, state.status.label)
    if state.planned is None:
        if state.status is Status.NOT_STARTED:
            return Signal(Light.GREY, "未定期限")
        return Signal(Light.GREEN, f"{state.status.label}，未定期限")
    if state.status.awaiting and state.submitted_on:
        late = (state.submitted_on - state.planned).days
        if late <= 0:
            return Signal(Light.GREEN, f"已按期提交，{state.status.label}")
        light = Light.RED if late > policy.late_days else Light.YELLOW
        return Signal(light, f"逾期{late}天提交，{state.status.label}", late)
    prefix = "已退回，" if state.status is Status.RETURNED else ""
    late = (today - state.planned).days
    lag = expected_percent(state, today) - state.percent
    if late > 0:
        # A day past the due date never looks better than the day before it.
        far_behind = lag > policy.lag_red
        light = Light.RED if late > policy.late_days or far_behind else Light.YELLOW
        behind = f"，进度落后{lag:.0f}个百分点" if far_behind else ""
        return Signal(light, f"{prefix}逾期{late}天{behind}", late)
    if lag > policy.lag_red:
        return Signal(Light.RED, f"{prefix}进度落后{lag:.0f}个百分点")
    if lag >= policy.lag_yellow:
        return Signal(Light.YELLOW, f"{prefix}进度落后{lag:.0f}个百分点")
    if -late <= policy.near_days:
        due = "今天到期" if late == 0 else f"还有{-late}天到期"
        return Signal(Light.BLUE, f"{prefix}{due}")
    if state.status is Status.NOT_STARTED:
        return Signal(Light.GREY, "未到期")
    return Signal(Light.GREEN, f"{prefix}按计划推进")


def worst(signals: Sequence[tuple[State, Signal]]) -> tuple[State, Signal] | None:
    """The milestone that gives a region its light: worst colour, then most days late, then first due."""
    open_ones = [pair for pair in signals if not pair[0].status.settled]
    if not open_ones:
        return None
    return max(
        open_ones,
        key=lambda pair: (
            pair[1].light.severity,
            pair[1].days_late,
            -(pair[0].planned or date.max).toordinal(),
            -pair[0].order,
        ),
    )


def share(values: Iterable[tuple[int, float]]) -> float:
    """Weighted mean of percentages; 0 without weights."""
    pairs = list(values)
    total = sum(weight for weight, _ in pairs)
    return sum(weight * value for weight, value in pairs) / total if total else 0.0

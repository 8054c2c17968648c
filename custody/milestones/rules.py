"""The lifecycle of a region: stages, gates, the states of a milestone and the lights.

Phase names follow JS/T 301-2024; the milestones themselves, their order, owners and due dates are
the programme's own choice and therefore data (the template), not code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from custody.kernel.problems import Problem


class Stage(StrEnum):
    """The stretches of the one lifecycle, in their order."""

    PRE_TENDER = "pre_tender"
    TENDER = "tender"
    PLATFORM = "platform"
    PILOT = "pilot"
    DONE = "done"

    def label(self, *, pilot: bool = True) -> str:
        """What officials call the stage; a region that is no pilot is in 托管运行, not in 试点."""
        if self is Stage.PILOT and not pilot:
            return "托管运行"
        return _STAGE_LABELS[self]

    @property
    def order(self) -> int:
        return STAGES.index(self)


STAGES = tuple(Stage)
_STAGE_LABELS = {
    Stage.PRE_TENDER: "招标前准备",
    Stage.TENDER: "招标签约",
    Stage.PLATFORM: "平台建设",
    Stage.PILOT: "试点",
    Stage.DONE: "完成",
}


class Status(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    AWAITING_CITY = "awaiting_city"
    AWAITING_PROVINCE = "awaiting_province"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]

    @property
    def settled(self) -> bool:
        """Nothing is left to do: confirmed, or not applicable and reviewed."""
        return self in (Status.CONFIRMED, Status.NOT_APPLICABLE)

    @property
    def awaiting(self) -> bool:
        return self in (Status.AWAITING_CITY, Status.AWAITING_PROVINCE)

    @property
    def editable(self) -> bool:
        return self in (Status.NOT_STARTED, Status.IN_PROGRESS, Status.RETURNED)


_STATUS_LABELS = {
    Status.NOT_STARTED: "未开始",
    Status.IN_PROGRESS: "进行中",
    Status.AWAITING_CITY: "待市审",
    Status.AWAITING_PROVINCE: "待省核",
    Status.CONFIRMED: "已确认",
    Status.RETURNED: "已退回",
    Status.NOT_APPLICABLE: "不适用",
}


class Claim(StrEnum):
    """What a submission asks the reviewers to confirm."""

    DONE = "done"
    NOT_APPLICABLE = "not_applicable"


class Step(StrEnum):
    UPDATE = "update"
    SUBMIT_TO_CITY = "submit_to_city"
    SUBMIT_TO_PROVINCE = "submit_to_province"
    WITHDRAW = "withdraw"
    PASS = "pass"  # noqa: S105 - a step, not a password
    RETURN = "return"
    CONFIRM = "confirm"
    ACCEPT_NOT_APPLICABLE = "accept_not_applicable"
    REOPEN = "reopen"


_OPEN = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.RETURNED)
STEPS: Mapping[tuple[Status, Step], Status] = {
    (Status.NOT_STARTED, Step.UPDATE): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Step.UPDATE): Status.IN_PROGRESS,
    # A returned milestone stays 已退回 until it is submitted again: the officer still owes an answer.
    (Status.RETURNED, Step.UPDATE): Status.RETURNED,
    **{(status, Step.SUBMIT_TO_CITY): Status.AWAITING_CITY for status in _OPEN},
    **{(status, Step.SUBMIT_TO_PROVINCE): Status.AWAITING_PROVINCE for status in _OPEN},
    (Status.AWAITING_CITY, Step.WITHDRAW): Status.IN_PROGRESS,
    (Status.AWAITING_PROVINCE, Step.WITHDRAW): Status.IN_PROGRESS,
    (Status.AWAITING_CITY, Step.PASS): Status.AWAITING_PROVINCE,
    (Status.AWAITING_CITY, Step.RETURN): Status.RETURNED,
    (Status.AWAITING_PROVINCE, Step.RETURN): Status.RETURNED,
    (Status.AWAITING_PROVINCE, Step.CONFIRM): Status.CONFIRMED,
    (Status.AWAITING_PROVINCE, Step.ACCEPT_NOT_APPLICABLE): Status.NOT_APPLICABLE,
    (Status.CONFIRMED, Step.REOPEN): Status.RETURNED,
    (Status.NOT_APPLICABLE, Step.REOPEN): Status.RETURNED,
}

_WHY_NOT = {
    Status.AWAITING_CITY: "该里程碑已提交，正在等待设区市审核；如需修改，请先撤回。",
    Status.AWAITING_PROVINCE: "该里程碑已提交，正在等待省级核实；如需修改，请先撤回。",
    Status.CONFIRMED: "该里程碑已确认（销号），不能再修改；确需更正的，请联系省级协调员退回重报。",
    Status.NOT_APPLICABLE: "该里程碑已认定为不适用，不能再修改；确需恢复的，请联系省级协调员退回重报。",
}
_WHY_NO_REVIEW = (
    "该里程碑目前为“{status}”，不在待审核状态，可能已被他人处理；请刷新页面查看最新情况。"
)


def next_status(status: Status, step: Step) -> Status | None:
    """The state after the step, or None where the step does not exist from here."""
    return STEPS.get((status, step))


def problems_of_step(status: Status, step: Step) -> list[Problem]:
    if (status, step) in STEPS:
        return []
    if step in (Step.UPDATE, Step.SUBMIT_TO_CITY, Step.SUBMIT_TO_PROVINCE):
        return [Problem("closed", _WHY_NOT[status])]
    if step is Step.WITHDRAW:
        return [Problem("not_submitted", f"该里程碑目前为“{status.label}”，没有可撤回的提交。")]
    if step is Step.REOPEN:
        return [Problem("not_settled", f"该里程碑目前为“{status.label}”，尚未销号，无需重新打开。")]
    return [Problem("not_awaiting", _WHY_NO_REVIEW.format(status=status.label))]


# --- what an officer reports ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Report:
    """The fields of a milestone that an officer fills in. `percent` is 0–100."""

    percent: int
    started: date | None
    forecast: date | None
    actual: date | None
    unit: str
    notes: str


def problems_of_report(report: Report, today: date) -> list[Problem]:
    """Everything that cannot be true about the dates and the percentage, all at once."""
    found = []
    if not 0 <= report.percent <= 100:
        found.append(Problem("percent", "完成比例应为0至100之间的整数，请改正。", "percent"))
    if report.started and report.started > today:
        found.append(
            Problem("started_future", "实际开始日期不能晚于今天，请改为实际发生的日期。", "started")
        )
    if report.actual and report.actual > today:
        found.append(
            Problem(
                "actual_future",
                "实际完成日期不能晚于今天；尚未完成的，请填写“预计完成日期”。",
                "actual",
            )
        )
    if report.started and report.forecast and report.forecast < report.started:
        found.append(
            Problem(
                "forecast_before_start",
                "预计完成日期早于实际开始日期，请核对两个日期。",
                "forecast",
            )
        )
    if report.started and report.actual and report.actual < report.started:
        found.append(
            Problem(
                "actual_before_start", "实际完成日期早于实际开始日期，请核对两个日期。", "actual"
            )
        )
    return found


def problems_of_submission(
    *,
    claim: Claim,
    gate: bool,
    report: Report,
    evidence: int,
    reason: str,
    open_predecessors: Sequence[str],
) -> list[Problem]:
    """What is missing before a milestone may go to the reviewers.

    Evidence rule: done means at least one piece of evidence and a review by the city; the
    confirmation by the province is the 销号 (programme rule, our choice).
    `open_predecessors` are «M05 能源基准…» of a gate's predecessors that are not settled.
    """
    if claim is Claim.NOT_APPLICABLE:
        found = []
        if gate:
            found.append(Problem("gate_needed", "关口节点必须完成，不能申请不适用。"))
        if len(reason.strip()) < 5:
            found.append(Problem("reason", "请写明不适用的理由（不少于5个字）。", "reason"))
        return found
    found = []
    if not report.actual:
        found.append(Problem("actual_missing", "请填写实际完成日期后再提交。", "actual"))
    if not evidence:
        found.append(Problem("no_evidence", "请至少上传一份佐证材料后再提交。", "evidence"))
    if gate and open_predecessors:
        names = "、".join(open_predecessors)
        found.append(
            Problem(
                "predecessors_open",
                f"以下前置里程碑尚未确认，请先办结后再提交本关口：{names}。",
                "predecessors",
            )
        )
    return found


def problems_of_return(reason: str) -> list[Problem]:
    if len(reason.strip()) < 2:
        return [Problem("reason", "请写明退回理由，便于填报单位按要求补正。", "reason")]
    return []


# --- the template ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One milestone of a template version. `due` holds the batches that start with the milestone;
    its date may be None (no due date set yet). Batches not in `due` reach it by passing a gate."""

    code: str
    name: str
    phase: str
    stage: Stage
    evidence: str
    owner: str
    after: tuple[str, ...]
    weight: int
    gate: bool
    order: int
    due: Mapping[int, date | None]
    required: bool = True
    """False: 视情开展, does not count towards a gate."""


def problems_of_template(items: Sequence[Item]) -> list[Problem]:
    """All reasons why a template cannot be published: codes, predecessors, circles, gates."""
    found = []
    codes = [item.code for item in items]
    known = set(codes)
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        found.append(Problem("twice", f"编码 {code} 出现了多次，请保留一个。", code))
    for item in items:
        for before in item.after:
            if before not in known:
                found.append(
                    Problem(
                        "unknown_predecessor",
                        f"{item.code} 的前置“{before}”不在本模板中，请改正或删除。",
                        item.code,
                    )
                )
        if item.weight < 0:
            found.append(Problem("weight", f"{item.code} 的权重不能为负数。", item.code))
        if item.gate and not item.after:
            found.append(
                Problem("gate_alone", f"关口 {item.code} 没有前置里程碑，请补充。", item.code)
            )
    circle = _circle(items)
    if circle:
        path = "→".join(circle)
        found.append(Problem("circle", f"前置关系成环：{path}，请断开其中一处。", circle[0]))
    if not any(item.gate for item in items):
        found.append(Problem("no_gate", "模板中至少应有一个关口，请将末尾的里程碑设为关口。"))
    return found


def _circle(items: Sequence[Item]) -> list[str]:
    after = {item.code: item.after for item in items}
    state: dict[str, int] = {}

    def walk(code: str, path: list[str]) -> list[str]:
        if state.get(code) == 2 or code not in after:
            return []
        if state.get(code) == 1:
            return [*path[path.index(code) :], code]
        state[code] = 1
        for before in after[code]:
            found = walk(before, [*path, code])
            if found:
                return found
        state[code] = 2
        return []

    for item in items:
        found = walk(item.code, [])
        if found:
            return found
    return []


def chain_of(gate: str, after: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The gate and everything it rests on, directly or not."""
    reached: set[str] = set()
    todo = [gate]
    while todo:
        code = todo.pop()
        if code not in reached and code in after:
            reached.add(code)
            todo.extend(after[code])
    return frozenset(reached)


def plan_start(item: Item, items: Mapping[str, Item], batch: int, year_start: date) -> date:
    """When work on an item should begin by plan: the latest due date among its predecessors.

    Our choice: the notice sets only the deadline of the year. Without dated predecessors the plan
    begins with the year of the notice.
    """
    dates = [items[code].due.get(batch) for code in item.after if code in items]
    known = [day for day in dates if day]
    due = item.due.get(batch)
    earlier = [day for day in known if due is None or day < due]
    return max(earlier, default=year_start)


# --- where a region stands ------------------------------------------------------------------


def stage_reached(passed: Iterable[Stage]) -> Stage:
    """The first stage of the lifecycle that has not been left."""
    left = set(passed)
    return next((stage for stage in STAGES if stage not in left), Stage.DONE)


def stage_closed(stage: Stage, states: Iterable[tuple[Stage, bool, bool, Status]]) -> bool:
    """Is the stage finished? `states`: (stage, is gate, is required, status) of a region's rows.

    A stage with a gate closes with the gate; a stage without one (招标签约) when all its required
    milestones are settled. A stage without any row is never closed.
    """
    own = [(gate, required, status) for at, gate, required, status in states if at is stage]
    gates = [status for gate, _, status in own if gate]
    if gates:
        return all(status.settled for status in gates)
    needed = [status for _, required, status in own if required]
    return bool(needed) and all(status.settled for status in needed)


# --- lights ---------------------------------------------------------------------------------


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


def rewind(state: State, undone: Iterable[Mapping[str, object]]) -> State:
    """The state before some changes: `undone` are old values by field, newest change first."""
    for old in undone:
        state = replace(state, **old)  # type: ignore[arg-type]
    return state

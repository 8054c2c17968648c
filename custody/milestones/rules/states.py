"""Where a milestone and its region stand, and the steps between the states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

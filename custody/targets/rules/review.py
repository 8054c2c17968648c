"""What becomes of something reported: the steps between its states, who may take them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custody.accounts.rules import Level, Place
from custody.kernel.problems import Problem


class Review(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def over(self) -> bool:
        """Kept for reading only."""
        return self in (Review.WITHDRAWN, Review.REPLACED)

    @property
    def look(self) -> str:
        """The style of its word, shared with the states of milestones."""
        return {"waiting": "awaiting_province"}.get(self.value, self.value)


_LABELS = {
    Review.WAITING: "待确认",
    Review.CONFIRMED: "已确认",
    Review.RETURNED: "已退回",
    Review.WITHDRAWN: "已撤回",
    Review.REPLACED: "已更正",
}


class Step(StrEnum):
    CONFIRM = "confirm"
    RETURN = "return"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    REPLACE = "replace"


STEPS: Mapping[tuple[Review, Step], Review] = {
    (Review.WAITING, Step.CONFIRM): Review.CONFIRMED,
    (Review.WAITING, Step.RETURN): Review.RETURNED,
    (Review.CONFIRMED, Step.RETURN): Review.RETURNED,
    (Review.WAITING, Step.WITHDRAW): Review.WITHDRAWN,
    (Review.RETURNED, Step.WITHDRAW): Review.WITHDRAWN,
    (Review.CONFIRMED, Step.WITHDRAW): Review.WITHDRAWN,
    # Nothing that holds is lost: what is confirmed holds until its correction is confirmed too.
    (Review.WAITING, Step.CORRECT): Review.REPLACED,
    (Review.RETURNED, Step.CORRECT): Review.REPLACED,
    (Review.CONFIRMED, Step.CORRECT): Review.CONFIRMED,
    (Review.CONFIRMED, Step.REPLACE): Review.REPLACED,
    (Review.RETURNED, Step.REPLACE): Review.REPLACED,
}

_WHAT = {
    Step.CONFIRM: "确认",
    Step.RETURN: "退回",
    Step.WITHDRAW: "撤回",
    Step.CORRECT: "更正",
    Step.REPLACE: "更正",
}


def problems_of_step(status: Review, step: Step) -> list[Problem]:
    if (status, step) in STEPS:
        return []
    words = f"该记录目前为“{status.label}”，不能再{_WHAT[step]}，可能已被他人处理；请刷新页面查看最新情况。"
    return [Problem("step", words)]


def problems_of_return(reason: str) -> list[Problem]:
    if reason.strip():
        return []
    return [Problem("no_reason", "请填写退回理由，说明需要补正什么。", "reason")]


def first_state(place: Place) -> Review:
    """The province's own words need nobody's confirmation; all others wait for the province."""
    return Review.CONFIRMED if place.level is Level.PROVINCE else Review.WAITING

"""Where a baseline and an adjustment stand."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    FITTING = "fitting"
    DRAFT = "draft"
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES = {
    State.FITTING: "计算中",
    State.DRAFT: "草稿",
    State.PROPOSED: "待省级采用",
    State.ADOPTED: "已采用",
    State.SUPERSEDED: "已被替代",
    State.DISCARDED: "已放弃",
}


class AdjustmentState(StrEnum):
    DRAFT = "draft"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"draft": "待双方签认", "signed": "已生效", "withdrawn": "已撤回"}[self.value]

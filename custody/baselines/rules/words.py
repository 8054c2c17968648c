"""Whose turn it is, which months, what an adjustment adds: in words."""

from __future__ import annotations

from decimal import Decimal

from custody.baselines.rules.states import State
from custody.kernel.periods import Month


def turn(state: State | None, reason: str = "") -> str:
    if state is None:
        return "待区县建立"
    if state is State.DRAFT and reason:
        return "已退回，待区县修改"
    return _TURNS[state]


_TURNS = {
    State.FITTING: "系统正在计算",
    State.DRAFT: "待区县核对、提交",
    State.PROPOSED: "待省级采用",
    State.ADOPTED: "已采用，不再改动",
    State.SUPERSEDED: "已由新版本替代",
    State.DISCARDED: "已放弃",
}
LIFE = (State.FITTING, State.DRAFT, State.PROPOSED, State.ADOPTED)
"""The way of a version that is not given up."""


def period_words(first: int, last: int) -> str:
    return f"{Month.coded(first).label}—{Month.coded(last).label}"


def adjustment_words(
    number: int, quantity: Decimal, unit: str, first: int, last: int | None
) -> str:
    until = f"至{Month.coded(last).label}" if last else "起"
    return f"第{number}号{quantity:+.2f}{unit}/月，{Month.coded(first).label}{until}"

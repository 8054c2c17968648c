"""Whose turn it is, which months, what an adjustment adds: in words."""

from __future__ import annotations

from typing import Protocol

from custody.baselines.rules import spreading
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


class Adjusting(spreading.Row, Protocol):
    @property
    def number(self) -> int: ...
    @property
    def from_month(self) -> int: ...
    @property
    def until_month(self) -> int | None: ...


def adjustment_words(row: Adjusting, meter: int, unit: str) -> str:
    """What it does to one of its meters."""
    until = f"至{Month.coded(row.until_month).label}" if row.until_month else "起"
    price = spreading.repriced_by(row)
    moved = f"{spreading.moved_by(row)[meter]:+.2f}{unit}/月"
    if price:
        moved = f"单价{price:+.4f}元/{unit}"
    return f"第{row.number}号{moved}，{Month.coded(row.from_month).label}{until}"

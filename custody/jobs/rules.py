"""The states of a piece of background work."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def over(self) -> bool:
        return self in (State.DONE, State.FAILED, State.CANCELLED)


_LABELS = {
    State.QUEUED: "排队中",
    State.RUNNING: "进行中",
    State.DONE: "已完成",
    State.FAILED: "未完成",
    State.CANCELLED: "已取消",
}

PATIENCE = timedelta(minutes=1)
"""After so long in the queue it is said that nobody seems to work (our choice)."""
LEASE = timedelta(seconds=120)
"""A worker that has not been heard of for so long is taken for dead (our choice)."""
MAX_TRIES = 3
"""Work that fells its worker so often is not tried again (our choice)."""


def waiting_words(waited: timedelta, *, busy: bool) -> str:
    """What is said to somebody whose work is in the queue. `busy`: other work is being done."""
    if busy:
        return "后台服务正在办理其他工作，轮到后自动开始。"
    if waited > PATIENCE:
        return "排队超过1分钟：后台服务可能未启动，请联系系统管理员；服务启动后自动开始办理。"
    return "已提交，即将开始办理。"


def running_words(words: str, done: int, total: int, *, lost: bool) -> str:
    """How far it is. `lost`: its worker has not been heard of."""
    if lost:
        return "办理中断，后台服务恢复后自动从头办理；长时间没有进展的，请联系系统管理员。"
    if words:
        return words
    return f"共{total}项，已完成{done}" if total else "正在办理。"

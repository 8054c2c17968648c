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

LEASE = timedelta(seconds=120)
"""A worker that has not been heard of for so long is taken for dead (our choice)."""
MAX_TRIES = 3
"""Work that fells its worker so often is not tried again (our choice)."""

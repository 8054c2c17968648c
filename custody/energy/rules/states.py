"""Where an import and a region's month stand."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    ROSTER = "roster"
    BILLS = "bills"
    WEATHER = "weather"

    @property
    def label(self) -> str:
        return {"roster": "单位名录", "bills": "能源账单", "weather": "气温"}[self.value]


class ImportState(StrEnum):
    WAITING = "waiting"
    """Its rehearsal is a job that has not ended."""
    MAPPING = "mapping"
    """Laid out otherwise: somebody must say which column is what."""
    REFUSED = "refused"
    """Has errors; the annotated copy names them by cell."""
    REHEARSED = "rehearsed"
    """Clean: may be accepted."""
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"
    UNDONE = "undone"

    @property
    def label(self) -> str:
        return _IMPORTS[self]

    @property
    def under_way(self) -> bool:
        """Its turn is a job's."""
        return self in (ImportState.WAITING, ImportState.ACCEPTING)

    def words(self, *, worked: bool) -> str:
        """`worked`: its job has not ended. A job that was cancelled or failed left things as they were."""
        if self.under_way and not worked:
            return "核对未完成" if self is ImportState.WAITING else "导入未完成"
        return self.label


_IMPORTS = {
    ImportState.WAITING: "检查中",
    ImportState.MAPPING: "待对应列",
    ImportState.REFUSED: "有错误",
    ImportState.REHEARSED: "待接受",
    ImportState.ACCEPTING: "导入中",
    ImportState.ACCEPTED: "已导入",
    ImportState.DISCARDED: "已放弃",
    ImportState.UNDONE: "已撤销",
}


class MonthState(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    """The region reports it complete; its city's turn."""
    LOCKED = "locked"
    """The city (or the province where there is no reviewer) has checked it; bills stand still."""

    @property
    def label(self) -> str:
        return {"open": "填报中", "complete": "待市级核对", "locked": "已锁定"}[self.value]

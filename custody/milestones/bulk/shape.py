"""The columns of a sheet of milestones, and a milestone as its cells hold it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from custody.milestones.rules import Report

SHEET = "里程碑"
SCHEMA = "custody.milestones/1"
"""Written into the file; another number is another layout."""
TITLES: Mapping[str, str] = {
    "region": "地区",
    "code": "编码",
    "name": "里程碑",
    "status": "状态",
    "planned": "计划完成",
    "percent": "完成比例",
    "started": "实际开始",
    "forecast": "预计完成",
    "actual": "实际完成",
    "unit": "责任单位",
    "notes": "进展说明",
    "key": "行标识",
    "version": "版本",
    "base": "下载时内容",
}
"""The columns in the order of the download; the last three are hidden."""
FIELDS = ("percent", "started", "forecast", "actual", "unit", "notes")
"""What a person may fill in."""
NEEDED = ("region", "code", *FIELDS, "key", "version", "base")
HIDDEN = ("key", "version", "base")
MAX_UNIT, MAX_NOTES = 120, 4000
Key = tuple[str, str]
"""(region, code of the milestone)."""
Values = Mapping[str, str]
"""The fields as text: per cent as «60», days in ISO form, "" where nothing stands."""


class State(StrEnum):
    REHEARSED = "rehearsed"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return {"rehearsed": "待接受", "accepted": "已接受", "discarded": "已放弃"}[self.value]


class Kind(StrEnum):
    """What became of a row."""

    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"
    STALE = "stale"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    Kind.CHANGED: "有变化",
    Kind.SAME: "无变化",
    Kind.WRONG: "有错误",
    Kind.STALE: "已过期",
}


def values_of(report: Report) -> dict[str, str]:
    return {
        "percent": str(report.percent),
        **{name: iso(getattr(report, name)) for name in ("started", "forecast", "actual")},
        "unit": tidy(report.unit),
        "notes": tidy(report.notes),
    }


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def base_of(report: Report) -> str:
    """The hidden cell that remembers what the milestone was."""
    return json.dumps(values_of(report), ensure_ascii=False, sort_keys=True)


def tidy(text: str) -> str:
    """As a form would hold it, whatever line ends and control characters a cell had."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in lines if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff")
    ).strip()


def key_words(region: str, code: str) -> str:
    return f"{region}/{code}"

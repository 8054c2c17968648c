"""What must hold between the rows of a notice when one of them is edited; whom a task concerns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from custody.accounts.rules import Level, Place
from custody.kernel.problems import Problem


class Counting(StrEnum):
    """How a number of the notice comes about."""

    GATES = "gates"
    PROJECTS = "projects"
    AREA = "area"
    ENTRIES = "entries"

    @property
    def label(self) -> str:
        return _COUNTING_LABELS[self]


_COUNTING_LABELS = {
    Counting.GATES: "按关口自动统计",
    Counting.PROJECTS: "按项目登记统计",
    Counting.AREA: "按改造面积统计",
    Counting.ENTRIES: "按进展填报统计",
}


class Comparison(StrEnum):
    AT_LEAST = "at_least"
    ALL = "all"

    @property
    def label(self) -> str:
        return "不少于" if self is Comparison.AT_LEAST else "全部"


def problems_of_tile(
    code: str,
    tile: tuple[int | None, int | None],
    others: Mapping[tuple[int, int], tuple[str, str]],
) -> list[Problem]:
    """Two cities cannot share a tile of the map. `others`: (column, row) → (code, name)."""
    column, row = tile
    if column is None or row is None:
        return []
    there = others.get((column, row))
    if there is None or there[0] == code:
        return []
    return [
        Problem("tile", f"第{column}列第{row}行已是{there[1]}的位置，请另选一格。", "column"),
    ]


def problems_of_batch_change(old: int, new: int, *, understood: bool) -> list[Problem]:
    """Moving a region to another batch changes what the year asks of it: not by a slip."""
    if old == new or understood:
        return []
    return [
        Problem(
            "batch_change",
            "批次有变动，请阅读下方说明，勾选“已了解”后再保存。",
            "understood",
        )
    ]


def days_left(deadline: date, today: date) -> int:
    """Days until the deadline; negative once it has passed."""
    return (deadline - today).days


_AND = "，"
"""Between those a task concerns: 县（市、区） has the other mark in it."""


def concerns(reporters: str, place: Place) -> bool:
    """Does a task concern the place? The province: always; others by their level or their code."""
    if place.level is Level.PROVINCE:
        return True
    return bool({place.level.label, place.code} & set(reporters.split(_AND)))


def problems_of_target(counting: Counting, batch: int | None) -> list[Problem]:
    """A number counted at gates needs the batch whose regions pass them; others have none."""
    if counting is Counting.GATES and batch is None:
        words = "按关口统计的目标须选择批次，请补充。"
        return [Problem("no_batch", words, "batch_number")]
    if counting is not Counting.GATES and batch is not None:
        words = "只有按关口统计的目标才对应批次，请将批次改为“不分批次”。"
        return [Problem("batch", words, "batch_number")]
    return []


def problems_of_reporters(reporters: str, codes: frozenset[str]) -> list[Problem]:
    """`codes`: of the province's cities and regions."""
    known = {Level.CITY.label, Level.REGION.label} | codes
    wrong = [word for word in reporters.split(_AND) if word and word not in known]
    if not wrong:
        return []
    named = "、".join(wrong)
    words = f"填报单位“{named}”无法识别，请填写“设区市”“县（市、区）”或本省的行政区划代码，用逗号“，”分隔。"
    return [Problem("reporters", words, "reporters")]

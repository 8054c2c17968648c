"""What an entry on a task must say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custody.kernel.problems import Problem
from custody.regions.rules import Counting
from custody.targets.rules.retrofits import Alike, Category


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it was typed."""

    happened_on: date
    words: str
    percent: int | None = None
    quantity: Decimal | None = None
    building: str = ""
    category: Category | None = None
    link: str = ""
    """«measure-12» or «entry-7»: what it is the same as."""
    distinct: str = ""


def problems_of_entry(
    told: Told, counting: Counting | None, *, today: date, year: int, files: int
) -> list[Problem]:
    """`counting`: of the quantity it counts for; None for words only."""
    found = []
    if told.happened_on > today:
        words = "日期不能晚于今天；尚未完成的，请在完成后填报。"
        found.append(Problem("future", words, "happened_on"))
    elif told.happened_on.year != year:
        words = f"该任务是{year}年度的，日期应在{year}年内，请核对。"
        found.append(Problem("year", words, "happened_on"))
    if counting in (Counting.GATES, Counting.PROJECTS):
        words = "该目标由系统自动统计，不需要填报数量；请只填写进展说明。"
        found.append(Problem("computed", words))
    if counting is not None and not files:
        words = "填报数量须附佐证材料，请上传竣工验收单、文件或照片等。"
        found.append(Problem("evidence", words, "files"))
    return found


def problems_of_likeness(told: Told, found: Sequence[Alike]) -> list[Problem]:
    """What looks like something that is there must be linked to it, or be said to be different."""
    if not found or told.link or told.distinct.strip():
        return []
    names = "、".join(f"“{one.name}”（{one.area:,.0f}平方米）" for one in found[:3])
    words = (
        f"与已有的{names}名称和面积相近。若是同一项目，请在“关联”中选择，面积只计一次；"
        "若不是，请在“区别说明”中写明。"
    )
    return [Problem("alike", words, "link")]


def problems_of_link(told: Told, there: Sequence[Alike]) -> list[Problem]:
    """Only what is there, and may be seen, can be named."""
    if not told.link or any(one.key == told.link for one in there):
        return []
    return [Problem("link", "所选的关联项已不存在，请重新选择。", "link")]

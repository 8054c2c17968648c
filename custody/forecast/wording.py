"""Forecasts in words: calm, and never surer than they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from custody.forecast.rules import (
    BatchOutlook,
    RegionOutlook,
    RegionSchedule,
    Task,
    chance_words,
    followers,
)

METHOD = (
    "每个里程碑的工期按模板中的最短、最可能、最长天数取三角分布，进行中的按未完成比例折算，"
    "填报员报有预计完成日期的以其为准，审核用时另计；前置未办结的不提前开始，规定的间隔天数照计。"
    "工期按全省已确认里程碑的实际用时修正：修正系数＝（8＋Σ实际用时÷估计用时）÷（8＋件数）。"
    "每个地区模拟1万次，各地区相互独立；数据不变则结果不变。"
)
"""How it is worked out, for the officials who ask."""


def day_words(day: date, year: int) -> str:
    """12月18日; with its year where that is another."""
    return f"{'' if day.year == year else f'{day.year}年'}{day.month}月{day.day}日"


def odds_words(region: RegionOutlook) -> str:
    return chance_words(region.probability, certain=region.settled or region.overdue)


def chance_of(plan: RegionSchedule, probability: float, today: date) -> str:
    """The same words for one region's way, asked for by itself."""
    return chance_words(probability, certain=plan.settled or plan.due < today)


def all_words(batch: BatchOutlook) -> str:
    """The chance that every region of the batch is in time; none is left once one was late."""
    return chance_words(batch.all_in_time, certain=batch.late > 0)


def count_words(number: float) -> str:
    """15.0; how many regions are expected."""
    return f"{number:.1f}"


def goal_words(gate_name: str) -> str:
    """What the gate is called within a sentence: 招标前准备完成 → 招标前准备."""
    return gate_name.removesuffix("完成") or gate_name


def foreseen(plan: RegionSchedule, gate_name: str, *, odds: str, half: date | None) -> str:
    """若不追赶，试点验收将于12月25日完成（按各项最可能工期推算）；考虑不确定性，按期可能性44%，一半可能不晚于…

    `odds`: see odds_words. That the likeliest day lies before the deadline is not said: it is no
    promise while the chance to be in time is small."""
    goal, year = goal_words(gate_name), plan.due.year
    day = day_words(plan.finish, year)
    if plan.settled:
        late = f"，比期限晚{plan.late_days}天" if plan.late_days > 0 else ""
        return f"{goal}已于{day}完成{late}。"
    late = f"，比期限晚{plan.late_days}天" if plan.late_days > 0 else ""
    told = (
        f"若不追赶，{goal}将于{day}完成（按各项最可能工期推算{late}）；"
        f"考虑不确定性，按期可能性{odds}"
    )
    return f"{told}，一半可能不晚于{day_words(half, year)}。" if half else f"{told}。"


def headline(gate: str, *, odds: str, half: date, year: int) -> str:
    """G-C 一半可能不晚于2027年1月2日，按期可能性44%: where there is room for one day only."""
    return f"{gate} 一半可能不晚于{day_words(half, year)}，按期可能性{odds}"


def moved(plan: RegionSchedule, tasks: Sequence[Task], code: str) -> str:
    """What becomes of one open milestone, and what follows from it; empty where it is on no way."""
    line = plan.line(code)
    if line is None or line.settled or plan.settled:
        return ""
    year = plan.due.year
    words = f"{code}预计{day_words(line.finish, year)}办结"
    if line.planned:
        late = (line.finish - line.planned).days
        words += f"，比计划{'晚' if late > 0 else '早'}{abs(late)}天" if late else "，与计划一致"
    if code == plan.gate:
        return f"{words}。"
    later = followers(tasks, code)
    if plan.gate in later:
        others = "、".join(one for one in later)
        return f"{words}；再推迟，{others}随之顺延。"
    if later:
        return f"{words}；再推迟，{'、'.join(later)}随之顺延，{plan.gate}尚有{line.slack}天余量。"
    return f"{words}；距影响{plan.gate}尚有{line.slack}天余量。"


def path_words(plan: RegionSchedule) -> str:
    """M05 能源基准… → M06 …: what the end hangs on."""
    return " → ".join(
        f"{line.code} {line.name}"
        for line in (plan.line(code) for code in plan.path)
        if line is not None
    )


def batch_words(batch: BatchOutlook) -> str:
    """预计15.0个按期（八成可能在13至17个之间）。"""
    low, high = batch.likely
    within = f"{low}个" if low == high else f"{low}至{high}个"
    return f"预计{count_words(batch.expected)}个按期完成，八成可能为{within}"

"""What is wrong and what is to be done, for any scope: 存在问题, 下一步打算."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from custody.briefs.facts import More
from custody.briefs.wording.sentences import ORDINALS, Paragraph, coming, day_words, names
from custody.dashboard.rules import Cell, Exception_, ProgrammeFacts
from custody.milestones.rules import Light

TOLD = 6
"""So many late regions are described one by one."""
AHEAD_DAYS = 30


def problems(facts: ProgrammeFacts, more: More) -> tuple[Paragraph, ...]:
    day = day_words(facts.as_of, facts.as_of)
    found = [
        ("problems.late", "部分里程碑逾期", _late_words(facts)),
        ("problems.lag", "部分地区进度落后", lag_words(facts)),
        ("problems.review", "部分材料退回或待审时间较长", review_words(facts)),
        ("problems.silent", "部分地区填报不及时", silent_words(facts)),
        ("problems.orders", "督办事项办理情况", orders_words(facts, more)),
    ]
    there = [(key, heading, words) for key, heading, words in found if words]
    if not any(key != "problems.orders" for key, _, _ in there):
        words = f"截至{day}，各地区里程碑均按计划推进，没有逾期、退回事项，本月进展均已填报。"
        there.insert(0, ("problems.none", "里程碑进展总体平稳", words))
    return tuple(
        Paragraph(key, "problems", heading if len(there) > 1 else "", words)
        for key, heading, words in there
    )


def late_lines(facts: ProgrammeFacts) -> list[Exception_]:
    return [line for line in facts.exceptions if line.kind == "late" and line.days > 0]


def _late_words(facts: ProgrammeFacts) -> str:
    lines = late_lines(facts)
    if not lines:
        return ""
    order = {region.code: region.seq for region in facts.regions}
    by_region: dict[str, list[Exception_]] = {}
    for line in lines:
        by_region.setdefault(line.region_code, []).append(line)
    worst = {
        code: max(own, key=lambda line: (line.days, line.milestone_code))
        for code, own in by_region.items()
    }
    # Named one by one: those in red, or all where they are few. In the notice's order: no ranking.
    red = [code for code in worst if worst[code].light is Light.RED]
    told = sorted(red or worst, key=lambda code: -worst[code].days)[:TOLD]
    told.sort(key=lambda code: order.get(code, 0))
    parts = [_late_region(worst[code], len(by_region[code]), facts.as_of) for code in told]
    count = len(by_region)
    day = day_words(facts.as_of, facts.as_of)
    if count == 1 and len(lines) == 1:
        return f"截至{day}，有1个地区的1项里程碑逾期：{parts[0]}。"
    if count == 1:
        line = worst[told[0]]
        return (
            f"截至{day}，{line.region_name}有{len(lines)}项里程碑逾期，"
            f"最长的是{late_milestone(line, facts.as_of)}。"
        )
    words = f"截至{day}，共有{count}个地区的{len(lines)}项里程碑逾期"
    if count > len(told):
        return f"{words}。其中逾期时间较长的有：{'；'.join(parts)}。其余见后附清单。"
    return f"{words}：{'；'.join(parts)}。"


def orders_words(facts: ProgrammeFacts, more: More) -> str:
    """在办督办单, and those whose answer stays away."""
    if not more.orders:
        return ""
    levels = Counter(order.level_words.removesuffix("督办") for order in more.orders)
    kinds = "、".join(f"{words}{count}件" for words, count in levels.most_common())
    words = f"在办督办单{len(more.orders)}件（{kinds}）"
    over = [order for order in more.orders if order.days_over]
    if not over:
        return f"{words}，均在时限之内。"
    longest = sorted(over, key=lambda order: (-order.days_over, order.number))[:TOLD]
    alone = facts.scope_kind == "region"
    told = "、".join(
        f"{'' if alone else order.region_name}{order.number}超{order.days_over}天"
        for order in more.orders
        if order in longest
    )
    among = "其中较长的：" if len(over) > len(longest) else ""
    raised = sum(order.escalated for order in more.orders)
    again = f"，{raised}件已提级督办" if raised else ""
    return f"{words}，{len(over)}件超过时限（{among}{told}）{again}。"


def _late_region(line: Exception_, count: int, as_of: date) -> str:
    more = f"{count}项逾期，最长的是" if count > 1 else ""
    return f"{line.region_name}{more}{late_milestone(line, as_of)}"


def late_milestone(line: Exception_, as_of: date) -> str:
    name = f"“{line.milestone_name}”"
    if line.submitted:
        return f"{name}，逾期{line.days}天提交，正在审核"
    late = f"{name}，逾期{line.days}天"
    if line.forecast is None:
        return f"{late}，尚未明确新的完成日期"
    day = day_words(line.forecast, as_of)
    if coming(line, as_of):
        return f"{late}，预计{day}完成"
    return f"{late}，原预计{day}完成，尚未明确新的完成日期"


def lag_words(facts: ProgrammeFacts) -> str:
    late = {line.region_code for line in late_lines(facts)}
    behind = [
        region
        for region in facts.regions
        if region.light in (Light.YELLOW, Light.RED) and region.code not in late
    ]
    if not behind:
        return ""
    if len(behind) == 1:
        one = behind[0]
        slow = [c for c in one.cells if c.light is one.light and not c.status.settled]
        which = f"“{slow[0].name}”{slow[0].reason}" if slow else "在办里程碑的进度落后于计划"
        return f"{one.name}虽无逾期里程碑，但{which}，需要加快。"
    return (
        f"{names(behind)}{len(behind)}个地区虽无逾期里程碑，但在办里程碑的进度落后于计划，"
        "需要加快。"
    )


def review_words(facts: ProgrammeFacts) -> str:
    counted = {
        kind: [line for line in facts.exceptions if line.kind == kind]
        for kind in ("returned", "waiting")
    }
    parts = []
    if returned := counted["returned"]:
        parts.append(f"{len(returned)}项里程碑的材料被退回，尚未补正重报")
    if waiting := counted["waiting"]:
        parts.append(f"{len(waiting)}项已提交的里程碑等待审核，最长已{_longest(waiting)}个工作日")
    return "；".join(parts) + "。" if parts else ""


def _longest(lines: Sequence[Exception_]) -> int:
    return max(line.days for line in lines)


def silent_words(facts: ProgrammeFacts) -> str:
    """Who has not answered this month, and who has been silent for longer than the policy allows."""
    return _month_words(facts) + _stale_words(facts)


def _month_words(facts: ProgrammeFacts) -> str:
    count = len(facts.silent)
    if not count:
        return ""
    month = f"{facts.as_of.month}月"
    if count == len(facts.regions) and count > 1:
        return f"{count}个地区{month}均未更新进展，也未报告“本月无变化”。"
    who = names(facts.silent) + (f"{count}个地区" if count > 1 else "")
    return f"{who}{month}尚未更新进展，也未报告“本月无变化”。"


def _stale_words(facts: ProgrammeFacts) -> str:
    """These lines are of whole regions, not of milestones."""
    stale = [line for line in facts.exceptions if line.kind == "stale"]
    if not stale:
        return ""
    if len(stale) == 1:
        return f"{stale[0].region_name}已{stale[0].days}天没有更新进展。"
    return f"{len(stale)}个地区较长时间没有更新进展，最长已{_longest(stale)}天。"


def _upcoming(facts: ProgrammeFacts) -> list[Cell]:
    until = facts.as_of + timedelta(days=AHEAD_DAYS)
    return [
        cell
        for region in facts.regions
        for cell in region.cells
        if cell.planned and facts.as_of <= cell.planned <= until and not cell.status.settled
    ]


def next_steps(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    steps: list[tuple[str, str]] = []
    late, upcoming = late_lines(facts), _upcoming(facts)
    alone = facts.scope_kind == "region"
    if all(batch.done >= batch.regions for batch in facts.batches):
        reached = "年度目标已达到" if alone else "各地区年度目标均已达到"
        steps.append(
            (
                "next.summary",
                f"总结推广经验。{reached}，及时整理实施方案、合同文本和管理制度，"
                "形成可复制的经验材料，并继续做好托管运行和费用结算。",
            )
        )
    else:
        days = f"距年度时限还有{facts.days_left}天，" if facts.days_left > 0 else ""
        near = (
            f"对今后{AHEAD_DAYS}天内到期的{len(upcoming)}项里程碑逐项明确责任人和完成日期，"
            "提前协调解决审批、资金等问题。"
            if upcoming
            else "对尚未办结的里程碑逐项明确责任人和完成日期。"
        )
        who = "" if alone else "各地"
        steps.append(("next.pace", f"紧盯时限抓推进。{days}{who}要对照年度目标倒排工期，{near}"))
    if late:
        whose = {line.region_code: line.region_name for line in late}
        of = f"{len(whose)}个地区" if len(whose) > 1 else next(iter(whose.values()))
        steps.append(
            (
                "next.supervise",
                f"强化督办促销号。对{of}的{len(late)}项逾期里程碑，"
                f"由{'有关' if len(whose) > 1 else ''}设区市机关事务管理部门跟踪督办，"
                "提出整改措施和新的完成时限，"
                "办结后经市级审核、省级核实予以销号。",
            )
        )
    if facts.silent or any(line.kind in ("returned", "stale") for line in facts.exceptions):
        steps.append(
            (
                "next.reporting",
                "规范填报保质量。按月更新进展，没有变化的也要如实报告；"
                "佐证材料随里程碑办结一并上传，退回的材料及时补正重报。",
            )
        )
    many = len(steps) > 1
    return tuple(
        Paragraph(key, "next", "", f"{ORDINALS[index]}是{words}" if many else words)
        for index, (key, words) in enumerate(steps)
    )

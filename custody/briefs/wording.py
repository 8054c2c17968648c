"""The words of a brief, drafted from the facts by rules; whoever edits the brief may change them.

Pure: facts in, paragraphs out. Every figure in a sentence is one of the facts, or a count, sum or
difference of them. Regions are named in the order of the notice: a brief does not rank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from custody.dashboard.rules import (
    BatchFacts,
    Cell,
    CurvePoint,
    Exception_,
    ProgrammeFacts,
    RegionFacts,
)
from custody.milestones.rules import LIGHTS, Light, Stage

ORDINALS = "一二三四五六七八九十"
NAMED = 8
"""Longer lists of regions are not spelled out in a sentence; the table has them all."""
TOLD = 6
"""So many late regions are described one by one."""
AHEAD_DAYS = 30

SECTIONS = {
    "overall": "总体情况",
    "progress": "分批进展",
    "problems": "存在问题",
    "next": "下一步打算",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    key: str
    """Stable name, under which an edited text is kept: «progress.2»."""
    section: str
    """One of SECTIONS."""
    heading: str
    """Of the second level, without its number; empty for none."""
    text: str
    """Lines become paragraphs of their own."""


def section_headings(scope_kind: str) -> dict[str, str]:
    """The four headings; a single region has milestones instead of batches."""
    return {**SECTIONS, "progress": "里程碑进展"} if scope_kind == "region" else dict(SECTIONS)


def title(facts: ProgrammeFacts) -> str:
    place = "全省" if facts.scope_kind == "province" else facts.scope_name
    return f"关于{place}整区能源费用托管工作进展情况的通报"


def paragraphs(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    if not facts.regions:
        return _without_regions(facts)
    if facts.scope_kind == "region" and len(facts.regions) == 1:
        return _of_region(facts, facts.regions[0])
    return (
        *_overall(facts),
        *_by_batch(facts),
        *_problems(facts),
        *_next_steps(facts),
    )


def on_track(regions: Sequence[RegionFacts]) -> int:
    """Regions neither in warning nor late: what is near its date still keeps it."""
    return sum(region.light not in (Light.YELLOW, Light.RED) for region in regions)


# --- words for figures ------------------------------------------------------------------------


def day_words(day: date, as_of: date) -> str:
    year = "" if day.year == as_of.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def percent_words(value: float) -> str:
    return f"{value:.1f}%"


def compared(actual: float, expected: float) -> str:
    """How a percentage stands against the plan; judged on the figures as printed."""
    gap = round(round(actual, 1) - round(expected, 1), 1)
    if gap == 0:
        return "与计划持平"
    return f"{'高于' if gap > 0 else '低于'}计划{abs(gap):.1f}个百分点"


def names(regions: Sequence[RegionFacts], limit: int = NAMED) -> str:
    """「宜兴市、张家港市」; beyond the limit the first few and 等."""
    listed = [region.name for region in regions]
    return "、".join(listed) if len(listed) <= limit else "、".join(listed[:3]) + "等"


def _standing(regions: Sequence[RegionFacts]) -> str:
    """「10个进展正常（含临近到期3个）、5个滞后」, or 「均进展正常」 when all are alike."""
    count = {light: sum(region.light is light for region in regions) for light in LIGHTS}
    fine, near, total = on_track(regions), count[Light.BLUE], len(regions)
    kinds = [("进展正常", fine), ("预警", count[Light.YELLOW]), ("滞后", count[Light.RED])]
    there = [(word, number) for word, number in kinds if number]
    if len(there) == 1:
        word = there[0][0]
        hint = f"，{near}个有里程碑临近到期" if near and word == "进展正常" and total > 1 else ""
        alike = "均" if total > 1 else ""
        return f"{alike}{word}{hint}" if word == "进展正常" else f"{alike}为{word}状态"
    parts = [
        f"{number}个{word}" + (f"（含临近到期{near}个）" if word == "进展正常" and near else "")
        for word, number in there
    ]
    return "、".join(parts)


def _point(facts: ProgrammeFacts) -> CurvePoint | None:
    known = [p for p in facts.curve if p.on <= facts.as_of and p.actual is not None]
    return max(known, key=lambda point: point.on, default=None)


def _end(facts: ProgrammeFacts) -> CurvePoint | None:
    """The last forecast that is not later than the deadline."""
    known = [
        p for p in facts.curve if p.forecast is not None and facts.as_of < p.on <= facts.deadline
    ]
    return max(known, key=lambda point: point.on, default=None)


# --- province and city ------------------------------------------------------------------------


def _without_regions(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    day = day_words(facts.as_of, facts.as_of)
    return (
        Paragraph(
            "overall.1",
            "overall",
            "",
            f"截至{day}，{facts.scope_name}尚无地区列入整区能源费用托管名单，暂无进展情况。",
        ),
    )


def _overall(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    count = len(facts.regions)
    whole = "全省" if facts.scope_kind == "province" else facts.scope_name
    batches = "、".join(f"{batch.name}{batch.regions}个" for batch in facts.batches)
    among = f"，其中{batches}" if len(facts.batches) > 1 else ""
    belongs = f"，为{facts.batches[0].name}" if len(facts.batches) == 1 else ""
    done = sum(batch.done for batch in facts.batches)
    reached = f"，{done}个已达到年度目标" if done else ""
    standing = _standing(facts.regions)
    alike = not standing[0].isdigit()
    who = "" if count == 1 else f"{count}个地区" if alike else f"{count}个地区中，"
    deadline = day_words(facts.deadline, facts.as_of)
    if facts.days_left > 0:
        left = f"距{deadline}完成时限还有{facts.days_left}天"
    elif facts.days_left == 0:
        left = "今日为年度完成时限"
    else:
        left = f"{deadline}完成时限已过"
    first = (
        f"根据《{facts.notice_title}》安排，{whole}共有{count}个地区推进整区能源费用托管"
        f"（以下简称“整区托管”）{among}{belongs}。"
        f"截至{day_words(facts.as_of, facts.as_of)}，{left}；"
        f"{who}{standing}{reached}。"
    )
    second = _progress_words(facts)
    found = [Paragraph("overall.1", "overall", "", first)]
    if second:
        found.append(Paragraph("overall.2", "overall", "", second))
    return tuple(found)


def _progress_words(facts: ProgrammeFacts) -> str:
    here, end = _point(facts), _end(facts)
    if here is None or here.actual is None:
        return ""
    words = (
        f"从总体进度看，按计划应办结全部里程碑的{percent_words(here.planned)}，"
        f"实际办结{percent_words(here.actual)}，{compared(here.actual, here.planned)}。"
    )
    if end is not None and end.forecast is not None and end.forecast > 0:
        words += (
            f"按各地填报的预计日期测算，到{day_words(end.on, facts.as_of)}"
            f"可办结{percent_words(end.forecast)}。"
        )
    return words


def _by_batch(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    found = []
    for batch in facts.batches:
        own = [region for region in facts.regions if region.batch == batch.number]
        if own:
            found.append(
                Paragraph(
                    f"progress.{batch.number}",
                    "progress",
                    batch.name if len(facts.batches) > 1 else "",
                    _batch_words(batch, own, facts),
                )
            )
    return tuple(found)


def _batch_words(batch: BatchFacts, own: Sequence[RegionFacts], facts: ProgrammeFacts) -> str:
    count = len(own)
    listed = names(own) if count <= NAMED else ""
    who = f"{listed}{count}个地区" if count > 1 else listed
    words = f"{who}的年度目标是{batch.goal}，时限为{day_words(batch.deadline, facts.as_of)}。"
    if batch.done >= count:
        words += "目前已全部达到年度目标。" if count > 1 else "目前已达到年度目标。"
        return words
    begun = [region for region in own if region.percent > 0]
    if not begun:
        return words + (
            f"截至{day_words(facts.as_of, facts.as_of)}，尚未报送实质性进展，"
            f"按计划平均进度应达{percent_words(batch.expected_percent)}。"
        )
    average = "平均进度" if count > 1 else "进度"
    words += (
        f"目前{average}{percent_words(batch.percent)}，"
        f"按计划应达{percent_words(batch.expected_percent)}，"
        f"{compared(batch.percent, batch.expected_percent)}。"
    )
    if count > 1:
        standing = _standing(own)
        alike = not standing[0].isdigit()
        reached = f"{batch.done}个地区已达到年度目标；" if batch.done else ""
        words += f"{reached}{count}个地区{'' if alike else '中，'}{standing}。"
    return words


def _problems(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    day = day_words(facts.as_of, facts.as_of)
    found = [
        ("problems.late", "部分里程碑逾期", _late_words(facts)),
        ("problems.lag", "部分地区进度落后", _lag_words(facts)),
        ("problems.review", "部分材料退回或待审时间较长", _review_words(facts)),
        ("problems.silent", "部分地区填报不及时", _silent_words(facts)),
    ]
    there = [(key, heading, words) for key, heading, words in found if words]
    if not there:
        return (
            Paragraph(
                "problems.none",
                "problems",
                "",
                f"截至{day}，各地区里程碑均按计划推进，没有逾期、退回事项，本月进展均已填报。",
            ),
        )
    return tuple(
        Paragraph(key, "problems", heading if len(there) > 1 else "", words)
        for key, heading, words in there
    )


def _late_lines(facts: ProgrammeFacts) -> list[Exception_]:
    return [line for line in facts.exceptions if line.kind == "late" and line.days > 0]


def _late_words(facts: ProgrammeFacts) -> str:
    lines = _late_lines(facts)
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
    told = sorted(worst, key=lambda code: -worst[code].days)[:TOLD]
    told.sort(key=lambda code: order.get(code, 0))
    parts = [_late_region(worst[code], len(by_region[code]), facts.as_of) for code in told]
    count = len(by_region)
    words = (
        f"截至{day_words(facts.as_of, facts.as_of)}，共有{count}个地区的{len(lines)}项里程碑逾期"
    )
    if count > len(told):
        return f"{words}。其中逾期时间较长的有：{'；'.join(parts)}。其余地区见表1。"
    return (
        f"{words}：{'；'.join(parts)}。" if count > 1 or len(lines) > 1 else _single(parts, facts)
    )


def _single(parts: Sequence[str], facts: ProgrammeFacts) -> str:
    day = day_words(facts.as_of, facts.as_of)
    return f"截至{day}，有1个地区的1项里程碑逾期：{parts[0]}。"


def _late_region(line: Exception_, count: int, as_of: date) -> str:
    more = f"{count}项逾期，最长的是" if count > 1 else ""
    forecast = ""
    if line.forecast and line.forecast >= as_of:
        forecast = f"，预计{day_words(line.forecast, as_of)}完成"
    elif count == 1:
        forecast = "，尚未明确新的完成日期"
    return f"{line.region_name}{more}“{line.milestone_name}”，逾期{line.days}天{forecast}"


def _lag_words(facts: ProgrammeFacts) -> str:
    late = {line.region_code for line in _late_lines(facts)}
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


def _review_words(facts: ProgrammeFacts) -> str:
    counted = {
        kind: [line for line in facts.exceptions if line.kind == kind]
        for kind in ("returned", "waiting", "stale")
    }
    parts = []
    if returned := counted["returned"]:
        parts.append(f"{len(returned)}项里程碑的材料被退回，尚未补正重报")
    if waiting := counted["waiting"]:
        parts.append(f"{len(waiting)}项已提交的里程碑等待审核，最长已{_longest(waiting)}个工作日")
    if stale := counted["stale"]:
        parts.append(f"{len(stale)}项在办里程碑较长时间没有更新，最长已{_longest(stale)}天")
    return "；".join(parts) + "。" if parts else ""


def _longest(lines: Sequence[Exception_]) -> int:
    return max(line.days for line in lines)


def _silent_words(facts: ProgrammeFacts) -> str:
    count = len(facts.silent)
    if not count:
        return ""
    month = f"{facts.as_of.month}月"
    if count == len(facts.regions) and count > 1:
        return f"{count}个地区{month}均未更新进展，也未报告“本月无变化”。"
    who = names(facts.silent) + (f"{count}个地区" if count > 1 else "")
    return f"{who}{month}尚未更新进展，也未报告“本月无变化”。"


def _upcoming(facts: ProgrammeFacts) -> list[Cell]:
    until = facts.as_of + timedelta(days=AHEAD_DAYS)
    return [
        cell
        for region in facts.regions
        for cell in region.cells
        if cell.planned and facts.as_of <= cell.planned <= until and not cell.status.settled
    ]


def _next_steps(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    steps: list[tuple[str, str]] = []
    late, upcoming = _late_lines(facts), _upcoming(facts)
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


# --- one region -------------------------------------------------------------------------------


def _of_region(facts: ProgrammeFacts, region: RegionFacts) -> tuple[Paragraph, ...]:
    return (
        Paragraph("overall.1", "overall", "", _region_overall(facts, region)),
        *_region_progress(facts, region),
        *_problems_of_region(facts, region),
        *_next_steps(facts),
    )


def _region_overall(facts: ProgrammeFacts, region: RegionFacts) -> str:
    batch = next((b for b in facts.batches if b.number == region.batch), None)
    day = day_words(facts.as_of, facts.as_of)
    words = f"根据《{facts.notice_title}》安排，"
    if batch:
        words += (
            f"{region.name}属于{batch.name}，年度目标是{batch.goal}，"
            f"时限为{day_words(batch.deadline, facts.as_of)}。"
        )
    else:
        words += f"{region.name}推进整区能源费用托管。"
    if region.stage is Stage.DONE or (batch and batch.done >= 1):
        if region.stage is Stage.DONE:
            return words + f"截至{day}，各阶段工作已全部完成。"
        return words + f"截至{day}，已达到年度目标，当前处于{region.stage_label}阶段。"
    words += (
        f"截至{day}，处于{region.stage_label}阶段，"
        f"本阶段{region.total}项里程碑已办结{region.done}项"
    )
    if region.expected_percent or region.percent:
        words += (
            f"，进度{percent_words(region.percent)}，"
            f"按计划应达{percent_words(region.expected_percent)}，"
            f"{compared(region.percent, region.expected_percent)}"
        )
    words += f"；总体判断为“{region.light.meaning}”"
    if facts.days_left > 0:
        words += f"，距年度时限还有{facts.days_left}天"
    return words + "。"


def _region_progress(facts: ProgrammeFacts, region: RegionFacts) -> tuple[Paragraph, ...]:
    dated = [cell for cell in region.cells if cell.planned]
    settled = [cell for cell in dated if cell.status.settled]
    open_ones = [cell for cell in dated if not cell.status.settled]
    lines = []
    if settled:
        last = max(settled, key=lambda cell: (cell.actual or date.min, cell.code))
        when = f"（{day_words(last.actual, facts.as_of)}）" if last.actual else ""
        lines.append(f"列入计划的里程碑已办结{len(settled)}项，最近一项是“{last.name}”{when}。")
    elif dated:
        lines.append(f"列入计划的{len(dated)}项里程碑均未办结。")
    else:
        lines.append("尚未制定里程碑计划。")
    coming = region.next_cell
    if coming is not None and coming.planned:
        due = day_words(coming.planned, facts.as_of)
        lines.append(
            f"下一项是“{coming.name}”，计划{due}完成，目前{coming.status.label}，"
            f"完成比例{coming.percent}%。"
            + (
                f"预计{day_words(coming.forecast, facts.as_of)}完成。"
                if coming.forecast and coming.forecast != coming.planned
                else ""
            )
        )
    waiting = [cell for cell in open_ones if cell.status.awaiting]
    if waiting:
        listed = "、".join(f"“{cell.name}”" for cell in waiting)
        lines.append(f"{listed}{len(waiting)}项已提交，正在等待审核。")
    return (Paragraph("progress.region", "progress", "", "".join(lines)),)


def _problems_of_region(facts: ProgrammeFacts, region: RegionFacts) -> tuple[Paragraph, ...]:
    lines = _late_lines(facts)
    parts = [
        f"“{line.milestone_name}”逾期{line.days}天"
        + (
            f"（预计{day_words(line.forecast, facts.as_of)}完成）"
            if line.forecast and line.forecast >= facts.as_of
            else "（尚未明确新的完成日期）"
        )
        for line in sorted(lines, key=lambda line: (line.due or date.max, line.milestone_code))
    ]
    words = []
    if parts:
        words.append(f"有{len(parts)}项里程碑逾期：{'；'.join(parts)}。")
    elif lag := _lag_words(facts):
        words.append(lag)
    words += [more for more in (_review_words(facts), _silent_words(facts)) if more]
    if not words:
        words = [f"截至{day_words(facts.as_of, facts.as_of)}，没有逾期、退回或未填报的事项。"]
    return (Paragraph("problems.region", "problems", "", "".join(words)),)


# --- notes ------------------------------------------------------------------------------------


def lights_note() -> str:
    """The line below a table: what the shapes mean."""
    return "注：○未到期；●正常；◆临期；▲预警，逾期或落后于计划；■滞后，逾期较久或落后较多。"


def caveats(facts: ProgrammeFacts) -> tuple[str, ...]:
    """What a reader must know about the data."""
    found = [
        f"本简报数据由各地区填报，经设区市审核、省级核实的里程碑计为办结；"
        f"数据截至{facts.as_of.year}年{facts.as_of.month}月{facts.as_of.day}日。"
    ]
    if facts.silent:
        found.append(f"{len(facts.silent)}个地区本月尚未填报，其进度为此前填报数。")
    if facts.demo:
        found.append("本件为演示数据，不反映真实情况，不得作为工作依据。")
    return tuple(found)

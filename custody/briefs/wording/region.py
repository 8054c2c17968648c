"""The words on a single region."""

from __future__ import annotations

from datetime import date

from custody.briefs.changes import Changes
from custody.briefs.facts import More
from custody.briefs.wording.energy import savings
from custody.briefs.wording.matters import matters
from custody.briefs.wording.places import besides
from custody.briefs.wording.problems import (
    lag_words,
    late_lines,
    late_milestone,
    next_steps,
    orders_words,
    review_words,
    silent_words,
)
from custody.briefs.wording.sentences import Paragraph, compared, day_words, percent_words
from custody.dashboard.rules import ProgrammeFacts, RegionFacts
from custody.milestones.rules import Stage


def of_region(
    facts: ProgrammeFacts, region: RegionFacts, more: More, changes: Changes | None
) -> tuple[Paragraph, ...]:
    return (
        Paragraph("overall.1", "overall", "", region_overall(facts, region)),
        *besides(facts, more, changes),
        *_region_progress(facts, region),
        *savings(facts, more),
        *_problems_of_region(facts, more),
        *next_steps(facts),
        *matters(facts, more),
    )


def region_overall(facts: ProgrammeFacts, region: RegionFacts) -> str:
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
                if coming.forecast
                and coming.forecast != coming.planned
                and coming.forecast >= facts.as_of
                else ""
            )
        )
    waiting = [cell for cell in open_ones if cell.status.awaiting]
    if waiting:
        listed = "、".join(f"“{cell.name}”" for cell in waiting)
        lines.append(f"{listed}{len(waiting)}项已提交，正在等待审核。")
    return (Paragraph("progress.region", "progress", "", "".join(lines)),)


def _problems_of_region(facts: ProgrammeFacts, more: More) -> tuple[Paragraph, ...]:
    lines = late_lines(facts)
    parts = [
        late_milestone(line, facts.as_of)
        for line in sorted(lines, key=lambda line: (line.due or date.max, line.milestone_code))
    ]
    words = []
    if parts:
        words.append(f"有{len(parts)}项里程碑逾期：{'；'.join(parts)}。")
    elif lag := lag_words(facts):
        words.append(lag)
    words += [told for told in (review_words(facts), silent_words(facts)) if told]
    if not words:
        words = [f"截至{day_words(facts.as_of, facts.as_of)}，没有逾期、退回或未填报的事项。"]
    words.append(orders_words(facts, more))
    return (Paragraph("problems.region", "problems", "", "".join(words)),)

"""The words on a province or a city: 总体情况, 分批进展."""

from __future__ import annotations

from collections.abc import Sequence

from custody.briefs.changes import Changes
from custody.briefs.facts import More
from custody.briefs.wording.ahead import ahead_words
from custody.briefs.wording.energy import contracts_words
from custody.briefs.wording.sentences import (
    NAMED,
    Paragraph,
    compared,
    day_words,
    last_forecast,
    latest_point,
    listed,
    names,
    percent_words,
    standing,
)
from custody.briefs.wording.since import since_words
from custody.dashboard.rules import BatchFacts, ProgrammeFacts, RegionFacts


def without_regions(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    day = day_words(facts.as_of, facts.as_of)
    return (
        Paragraph(
            "overall.1",
            "overall",
            "",
            f"截至{day}，{facts.scope_name}尚无地区列入整区能源费用托管名单，暂无进展情况。",
        ),
    )


def overall(facts: ProgrammeFacts) -> tuple[Paragraph, ...]:
    count = len(facts.regions)
    whole = "全省" if facts.scope_kind == "province" else facts.scope_name
    batches = "、".join(f"{batch.name}{batch.regions}个" for batch in facts.batches)
    among = f"，其中{batches}" if len(facts.batches) > 1 else ""
    belongs = f"，为{facts.batches[0].name}" if len(facts.batches) == 1 else ""
    done = sum(batch.done for batch in facts.batches)
    reached = f"，{done}个已达到年度目标" if done else ""
    state = standing(facts.regions)
    alike = not state[0].isdigit()
    who = "目前" if count == 1 else f"{count}个地区" if alike else f"{count}个地区中，"
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
        f"{who}{state}{reached}。"
    )
    second = _progress_words(facts)
    found = [Paragraph("overall.1", "overall", "", first)]
    if second:
        found.append(Paragraph("overall.2", "overall", "", second))
    return tuple(found)


def besides(facts: ProgrammeFacts, more: More, changes: Changes | None) -> tuple[Paragraph, ...]:
    """What stands in 总体情况 after the progress: the outlook, the change, the contracts."""
    found = (
        ("overall.ahead", ahead_words(facts, more)),
        ("overall.since", since_words(changes, facts.as_of)),
        ("overall.contracts", contracts_words(facts, more)),
    )
    return tuple(Paragraph(key, "overall", "", words) for key, words in found if words)


def _progress_words(facts: ProgrammeFacts) -> str:
    here, end = latest_point(facts), last_forecast(facts)
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


def by_batch(facts: ProgrammeFacts, more: More) -> tuple[Paragraph, ...]:
    found = []
    for batch in facts.batches:
        own = [region for region in facts.regions if region.batch == batch.number]
        if own:
            found.append(
                Paragraph(
                    f"progress.{batch.number}",
                    "progress",
                    batch.name if len(facts.batches) > 1 else "",
                    _batch_words(batch, own, facts) + _ranked_words(own, more),
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
    average = "平均进度" if count > 1 else "进度"
    begun = [region for region in own if region.percent > 0]
    if not begun:
        return words + (
            f"截至{day_words(facts.as_of, facts.as_of)}，尚未报送实质性进展，"
            f"按计划{average}应达{percent_words(batch.expected_percent)}。"
        )
    words += (
        f"目前{average}{percent_words(batch.percent)}，"
        f"按计划应达{percent_words(batch.expected_percent)}，"
        f"{compared(batch.percent, batch.expected_percent)}。"
    )
    if count > 1:
        state = standing(own)
        alike = not state[0].isdigit()
        reached = f"{batch.done}个地区已达到年度目标；" if batch.done else ""
        words += f"{reached}{count}个地区{'' if alike else '中，'}{state}。"
    return words


RANKED = 3


def _ranked_words(own: Sequence[RegionFacts], more: More) -> str:
    """Only where the office asked for a ranking, and where there are enough to rank."""
    if not more.ranked or len(own) < 2 * RANKED:
        return ""
    order = sorted(own, key=lambda region: (-region.percent, region.seq))
    first = listed([region.name for region in order[:RANKED]])
    last = listed([region.name for region in order[-RANKED:]])
    return f"进度居前的是{first}，居后的是{last}。"

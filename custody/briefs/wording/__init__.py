"""The words of a brief, drafted from the facts by rules; whoever edits the brief may change them.

Pure: facts in, paragraphs out. Every figure in a sentence is one of the facts, or a count, sum or
difference of them. Regions are named in the order of the notice: a brief does not rank.
"""

from __future__ import annotations

from custody.briefs.changes import Changes
from custody.briefs.facts import More
from custody.briefs.rules import period_words
from custody.briefs.wording.energy import energy_caveats, savings
from custody.briefs.wording.fields import fields
from custody.briefs.wording.matters import matters
from custody.briefs.wording.places import besides, by_batch, overall, without_regions
from custody.briefs.wording.problems import AHEAD_DAYS, TOLD, next_steps, problems
from custody.briefs.wording.region import of_region
from custody.briefs.wording.sentences import (
    NAMED,
    ORDINALS,
    Paragraph,
    day_words,
    on_track,
    percent_words,
)
from custody.dashboard.rules import ProgrammeFacts

__all__ = [
    "AHEAD_DAYS",
    "NAMED",
    "ORDINALS",
    "SECTIONS",
    "TOLD",
    "Paragraph",
    "caveats",
    "day_words",
    "fields",
    "lights_note",
    "on_track",
    "paragraphs",
    "percent_words",
    "section_headings",
    "title",
]

SECTIONS = {
    "overall": "总体情况",
    "progress": "分批进展",
    "savings": "节能成效",
    "problems": "存在问题",
    "next": "下一步打算",
    "matters": "需要协调的事项",
}


def section_headings(scope_kind: str) -> dict[str, str]:
    """A single region has milestones instead of batches."""
    return {**SECTIONS, "progress": "里程碑进展"} if scope_kind == "region" else dict(SECTIONS)


def title(facts: ProgrammeFacts, period: str = "") -> str:
    """关于2026年11月全省…; a brief of any day says 截至 in its first sentence."""
    place = "全省" if facts.scope_kind == "province" else facts.scope_name
    return f"关于{place}{period_words(period)}整区能源费用托管工作进展情况的通报"


_NOTHING_MORE = More()


def paragraphs(
    facts: ProgrammeFacts, more: More = _NOTHING_MORE, changes: Changes | None = None
) -> tuple[Paragraph, ...]:
    if not facts.regions:
        return without_regions(facts)
    if facts.scope_kind == "region" and len(facts.regions) == 1:
        return of_region(facts, facts.regions[0], more, changes)
    return (
        *overall(facts),
        *besides(facts, more, changes),
        *by_batch(facts, more),
        *savings(facts, more),
        *problems(facts, more),
        *next_steps(facts),
        *matters(facts, more),
    )


def lights_note() -> str:
    """The line below a table: what the shapes mean."""
    return "注：○未到期；●正常；◆临期；▲预警，逾期或落后于计划；■滞后，逾期较久或落后较多。"


def caveats(facts: ProgrammeFacts, more: More = _NOTHING_MORE) -> tuple[str, ...]:
    """What a reader must know about the data."""
    found = [
        f"本简报数据由各地区填报，经设区市审核、省级核实的里程碑计为办结；"
        f"数据截至{facts.as_of.year}年{facts.as_of.month}月{facts.as_of.day}日。"
    ]
    if facts.silent:
        found.append(f"{len(facts.silent)}个地区本月尚未填报，其进度为此前填报数。")
    found += energy_caveats(facts, more)
    if more.ahead is not None and facts.days_left > 0:
        found.append("按期达到目标的可能性为模型测算结果，随进展变化，不代表承诺。")
    if facts.demo:
        found.append("本件为演示数据，不反映真实情况，不得作为工作依据。")
    return tuple(found)

"""需要协调的事项: drafted from the facts, only where there is something to decide."""

from __future__ import annotations

from custody.briefs.facts import More
from custody.briefs.wording.ahead import SLIGHT, slight
from custody.briefs.wording.problems import late_lines
from custody.briefs.wording.sentences import ORDINALS, Paragraph, coming, listed
from custody.dashboard.rules import ProgrammeFacts
from custody.milestones.rules import Light


def matters(facts: ProgrammeFacts, more: More) -> tuple[Paragraph, ...]:
    found = [
        ("matters.dates", _dates(facts)),
        ("matters.orders", _orders(more)),
        ("matters.goal", _goal(facts, more)),
    ]
    there = [(key, words) for key, words in found if words]
    many = len(there) > 1
    return tuple(
        Paragraph(key, "matters", "", f"{ORDINALS[index]}是{words}" if many else words)
        for index, (key, words) in enumerate(there)
    )


def matters_in_short(facts: ProgrammeFacts, more: More) -> list[str]:
    """For the single page: what is to be decided, without ordinals."""
    return [words for words in (_dates(facts), _orders(more), _goal(facts, more)) if words]


def _dates(facts: ProgrammeFacts) -> str:
    """Long late, and nobody has said when."""
    lost = [
        line
        for line in late_lines(facts)
        if line.light is Light.RED and not line.submitted and not coming(line, facts.as_of)
    ]
    if not lost:
        return ""
    names = [
        region.name
        for region in facts.regions
        if any(line.region_code == region.code for line in lost)
    ]
    who = "" if facts.scope_kind == "region" else listed(names)
    many = f"{len(names)}个地区" if len(names) > 1 else ""
    return (
        f"明确完成时限。{who}{many}{'的' if who else '有'}{len(lost)}项滞后里程碑没有新的完成日期，"
        "建议请当地政府明确责任领导，限期提出完成时间。"
    )


def _orders(more: More) -> str:
    silent = [order for order in more.orders if order.escalated]
    if not silent:
        return ""
    told = listed([f"{order.region_name}（{order.number}）" for order in silent])
    return (
        f"约谈督办未反馈的地区。{told}{len(silent)}件督办单逾期未反馈、已提级督办，"
        "建议约谈有关部门负责人。"
    )


def _goal(facts: ProgrammeFacts, more: More) -> str:
    names = slight(facts, more)
    if not names:
        return ""
    odds = f"按期达到年度目标的可能性低于{SLIGHT * 100:.0f}%"
    if facts.scope_kind == "region":
        return f"研究年度目标。经测算，{odds}，建议研究增派力量或者调整完成时限。"
    many = f"{len(names)}个地区" if len(names) > 1 else ""
    return (
        f"研究年度目标。经测算，{listed(names)}{many}{odds}，"
        "建议逐一会商，研究增派力量或者调整完成时限。"
    )

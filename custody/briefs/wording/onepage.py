"""领导一页纸: the few sentences of the single page; its tables say the rest."""

from __future__ import annotations

from custody.briefs.changes import Changes
from custody.briefs.facts import More
from custody.briefs.rules import period_words
from custody.briefs.wording.energy import contracts_words, savings
from custody.briefs.wording.matters import matters_in_short
from custody.briefs.wording.places import without_regions
from custody.briefs.wording.region import region_overall
from custody.briefs.wording.sentences import (
    Paragraph,
    compared,
    day_words,
    latest_point,
    percent_words,
    standing,
)
from custody.briefs.wording.since import since_words
from custody.dashboard.rules import ProgrammeFacts

SECTIONS = {
    "page_headline": "总体判断",
    "page_money": "合同与节能",
    "page_since": "较上期变化",
    "page_matters": "提请领导研究的事项",
}
MATTERS = 3


def title(facts: ProgrammeFacts, period: str = "") -> str:
    place = "全省" if facts.scope_kind == "province" else facts.scope_name
    return f"{place}{period_words(period)}整区能源费用托管进展情况"


def paragraphs(facts: ProgrammeFacts, more: More, changes: Changes | None) -> tuple[Paragraph, ...]:
    if not facts.regions:
        return tuple(
            Paragraph(one.key, "page_headline", "", one.text) for one in without_regions(facts)
        )
    found = [
        Paragraph("page.headline", "page_headline", "", _headline(facts)),
        Paragraph("page.contracts", "page_money", "", contracts_words(facts, more)),
        Paragraph("page.savings", "page_money", "", _savings(facts, more)),
        Paragraph("page.since", "page_since", "", since_words(changes, facts.as_of)),
        *(
            Paragraph(f"page.matters.{number}", "page_matters", "", words)
            for number, words in enumerate(matters_in_short(facts, more)[:MATTERS], 1)
        ),
    ]
    return tuple(one for one in found if one.text)


def _headline(facts: ProgrammeFacts) -> str:
    if facts.scope_kind == "region":
        words = region_overall(facts, facts.regions[0])
        return words.partition("安排，")[2] or words
    count = len(facts.regions)
    state = standing(facts.regions)
    alike = not state[0].isdigit()
    who = f"{count}个地区" + ("" if alike else "中，")
    done = sum(batch.done for batch in facts.batches)
    reached = f"，{done}个已达到年度目标" if done else ""
    words = f"截至{day_words(facts.as_of, facts.as_of)}，{who}{state}{reached}"
    here = latest_point(facts)
    if here is not None and here.actual is not None:
        words += (
            f"；里程碑实际办结{percent_words(here.actual)}，{compared(here.actual, here.planned)}"
        )
    if facts.days_left > 0:
        deadline = day_words(facts.deadline, facts.as_of)
        words += f"；距{deadline}完成时限还有{facts.days_left}天"
    return f"{words}。"


def _savings(facts: ProgrammeFacts, more: More) -> str:
    return next((one.text for one in savings(facts, more)), "")

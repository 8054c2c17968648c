"""The words on the end of the year: how many regions are expected in time, and how sure that is."""

from __future__ import annotations

from custody.briefs.facts import BatchAhead, More
from custody.briefs.wording.sentences import day_words
from custody.dashboard.rules import ProgrammeFacts

SLIGHT = 0.2
"""Below it a region is named among those that hardly make it (our choice)."""


def ahead_words(facts: ProgrammeFacts, more: More) -> str:
    """Empty where nothing is left to be foreseen, or nothing can be."""
    if more.ahead is None or facts.days_left <= 0:
        return ""
    if facts.scope_kind == "region":
        return _of_region(facts, more)
    open_ones = [one for one in more.ahead.batches if one.settled < one.regions]
    told = [one for one in open_ones if one.regions > one.unknown]
    if not told:
        return ""
    many = len(more.ahead.batches) > 1
    parts = "；".join(_batch(one, named=many) for one in told)
    unknown = sum(one.unknown for one in open_ones)
    rest = f"另有{unknown}个地区资料不足，未计入测算。" if unknown else ""
    return f"按里程碑工期模拟测算，到{_deadline(facts)}，{parts}。{rest}"


def _deadline(facts: ProgrammeFacts) -> str:
    return day_words(facts.deadline, facts.as_of)


def _batch(one: BatchAhead, *, named: bool) -> str:
    known = one.regions - one.unknown
    who = f"{one.name}{known}个" if named else f"{known}个地区"
    if known == 1:
        return f"{who}按期达到年度目标的可能性为{one.expected * 100:.0f}%"
    return f"{who}中预计{one.expected:.1f}个按期达到年度目标（八成可能为{range_words(one)}）"


def expected_words(one: BatchAhead) -> str:
    """1.3个（八成可能0至2个）, for a table; empty where nothing can be told."""
    known = one.regions - one.unknown
    if not known:
        return ""
    if known == 1:
        return f"可能性{one.expected * 100:.0f}%"
    return f"{one.expected:.1f}个（八成可能{range_words(one)}）"


def range_words(one: BatchAhead) -> str:
    return f"{one.low}个" if one.low == one.high else f"{one.low}至{one.high}个"


def _of_region(facts: ProgrammeFacts, more: More) -> str:
    assert more.ahead is not None
    own = more.ahead.of(facts.scope_code)
    if own is None or own.settled or own.probability is None:
        return ""
    half = f"，一半可能不晚于{day_words(own.half, facts.as_of)}" if own.half else ""
    return f"按里程碑工期模拟测算，到{_deadline(facts)}达到年度目标的可能性{odds_in_words(own.words)}{half}。"


def odds_in_words(words: str) -> str:
    """为63%; in a sentence <1% is 低于1%."""
    if words[0] in "<>":
        return f"{'低于' if words[0] == '<' else '高于'}{words[1:]}"
    return f"为{words}"


def slight(facts: ProgrammeFacts, more: More) -> list[str]:
    """Names of the regions that hardly make it, in the order of the notice."""
    if more.ahead is None or facts.days_left <= 0:
        return []
    codes = {
        one.code
        for one in more.ahead.regions
        if one.probability is not None and not one.settled and one.probability < SLIGHT
    }
    return [region.name for region in facts.regions if region.code in codes]

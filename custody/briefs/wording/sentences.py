"""What all drafted words share: the shape of a paragraph, figures and days in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from custody.dashboard.rules import CurvePoint, Exception_, ProgrammeFacts, RegionFacts
from custody.milestones.rules import LIGHTS, Light

ORDINALS = "一二三四五六七八九十"
NAMED = 8
"""Longer lists of regions are not spelled out in a sentence; the table has them all."""


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


def on_track(regions: Sequence[RegionFacts]) -> int:
    """Regions neither in warning nor late: what is near its date still keeps it."""
    return sum(region.light not in (Light.YELLOW, Light.RED) for region in regions)


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
    return listed([region.name for region in regions], limit)


def listed(words: Sequence[str], limit: int = NAMED) -> str:
    return "、".join(words) if len(words) <= limit else "、".join(words[:3]) + "等"


def standing(regions: Sequence[RegionFacts]) -> str:
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


def latest_point(facts: ProgrammeFacts) -> CurvePoint | None:
    known = [p for p in facts.curve if p.on <= facts.as_of and p.actual is not None]
    return max(known, key=lambda point: point.on, default=None)


def last_forecast(facts: ProgrammeFacts) -> CurvePoint | None:
    """The last forecast that is not later than the deadline."""
    known = [
        p for p in facts.curve if p.forecast is not None and facts.as_of < p.on <= facts.deadline
    ]
    return max(known, key=lambda point: point.on, default=None)


def coming(line: Exception_, as_of: date) -> bool:
    """Is there a forecast, and has it not passed itself?"""
    return bool(line.forecast and line.forecast >= as_of)

"""The base quantity of Chinese custody contracts, from one to three complete years.

First six tests of comparability, then for three years: steadily changing → the latest year; all within
the threshold of their mean → the mean; else the mean, flagged for a decision by people. Sources:
JS/T 301 §4.3 (falling → latest year, within ±10 % → mean of three years);《山东省公共建筑节能改造节能量
核定办法》§4.0.2 (rising → latest year, too), hence the switch. Money is treated by the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise


class Change(StrEnum):
    """What may make the years of a base period incomparable."""

    ADDED = "added"
    CLOSED = "closed"
    ENVELOPE = "envelope"
    EQUIPMENT = "equipment"
    OCCUPANCY = "occupancy"
    METERING = "metering"

    @property
    def label(self) -> str:
        return _TESTS[self]


_TESTS = {
    Change.ADDED: "新增建筑或区域投用",
    Change.CLOSED: "建筑或区域停用",
    Change.ENVELOPE: "围护结构或系统改造",
    Change.EQUIPMENT: "主要用能设备更换",
    Change.OCCUPANCY: "用能人数或业务量重大变化",
    Change.METERING: "计量统计口径变化",
}


class Answer(StrEnum):
    NO = "no"
    """Did not happen."""
    EXPLAINED = "explained"
    """Happened, and can be reckoned with."""
    YES = "yes"
    UNKNOWN = "unknown"


class Comparability(StrEnum):
    COMPARABLE = "comparable"
    WITH_NOTE = "with_note"
    INCOMPARABLE = "incomparable"
    UNDECIDABLE = "undecidable"

    @property
    def label(self) -> str:
        return _OUTCOMES[self]


_OUTCOMES = {
    Comparability.COMPARABLE: "可比",
    Comparability.WITH_NOTE: "可比但须说明",
    Comparability.INCOMPARABLE: "不可比（基准仅供参考，待重定）",
    Comparability.UNDECIDABLE: "无从判断",
}


def comparability(answers: Mapping[Change, Answer]) -> Comparability:
    """One test that fails decides; then one that nobody can answer; a test left out is unanswered."""
    given = [answers.get(test, Answer.UNKNOWN) for test in Change]
    if Answer.YES in given:
        return Comparability.INCOMPARABLE
    if Answer.UNKNOWN in given:
        return Comparability.UNDECIDABLE
    if Answer.EXPLAINED in given:
        return Comparability.WITH_NOTE
    return Comparability.COMPARABLE


class Rule(StrEnum):
    ONLY_YEAR = "only_year"
    LATEST = "latest"
    MEAN = "mean"
    MEAN_FLAGGED = "mean_flagged"

    @property
    def label(self) -> str:
        return _RULES[self]


_RULES = {
    Rule.ONLY_YEAR: "仅有一年，取该年",
    Rule.LATEST: "逐年变化，取最近一年",
    Rule.MEAN: "波动在允许范围内，取各年平均",
    Rule.MEAN_FLAGGED: "波动超出允许范围，暂取各年平均，须人工确认",
}


@dataclass(frozen=True, slots=True)
class Policy:
    threshold: Decimal = Decimal("0.10")
    increasing_uses_latest: bool = False
    """Whether steadily rising years count like falling ones (the text of Shandong)."""


@dataclass(frozen=True, slots=True)
class Base:
    value: Decimal
    """Not rounded; the caller rounds to the unit of the contract."""
    rule: Rule
    mean: Decimal
    fluctuation: tuple[Decimal, ...]
    """Each year's (x − mean)/mean; 0 where the mean is."""
    formula: str

    @property
    def flagged(self) -> bool:
        return self.rule is Rule.MEAN_FLAGGED


def base_quantity(years: Sequence[Decimal], policy: Policy | None = None) -> Base:
    """`years`: one to three complete years, oldest first, not negative. ValueError for anything else."""
    policy = policy or Policy()
    if not 1 <= len(years) <= 3:
        raise ValueError("one to three base years")
    if any(not one.is_finite() or one < 0 for one in years):
        raise ValueError("a year's quantity is not negative")
    mean = sum(years, Decimal()) / len(years)
    swings = tuple((one - mean) / mean if mean else Decimal() for one in years)
    rule = _rule(years, swings, policy)
    value = years[-1] if rule in (Rule.ONLY_YEAR, Rule.LATEST) else mean
    return Base(value, rule, mean, swings, _formula(years, value, rule, swings))


def _rule(years: Sequence[Decimal], swings: Sequence[Decimal], policy: Policy) -> Rule:
    if len(years) == 1:
        return Rule.ONLY_YEAR
    steps = [later - one for one, later in pairwise(years)]
    falling = all(step < 0 for step in steps)
    rising = all(step > 0 for step in steps) and policy.increasing_uses_latest
    if len(years) == 3 and (falling or rising):
        return Rule.LATEST
    widest = max(abs(one) for one in swings)
    return Rule.MEAN if widest <= policy.threshold else Rule.MEAN_FLAGGED


def _formula(
    years: Sequence[Decimal], value: Decimal, rule: Rule, swings: Sequence[Decimal]
) -> str:
    shown = f"{value:.4f}".rstrip("0").rstrip(".")
    if rule is Rule.ONLY_YEAR:
        return f"仅有一个基准年，基准 = {shown}"
    spread = f"各年与平均值相差{_percent(min(swings))}至{_percent(max(swings))}"
    if rule is Rule.LATEST:
        way = "递减" if years[-1] < years[0] else "递增"
        return f"{len(years)}年逐年{way}，取最近一年，基准 = {shown}（{spread}）"
    terms = " + ".join(str(one) for one in years)
    close = "，超出允许范围，须人工确认" if rule is Rule.MEAN_FLAGGED else ""
    return f"({terms}) ÷ {len(years)} = {shown}（{spread}{close}）"


def _percent(share: Decimal) -> str:
    return f"{share * 100:+.1f}%"

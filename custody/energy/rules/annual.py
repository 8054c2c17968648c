"""A year's figures of an institution beside its facts and its monthly bills: where they do not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from custody.energy.rules.doubts import off_by_more, year_differs
from custody.energy.rules.energies import Energy
from custody.energy.rules.limits import Limits
from custody.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an institution for a year."""

    year: int
    floor_area: float | None
    people: float | None
    uses: Mapping[Energy, float] = field(default_factory=dict)
    label: str = ""
    """«现登记» for what the roster says today."""

    @property
    def called(self) -> str:
        return self.label or f"{self.year}年年报"


@dataclass(frozen=True, slots=True)
class Billed:
    """The bills of an energy in a year."""

    months: tuple[float, ...]
    """Use of each month all of whose bills are there."""
    due: int
    """Months that should have bills."""

    @property
    def complete(self) -> bool:
        return bool(self.due) and len(self.months) == self.due


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    words: str
    year: int
    """The later one that is compared."""
    old: float
    new: float
    called: str
    """The later one: «现登记», «2025年年报»."""
    energy: Energy | None = None
    """Of a sum of months."""

    @property
    def doubt(self) -> str:
        """By what a word on it is kept."""
        return f"{self.code}:{self.energy.value}" if self.energy else self.code

    @property
    def digest(self) -> str:
        """Of the figures: others are another doubt."""
        return hashlib.sha256(f"{self.old:.4f}|{self.new:.4f}".encode()).hexdigest()

    @property
    def size(self) -> float:
        return abs(self.new / self.old - 1) if self.old else 1.0


def holds_up(year: int, month: Month) -> bool:
    """Does a doubt about a year's figures stand in the way of a month's report?

    公共机构能源资源消费统计 is reviewed a year at a time (会审: area and people ±10 %, Σ months): the year
    closes with the report of December. The figures of the year come later than that as a
    rule (年报 in the first quarter), so every report from December on waits, which is the first one
    sent after they came, whichever month that is.
    """
    return (month.year, month.number) >= (year, 12)


_FACTS = (
    ("floor_area", "建筑面积", "平方米", "area_change", "新建、扩建或停用"),
    ("people", "用能人数", "人", "people_change", "机构或人员调整"),
)


def changed_facts(rows: Sequence[Told], limits: Limits) -> list[Finding]:
    """Area and headcount that moved by more than the limit from one known year to the next."""
    found = []
    ordered = sorted(rows, key=lambda one: (one.year, bool(one.label)))
    for name, label, unit, limit, cause in _FACTS:
        known = [(one, value) for one in ordered if (value := getattr(one, name)) is not None]
        share = limits.share(limit)
        for (before, old), (after, new) in pairwise(known):
            if off_by_more(old, new, share):
                words = (
                    f"{label}：{after.called}{_figure(new)}{unit}，比{before.called}{_figure(old)}"
                    f"{unit}{_side(new > old)}{abs(new / old - 1):.1%}，超过{_percent(share)}；"
                    f"请核实，确有{cause}的，请在能源基准中登记非常规调整。"
                )
                found.append(Finding(limit, words, after.year, old, new, after.called))
    return found


def unequal_years(
    rows: Sequence[Told], bills: Mapping[tuple[int, Energy], Billed], limits: Limits
) -> list[Finding]:
    """Years whose figure is not the sum of the months; a year with bills missing is not compared."""
    found = []
    share = limits.share("year_sum")
    for one in sorted(rows, key=lambda row: row.year):
        for energy, total in one.uses.items():
            billed = bills.get((one.year, energy))
            if billed is None or not billed.complete:
                continue
            if year_differs(total, billed.months, share):
                added = sum(billed.months)
                words = (
                    f"{energy.label}：{one.called}{_figure(total)}{energy.unit}，逐月账单合计"
                    f"{_figure(added)}{energy.unit}，{_off(total, added)}，超过{_percent(share)}；"
                    "请核对账单和年报，更正有误的一方。"
                )
                found.append(Finding("year_sum", words, one.year, added, total, one.called, energy))
    return found


def _off(total: float, added: float) -> str:
    """How far the year's figure is from the sum of its months."""
    if not added:
        return "账单合计为零"
    return f"相差{abs(total / added - 1):.1%}"


def _side(more: bool) -> str:
    return "增加" if more else "减少"


def _percent(share: float) -> str:
    return f"{share * 100:.4g}%"


def _figure(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")

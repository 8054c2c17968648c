"""Retrofitted area: what contracts and offices report, every square metre counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from custody.targets.rules.projects import bare


class Category(StrEnum):
    """What was retrofitted; the notice's own list first (正文第五条)."""

    COOLING = "cooling"
    LIFT = "lift"
    DATA_CENTRE = "data_centre"
    LIGHTING = "lighting"
    ENVELOPE = "envelope"
    HEATING = "heating"
    SOLAR = "solar"
    METERING = "metering"
    WHOLE = "whole"

    @property
    def label(self) -> str:
        return _CATEGORIES[self]


_CATEGORIES = {
    Category.COOLING: "空调系统",
    Category.LIFT: "电梯",
    Category.DATA_CENTRE: "数据中心",
    Category.LIGHTING: "照明",
    Category.ENVELOPE: "围护结构",
    Category.HEATING: "供热和热水",
    Category.SOLAR: "可再生能源",
    Category.METERING: "能耗监控",
    Category.WHOLE: "综合改造",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A completed measure of a custody contract."""

    id: int
    contract: int
    region: str
    name: str
    area: Decimal
    completed_on: date


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """A confirmed entry of an office."""

    id: int
    area: Decimal
    name: str = ""
    measure: int | None = None
    entry: int | None = None
    """The measure, or the other entry, that it is the same as."""
    gone: bool = False
    """The measure it names is in no contract any more: what became of it nobody knows."""
    replaces: tuple[int, ...] = ()
    """Its earlier versions: a link to one of them is a link to it."""

    @property
    def first(self) -> int:
        """The version it began with."""
        return min(self.id, *self.replaces) if self.replaces else self.id


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the sum: the measure or the entry that is counted."""

    source: str
    """«measure» or «entry»."""
    id: int
    area: Decimal


@dataclass(frozen=True, slots=True)
class Counted:
    parts: tuple[Part, ...]
    left_out: Mapping[int, str]
    """Entry id → why its area is not in the sum."""

    @property
    def total(self) -> Decimal:
        return sum((part.area for part in self.parts), Decimal(0))


def counted(measures: Iterable[Measure], entries: Iterable[AreaEntry]) -> Counted:
    """Every area once. What is linked, directly or by way of others, is one thing: the measures of
    contracts count before any entry; where there are none, the oldest entry does. What names a
    measure that is gone waits: it may have been entered anew, and be counted there."""
    known = {measure.id: measure for measure in measures}
    told = {entry.id: entry for entry in entries}
    parts = [Part("measure", one.id, one.area) for _, one in sorted(known.items())]
    left_out: dict[int, str] = {}
    for group in _groups(told.values()):
        of_contract = any(("measure", number) in group for number in known)
        there = [told[number] for kind, number in group if kind == "entry" and number in told]
        first, *rest = sorted(there, key=lambda one: (one.first, one.id))
        if of_contract or any(one.gone for one in there):
            why = BY_CONTRACT if of_contract else TO_CHECK
            left_out |= {one.id: why for one in there}
            continue
        parts.append(Part("entry", first.id, first.area))
        left_out |= {one.id: BY_ENTRY for one in rest}
    return Counted(tuple(sorted(parts, key=lambda part: (part.source, part.id))), left_out)


def versions_before(number: int, replaces: Mapping[int, int | None]) -> tuple[int, ...]:
    """The earlier versions of an entry, newest first. `replaces`: entry → the one it replaces."""
    found: list[int] = []
    before = replaces.get(number)
    while before is not None:
        found.append(before)
        before = replaces.get(before)
    return tuple(found)


BY_CONTRACT = "不重复计入：已在托管合同的改造措施中计入"
BY_ENTRY = "不重复计入：与另一条填报为同一项目，已计入"
TO_CHECK = "暂不计入：关联的合同改造措施已从合同中删除，请核对后更正填报"
Thing = tuple[str, int]


def _groups(entries: Iterable[AreaEntry]) -> list[set[Thing]]:
    """What the links tie together; every group has at least one entry."""
    group_of: dict[Thing, set[Thing]] = {}
    for entry in entries:
        joined: set[Thing] = {("entry", number) for number in (entry.id, *entry.replaces)}
        if entry.measure is not None:
            joined.add(("measure", entry.measure))
        if entry.entry is not None:
            joined.add(("entry", entry.entry))
        for thing in list(joined):
            joined |= group_of.get(thing, set())
        for thing in joined:
            group_of[thing] = joined
    return list({id(group): group for group in group_of.values()}.values())


@dataclass(frozen=True, slots=True)
class Alike:
    """Something that is there already and looks like what is being entered."""

    source: str
    id: int
    name: str
    area: Decimal

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.source}-{self.id}"


CLOSE = Decimal("0.10")
"""Areas that differ by no more than this share look alike (our choice)."""
SHARED = Decimal("0.75")
"""Names that share so many of their pairs of characters look alike (our choice)."""


def alike(name: str, area: Decimal, others: Iterable[Alike]) -> list[Alike]:
    """What has a name like it and about the same area."""
    wanted = bare(name)
    return [
        other
        for other in others
        if abs(other.area - area) <= CLOSE * max(other.area, area)
        and _names_alike(wanted, bare(other.name))
    ]


def _names_alike(one: str, other: str) -> bool:
    if not one or not other:
        return False
    if one in other or other in one:
        return True
    pairs, others = _pairs(one), _pairs(other)
    return len(pairs & others) >= SHARED * len(pairs | others)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}

"""What people decided by hand and whether a new fit of the same version still bears it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from custody.baselines.rules import fitting
from custody.energy.rules.energies import Energy

NAMED = 100
"""So many meters are named, the others counted."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A line as it stood before."""

    meter: int
    energy: Energy
    chosen: str
    words: str
    quota: Decimal | None
    quota_source: str
    usual: str
    """What the system had chosen of it."""

    @property
    def by_hand(self) -> bool:
        return bool(self.words) or self.chosen != self.usual


@dataclass(frozen=True, slots=True)
class Kept:
    """What a line begins with."""

    chosen: str
    words: str = ""
    quota: Decimal | None = None
    quota_source: str = ""


@dataclass(frozen=True, slots=True)
class Borne:
    """What the new fit of a meter bears."""

    rule_use: Decimal | None
    model_use: Decimal | None
    method: str
    stops: Sequence[object]

    @property
    def usual(self) -> str:
        return fitting.usual(self.rule_use, self.model_use)


def kept(before: Decided | None, now: Borne) -> Kept:
    """The choice by hand where it may still be made; a quota only where the bills do not suffice."""
    if before is None:
        return Kept(now.usual)
    quota = {"quota": before.quota, "quota_source": before.quota_source}
    plain = now.usual
    if plain == fitting.NOTHING and before.quota is not None:
        plain = fitting.QUOTA_ENTERED
    if not before.by_hand or not _bears(before, now):
        return Kept(plain, **quota)  # type: ignore[arg-type]
    return Kept(before.chosen, before.words, **quota)  # type: ignore[arg-type]


def _bears(before: Decided, now: Borne) -> bool:
    if before.chosen == fitting.QUOTA_ENTERED and now.usual != fitting.NOTHING:
        return False
    return fitting.may_choose(
        before.chosen,
        rule_use=now.rule_use,
        model_use=now.model_use,
        method=now.method,
        stops=now.stops,
        quota=before.quota,
    )


@dataclass(frozen=True, slots=True)
class Refitted:
    """What became of the choices by hand."""

    kept: int
    dropped: tuple[Decided, ...]


def compared(before: Iterable[Decided], after: Mapping[int, str]) -> Refitted:
    """`after`: meter → what is chosen now; a meter that is no longer there has none."""
    hands = [one for one in before if one.by_hand]
    dropped = [one for one in hands if after.get(one.meter) != one.chosen]
    return Refitted(len(hands) - len(dropped), tuple(dropped))


LABELS = {
    fitting.RULE: "惯例法",
    fitting.REGRESSION: "回归法",
    fitting.QUOTA_ENTERED: "定额",
    fitting.NOTHING: "不建立基准",
}


def dropped_words(dropped: Sequence[Decided], numbers: Mapping[int, str]) -> str:
    """电户号00123（回归法）、…"""
    told = [
        f"{one.energy.label}户号{numbers.get(one.meter, '（已删除）')}（原选{LABELS[one.chosen]}）"
        for one in dropped[:NAMED]
    ]
    more = f"等{len(dropped)}个户号" if len(dropped) > NAMED else ""
    return "、".join(told) + more

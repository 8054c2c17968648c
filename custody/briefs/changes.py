"""Pure: what changed from one brief of a scope to a later one, read from their snapshots.

`between` needs of a snapshot only `as_of`, `figures`, `batches`, `regions` and `marks`, so a draft can
be compared before its words are there. `marks` are the states of milestones; older snapshots have
none, and then nothing is said about milestones (`Changes.told`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from custody.dashboard.rules import ProgrammeFacts
from custody.milestones.rules import Light, Stage, Status

Snapshot = Mapping[str, Any]
Marks = dict[str, dict[str, list[Any]]]


def marks(facts: ProgrammeFacts) -> Marks:
    """Region → milestone → [name, status, days late]: what a later brief is compared with."""
    return {
        region.code: {
            cell.code: [cell.name, cell.status.value, cell.days_late]
            for cell in region.cells
            if cell.planned or cell.actual or cell.status is not Status.NOT_STARTED
        }
        for region in facts.regions
    }


def said(value: float | None, unit: str) -> str:
    """A figure as a brief prints it: 63.2%, 5个."""
    if value is None:
        return "—"
    return f"{value:.1f}%" if unit == "%" else f"{value:.0f}{unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure side by side; None where a brief does not have it."""

    key: str
    label: str
    unit: str
    before: float | None
    after: float | None
    good: int
    """1: more is better, -1: less is better, 0: neither."""

    @property
    def difference(self) -> float | None:
        if self.before is None or self.after is None:
            return None
        return round(round(self.after, 1) - round(self.before, 1), 1)

    @property
    def better(self) -> bool | None:
        """None: as before, or neither better nor worse."""
        if not self.good or not self.difference:
            return None
        return (self.difference > 0) is (self.good > 0)

    @property
    def before_words(self) -> str:
        return said(self.before, self.unit)

    @property
    def after_words(self) -> str:
        return said(self.after, self.unit)

    @property
    def difference_words(self) -> str:
        gap = self.difference
        if gap is None:
            return "—"
        if gap == 0:
            return "持平"
        size = f"{abs(gap):.1f}个百分点" if self.unit == "%" else f"{abs(gap):.0f}{self.unit}"
        return f"{'增加' if gap > 0 else '减少'}{size}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a region stood."""

    stage: Stage
    stage_words: str
    light: Light
    light_words: str
    reason: str
    percent: float


_BAD = (Light.YELLOW, Light.RED)


@dataclass(frozen=True, slots=True)
class RegionChange:
    """A region whose stage, light or percentage is another one; None: not in that brief."""

    code: str
    name: str
    before: Standing | None
    after: Standing | None

    @property
    def points(self) -> float:
        """Percentage points gained within the same stage; after a gate it counts from anew."""
        if self.before is None or self.after is None or self.stage_passed:
            return 0.0
        return round(round(self.after.percent) - round(self.before.percent), 1)

    @property
    def stage_passed(self) -> bool:
        return bool(self.before and self.after and self.before.stage is not self.after.stage)

    @property
    def light_changed(self) -> bool:
        return bool(self.before and self.after and self.before.light is not self.after.light)

    @property
    def worse(self) -> bool:
        """It came into 预警 or 滞后, or deeper into it."""
        if self.before is None or self.after is None:
            return False
        return self.after.light in _BAD and self.after.light.severity > self.before.light.severity

    @property
    def better(self) -> bool:
        """It came out of 滞后 or 预警."""
        if self.before is None or self.after is None:
            return False
        return self.before.light in _BAD and self.after.light.severity < self.before.light.severity


@dataclass(frozen=True, slots=True)
class MilestoneChange:
    region_code: str
    region_name: str
    code: str
    name: str
    days: int
    """So late it is, or was before it was closed; 0: not late."""


@dataclass(frozen=True, slots=True)
class Changes:
    since: date
    until: date
    figures: tuple[Figure, ...]
    regions: tuple[RegionChange, ...]
    told: bool
    """Are the states of milestones known on both sides?"""
    confirmed: tuple[MilestoneChange, ...]
    """新确认: settled now (办结 or 不适用), not before; the closed ones among them."""
    late: tuple[MilestoneChange, ...]
    """新逾期: late now, not before."""
    closed: tuple[MilestoneChange, ...]
    """已销号: late before, settled now."""
    reopened: tuple[MilestoneChange, ...]
    """撤销销号: settled before, not now."""

    @property
    def none(self) -> bool:
        """Nothing to tell besides days that passed."""
        return not (self.regions or self.confirmed or self.late or self.reopened) and not any(
            figure.difference for figure in self.figures
        )


def between(before: Snapshot, after: Snapshot) -> Changes:
    """`before` is the earlier one; regions in the order of the later brief."""
    told = "marks" in before and "marks" in after
    moves = list(_moves(before, after)) if told else []
    return Changes(
        since=date.fromisoformat(before["as_of"]),
        until=date.fromisoformat(after["as_of"]),
        figures=tuple(_figures(before, after)),
        regions=tuple(_regions(before, after)),
        told=told,
        confirmed=tuple(one for kind, one in moves if kind in ("confirmed", "closed")),
        late=tuple(one for kind, one in moves if kind == "late"),
        closed=tuple(one for kind, one in moves if kind == "closed"),
        reopened=tuple(one for kind, one in moves if kind == "reopened"),
    )


# --- figures ----------------------------------------------------------------------------------


def named_figures(brief: Snapshot) -> dict[str, str]:
    """Every figure by the name officials know, without its unit: 滞后 → 5, 第一批平均进度 → 63.2%."""
    known = _numbers(brief)
    return {
        label: said(known[key], "%" if unit == "%" else "")
        for key, label, unit, _ in _labels(brief["batches"])
        if key in known
    }


def _figures(before: Snapshot, after: Snapshot) -> list[Figure]:
    old, new = _numbers(before), _numbers(after)
    found = [
        Figure(key, label, unit, old.get(key), new.get(key), good)
        for key, label, unit, good in _labels([*before["batches"], *after["batches"]])
    ]
    return [one for one in found if one.before is not None or one.after is not None]


_FIXED = (
    ("regions", "列入地区", "个", 0),
    ("done", "已达到年度目标", "个", 1),
    ("on_track", "进展正常", "个", 1),
    ("lights.yellow", "预警", "个", -1),
    ("lights.red", "滞后", "个", -1),
    ("late", "逾期里程碑", "项", -1),
    ("silent", "本月未填报", "个", -1),
)


def _labels(batches: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, int]]:
    names = {int(batch["number"]): str(batch["name"]) for batch in batches}
    many = len(names) > 1
    found = list(_FIXED)
    for number, name in sorted(names.items()):
        label = f"{name}平均进度" if many else "平均进度"
        found.append((f"batch.{number}.percent", label, "%", 1))
        found.append((f"batch.{number}.expected", f"{label}（按计划应达）", "%", 0))
        if many:
            found.append((f"batch.{number}.done", f"{name}已达到年度目标", "个", 1))
    return found


def _numbers(brief: Snapshot) -> dict[str, float]:
    figures, found = brief["figures"], {}
    for key in ("regions", "on_track", "late", "silent"):
        if key in figures:
            found[key] = float(figures[key])
    for light in (Light.YELLOW, Light.RED):
        found[f"lights.{light.value}"] = float(figures["lights"].get(light.value, 0))
    found["done"] = float(sum(batch["done"] for batch in brief["batches"]))
    for batch in brief["batches"]:
        number = batch["number"]
        found[f"batch.{number}.percent"] = float(batch["percent_raw"])
        found[f"batch.{number}.expected"] = float(batch["expected_raw"])
        found[f"batch.{number}.done"] = float(batch["done"])
    return found


# --- regions ----------------------------------------------------------------------------------


def _regions(before: Snapshot, after: Snapshot) -> list[RegionChange]:
    old = {region["code"]: region for region in before["regions"]}
    new = {region["code"]: region for region in after["regions"]}
    found = []
    for code in [*new, *(code for code in old if code not in new)]:
        one, other = _standing(old.get(code)), _standing(new.get(code))
        if _visible(one) != _visible(other):
            name = str((new.get(code) or old[code])["name"])
            found.append(RegionChange(code, name, one, other))
    return found


def _standing(region: Mapping[str, Any] | None) -> Standing | None:
    if region is None:
        return None
    return Standing(
        stage=Stage(region["stage"]),
        stage_words=region["stage_words"],
        light=Light(region["light"]),
        light_words=region["light_words"],
        reason=region["light_reason"],
        percent=float(region["percent_raw"]),
    )


def _visible(one: Standing | None) -> tuple[object, ...] | None:
    """As printed: a percentage that moved behind the point is no change."""
    return None if one is None else (one.stage, one.light, round(one.percent))


# --- milestones -------------------------------------------------------------------------------


def _moves(before: Snapshot, after: Snapshot) -> Iterator[tuple[str, MilestoneChange]]:
    for region in after["regions"]:
        code, name = region["code"], region["name"]
        if code not in before["marks"]:
            continue  # a region that joined has no past to compare with
        old, new = before["marks"][code], after["marks"].get(code, {})
        for milestone, (title, status, days) in new.items():
            _, then, late_then = old.get(milestone, [title, Status.NOT_STARTED.value, 0])
            kind = _kind(Status(then), late_then, Status(status), days)
            if kind:
                told = late_then if kind == "closed" else days if kind == "late" else 0
                yield kind, MilestoneChange(code, name, milestone, title, told)


def _kind(then: Status, late_then: int, now: Status, late_now: int) -> str:
    if now.settled and not then.settled:
        return "closed" if late_then > 0 else "confirmed"
    if then.settled and not now.settled:
        return "reopened"
    if late_now > 0 and not now.settled and not (late_then > 0):
        return "late"
    return ""

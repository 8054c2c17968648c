"""What a Gantt chart says: a milestone's plan, what happened, what is expected; grouped and filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from custody.dashboard.rules import BatchFacts, Cell, ProgrammeFacts, RegionFacts
from custody.forecast.wording import headline
from custody.milestones.rules import Light, Stage, Status

MANY = 60
"""More regions than this are folded by city and told in one line each (our choice)."""


class Expected(NamedTuple):
    """What the forecast has worked out for one milestone."""

    start: date | None
    finish: date
    critical: bool = False
    slack: int | None = None


class Promise(NamedTuple):
    """How sure a region's gate of the year is: the chance in words, the day not passed in half of all cases."""

    odds: str
    half: date


Schedule = Mapping[str, Expected]
"""By the milestone's code."""


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One milestone. `start` and `finish` are what happened, or what is expected to happen."""

    code: str
    name: str
    stage: Stage
    gate: bool
    status: Status
    light: Light
    reason: str
    plan_start: date | None
    planned: date | None
    started: date | None
    actual: date | None
    forecast: date | None
    """As the region reported it."""
    start: date | None
    finish: date | None
    critical: bool
    slack: int | None
    after: tuple[str, ...]

    @property
    def settled(self) -> bool:
        return self.status.settled

    @property
    def lit(self) -> Light | None:
        """The light a picture shows; what does not apply has none."""
        return None if self.status is Status.NOT_APPLICABLE else self.light

    @property
    def days(self) -> list[date]:
        return [d for d in (self.plan_start, self.planned, self.start, self.finish) if d]

    @property
    def dated(self) -> bool:
        return self.planned is not None or self.finish is not None

    @property
    def late(self) -> int:
        """Days by which it was or will be finished after its plan; negative where before."""
        return (self.finish - self.planned).days if self.finish and self.planned else 0


@dataclass(frozen=True, slots=True)
class GanttGroup:
    """One region."""

    code: str
    name: str
    short_name: str
    city_code: str
    city_name: str
    city_short: str
    batch: int
    stage: Stage
    stage_label: str
    light: Light
    reason: str
    done: int
    total: int
    goal: GanttRow | None
    """The gate of the year."""
    rows: tuple[GanttRow, ...]
    as_of: date
    promise: Promise | None = None

    @property
    def words(self) -> str:
        """How it stands against its gate of the year: 「G-C 一半可能不晚于2027年1月9日，按期可能性44%」."""
        if self.goal is None or self.goal.finish is None:
            return f"已办结{self.done}/{self.total}项"
        told = day_words(self.goal.finish, self.as_of)
        if self.goal.settled:
            return f"{self.goal.code} {told}完成{late_words(self.goal.late)}"
        if self.promise:
            odds, half = self.promise
            return headline(self.goal.code, odds=odds, half=half, year=self.as_of.year)
        return f"{self.goal.code} 预计{told}{late_words(self.goal.late)}"


@dataclass(frozen=True, slots=True)
class Block:
    """Regions under one heading: a batch, or a batch within a city."""

    city: str
    batch: str
    groups: tuple[GanttGroup, ...]

    @property
    def size(self) -> int:
        return len(self.groups)


@dataclass(frozen=True, slots=True)
class GanttFilters:
    city: str = ""
    batch: int | None = None
    critical: bool = False


def groups_of(
    facts: ProgrammeFacts,
    filters: GanttFilters | None = None,
    schedules: Mapping[str, Schedule] | None = None,
    promises: Mapping[str, Promise] | None = None,
) -> list[GanttGroup]:
    """The regions that fit, with their milestones in the order of the lifecycle."""
    wanted = filters or GanttFilters()
    gates = {batch.number: batch.gate_code for batch in facts.batches}
    found = []
    for region in facts.regions:
        if wanted.city and region.city_code != wanted.city:
            continue
        if wanted.batch and region.batch != wanted.batch:
            continue
        group = _group(
            region,
            gates.get(region.batch, ""),
            (schedules or {}).get(region.code, {}),
            facts.as_of,
            (promises or {}).get(region.code),
        )
        if wanted.critical:
            group = _critical(group)
        if group.rows or not wanted.critical:
            found.append(group)
    return found


def _group(
    region: RegionFacts, gate: str, schedule: Schedule, as_of: date, promise: Promise | None
) -> GanttGroup:
    rows = tuple(row_of(cell, schedule.get(cell.code), as_of) for cell in region.cells)
    return GanttGroup(
        code=region.code,
        name=region.name,
        short_name=region.short_name,
        city_code=region.city_code,
        city_name=region.city_name,
        city_short=region.city_short,
        batch=region.batch,
        stage=region.stage,
        stage_label=region.stage_label,
        light=region.light,
        reason=region.light_reason,
        done=region.done,
        total=region.total,
        goal=next((row for row in rows if row.code == gate), None),
        rows=rows,
        as_of=as_of,
        promise=promise,
    )


def _critical(group: GanttGroup) -> GanttGroup:
    kept = {name: getattr(group, name) for name in GanttGroup.__slots__}
    return GanttGroup(**{**kept, "rows": tuple(row for row in group.rows if row.critical)})


def row_of(cell: Cell, expected: Expected | None, as_of: date) -> GanttRow:
    start, finish = _span(cell, expected, as_of)
    return GanttRow(
        code=cell.code,
        name=cell.name,
        stage=cell.stage,
        gate=cell.gate,
        status=cell.status,
        light=cell.light,
        reason=cell.reason,
        plan_start=cell.plan_start,
        planned=cell.planned,
        started=cell.started,
        actual=cell.actual,
        forecast=cell.forecast,
        start=start,
        finish=finish,
        critical=expected is not None and expected.critical,
        slack=expected.slack if expected else None,
        after=cell.after,
    )


def _span(cell: Cell, expected: Expected | None, as_of: date) -> tuple[date | None, date | None]:
    """From when to when it was or will be worked on; what is not done yet ends today at the earliest."""
    if cell.status is Status.NOT_APPLICABLE:
        return None, None
    if cell.status.settled:
        finish = cell.actual or cell.confirmed_on
        begun = cell.started or cell.plan_start or finish
    elif expected is not None:
        finish = expected.finish
        begun = cell.started or expected.start or finish
    else:
        finish = cell.forecast or cell.planned
        finish = max(finish, as_of) if finish else None
        begun = cell.started or cell.plan_start or finish
        if begun and cell.status is Status.NOT_STARTED:
            begun = max(begun, as_of)
    if begun and finish:
        begun = min(begun, finish)
    return begun, finish


def blocks(groups: Sequence[GanttGroup], batches: Sequence[BatchFacts]) -> list[Block]:
    """By batch; where regions are many, by city and within it by batch."""
    names = {batch.number: batch.name for batch in batches}
    if len(groups) <= MANY:
        keys = list(dict.fromkeys(("", group.batch) for group in groups))
    else:
        keys = sorted({(group.city_code, group.batch) for group in groups})
    found = []
    for city, batch in keys:
        own = tuple(g for g in groups if g.batch == batch and city in ("", g.city_code))
        found.append(Block(own[0].city_name if city else "", names.get(batch, ""), own))
    return found


# --- in words --------------------------------------------------------------------------------


def day_words(day: date, today: date | None = None) -> str:
    """11月22日; with its year where that is not the year of `today`."""
    year = "" if today is None or day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def late_words(days: int) -> str:
    if days == 0:
        return "，如期"
    return f"，晚{days}天" if days > 0 else f"，早{-days}天"


def row_words(row: GanttRow, as_of: date) -> str:
    """A row's dates as one sentence: 「已确认，计划6月1日至8月31日，实际7月2日至9月3日，晚3天」."""
    told = [row.status.label, dates_words(row, as_of)]
    if row.finish and row.planned:
        told.append(late_words(row.late)[1:])
    if row.critical:
        told.append("关键线路")
    return "，".join(filter(None, told))


def dates_words(row: GanttRow, as_of: date) -> str:
    """计划6月1日至8月31日，实际7月2日至9月3日."""
    told = []
    if row.planned:
        since = f"{day_words(row.plan_start, as_of)}至" if row.plan_start else ""
        told.append(f"计划{since}{day_words(row.planned, as_of)}")
    if row.finish:
        since = ""
        if row.start and row.start != row.finish:
            since = f"{day_words(row.start, as_of)}至"
        word = "实际" if row.settled else "预计"
        told.append(f"{word}{since}{day_words(row.finish, as_of)}")
    return "，".join(told)


SHEET_HEAD = (
    *("地区", "设区市", "批次", "编码", "里程碑", "阶段", "状态", "灯色"),
    *("计划开始", "计划完成", "实际开始", "实际完成", "填报预计完成", "推算开始", "推算完成"),
    *("与计划相差（天）", "关键线路", "前置里程碑"),
)


def sheet(
    groups: Sequence[GanttGroup], names: Mapping[int, str] | None = None
) -> list[tuple[str | int | date | None, ...]]:
    """The lines of the export, one a milestone, under SHEET_HEAD. `names`: of the batches."""
    return [
        (
            group.name,
            group.city_name,
            (names or {}).get(group.batch, f"第{group.batch}批"),
            row.code,
            row.name,
            row.stage.label(),
            row.status.label,
            row.status.label if row.status is Status.NOT_APPLICABLE else row.light.meaning,
            row.plan_start,
            row.planned,
            row.started,
            row.actual,
            row.forecast,
            row.start,
            row.finish,
            row.late if row.finish and row.planned else None,
            "是" if row.critical else "",
            " ".join(row.after),
        )
        for group in groups
        for row in group.rows
    ]

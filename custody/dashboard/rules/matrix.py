"""The matrix of regions and milestones: filters, groups by batch, columns, lines of the export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from custody.dashboard.rules.exceptions import codes_of
from custody.dashboard.rules.facts import lights_of
from custody.dashboard.rules.shapes import BatchFacts, Cell, ProgrammeFacts, RegionFacts
from custody.forecast.rules import Outlook
from custody.forecast.wording import odds_words
from custody.milestones.rules import Light, Stage, Status, share

MAX_COLUMNS = 14
"""As many milestones as fit on a 1440-pixel screen; a batch's later stages give way first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show. With a milestone the light asked for is that milestone's, else the region's."""

    city: str = ""
    batch: int | None = None
    milestone: str = ""
    light: Light | None = None

    def __bool__(self) -> bool:
        return bool(self.city or self.batch or self.milestone or self.light)


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    name: str
    gate: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One region's row: its cells in the order of the group's columns."""

    region: RegionFacts
    cells: tuple[Cell | None, ...]

    @property
    def why(self) -> str:
        """The reason of the light, the milestone by its code alone: «M15 逾期16天».

        Behind the gate of the year the stretch just opened has no columns yet: it is said here.
        """
        milestone, colon, words = self.region.light_reason.rpartition("；")[2].partition("：")
        reason = f"{milestone.partition(' ')[0]} {words}" if colon else milestone
        opened = [cell for cell in self.region.cells if cell.stage is self.region.stage]
        if not self.region.reached or self.region.stage is Stage.DONE or not opened:
            return reason
        undated = [cell for cell in opened if not cell.planned and cell.status.editable]
        if undated:
            reason = f"{codes_of(undated)} 未定期限"
        settled = sum(cell.status.settled for cell in opened)
        counted = f"{self.region.stage_label}{settled}/{len(opened)}"
        return "；".join(filter(None, ("年度目标已达成", counted, reason)))


@dataclass(frozen=True, slots=True)
class Group:
    batch: BatchFacts
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    fitting: int
    """Regions of the batch that fit the filters, on this page or another."""


@dataclass(frozen=True, slots=True)
class CityLine:
    """One city summed up, where regions are too many to be drawn one by one."""

    code: str
    name: str
    regions: int
    done: int
    percent: float
    expected_percent: float
    lights: Mapping[Light, int]


def chosen(facts: ProgrammeFacts, filters: Filters) -> list[RegionFacts]:
    return [region for region in facts.regions if _fits(region, filters)]


def _fits(region: RegionFacts, filters: Filters) -> bool:
    if filters.city and region.city_code != filters.city:
        return False
    if filters.batch and region.batch != filters.batch:
        return False
    if not filters.milestone:
        return filters.light is None or region.light is filters.light
    cell = next((cell for cell in region.cells if cell.code == filters.milestone), None)
    return cell is not None and (filters.light is None or cell.light is filters.light)


def groups(
    facts: ProgrammeFacts,
    shown: Sequence[RegionFacts],
    milestone: str = "",
    fitting: Sequence[RegionFacts] | None = None,
) -> list[Group]:
    """The regions by batch, each batch with the columns its regions have.

    `fitting`: all that pass the filters, where `shown` is one page of them.
    """
    counted = Counter(region.batch for region in (shown if fitting is None else fitting))
    found = []
    for batch in facts.batches:
        own = [region for region in shown if region.batch == batch.number]
        if not own:
            continue
        columns = _columns(own, milestone)
        lines = []
        for region in own:
            cells = {cell.code: cell for cell in region.cells}
            lines.append(Line(region, tuple(cells.get(column.code) for column in columns)))
        found.append(Group(batch, columns, tuple(lines), counted[batch.number]))
    return found


def _columns(regions: Sequence[RegionFacts], milestone: str) -> tuple[Column, ...]:
    begun = {cell.code for region in regions for cell in region.cells if _worth_a_column(cell)}
    found = [one for one in every_milestone(regions) if one.code in begun or one.code == milestone]
    while len(found) > MAX_COLUMNS:
        gone = next(one for one in reversed(found) if one.code != milestone)
        found.remove(gone)
    return tuple(found)


def _worth_a_column(cell: Cell) -> bool:
    """Undated and untouched everywhere, a milestone would be a column of nothing."""
    return bool(cell.planned or cell.actual or cell.forecast) or (
        cell.status is not Status.NOT_STARTED
    )


def every_milestone(regions: Iterable[RegionFacts]) -> list[Column]:
    """All milestones of the regions; one that only some have stands after its forerunner."""
    order: list[str] = []
    known: dict[str, Column] = {}
    for region in regions:
        previous = -1
        for cell in region.cells:
            if cell.code not in known:
                known[cell.code] = Column(cell.code, cell.name, cell.gate)
                order.insert(previous + 1, cell.code)
                previous += 1
            else:
                previous = order.index(cell.code)
    return [known[code] for code in order]


def city_lines(facts: ProgrammeFacts) -> list[CityLine]:
    by_city: dict[str, list[RegionFacts]] = {}
    for region in facts.regions:
        by_city.setdefault(region.city_code, []).append(region)
    return [
        CityLine(
            code=code,
            name=own[0].city_name,
            regions=len(own),
            done=sum(region.reached for region in own),
            percent=share([(1, region.percent) for region in own]),
            expected_percent=share([(1, region.expected_percent) for region in own]),
            lights=lights_of(own),
        )
        for code, own in sorted(by_city.items())
    ]


SHEET_HEAD = (
    *("代码", "地区", "设区市", "批次", "阶段", "灯", "说明", "进度（%）", "按计划应达（%）"),
    *("预测完成", "按期可能性"),
    *("里程碑编码", "里程碑", "里程碑灯", "情况", "状态", "完成比例（%）"),
    *("计划完成", "预计完成", "实际完成", "责任单位"),
)


def sheet(
    facts: ProgrammeFacts,
    shown: Iterable[RegionFacts],
    outlook: Outlook,
    milestone: str = "",
) -> Iterator[tuple[str, ...]]:
    """The matrix as lines of text, one for each region and milestone, without the head."""
    names = {batch.number: batch.name for batch in facts.batches}
    for region in shown:
        coming = outlook.regions.get(region.code)
        head = (
            region.code,
            region.name,
            region.city_name,
            names.get(region.batch, ""),
            region.stage_label,
            f"{region.light.label}（{region.light.meaning}）",
            region.light_reason,
            f"{region.percent:.1f}",
            f"{region.expected_percent:.1f}",
            _iso(coming.p50) if coming else "",
            odds_words(coming) if coming else "",
        )
        for cell in region.cells:
            if milestone and cell.code != milestone:
                continue
            yield (
                *head,
                cell.code,
                cell.name,
                f"{cell.light.label}（{cell.light.meaning}）",
                cell.reason,
                cell.status.label,
                str(cell.percent),
                _iso(cell.planned),
                _iso(cell.forecast),
                _iso(cell.actual),
                cell.unit,
            )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

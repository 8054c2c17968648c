"""The board's tables as sheets: the matrix by batch, what needs attention, one region's milestones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from custody.dashboard.rules import Exception_, ProgrammeFacts, RegionFacts
from custody.dashboard.rules.exceptions import KIND_LABELS
from custody.dashboard.rules.matrix import SHEET_HEAD, Filters, Group, groups, sheet
from custody.dashboard.rules.shapes import Cell
from custody.forecast.rules import Outlook
from custody.forecast.wording import odds_words
from custody.infra.workbooks import Column, Shape, Table, Value

_C, _W, _D, _N = Shape.CENTRE, Shape.WHOLE, Shape.DAY, Shape.DECIMAL


def _as_of(facts: ProgrammeFacts) -> str:
    return f"截至{facts.as_of.year}年{facts.as_of.month}月{facts.as_of.day}日"


def matrix(
    facts: ProgrammeFacts, shown: Sequence[RegionFacts], outlook: Outlook, filters: Filters
) -> tuple[Table, ...]:
    """A sheet for every batch as the board has it, and one with every milestone on a line of its own."""
    batches = [_batch(facts, group, outlook) for group in groups(facts, shown, filters.milestone)]
    return (*batches, _details(facts, shown, outlook, filters.milestone))


def _batch(facts: ProgrammeFacts, group: Group, outlook: Outlook) -> Table:
    coming = outlook.regions
    return Table(
        name=group.batch.name,
        title=f"{facts.scope_name}{group.batch.name}进展情况表",
        under=f"{_as_of(facts)}　{group.fitting}个地区",
        columns=[
            Column("序号", 6, _C),
            Column("地区", 18),
            Column("设区市", 10),
            Column("阶段", 12),
            Column("灯色", 9, _C),
            Column("进度（%）", 9, _N),
            Column("应达（%）", 9, _N),
            Column("预测完成", 12, _D),
            Column("按期可能性", 9, _C),
            *(Column(f"{one.code} {one.name}", 14, _C) for one in group.columns),
            Column("说明", 34),
        ],
        rows=[
            [
                number,
                line.region.name,
                line.region.city_name,
                line.region.stage_label,
                f"{line.region.light.label}（{line.region.light.meaning}）",
                round(line.region.percent, 1),
                round(line.region.expected_percent, 1),
                coming[line.region.code].p50 if line.region.code in coming else None,
                odds_words(coming[line.region.code]) if line.region.code in coming else "",
                *(_cell(cell) for cell in line.cells),
                line.why,
            ]
            for number, line in enumerate(group.lines, 1)
        ],
        notes=(
            f"年度目标：{group.batch.goal}",
            "已办结的写实际完成日期，其余写灯色和计划完成日期。",
        ),
    )


def _cell(cell: Cell | None) -> str:
    """已确认 9月28日; 红 逾期16天: the light in words, for a sheet may be printed in grey."""
    if cell is None:
        return ""
    if cell.status.settled:
        return f"{cell.status.label} {_day(cell.actual)}".strip()
    return f"{cell.light.label} {_day(cell.planned) or '期限未定'}"


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


def _details(
    facts: ProgrammeFacts, shown: Iterable[RegionFacts], outlook: Outlook, milestone: str
) -> Table:
    widths = (8, 18, 10, 10, 12, 10, 30, 8, 8, 12, 9, 8, 26, 10, 22, 9, 8, 12, 12, 12, 24)
    shapes = {7: _N, 8: _N, 9: _D, 16: _W, 17: _D, 18: _D, 19: _D}
    columns = [
        Column(title, width, shapes.get(at, Shape.TEXT))
        for at, (title, width) in enumerate(zip(SHEET_HEAD, widths, strict=True))
    ]
    return Table(
        name="里程碑明细",
        title=f"{facts.scope_name}里程碑明细表",
        under=_as_of(facts),
        columns=columns,
        rows=[
            [_typed(text, column.shape) for text, column in zip(line, columns, strict=True)]
            for line in sheet(facts, shown, outlook, milestone)
        ],
    )


def _typed(text: str, shape: Shape) -> Value:
    if not text or shape is Shape.TEXT:
        return text
    return date.fromisoformat(text) if shape is _D else float(text)


def attention(
    facts: ProgrammeFacts,
    lines: Sequence[Exception_],
    silent: Sequence[RegionFacts],
    *,
    kind: str,
) -> tuple[Table, ...]:
    """What the page shows: the exceptions, and who has not reported this month."""
    found = []
    if kind != "silent":
        found.append(_exceptions(facts, lines))
    if kind in ("", "silent"):
        found.append(_silent(facts, silent))
    return tuple(found)


def _exceptions(facts: ProgrammeFacts, lines: Sequence[Exception_]) -> Table:
    return Table(
        name="需关注事项",
        title=f"{facts.scope_name}需关注事项",
        under=f"{_as_of(facts)}　共{len(lines)}项",
        columns=[
            Column("序号", 6, _C),
            Column("类别", 10, _C),
            Column("地区", 18),
            Column("编码", 8, _C),
            Column("里程碑", 30),
            Column("灯色", 10, _C),
            Column("情况", 26),
            Column("计划完成", 12, _D),
            Column("预计完成", 12, _D),
            Column("责任单位", 26),
        ],
        rows=[
            [
                number,
                KIND_LABELS[one.kind],
                one.region_name,
                one.milestone_code,
                one.milestone_name,
                f"{one.light.label}（{one.light.meaning}）",
                one.words,
                one.due,
                one.forecast,
                one.owner,
            ]
            for number, one in enumerate(lines, 1)
        ],
    )


def _silent(facts: ProgrammeFacts, silent: Sequence[RegionFacts]) -> Table:
    month = facts.as_of.month
    return Table(
        name="本月未报",
        title=f"{facts.scope_name}{month}月尚未填报的地区",
        under=f"{_as_of(facts)}　共{len(silent)}个",
        columns=[
            Column("序号", 6, _C),
            Column("地区", 20),
            Column("设区市", 12),
            Column("阶段", 14),
            Column("最近更新", 14, _D),
        ],
        rows=[
            [number, one.name, one.city_name, one.stage_label, one.last_activity]
            for number, one in enumerate(silent, 1)
        ],
        notes=("本月既未更新进展，也未报告“本月无变化”。",),
    )


def region(facts: ProgrammeFacts) -> Table:
    """The milestones of the one region these facts are about."""
    [found] = facts.regions
    return Table(
        name="里程碑",
        title=f"{found.name}里程碑进展情况表",
        under=f"{_as_of(facts)}　当前阶段：{found.stage_label}",
        columns=[
            Column("编码", 8, _C),
            Column("里程碑", 30),
            Column("工作环节", 12),
            Column("灯色", 10, _C),
            Column("情况", 24),
            Column("状态", 10, _C),
            Column("完成比例（%）", 10, _W),
            Column("计划完成", 12, _D),
            Column("预计完成", 12, _D),
            Column("实际完成", 12, _D),
            Column("责任单位", 26),
        ],
        rows=[
            [
                cell.code,
                cell.name,
                cell.phase,
                f"{cell.light.label}（{cell.light.meaning}）",
                cell.reason,
                cell.status.label,
                cell.percent,
                cell.planned,
                cell.forecast,
                cell.actual,
                cell.unit,
            ]
            for cell in found.cells
        ],
    )

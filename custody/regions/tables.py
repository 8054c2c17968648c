"""The notice's data as sheets: regions, cities, batches, tasks, quantities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.infra.workbooks import Column, Shape, Table
from custody.regions.models import Batch, City, Region, Target, Task


def regions(
    rows: Sequence[Region],
    cities: Mapping[str, City],
    batches: Mapping[int, Batch],
    *,
    under: str,
) -> Table:
    centre, whole = Shape.CENTRE, Shape.WHOLE
    return Table(
        name="地区",
        title="地区名单",
        under=under,
        columns=[
            Column("批次", 10, centre),
            Column("序号", 6, centre),
            Column("地区", 20),
            Column("简称", 12),
            Column("代码", 10, centre),
            Column("设区市", 12),
            Column("类型", 12, centre),
            Column("牵头单位", 28),
            Column("联系人", 10),
            Column("联系电话", 16),
            Column("公共机构（家）", 10, whole),
            Column("建筑面积（平方米）", 14, whole),
            Column("备注", 24),
        ],
        rows=[
            [
                batches[row.batch_number].name if row.batch_number in batches else "",
                row.seq,
                row.name,
                row.short_name,
                row.code,
                cities[row.city_code].name if row.city_code in cities else "",
                row.level,
                row.lead_unit,
                row.contact,
                row.phone,
                row.institutions,
                row.floor_area,
                row.note,
            ]
            for row in rows
        ],
    )


def cities(rows: Sequence[City], per_city: Mapping[str, int], *, under: str) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="设区市",
        title="设区市名单",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("设区市", 14),
            Column("简称", 10),
            Column("代码", 10, centre),
            Column("方位图列", 10, centre),
            Column("方位图行", 10, centre),
            Column("地区数", 10, Shape.WHOLE),
        ],
        rows=[
            [
                number,
                city.name,
                city.short_name,
                city.code,
                city.column,
                city.row,
                per_city.get(city.code, 0),
            ]
            for number, city in enumerate(rows, 1)
        ],
        total=["", "合计", "", "", "", "", sum(per_city.get(city.code, 0) for city in rows)],
    )


def batches(
    rows: Sequence[Batch],
    per_batch: Mapping[int, int],
    stages: Mapping[str, str],
    *,
    under: str,
) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="批次",
        title="批次和年度目标",
        under=under,
        columns=[
            Column("批次", 20),
            Column("地区数", 10, Shape.WHOLE),
            Column("年度目标", 60),
            Column("期限", 14, Shape.DAY),
            Column("对应关口", 12, centre),
            Column("起始阶段", 16, centre),
            Column("试点", 8, centre),
        ],
        rows=[
            [
                row.name,
                per_batch.get(row.number, 0),
                row.goal,
                row.deadline,
                row.gate,
                stages.get(row.entry_stage, ""),
                "是" if row.pilot else "否",
            ]
            for row in rows
        ],
        total=["合计", sum(per_batch.get(row.number, 0) for row in rows), "", "", "", "", ""],
    )


def tasks(rows: Sequence[Task], *, under: str) -> Table:
    return Table(
        name="年度任务",
        title="年度任务",
        under=under,
        columns=[
            Column("序号", 8, Shape.CENTRE),
            Column("任务内容", 70, Shape.PROSE),
            Column("期限", 14),
            Column("责任单位", 50),
        ],
        rows=[[row.number, row.title, row.deadline_words, row.departments] for row in rows],
    )


def targets(rows: Sequence[Target], *, under: str) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="量化目标",
        title="量化目标",
        under=under,
        columns=[
            Column("任务", 8, centre),
            Column("目标", 50),
            Column("要求", 10, centre),
            Column("数量", 16, Shape.DECIMAL),
            Column("单位", 12, centre),
            Column("统计方式", 20, centre),
            Column("依据", 60),
        ],
        rows=[
            [
                row.task_number,
                row.name,
                row.comparison.label,
                row.quantity,
                row.unit,
                row.counting.label,
                row.basis,
            ]
            for row in rows
        ],
    )

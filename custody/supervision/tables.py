"""Milestones that ask for an order, as a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from custody.infra.workbooks import Column, Shape, Table
from custody.supervision.queries.candidates import Candidate
from custody.supervision.rules import level_of


def candidates(rows: Sequence[Candidate], *, under: str) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="预警里程碑",
        title="尚未督办的预警里程碑",
        under=under,
        columns=[
            Column("设区市", 12),
            Column("地区", 20),
            Column("编码", 8, centre),
            Column("里程碑", 30),
            Column("预警", 34),
            Column("状态", 10, centre),
            Column("计划完成", 14, Shape.DAY),
            Column("预计完成", 14, Shape.DAY),
            Column("责任单位", 28),
            Column("督办级别", 10, centre),
        ],
        rows=[
            [
                row.city.name,
                row.region.name,
                row.state.code,
                row.state.name,
                row.signal.reason,
                row.milestone.status.label,
                row.milestone.planned,
                row.milestone.forecast,
                row.milestone.unit,
                level.meaning if (level := level_of(row.signal.light)) else "",
            ]
            for row in rows
        ],
    )

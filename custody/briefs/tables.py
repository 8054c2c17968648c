"""The list of briefs as a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from custody.briefs.models import Brief
from custody.infra.workbooks import Column, Shape, Table


def briefs(rows: Sequence[Brief], *, under: str) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="工作简报",
        title="工作简报目录",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("范围", 16),
            Column("标题", 44),
            Column("期号", 16, centre),
            Column("截至", 12, Shape.DAY),
            Column("状态", 10, centre),
            Column("发布时间", 18, centre),
        ],
        rows=[
            [
                number,
                row.scope_name,
                row.title or f"{row.scope_name}工作简报",
                f"〔{row.year}〕第{row.issue}期" if row.issue else "未编号",
                row.as_of,
                row.status.label,
                f"{row.published_at:%Y-%m-%d %H:%M}" if row.published_at else "",
            ]
            for number, row in enumerate(rows, 1)
        ],
    )

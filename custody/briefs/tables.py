"""The list of briefs as a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.briefs.models import Brief, Edition, EditionPart, Print
from custody.briefs.rules import period_words
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


def editions(
    rows: Sequence[Edition], progress: Mapping[int, tuple[int, int, int]], *, under: str
) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="成套简报",
        title="成套简报目录",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("期间", 18),
            Column("截至", 12, Shape.DAY),
            Column("提交时间", 18, centre),
            Column("份数", 8, Shape.WHOLE),
            Column("已完成", 8, Shape.WHOLE),
            Column("未生成", 8, Shape.WHOLE),
            Column("印毕时间", 18, centre),
        ],
        rows=[
            [
                number,
                period_words(row.period),
                row.as_of,
                f"{row.created_at:%Y-%m-%d %H:%M}",
                progress[row.id][2] if row.id in progress else 0,
                progress[row.id][0] if row.id in progress else 0,
                progress[row.id][1] if row.id in progress else 0,
                f"{row.finished_at:%Y-%m-%d %H:%M}" if row.finished_at else "",
            ]
            for number, row in enumerate(rows, 1)
        ],
    )


def parts(rows: Sequence[tuple[EditionPart, Print | None]], *, title: str, under: str) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="成套简报",
        title=f"{title}目录",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("范围", 18),
            Column("类别", 14, centre),
            Column("状态", 16, centre),
            Column("页数", 8, Shape.WHOLE),
            Column("字节数", 12, Shape.WHOLE),
            Column("文件校验值（SHA-256）", 70),
            Column("未生成原因", 40),
        ],
        rows=[
            [
                part.ordinal,
                part.name,
                part.kind,
                part.status.label if made else "未印制",
                made.pages or None if made else None,
                made.pdf_size if made else None,
                made.pdf_digest if made else "",
                part.failure,
            ]
            for part, made in rows
        ],
    )

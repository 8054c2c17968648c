"""What the pages of briefs show in tables, as sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.briefs.changes import Changes, Figure, MilestoneChange, RegionChange, Standing
from custody.briefs.models import Brief, Edition, EditionPart, Print
from custody.briefs.receipts import Receipt
from custody.briefs.rules import period_words
from custody.briefs.tasks import Task
from custody.infra.workbooks import Column, Shape, Table, Value


def briefs(rows: Sequence[Brief], superseded: Mapping[int, int], *, under: str) -> Table:
    """`superseded`: corrected ones, which say so."""
    centre = Shape.CENTRE
    return Table(
        name="工作简报",
        title="工作简报目录",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("范围", 16),
            Column("标题", 44),
            Column("样式", 12, centre),
            Column("统计期", 16, centre),
            Column("期号", 16, centre),
            Column("截至", 12, Shape.DAY),
            Column("状态", 16, centre),
            Column("发布时间", 18, centre),
        ],
        rows=[
            [
                number,
                row.scope_name,
                row.title or f"{row.scope_name}{row.form.label}",
                row.form.label,
                period_words(row.period) or "任意一天",
                f"〔{row.year}〕第{row.issue}期" if row.issue else "未编号",
                row.as_of,
                "已被更正版替代" if row.id in superseded else row.status.label,
                f"{row.published_at:%Y-%m-%d %H:%M}" if row.published_at else "",
            ]
            for number, row in enumerate(rows, 1)
        ],
    )


def receipts(rows: Sequence[Receipt], *, under: str) -> Table:
    centre = Shape.CENTRE
    return Table(
        name="阅读情况",
        title="简报阅读情况",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("姓名", 12),
            Column("单位", 30),
            Column("角色", 14, centre),
            Column("范围", 16),
            Column("阅读情况", 12, centre),
            Column("首次打开", 18, centre),
            Column("最近一次", 18, centre),
            Column("在线阅读次数", 14, Shape.WHOLE),
            Column("下载次数", 12, Shape.WHOLE),
        ],
        rows=[_receipt(number, row) for number, row in enumerate(rows, 1)],
    )


def _receipt(number: int, row: Receipt) -> list[Value]:
    one = row.reading
    return [
        number,
        row.name,
        row.unit,
        row.role.label,
        row.place,
        "已读" if one else "未读",
        f"{one.first_at:%Y-%m-%d %H:%M}" if one else "",
        f"{one.last_at:%Y-%m-%d %H:%M}" if one else "",
        one.opened if one else 0,
        one.downloaded if one else 0,
    ]


def tasks(rows: Sequence[tuple[Task, str]], *, under: str) -> Table:
    """(批示, whose turn it is)."""
    centre = Shape.CENTRE
    return Table(
        name="领导批示",
        title="领导批示办理情况",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("批示领导", 12),
            Column("批示日期", 12, Shape.DAY),
            Column("批示内容", 50, Shape.PROSE),
            Column("简报", 34),
            Column("涉及地区", 16),
            Column("办理期限", 12, Shape.DAY),
            Column("状态", 10, centre),
            Column("当前环节", 24),
            Column("办理结果", 50, Shape.PROSE),
            Column("办结人", 12),
            Column("办结时间", 18, centre),
        ],
        rows=[_task(number, task, turn) for number, (task, turn) in enumerate(rows, 1)],
    )


def _task(number: int, task: Task, turn: str) -> list[Value]:
    one, brief = task.instruction, task.brief
    return [
        number,
        one.leader,
        one.given_on,
        one.text,
        f"{brief.scope_name}{brief.form.label}〔{brief.year}〕第{brief.issue}期",
        task.place,
        one.due,
        one.state.label,
        turn,
        one.answer,
        task.done_by,
        f"{one.done_at:%Y-%m-%d %H:%M}" if one.done_at else "",
    ]


def changes(found: Changes, *, under: str) -> list[Table]:
    """Figures, regions and milestones, a sheet each."""
    return [
        Table(
            name="主要指标",
            title="主要指标的变化",
            under=under,
            columns=[
                Column("指标", 30),
                Column("前一期", 12, Shape.CENTRE),
                Column("后一期", 12, Shape.CENTRE),
                Column("变化", 20, Shape.CENTRE),
            ],
            rows=[_figure(one) for one in found.figures],
        ),
        Table(
            name="地区",
            title="状态、阶段或进度有变化的地区",
            under=under,
            columns=[
                Column("地区", 18),
                Column("前一期阶段", 18),
                Column("后一期阶段", 18),
                Column("前一期状态", 12, Shape.CENTRE),
                Column("后一期状态", 12, Shape.CENTRE),
                Column("前一期进度", 12, Shape.CENTRE),
                Column("后一期进度", 12, Shape.CENTRE),
            ],
            rows=[_region(one) for one in found.regions],
        ),
        Table(
            name="里程碑",
            title="里程碑的变化",
            under=under,
            columns=[
                Column("变化", 12, Shape.CENTRE),
                Column("地区", 18),
                Column("编号", 8, Shape.CENTRE),
                Column("里程碑", 36),
                Column("逾期天数", 10, Shape.WHOLE),
            ],
            rows=[
                *_milestones("新确认", found.confirmed),
                *_milestones("新逾期", found.late),
                *_milestones("已销号", found.closed),
                *_milestones("撤销销号", found.reopened),
            ],
        ),
    ]


def _figure(one: Figure) -> list[Value]:
    return [one.label, one.before_words, one.after_words, one.difference_words]


def _region(one: RegionChange) -> list[Value]:
    def sides(what: str) -> list[Value]:
        return [_side(one.before, what), _side(one.after, what)]

    return [one.name, *sides("stage"), *sides("light"), *sides("percent")]


def _side(standing: Standing | None, what: str) -> str:
    if standing is None:
        return "未列入"
    return {
        "stage": standing.stage_words,
        "light": standing.light_words,
        "percent": f"{standing.percent:.0f}%",
    }[what]


def _milestones(kind: str, found: Sequence[MilestoneChange]) -> list[list[Value]]:
    return [[kind, one.region_name, one.code, one.name, one.days or None] for one in found]


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

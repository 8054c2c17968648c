"""The tables of these pages as .xlsx, laid out as officials hand them on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from custody.accounts.access import identity
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table
from custody.targets.queries import entries, projects
from custody.targets.queries.parts import Part
from custody.targets.rules.tasks import Quantity
from custody.web.exports import table_file
from custody.web.filters import day, quantity

if TYPE_CHECKING:
    from custody.targets.views.tasks import TaskRow


def sent(table: Table, name: str, plain: str, lines: int) -> Response:
    """The workbook as a download, written into the journal."""
    who = identity()
    return table_file(
        table,
        actor=who,
        place=who.place,
        name=name,
        plain=plain,
        note=f"{lines}行",
        action="target.exported",
        subject=plain,
    )


def _under() -> str:
    return f"{identity().unit}　{day(clock.today(), full=True)}"


def _numbers(rows: Sequence[Quantity], *, done: bool) -> str:
    """「不少于 200万…」 one a line; several numbers of a task stand below each other."""
    lines = []
    for one in rows:
        if done:
            lines.append(f"{one.name}：{quantity(one.done)}{one.unit}")
        elif one.target is not None:
            lines.append(f"{one.name}：{one.comparison}{quantity(one.target)}{one.unit}")
    return "\n".join(lines) or "—"


def tasks_sheet(title: str, name: str, rows: Sequence[TaskRow]) -> Table:
    columns = (
        Column("序号", 6, Shape.CENTRE),
        Column("任务", 46),
        Column("责任单位", 26),
        Column("完成时限", 12, Shape.CENTRE),
        Column("目标", 30),
        Column("完成", 30),
        Column("进度", 8, Shape.PERCENT),
        Column("状态", 10, Shape.CENTRE),
        Column("进展", 46),
    )
    return Table(
        "年度任务",
        f"{title}进展表",
        columns,
        [
            (
                str(row.task.number),
                row.task.title,
                row.task.departments,
                row.task.deadline_words,
                _numbers(row.quantities, done=False),
                _numbers(row.quantities, done=True),
                row.percent / 100,
                "已完成" if row.finished else row.signal.light.meaning,
                _newest(row.newest),
            )
            for row in rows
        ],
        under=f"{name}　{_under()}",
    )


def _newest(line: entries.Line | None) -> str:
    if line is None:
        return ""
    about = line.entry.words or line.entry.building
    return f"{day(line.entry.happened_on)}，{line.where}：{about}"


def entries_sheet(title: str, lines: Sequence[entries.Line]) -> Table:
    columns = (
        Column("日期", 12, Shape.DAY),
        Column("填报单位", 20),
        Column("进展情况", 60),
        Column("单位和建筑", 30),
        Column("数量", 14, Shape.DECIMAL),
        Column("任务比例", 10, Shape.PERCENT),
        Column("状态", 10, Shape.CENTRE),
        Column("填报人", 12, Shape.CENTRE),
    )
    return Table(
        title,
        title,
        columns,
        [
            (
                line.entry.happened_on,
                line.where,
                line.entry.words,
                line.entry.building,
                line.entry.quantity,
                None if line.entry.percent is None else line.entry.percent / 100,
                line.entry.status.label,
                line.by,
            )
            for line in lines
        ],
        under=_under(),
    )


def parts_sheet(own: Quantity, parts: Sequence[Part]) -> Table:
    columns = (
        Column("项目", 44),
        Column("单位或地区", 20),
        Column(f"数量（{own.unit}）", 14, Shape.DECIMAL),
        Column("计入", 14, Shape.DECIMAL),
        Column("日期", 12, Shape.DAY),
        Column("状态", 10, Shape.CENTRE),
        Column("说明", 40),
        Column("佐证材料", 10, Shape.WHOLE),
        Column("填报人", 12, Shape.CENTRE),
    )
    return Table(
        "明细",
        f"{own.name}明细表",
        columns,
        [
            (
                one.name,
                one.where,
                one.quantity,
                one.quantity if one.counted else None,
                one.on,
                one.state,
                one.note,
                one.files,
                one.by,
            )
            for one in parts
        ],
        under=_under(),
        total=("合计", "", None, own.done, None, "", "", None, ""),
    )


def projects_sheet(lines: Sequence[projects.Line]) -> Table:
    columns = (
        Column("项目名称", 34),
        Column("用能单位", 28),
        Column("统一社会信用代码", 22),
        Column("类型", 30),
        Column("单位类别", 10, Shape.CENTRE),
        Column("所在地", 18),
        Column("状态", 10, Shape.CENTRE),
        Column("签订日期", 12, Shape.DAY),
        Column("合同金额（元）", 16, Shape.MONEY),
        Column("面积（平方米）", 14, Shape.DECIMAL),
        Column("预计年节约量", 14, Shape.DECIMAL),
        Column("单位", 14, Shape.CENTRE),
        Column("确认情况", 10, Shape.CENTRE),
    )
    return Table(
        "项目",
        "合同能源管理、合同节水管理项目",
        columns,
        [
            (
                one.name,
                one.unit,
                one.credit_code,
                one.kind.label,
                one.institution.label,
                line.where,
                one.progress.label,
                one.signed_on,
                one.amount,
                one.area,
                one.saving,
                one.saving_unit,
                one.status.label,
            )
            for line in lines
            for one in (line.project,)
        ],
        under=_under(),
    )

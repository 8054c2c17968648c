"""Milestones as sheets to keep: the template, a reviewer's queue, an officer's to-do list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from custody.infra.workbooks import Column, Shape, Table, Value
from custody.kernel.days import full_day
from custody.milestones.models import Template
from custody.milestones.queries.milestones import Waiting
from custody.milestones.queries.work import Desk
from custody.milestones.rules import Claim, Item, Signal
from custody.regions.models import Batch

_C, _W, _D = Shape.CENTRE, Shape.WHOLE, Shape.DAY


def template(items: Sequence[Item], batches: Sequence[Batch], *, title: str, under: str) -> Table:
    return Table(
        name="里程碑模板",
        title=title,
        under=under,
        columns=[
            Column("编码", 8, _C),
            Column("里程碑", 28),
            Column("所属阶段", 12, _C),
            Column("工作环节", 12, _C),
            Column("佐证材料要求", 44),
            Column("责任单位", 26),
            Column("前置", 16),
            Column("权重", 6, _W),
            Column("关口", 6, _C),
            Column("视情开展", 8, _C),
            *(Column(f"{batch.short_name}计划完成", 12, _C) for batch in batches),
        ],
        rows=[
            [
                item.code,
                item.name,
                item.stage.label(),
                item.phase,
                item.evidence,
                item.owner,
                " ".join(item.after),
                item.weight,
                "是" if item.gate else "",
                "" if item.required else "是",
                *(_due(item, batch.number) for batch in batches),
            ]
            for item in items
        ],
        total=_sum(sum(item.weight for item in items), len(batches)),
        notes=("计划完成栏：空白为该批次通过前一阶段后才开立；“待定”为开展但期限未定。",),
    )


def versions(rows: Sequence[tuple[Template, int]], *, under: str) -> Table:
    """`rows`: each with the number of regions that stand on it."""
    return Table(
        name="模板版本",
        title="里程碑模板版本",
        under=under,
        columns=[
            Column("版本", 10, _C),
            Column("状态", 10, _C),
            Column("发布时间", 18, _C),
            Column("使用地区（个）", 12, _W),
            Column("本版变化", 60, Shape.PROSE),
        ],
        rows=[
            [
                f"第{one.number}版",
                "已发布" if one.published_at else "草稿",
                f"{one.published_at:%Y-%m-%d %H:%M}" if one.published_at else "",
                standing,
                one.note,
            ]
            for one, standing in rows
        ],
    )


def _sum(weight: int, batches: int) -> list[Value]:
    return ["", "合计", "", "", "", "", "", weight, "", "", *[""] * batches]


def _due(item: Item, batch: int) -> str:
    if batch not in item.due:
        return ""
    day = item.due[batch]
    return full_day(day) if day else "待定"


def queue(rows: Iterable[tuple[Waiting, int, Signal]], *, title: str, under: str) -> Table:
    """`rows`: what waits, since how many working days, and its light."""
    return Table(
        name="待审核",
        title=title,
        under=under,
        columns=[
            Column("序号", 6, _C),
            Column("地区", 18),
            Column("编码", 8, _C),
            Column("里程碑", 30),
            Column("申报", 12, _C),
            Column("材料（份）", 9, _W),
            Column("提交人", 10),
            Column("提交时间", 18, _C),
            Column("已等（工作日）", 10, _W),
            Column("计划完成", 12, _D),
            Column("期限情况", 24),
        ],
        rows=[
            [
                number,
                one.region.name,
                one.milestone.code,
                one.milestone.item.name,
                "申请不适用" if one.milestone.claim is Claim.NOT_APPLICABLE else "申报完成",
                one.evidence,
                one.submitted_by_name,
                f"{one.milestone.submitted_at:%Y-%m-%d %H:%M}"
                if one.milestone.submitted_at
                else "",
                days,
                one.milestone.planned,
                signal.reason,
            ]
            for number, (one, days, signal) in enumerate(rows, 1)
        ],
    )


def desk(found: Desk, today: date) -> Table:
    todos = [todo for _, heap in found.groups for todo in heap]
    return Table(
        name="我的待办",
        title=f"{found.region.name}待办里程碑",
        under=f"截至{today.year}年{today.month}月{today.day}日　共{len(todos)}项",
        columns=[
            Column("分类", 10, _C),
            Column("编码", 8, _C),
            Column("里程碑", 30),
            Column("状态", 10, _C),
            Column("预警或审核情况", 28),
            Column("计划完成", 12, _D),
            Column("预计完成", 12, _D),
            Column("完成比例（%）", 10, _W),
            Column("材料（份）", 9, _W),
            Column("责任单位", 24),
            Column("退回理由", 32),
        ],
        rows=[
            [
                todo.group.label,
                todo.milestone.code,
                todo.milestone.item.name,
                todo.milestone.status.label,
                todo.waiting or todo.signal.reason,
                todo.milestone.planned,
                todo.milestone.forecast,
                todo.milestone.percent,
                todo.evidence,
                todo.milestone.unit,
                todo.milestone.returned_reason,
            ]
            for todo in todos
        ],
    )

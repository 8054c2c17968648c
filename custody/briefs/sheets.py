"""The tables of a brief as a workbook, from the snapshot alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from custody.briefs.snapshot import Snapshot
from custody.infra.workbooks import Column, Shape, Table, Value, workbook

_CENTRE = Shape.CENTRE


def workbook_of(brief: Snapshot, made: datetime) -> bytes:
    """Every table and figure of the brief; `made` makes the bytes the same for the same brief."""
    under = f"{brief['title']}　截至{brief['as_of_words']}　{brief['masthead']['issue_words']}"
    tables = [*_regions(brief, under), *_milestones(brief, under), *_batches(brief, under)]
    tables += [*_savings(brief, under), *_problems(brief, under), _curve(brief, under)]
    return workbook(*tables, author=brief["masthead"]["issuer"], created=made)


def _regions(brief: Snapshot, under: str) -> list[Table]:
    columns = [
        Column("序号", 6, _CENTRE),
        Column("设区市", 12),
        Column("地区", 22),
        Column("批次", 8, _CENTRE),
        Column("当前阶段", 14, _CENTRE),
        Column("进度", 9, Shape.PERCENT),
        Column("计划进度", 10, Shape.PERCENT),
        Column("下一里程碑", 30),
        Column("期限", 14, _CENTRE),
        Column("状态", 14, _CENTRE),
        Column("说明", 40, Shape.PROSE),
    ]
    rows: list[Sequence[Value]] = [
        [
            number,
            one["city_name"],
            one["name"],
            one["batch"],
            one["stage_words"],
            _share(one["percent_raw"]),
            _share(one["expected_raw"]),
            one["next"],
            one["due"],
            one["standing"],
            one["light_reason"],
        ]
        for number, one in enumerate(brief["regions"], 1)
    ]
    return [Table("各地区进展", "各地区进展", columns, rows, under=under)] if rows else []


def _milestones(brief: Snapshot, under: str) -> list[Table]:
    columns = [
        Column("编号", 8, _CENTRE),
        Column("里程碑", 32),
        Column("阶段", 14, _CENTRE),
        Column("计划", 14, Shape.DAY),
        Column("预计", 14, Shape.DAY),
        Column("实际", 14, Shape.DAY),
        Column("完成", 8, Shape.PERCENT),
        Column("办理", 14, _CENTRE),
        Column("逾期天数", 10, Shape.WHOLE),
        Column("责任单位", 24),
    ]
    rows: list[Sequence[Value]] = [
        [
            one["code"],
            one["name"],
            one["stage_words"],
            _day(one["planned"]),
            _day(one["forecast"]),
            _day(one["actual"]),
            _share(one["percent"]),
            one["status_words"],
            one["days_late"],
            one["unit"],
        ]
        for one in brief["milestones"]
    ]
    return [Table("里程碑", "里程碑进展", columns, rows, under=under)] if rows else []


def _batches(brief: Snapshot, under: str) -> list[Table]:
    columns = [
        Column("批次", 14),
        Column("年度目标", 40, Shape.PROSE),
        Column("时限", 14, Shape.DAY),
        Column("地区数", 9, Shape.WHOLE),
        Column("达到目标", 10, Shape.WHOLE),
        Column("平均进度", 10, Shape.PERCENT),
        Column("计划进度", 10, Shape.PERCENT),
    ]
    rows: list[Sequence[Value]] = [
        [
            one["name"],
            one["goal"],
            _day(one["deadline"]),
            one["regions"],
            one["done"],
            _share(one["percent_raw"]),
            _share(one["expected_raw"]),
        ]
        for one in brief["batches"]
    ]
    return [Table("分批进展", "分批进展", columns, rows, under=under)] if rows else []


def _savings(brief: Snapshot, under: str) -> list[Table]:
    """What was reckoned, as it is printed: a figure, or a dash where there is none to give."""
    found = brief.get("savings")
    if not found or not found["known"]:
        return []
    columns = [
        Column("品种或地区", 22),
        Column("单位", 12, _CENTRE),
        *(Column(name, 12, Shape.DECIMAL) for name in ("基准", "实际", "节能量", "不确定度")),
        *(Column(name, 10, Shape.PERCENT) for name in ("节能率", "覆盖率")),
        Column("节约费用（万元）", 14, Shape.DECIMAL),
    ]
    measures = ("adjusted", "actual", "saved", "band", "percent", "coverage", "cost_wan")
    coal = {"unit": "吨标准煤", "adjusted": "", "actual": "", "saved": ""}
    lines = [
        *found["energies"],
        *({**coal, **one, "label": one["name"], "saved": one["coal"]} for one in found["regions"]),
        {**coal, **found, "label": "合计", "saved": found["coal"]},
    ]
    rows: list[Sequence[Value]] = [
        [one["label"], one["unit"], *(_number(one[key]) for key in measures)] for one in lines
    ]
    title = f"{found['months']}节能量核算（{found['caliber']}）"
    return [Table("节能量", title, columns, rows, under=under)]


def _problems(brief: Snapshot, under: str) -> list[Table]:
    found = brief.get("problems")
    if not found or not found["rows"]:
        return []
    columns = [
        Column("地区", 22),
        Column("事项", 40, Shape.PROSE),
        Column("督办单号", 20, _CENTRE),
        Column("责任单位", 24),
        Column("下一时限", 18, _CENTRE),
        Column("逾期天数", 10, Shape.WHOLE),
        Column("状态", 14, _CENTRE),
    ]
    keys = ("region", "what", "order", "owner", "next", "days", "standing")
    rows: list[Sequence[Value]] = [[row[key] for key in keys] for row in found["rows"]]
    return [Table("问题和督办", "逾期和督办事项", columns, rows, under=under)]


def _curve(brief: Snapshot, under: str) -> Table:
    columns = [
        Column("日期", 14, Shape.DAY),
        Column("计划", 10, Shape.PERCENT),
        Column("实际", 10, Shape.PERCENT),
        Column("预测", 10, Shape.PERCENT),
    ]
    rows: list[Sequence[Value]] = [
        [_day(on), _share(planned), _share(actual), _share(forecast)]
        for on, planned, actual, forecast in brief["curve"]
    ]
    return Table("进度曲线", "里程碑办结进度", columns, rows, under=under)


def _share(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


def _number(words: str) -> float | None:
    """The figure of what is printed; a percentage as a share, none for a dash."""
    try:
        return float(words.removesuffix("%")) / (100 if words.endswith("%") else 1)
    except ValueError:
        return None


def _day(text: Any) -> Value:
    return datetime.fromisoformat(text).date() if text else None

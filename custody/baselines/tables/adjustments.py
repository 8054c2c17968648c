"""Non-routine adjustments as a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.attachments.models import Attachment
from custody.baselines.adjusted import Adjusted
from custody.baselines.models import NonRoutine
from custody.baselines.rules import spreading
from custody.baselines.rules.adjusting import ASKS, SLOTS
from custody.energy.models.roster import Meter
from custody.infra.workbooks import Column, Shape, Table
from custody.kernel.periods import Month
from custody.mv.adjust import Driver


def _numbers(row: NonRoutine, meter: Meter) -> str:
    """户号; of a whole institution all of them with their shares."""
    if not row.spread:
        return meter.number
    parts = spreading.from_plain(row.spread)
    return "、".join(f"{one.number}（{one.share:.1%}）" for one in parts)


def adjustments(
    region: str, rows: Sequence[Adjusted], papers: Mapping[int, Sequence[Attachment]], under: str
) -> Table:
    return Table(
        "非常规调整",
        f"{region}非常规调整",
        (
            Column("编号", 8, Shape.CENTRE),
            Column("状态", 14, Shape.CENTRE),
            Column("机构", 32),
            Column("能源", 9, Shape.CENTRE),
            Column("户号", 24, Shape.PROSE),
            Column("变化因素", 14, Shape.CENTRE),
            Column("变化前", 14, Shape.DECIMAL),
            Column("变化后", 14, Shape.DECIMAL),
            Column("每月调整量", 16, Shape.DECIMAL),
            Column("单位", 7, Shape.CENTRE),
            Column("算式", 60, Shape.PROSE),
            Column("生效月份", 12, Shape.CENTRE),
            Column("终止月份", 12, Shape.CENTRE),
            Column("原因和依据", 40, Shape.PROSE),
            Column("签认件", 40, Shape.PROSE),
            Column("生效登记日期", 12, Shape.DAY),
            Column("撤回原因", 30, Shape.PROSE),
        ),
        [
            (
                f"第{one.row.number}号",
                one.row.state.label,
                one.institution.name,
                one.meter.energy.label,
                _numbers(one.row, one.meter),
                ASKS[Driver(one.row.driver)].label,
                one.row.before,
                one.row.after,
                one.row.quantity,
                one.meter.energy.unit,
                one.row.formula,
                Month.coded(one.row.from_month).label,
                Month.coded(one.row.until_month).label if one.row.until_month else "长期有效",
                one.row.reason,
                "；".join(f"{SLOTS[p.slot]}：{p.name}" for p in papers.get(one.row.id, ())),
                one.row.signed_at.date() if one.row.signed_at else None,
                one.row.withdrawn_because or "",
            )
            for one in rows
        ],
        under=under,
        notes=(
            "双方签认件齐全并登记生效的调整，自生效月份起计入节能量的调整后基准；价格变化自生效月份起改变调整后基准的费用，不改变用量基准；全机构的调整按基准用量分摊到各户号。",
        ),
    )

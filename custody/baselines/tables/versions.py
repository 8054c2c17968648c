"""Regions, versions and the differences between two of them as sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.baselines.models import Baseline
from custody.baselines.queries import Extent
from custody.baselines.rules.outline import METHODS, Moved
from custody.baselines.rules.words import period_words
from custody.energy.models.roster import Institution
from custody.infra.workbooks import Column, Shape, Table, share


def regions(
    where: str,
    lines: Sequence[tuple[str, str, str, Baseline | None, str, Extent, Baseline | None]],
    under: str,
) -> Table:
    return Table(
        "能源基准",
        f"{where}公共机构能源基准一览",
        (
            Column("地区", 18),
            Column("设区市", 12),
            Column("批次", 10, Shape.CENTRE),
            Column("最新版本", 10, Shape.CENTRE),
            Column("状态", 14, Shape.CENTRE),
            Column("当前环节", 22),
            Column("基准期", 26, Shape.CENTRE),
            Column("户号", 10, Shape.WHOLE),
            Column("有基准的户号", 12, Shape.WHOLE),
            Column("已采用的版本", 12, Shape.CENTRE),
            Column("采用日期", 12, Shape.DAY),
        ),
        [
            (
                *(name, city, batch),
                f"第{newest.number}版" if newest else "",
                newest.state.label if newest else "尚未建立",
                turn,
                period_words(newest.base_from, newest.base_until) if newest else "",
                extent.meters if newest else None,
                extent.based if newest else None,
                f"第{adopted.number}版" if adopted else "",
                adopted.adopted_at.date() if adopted and adopted.adopted_at else None,
            )
            for name, city, batch, newest, turn, extent, adopted in lines
        ],
        under=under,
    )


def versions(
    region: str,
    rows: Sequence[Baseline],
    extents: Mapping[int, Extent],
    names: Mapping[int, str],
    under: str,
) -> Table:
    return Table(
        "各版本",
        f"{region}能源基准各版本",
        (
            Column("版本", 10, Shape.CENTRE),
            Column("状态", 14, Shape.CENTRE),
            Column("基准期", 26, Shape.CENTRE),
            Column("户号", 10, Shape.WHOLE),
            Column("有基准的户号", 12, Shape.WHOLE),
            Column("建立日期", 12, Shape.DAY),
            Column("建立人", 26),
            Column("提交日期", 12, Shape.DAY),
            Column("采用日期", 12, Shape.DAY),
            Column("采用人", 26),
            Column("停用日期", 12, Shape.DAY),
            Column("校验值", 20),
            Column("编制说明", 40, Shape.PROSE),
        ),
        [
            (
                f"第{one.number}版",
                one.state.label,
                period_words(one.base_from, one.base_until),
                extents.get(one.id, Extent()).meters,
                extents.get(one.id, Extent()).based,
                one.created_at.date(),
                names.get(one.created_by, ""),
                one.proposed_at.date() if one.proposed_at else None,
                one.adopted_at.date() if one.adopted_at else None,
                names.get(one.adopted_by or 0, ""),
                one.superseded_at.date() if one.superseded_at else None,
                one.digest[:16],
                one.note,
            )
            for one in rows
        ],
        under=under,
    )


def differences(
    title: str,
    rows: Sequence[Moved],
    numbers: Mapping[int, str],
    owners: Mapping[int, Institution],
    under: str,
) -> Table:
    return Table(
        "差异",
        title,
        (
            Column("机构", 32),
            Column("能源", 9, Shape.CENTRE),
            Column("户号", 18),
            Column("变化", 12, Shape.CENTRE),
            Column("原方法", 10, Shape.CENTRE),
            Column("现方法", 10, Shape.CENTRE),
            Column("原年基准", 16, Shape.DECIMAL),
            Column("现年基准", 16, Shape.DECIMAL),
            Column("增减", 16, Shape.DECIMAL),
            Column("增减率", 10, Shape.PERCENT),
        ),
        [
            (
                owner.name if (owner := owners.get(row.one.institution)) else "",
                row.one.energy.label,
                numbers.get(row.meter, ""),
                row.kind,
                METHODS[row.old.chosen] if row.old else "",
                METHODS[row.new.chosen] if row.new else "",
                row.old.use if row.old else None,
                row.new.use if row.new else None,
                row.by,
                share(row.percent),
            )
            for row in rows
        ],
        under=under,
    )

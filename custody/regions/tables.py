"""The notice's data as sheets: regions, cities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.infra.workbooks import Column, Shape, Table
from custody.regions.models import Batch, City, Region


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

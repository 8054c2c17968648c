"""承诺节能量 of a region: what its contracts promise beside what its baseline and bills say."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.contracts.queries.guarantees import promises_of
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table
from custody.regions.queries import get_region
from custody.web.database import session
from custody.web.exports import table_file

blueprint = Blueprint("guarantees", __name__)
Page = str | Response


@blueprint.get("/savings/regions/<code>/guarantee")
@requires(Can.SEE_CONTRACTS)
def region(code: str) -> Page:
    row = get_region(session(), code, place=identity().place)
    return render_template(
        "contracts/guarantees.html",
        region=row,
        promises=promises_of(session(), row, clock.today()),
    )


@blueprint.get("/savings/regions/<code>/guarantee.xlsx")
@requires(Can.EXPORT)
def export(code: str) -> Page:
    who = identity()
    row = get_region(session(), code, place=who.place)
    lines = [
        (
            promise.contract.name or promise.contract.number,
            one.year.number,
            one.words,
            one.year.quantity,
            one.year.rate,
            round(one.total.coal, 2) if one.total.known else None,
            None if one.total.band is None else round(one.total.band, 2),
            None if one.total.percent is None else round(one.total.percent, 2),
            round(one.total.cost, 2) if one.total.known else None,
            None if one.total.coverage is None else one.total.coverage / 100,
            one.met.label,
        )
        for promise in promises_of(session(), row, clock.today())
        for one in promise.years
    ]
    table = Table(
        "承诺节能量",
        f"{row.name}承诺节能量完成情况",
        (
            Column("合同", 34),
            Column("托管年度", 10, Shape.WHOLE),
            Column("期间", 24),
            Column("承诺节能量（tce）", 14, Shape.DECIMAL),
            Column("承诺节能率（%）", 12, Shape.DECIMAL),
            Column("核算节能量（tce）", 14, Shape.DECIMAL),
            Column("不确定度（±tce）", 14, Shape.DECIMAL),
            Column("核算节能率（%）", 12, Shape.DECIMAL),
            Column("节约费用（元）", 16, Shape.MONEY),
            Column("覆盖率", 10, Shape.PERCENT),
            Column("判断", 26),
        ),
        lines,
        under=f"{row.name}　当量值　{who.unit}{who.name}",
    )
    return table_file(
        table,
        actor=who,
        place=row.place,
        name=f"{row.name}承诺节能量",
        plain="guarantee",
        note=f"{len(lines)}个托管年度",
    )

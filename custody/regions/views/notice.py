"""The notice as data: its pages, lists and tables."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.audit.rules import STAGES
from custody.infra import clock
from custody.kernel.days import full_day
from custody.regions import queries, tables
from custody.web import kept
from custody.web.database import session
from custody.web.exports import table_file
from custody.web.paging import page_of

blueprint = Blueprint("regions", __name__)
kept.call(
    blueprint,
    "通知数据",
    dict.fromkeys(("text", "province", "batch", "task", "target", "city", "region"), "保存")
    | {"profile": "保存基本情况"},
)
Page = str | Response | tuple[str, int]


@blueprint.get("/admin/notice")
@requires(Can.MANAGE_NOTICE)
def notice() -> Page:
    province = identity().place.province
    notice = queries.notice_of(session(), province)
    return render_template(
        "regions/notice.html",
        province=queries.get_province(session(), province),
        notice=notice,
        batches=queries.batches_of(session(), province),
        per_batch=queries.regions_per_batch(session(), province),
        tasks=queries.tasks_of(session(), province),
        targets=queries.targets_of(session(), province, notice.year),
        stages=STAGES,
    )


@blueprint.get("/admin/notice.xlsx")
@requires(Can.MANAGE_NOTICE)
def notice_table() -> Page:
    """Batches, tasks and quantities, a sheet each."""
    who = identity()
    province, notice = who.place.province, queries.notice_of(session(), who.place.province)
    under = f"《{notice.title}》　{clock.today():%Y-%m-%d}"
    return table_file(
        tables.batches(
            queries.batches_of(session(), province),
            queries.regions_per_batch(session(), province),
            STAGES,
            under=under,
        ),
        tables.tasks(queries.tasks_of(session(), province), under=under),
        tables.targets(queries.targets_of(session(), province, notice.year), under=under),
        actor=who,
        place=who.place,
        name="通知数据",
        plain="notice",
    )


@blueprint.get("/admin/notice/cities")
@requires(Can.MANAGE_NOTICE)
def cities() -> Page:
    place = identity().place
    rows = queries.cities_of(session(), place)
    return render_template(
        "regions/cities.html",
        rows=rows,
        per_city=queries.regions_per_city(session(), place.province),
        columns=max((city.column for city in rows), default=0) + 1,
        lines=max((city.row for city in rows), default=0) + 1,
    )


@blueprint.get("/admin/notice/regions")
@requires(Can.MANAGE_NOTICE)
def listing() -> Page:
    place = identity().place
    city, batch, words = _listed()
    page = page_of(queries.count_regions(session(), place, city=city, batch=batch, words=words))
    return render_template(
        "regions/listing.html",
        rows=queries.list_regions(
            session(),
            place,
            city=city,
            batch=batch,
            words=words,
            limit=page.size,
            offset=page.offset,
        ),
        page=page,
        cities={row.code: row for row in queries.cities_of(session(), place)},
        batches={row.number: row for row in queries.batches_of(session(), place.province)},
        city=city,
        batch=batch,
        words=words,
    )


def _listed() -> tuple[str, int | None, str]:
    """The filter of the list: city, batch, words."""
    text = request.args.get("batch", "")
    batch = int(text) if text.isdecimal() and len(text) < 4 else None
    return request.args.get("city", "")[:12], batch, request.args.get("q", "").strip()[:40]


@blueprint.get("/admin/notice/cities.xlsx")
@requires(Can.MANAGE_NOTICE)
def cities_table() -> Page:
    who = identity()
    rows = queries.cities_of(session(), who.place)
    per_city = queries.regions_per_city(session(), who.place.province)
    return table_file(
        tables.cities(rows, per_city, under=f"截至{full_day(clock.today())}"),
        actor=who,
        place=who.place,
        name="设区市名单",
        plain="cities",
        note=f"{len(rows)}个设区市",
    )


@blueprint.get("/admin/notice/regions.xlsx")
@requires(Can.MANAGE_NOTICE)
def listing_table() -> Page:
    """All regions that pass the filter."""
    who = identity()
    city, batch, words = _listed()
    rows = queries.list_regions(
        session(), who.place, city=city, batch=batch, words=words, limit=MOST_LISTED
    )
    return table_file(
        tables.regions(
            rows,
            {row.code: row for row in queries.cities_of(session(), who.place)},
            {row.number: row for row in queries.batches_of(session(), who.place.province)},
            under=f"截至{full_day(clock.today())}　共{len(rows)}个地区",
        ),
        actor=who,
        place=who.place,
        name="地区名单",
        plain="regions",
        note=f"{len(rows)}个地区",
    )


MOST_LISTED = 20_000

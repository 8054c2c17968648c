"""The board of a province or a city, and its sheets."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can, Place
from custody.dashboard import charts, tables
from custody.dashboard.charts import Look
from custody.dashboard.forms import read_filters
from custody.dashboard.rules import Exception_, ProgrammeFacts
from custody.dashboard.rules.exceptions import KIND_LABELS, KINDS
from custody.dashboard.rules.matrix import (
    SHEET_HEAD,
    Filters,
    chosen,
    city_lines,
    every_milestone,
    groups,
    sheet,
)
from custody.dashboard.views.pages import (
    Links,
    Page,
    blueprint,
    body_of,
    city_place,
    facts_of,
    noted,
    outlook_of,
)
from custody.forecast import charts as forecast_charts
from custody.forecast import wording
from custody.forecast.rules import UNKNOWN, BatchOutlook, Outlook, batches_of
from custody.infra import clock
from custody.infra.sheets import write_csv
from custody.kernel.days import full_day
from custody.kernel.drawing import Svg
from custody.milestones.rules import LIGHTS
from custody.supervision.queries.matters import open_orders
from custody.targets.queries.tallies import tallies
from custody.web.database import session
from custody.web.days import Day, read_day
from custody.web.downloads import csv_file
from custody.web.exports import note_taken, table_file
from custody.web.paging import page_of

PAGE_SIZE = 60
"""Regions of one page of the matrix; Jiangsu's 32 stand on one."""
MAX_TILES = 120
"""More regions than this are summed up by city instead of drawn one by one."""
TOLD = {"late": 6}
TOLD_ELSE = 3
"""Lines of each kind of exception that the board itself shows; the rest has a page of its own."""
TOLD_SILENT = 18
MAP = Look(620, 12)
CURVE = Look(560, 12)


@blueprint.get("/board")
@requires(Can.SEE_PROGRAMME)
def board() -> Page:
    """The province; whoever is bound to a city or a region sees that."""
    place = identity().place
    if place.region:
        return redirect(url_for("dashboard.region", code=place.region))
    return _board(place)


@blueprint.get("/cities/<code>")
@requires(Can.SEE_PROGRAMME)
def city(code: str) -> Page:
    return _board(city_place(code))


def _board(place: Place) -> Page:
    day = read_day(request.args, clock.today())
    filters = read_filters(request.args)
    number = request.args.get("page", "1")
    endpoint = request.endpoint
    rights = (may(Can.EXPORT), may(Can.SEE_SUPERVISION))
    body = body_of(
        "dashboard/board_body.html",
        (place, day, filters, number, endpoint, rights),
        lambda: _board_words(place, day, filters, *rights),
    )
    name = facts_of(place, day).scope_name if place.city else ""
    return render_template("dashboard/board.html", body=body, place=place, name=name, day=day)


def _board_words(
    place: Place, day: Day, filters: Filters, may_export: bool, sees_orders: bool
) -> dict[str, Any]:
    outlook = outlook_of(place, day)
    facts = facts_of(place, day)
    links = Links(day)
    shown = chosen(facts, filters)
    page = page_of(len(shown), PAGE_SIZE)
    on_page = shown[page.offset : page.offset + page.size]
    counts = {kind: sum(one.kind == kind for one in facts.exceptions) for kind in KINDS}
    drawn = len(facts.regions) <= MAX_TILES and not place.city
    return {
        "facts": facts,
        "day": day,
        "path": request.path,
        "place": place,
        "filters": filters,
        "shown": shown,
        "page": page,
        "groups": groups(facts, on_page, filters.milestone, shown),
        "milestones": every_milestone(facts.regions),
        "cities": sorted({(one.city_code, one.city_name) for one in facts.regions}),
        "all_lights": LIGHTS,
        "counts": counts,
        "kind_labels": KIND_LABELS,
        "told": _told(facts),
        "told_silent": TOLD_SILENT,
        "links": links,
        "curves": _curves(facts),
        "maps": _maps(facts, links) if drawn else (),
        "outlook": outlook,
        "batches_ahead": _batches_ahead(facts, outlook),
        "unknown": UNKNOWN,
        "wording": wording,
        "city_lines": () if drawn or place.city else city_lines(facts),
        "may_export": may_export,
        "orders": open_orders(session(), place, day.on) if sees_orders else None,
        "orders_url": url_for("supervision.index", kind="order", city=place.city),
        "export_args": _kept_args(filters, day),
        "tallies": []
        if place.city
        else tallies(session(), place, facts.deadline.year, past=day.on if day.past else None),
        "tasks_url": url_for("targets.index"),
    }


def _told(facts: ProgrammeFacts) -> list[Exception_]:
    """The worst of each kind."""
    return [
        one
        for kind in KINDS
        for one in [one for one in facts.exceptions if one.kind == kind][
            : TOLD.get(kind, TOLD_ELSE)
        ]
    ]


def _kept_args(filters: Filters, day: Day) -> dict[str, str]:
    """The filters as they stand in an address."""
    found = {
        "city": filters.city,
        "batch": str(filters.batch or ""),
        "milestone": filters.milestone,
        "light": filters.light.value if filters.light else "",
        "as_of": day.on.isoformat() if day.past else "",
    }
    return {name: value for name, value in found.items() if value}


def _batches_ahead(
    facts: ProgrammeFacts, outlook: Outlook
) -> list[tuple[BatchOutlook, Svg | None, list[tuple[int, int, float]]]]:
    """Each batch of the place with its picture and the figures of it; none where all is done."""
    own = {region.code for region in facts.regions}
    if len(own) == len(outlook.regions):
        batches = outlook.batches
    else:
        regions = [one for code, one in outlook.regions.items() if code in own]
        batches = batches_of(regions, outlook.goals)
    return [
        (
            batch,
            forecast_charts.spread(batch, wording.batch_words(batch)),
            forecast_charts.shown(batch),
        )
        if batch.known and batch.settled < batch.regions
        else (batch, None, [])
        for batch in batches
    ]


def _curves(facts: ProgrammeFacts) -> tuple[Svg, ...]:
    return tuple(
        charts.curve(facts.curve, as_of=facts.as_of, look=look) for look in (CURVE, charts.PHONE)
    )


def _maps(facts: ProgrammeFacts, links: Links) -> tuple[Svg, ...]:
    tiles = charts.tiles(facts, lambda region: links.region(region.code))
    grid = {region.city_code: region.city_spot for region in facts.regions}
    if len(set(grid.values())) < len(grid):
        grid = {}
    return tuple(charts.tile_map(tiles, look=look, grid=grid) for look in (MAP, charts.PHONE))


@blueprint.get("/board/matrix.csv")
@requires(Can.EXPORT)
def export() -> Page:
    return _export(identity().place)


@blueprint.get("/cities/<code>/matrix.csv")
@requires(Can.EXPORT)
def export_city(code: str) -> Page:
    return _export(city_place(code))


def _export(place: Place) -> Response:
    """The matrix as filtered, as CSV. Reads only, but who took what is an event of the journal."""
    day = read_day(request.args, clock.today())
    filters = read_filters(request.args)
    facts = facts_of(place, day)
    shown = chosen(facts, filters)
    outlook = outlook_of(place, day)
    lines = [list(line) for line in sheet(facts, shown, outlook, filters.milestone)]
    note_taken(
        facts.scope_name,
        actor=identity(),
        place=place,
        action="board.exported",
        kind=place.level.value,
        subject=place.code,
        note=f"截至{full_day(day.on)}，{len(shown)}个地区",
    )
    return csv_file(
        write_csv(list(SHEET_HEAD), lines),
        f"{facts.scope_name}进展总览{day.on:%Y%m%d}.csv",
        f"progress-{place.code}-{day.on:%Y%m%d}.csv",
    )


@blueprint.get("/board/matrix.xlsx")
@requires(Can.EXPORT)
def matrix() -> Page:
    return _matrix(identity().place)


@blueprint.get("/cities/<code>/matrix.xlsx")
@requires(Can.EXPORT)
def matrix_of_city(code: str) -> Page:
    return _matrix(city_place(code))


def _matrix(place: Place) -> Response:
    """The matrix as filtered, laid out as a table to print."""
    day = read_day(request.args, clock.today())
    filters = read_filters(request.args)
    facts = facts_of(place, day)
    shown = chosen(facts, filters)
    return table_file(
        *tables.matrix(facts, shown, outlook_of(place, day), filters),
        actor=identity(),
        place=place,
        name=f"{facts.scope_name}进展总览",
        plain=f"progress-{place.code}",
        note=noted(day, f"{len(shown)}个地区"),
    )

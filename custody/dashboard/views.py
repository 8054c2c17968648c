"""The doors of the dashboard: board, city, region, what needs attention, search, export.

Pages are the same for everybody who may see the place, so their body is kept on a shelf under the
edition of the data; whatever depends on the person is part of the key or stands outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.queries import people_of_region
from custody.accounts.rules import Can, Place
from custody.audit.rules import action_label, change_lines
from custody.contracts.queries.portfolio import summary_of_region
from custody.dashboard import charts, queries, tables
from custody.dashboard.charts import Look
from custody.dashboard.forms import read_filters, read_kind
from custody.dashboard.rules import Exception_, ProgrammeFacts, RegionFacts
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
from custody.forecast import charts as forecast_charts
from custody.forecast import wording
from custody.forecast.rules import UNKNOWN, BatchOutlook, Experience, Outlook, Task, batches_of
from custody.forecast.rules.montecarlo import Odds, odds
from custody.infra import clock, journal
from custody.infra.sheets import write_csv
from custody.infra.shelf import Shelf
from custody.kernel.drawing import Svg
from custody.kernel.problems import NotFound
from custody.milestones.rules import LIGHTS
from custody.regions.models import Region
from custody.regions.queries import cities_of, get_city, get_region
from custody.regions.queries import search as search_regions
from custody.supervision.queries.matters import open_of_region, open_orders
from custody.targets.queries.tallies import tallies
from custody.web.database import edition, session, transaction
from custody.web.days import Day, read_day
from custody.web.downloads import csv_file
from custody.web.exports import table_file
from custody.web.paging import page_of

blueprint = Blueprint("dashboard", __name__)
Page = str | Response | tuple[str, int]

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
LINE = Look(1130, 13)


@dataclass(frozen=True, slots=True)
class _Shelves:
    """What this process has worked out: facts by regions held, bodies by their length."""

    facts: Shelf[ProgrammeFacts] = field(
        default_factory=lambda: Shelf(8_000, lambda facts: len(facts.regions) + 1)
    )
    outlooks: Shelf[Outlook] = field(
        default_factory=lambda: Shelf(8_000, lambda outlook: len(outlook.regions) + 1)
    )
    odds: Shelf[Odds] = field(default_factory=lambda: Shelf(8_000, lambda _odds: 1))
    bodies: Shelf[Markup] = field(default_factory=lambda: Shelf(32_000_000, len))


def _shelves() -> _Shelves:
    found = current_app.extensions.setdefault("custody.dashboard", _Shelves())
    assert isinstance(found, _Shelves)
    return found


def _facts(place: Place, day: Day) -> ProgrammeFacts:
    demo = bool(current_app.config["DEMO"])
    return _shelves().facts.get(
        (edition(), place, day.on, clock.today(), demo),
        lambda: queries.programme_facts(session(), place, day.on, demo=demo),
    )


def _outlook(place: Place, day: Day) -> Outlook:
    """Of the whole province, whatever the place. A province's board asks the database once for both."""
    demo = bool(current_app.config["DEMO"])
    province = Place(place.province)
    key = (edition(), province, day.on, clock.today(), demo)
    made: list[Outlook] = []

    def both() -> ProgrammeFacts:
        facts, outlook = queries.programme_ahead(
            session(), province, day.on, demo=demo, odds=_remembered
        )
        made.append(outlook)
        return facts

    def alone() -> Outlook:
        return queries.outlook_of(session(), province, day.on, odds=_remembered)

    if place == province:
        _shelves().facts.get(key, both)
    return _shelves().outlooks.get(key, lambda: made[0] if made else alone())


def _remembered(tasks: tuple[Task, ...], name: str, left: int, learnt: Experience) -> Odds:
    """A change in one region leaves the odds of the others as they were."""
    taught = tuple(learnt.of(task.learns) for task in tasks if task.learns)
    return _shelves().odds.get((name, left, tasks, taught), lambda: odds(tasks, name, left, learnt))


def _body(template: str, key: tuple[object, ...], words: Callable[[], dict[str, Any]]) -> Markup:
    """A rendered template; `key` names all it shows besides the data and today.

    Rendered without the words of the frame: who is asking is not known in there.
    """
    page = current_app.jinja_env.get_template(template)
    return _shelves().bodies.get(
        (template, edition(), clock.today(), current_app.config["DEMO"], *key),
        lambda: Markup(page.render(words())),  # noqa: S704 - escaped by Jinja
    )


class _Links:
    """Addresses inside a body: worked out once, the day looked at carried along."""

    def __init__(self, day: Day) -> None:
        self.as_of: dict[str, Any] = {"as_of": day.on.isoformat()} if day.past else {}
        self._query = f"?as_of={day.on.isoformat()}" if day.past else ""
        self._region = url_for("dashboard.region", code="CODE").split("CODE")
        self._milestone = url_for("milestones.show", region="REGION", code="CODE")

    def region(self, code: str) -> str:
        return code.join(self._region) + self._query

    def milestone(self, region: str, code: str) -> str:
        return self._milestone.replace("REGION", region).replace("CODE", code)

    def city(self, code: str) -> str:
        return url_for("dashboard.city", code=code, **self.as_of)

    def attention(self, kind: str = "", city: str = "") -> str:
        return url_for("dashboard.attention", kind=kind or None, city=city or None, **self.as_of)


# --- board and city --------------------------------------------------------------------------


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
    return _board(_city_place(code))


def _city_place(code: str) -> Place:
    """The city as a place. Whoever is bound to one of its regions may not see it as a whole."""
    place = identity().place
    if place.region:
        raise NotFound
    found = get_city(session(), code, place=place)
    return Place(found.province_code, found.code)


def _board(place: Place) -> Page:
    day = read_day(request.args, clock.today())
    filters = read_filters(request.args)
    number = request.args.get("page", "1")
    endpoint = request.endpoint
    rights = (may(Can.EXPORT), may(Can.SEE_SUPERVISION))
    body = _body(
        "dashboard/board_body.html",
        (place, day, filters, number, endpoint, rights),
        lambda: _board_words(place, day, filters, *rights),
    )
    name = _facts(place, day).scope_name if place.city else ""
    return render_template("dashboard/board.html", body=body, place=place, name=name, day=day)


def _board_words(
    place: Place, day: Day, filters: Filters, may_export: bool, sees_orders: bool
) -> dict[str, Any]:
    outlook = _outlook(place, day)
    facts = _facts(place, day)
    links = _Links(day)
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
        # What is reported on the tasks of the year is kept for today only.
        "tallies": [] if place.city or day.past else tallies(session(), place, facts.deadline.year),
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


def _maps(facts: ProgrammeFacts, links: _Links) -> tuple[Svg, ...]:
    tiles = charts.tiles(facts, lambda region: links.region(region.code))
    grid = {region.city_code: region.city_spot for region in facts.regions}
    if len(set(grid.values())) < len(grid):
        grid = {}
    return tuple(charts.tile_map(tiles, look=look, grid=grid) for look in (MAP, charts.PHONE))


# --- export ----------------------------------------------------------------------------------


@blueprint.get("/board/matrix.csv")
@requires(Can.EXPORT)
def export() -> Page:
    return _export(identity().place)


@blueprint.get("/cities/<code>/matrix.csv")
@requires(Can.EXPORT)
def export_city(code: str) -> Page:
    return _export(_city_place(code))


def _export(place: Place) -> Response:
    """The matrix as filtered, as CSV. Reads only, but who took what is an event of the journal."""
    day = read_day(request.args, clock.today())
    filters = read_filters(request.args)
    facts = _facts(place, day)
    shown = chosen(facts, filters)
    outlook = _outlook(place, day)
    lines = [list(line) for line in sheet(facts, shown, outlook, filters.milestone)]
    who = identity()
    with transaction() as writing:
        journal.record(
            writing,
            actor=who,
            now=clock.now(),
            action="board.exported",
            kind=place.level.value,
            subject=place.code,
            label=facts.scope_name,
            province=place.province,
            city=place.city,
            region=place.region,
            note=f"截至{day.on.isoformat()}，{len(shown)}个地区",
            modifies=False,
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
    return _matrix(_city_place(code))


def _matrix(place: Place) -> Response:
    """The matrix as filtered, laid out as a table to print."""
    day = read_day(request.args, clock.today())
    filters = read_filters(request.args)
    facts = _facts(place, day)
    shown = chosen(facts, filters)
    return table_file(
        *tables.matrix(facts, shown, _outlook(place, day), filters),
        actor=identity(),
        place=place,
        name=f"{facts.scope_name}进展总览",
        plain=f"progress-{place.code}",
        note=_noted(day, f"{len(shown)}个地区"),
    )


def _noted(day: Day, count: str) -> str:
    return f"截至{day.on.isoformat()}，{count}"


# --- what needs attention ----------------------------------------------------------------------


@blueprint.get("/attention")
@requires(Can.SEE_PROGRAMME)
def attention() -> Page:
    """All exceptions of the place, and who has not reported this month, by kind."""
    place, day, kind = _attended()
    facts = _facts(place, day)
    lines = [one for one in facts.exceptions if not kind or one.kind == kind]
    silent = facts.silent if kind in ("", "silent") else ()
    page = page_of(len(lines), 100)
    return render_template(
        "dashboard/attention.html",
        facts=facts,
        day=day,
        kind=kind,
        place=place,
        page=page,
        lines=lines[page.offset : page.offset + page.size],
        silent=silent,
        counts={name: sum(one.kind == name for one in facts.exceptions) for name in KINDS},
        kind_labels=KIND_LABELS,
        cities=cities_of(session(), identity().place),
        links=_Links(day),
    )


def _attended() -> tuple[Place, Day, str]:
    """What is asked for: the place, the day, the kind of exception."""
    place = identity().place
    wanted = request.args.get("city", "")
    if wanted and wanted != place.city:
        place = _city_place(wanted)
    return place, read_day(request.args, clock.today()), read_kind(request.args)


@blueprint.get("/attention.xlsx")
@requires(Can.EXPORT)
def attention_table() -> Page:
    place, day, kind = _attended()
    facts = _facts(place, day)
    lines = [one for one in facts.exceptions if not kind or one.kind == kind]
    return table_file(
        *tables.attention(facts, lines, facts.silent, kind=kind),
        actor=identity(),
        place=place,
        name=f"{facts.scope_name}需关注事项",
        plain=f"attention-{place.code}",
        note=_noted(day, f"{len(lines)}项"),
    )


# --- region ------------------------------------------------------------------------------------


@blueprint.get("/regions/<code>")
@requires(Can.SEE_PROGRAMME)
def region(code: str) -> Page:
    who = identity()
    row = get_region(session(), code, place=who.place)
    day = read_day(request.args, clock.today())
    rights = _Rights(
        edit=may(Can.EDIT_PROFILE, row.place),
        city=who.place.region is None,
        export=may(Can.EXPORT),
        orders=may(Can.SEE_SUPERVISION, row.place) and not day.past,
        contracts=may(Can.SEE_CONTRACTS, row.place) and not day.past,
        new_contract=may(Can.EDIT_CONTRACT, row.place),
    )
    body = _body(
        "dashboard/region_body.html",
        (row.code, day, rights),
        lambda: _region_words(row, day, _facts(row.place, day), rights),
    )
    return render_template(
        "dashboard/region.html",
        body=body,
        region=row,
        day=day,
        city_name=_facts(row.place, day).regions[0].city_name,
        links=_Links(day),
    )


@blueprint.get("/regions/<code>/milestones.xlsx")
@requires(Can.EXPORT)
def region_table(code: str) -> Page:
    """The region's milestones as the page lists them."""
    row = get_region(session(), code, place=identity().place)
    day = read_day(request.args, clock.today())
    facts = _facts(row.place, day)
    return table_file(
        tables.region(facts),
        actor=identity(),
        place=row.place,
        name=f"{row.name}里程碑",
        plain=f"milestones-{row.code}",
        note=_noted(day, f"{len(facts.regions[0].cells)}项"),
    )


@dataclass(frozen=True, slots=True)
class _Rights:
    """What of a region's page the person may see or change; a body is kept for each of them."""

    edit: bool
    city: bool
    export: bool
    orders: bool
    contracts: bool
    """Orders and contracts are shown as they are today, so not on a past day's page."""
    new_contract: bool


def _region_words(row: Region, day: Day, facts: ProgrammeFacts, rights: _Rights) -> dict[str, Any]:
    found: RegionFacts = facts.regions[0]
    coming = _outlook(row.place, day).regions.get(row.code)
    events = queries.history_of_region(session(), row.code, until=day.on)
    return {
        "region": row,
        "facts": facts,
        "found": found,
        "batch": next((one for one in facts.batches if one.number == found.batch), None),
        "day": day,
        "timelines": _timelines(found, facts),
        "people": people_of_region(session(), city=row.city_code, region=row.code),
        "history": [
            (event, action_label(event.action), change_lines(event)[:4]) for event in events
        ],
        "exceptions": facts.exceptions,
        "kind_labels": KIND_LABELS,
        "links": _Links(day),
        "ahead": coming,
        "wording": wording,
        "profile_url": url_for("regions.profile", code=row.code) if rights.edit else "",
        "sees_city": rights.city,
        "sees_orders": rights.orders,
        "matters": open_of_region(session(), row, today=day.on) if rights.orders else (),
        "problems_url": url_for("problems.listing", code=row.code),
        "matter_url": lambda number: url_for("matters.show", number=number),
        "may_export": rights.export,
        "contracts": summary_of_region(session(), row.code, day.on) if rights.contracts else None,
        "contract_url": url_for("contracts.show", number=0).removesuffix("0"),
        "new_contract_url": (
            url_for("contracts.new", code=row.code) if rights.new_contract else ""
        ),
    }


def _timelines(found: RegionFacts, facts: ProgrammeFacts) -> tuple[Svg, ...]:
    pilot = any(batch.pilot for batch in facts.batches)
    return tuple(
        charts.timeline(
            found.cells,
            stage=found.stage,
            stage_label=found.stage_label,
            as_of=facts.as_of,
            look=look,
            pilot=pilot,
        )
        for look in (LINE, charts.PHONE)
    )


# --- search --------------------------------------------------------------------------------------


@blueprint.get("/search")
@requires(Can.SEE_PROGRAMME)
def search() -> Page:
    """Regions and cities by name or code; the only hit opens at once."""
    words = request.args.get("q", "").strip()[:40]
    place = identity().place
    regions = search_regions(session(), words, place=place, limit=50) if words else ()
    cities = [
        one
        for one in (cities_of(session(), place) if words and not place.region else ())
        if words in one.name or words == one.code
    ]
    if len(regions) == 1 and not cities:
        return redirect(url_for("dashboard.region", code=regions[0].code))
    if len(cities) == 1 and not regions:
        return redirect(url_for("dashboard.city", code=cities[0].code))
    return render_template("dashboard/search.html", words=words, regions=regions, cities=cities)

"""The doors of the Gantt charts: the province or a city, a region, and each of them as a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can, Place
from custody.dashboard.charts import PHONE
from custody.dashboard.rules import ProgrammeFacts
from custody.gantt import charts, queries, render
from custody.gantt.forms import read_filters
from custody.gantt.rules import MANY, GanttFilters, GanttGroup, blocks, groups_of
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.infra.shelf import Shelf
from custody.kernel.days import full_day
from custody.kernel.problems import NotFound
from custody.regions.queries import get_city, get_region
from custody.web.database import edition, session
from custody.web.days import Day, read_day
from custody.web.downloads import name_file, pdf_file, xlsx_file
from custody.web.exports import note_taken

blueprint = Blueprint("gantt", __name__)
Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Kept:
    name: str
    body: Markup


def _body(
    template: str,
    key: tuple[object, ...],
    make: Callable[[], tuple[str, dict[str, Any]]],
) -> _Kept:
    """A rendered body and the name of its place, kept until the data change; rendered without frame."""
    shelf: Shelf[_Kept] = current_app.extensions.setdefault(
        "custody.gantt", Shelf[_Kept](24_000_000, lambda kept: len(kept.body))
    )

    def rendered() -> _Kept:
        name, words = make()
        page = current_app.jinja_env.get_template(template)
        return _Kept(name, Markup(page.render(words)))  # noqa: S704 - escaped by Jinja

    demo = current_app.config["DEMO"]
    return shelf.get((template, edition(), clock.today(), demo, *key), rendered)


def _gantt(
    place: Place, day: Day, filters: GanttFilters
) -> tuple[ProgrammeFacts, list[GanttGroup], list[GanttGroup]]:
    """The facts, the regions that fit, and all of them."""
    demo = bool(current_app.config["DEMO"])
    facts, schedules, promises = queries.facts_and_schedules(session(), place, day.on, demo=demo)
    fitting = groups_of(facts, filters, schedules, promises)
    everything = GanttFilters()
    return (
        facts,
        fitting,
        (fitting if filters == everything else groups_of(facts, everything, schedules, promises)),
    )


def _milestones() -> Callable[[str, str], str]:
    """The address of a milestone, worked out once for all of a page."""
    pattern = url_for("milestones.show", region="REGION", code="CODE")
    return lambda region, code: pattern.replace("REGION", region).replace("CODE", code)


# --- pages -----------------------------------------------------------------------------------


@blueprint.get("/gantt")
@requires(Can.SEE_PROGRAMME)
def index() -> Page:
    """The province; whoever is bound to a city or a region sees that."""
    place = identity().place
    if place.region:
        return redirect(url_for("gantt.region", code=place.region))
    return _programme(place)


@blueprint.get("/cities/<code>/gantt")
@requires(Can.SEE_PROGRAMME)
def city(code: str) -> Page:
    return _programme(_city_place(code))


def _city_place(code: str) -> Place:
    """The city as a whole. Whoever is bound to one of its regions may not see it."""
    place = identity().place
    if place.region:
        raise NotFound
    found = get_city(session(), code, place=place)
    return Place(found.province_code, found.code)


def _programme(place: Place) -> Page:
    day, filters = read_day(request.args, clock.today()), read_filters(request.args)
    may_export, endpoint = may(Can.EXPORT), request.endpoint
    kept = _body(
        "gantt/programme_body.html",
        (place, day, filters, may_export, endpoint),
        lambda: _programme_words(place, day, filters, may_export),
    )
    return render_template("gantt/programme.html", kept=kept, place=place, day=day)


def _programme_words(
    place: Place, day: Day, filters: GanttFilters, may_export: bool
) -> tuple[str, dict[str, Any]]:
    facts, groups, everything = _gantt(place, day, filters)
    many = len(groups) > MANY
    as_of: dict[str, Any] = {"as_of": day.on.isoformat()} if day.past else {}
    region = url_for("gantt.region", code="CODE", **as_of)
    pictures = charts.programme_pictures(
        groups, as_of=facts.as_of, link=_milestones(), openable=not many
    )
    return facts.scope_name, {
        "facts": facts,
        "groups": groups,
        "blocks": blocks(groups, facts.batches),
        "many": many,
        "pictures": pictures,
        "legends": charts.lane_legends(),
        "day": day,
        "filters": filters,
        "path": request.path,
        "batches": facts.batches,
        "cities": ()
        if place.city
        else sorted({(one.city_code, one.city_name) for one in everything}),
        "region_url": lambda code: region.replace("CODE", code),
        "items": sum(len(group.rows) for group in groups),
        "files": _files(place, day, filters) if may_export else (),
        "has_critical": any(row.critical for group in everything for row in group.rows),
    }


@blueprint.get("/regions/<code>/gantt")
@requires(Can.SEE_PROGRAMME)
def region(code: str) -> Page:
    row = get_region(session(), code, place=identity().place)
    day, filters = read_day(request.args, clock.today()), read_filters(request.args)
    filters = GanttFilters(critical=filters.critical)
    may_export = may(Can.EXPORT)
    kept = _body(
        "gantt/region_body.html",
        (row.place, day, filters, may_export),
        lambda: _region_words(row.place, day, filters, may_export),
    )
    return render_template("gantt/region.html", kept=kept, region=row, day=day)


def _region_words(
    place: Place, day: Day, filters: GanttFilters, may_export: bool
) -> tuple[str, dict[str, Any]]:
    facts, groups, everything = _gantt(place, day, filters)
    link = _milestones()
    group = groups[0] if groups else None
    pilot = any(batch.pilot for batch in facts.batches)

    def address(code: str) -> str:
        return link(str(place.region), code)

    return facts.scope_name, {
        "facts": facts,
        "group": group,
        "day": day,
        "filters": filters,
        "path": request.path,
        "pictures": [
            charts.region_chart(group, as_of=facts.as_of, look=look, link=address, pilot=pilot)
            for look in (charts.REGION_WIDE, PHONE)
        ]
        if group
        else (),
        "address": address,
        "files": _files(place, day, filters) if may_export else (),
        "has_critical": any(row.critical for group in everything for row in group.rows),
    }


# --- files -----------------------------------------------------------------------------------

KINDS = {"svg": "SVG图", "pdf": "PDF", "xlsx": "数据表（xlsx）"}


def _files(place: Place, day: Day, filters: GanttFilters) -> list[tuple[str, str]]:
    """(address, what it is called) of the downloads, the filters carried along."""
    kept = {
        "city": filters.city,
        "batch": str(filters.batch or ""),
        "critical": "1" if filters.critical else "",
        "as_of": day.on.isoformat() if day.past else "",
    }
    args: dict[str, Any] = {name: value for name, value in kept.items() if value}
    if place.level.value != "province":
        args["code"] = place.code
    endpoint = {"province": "gantt.file", "city": "gantt.city_file", "region": "gantt.region_file"}
    return [
        (url_for(endpoint[place.level.value], kind=kind, **args), label)
        for kind, label in KINDS.items()
    ]


@blueprint.get("/gantt.<kind>")
@requires(Can.EXPORT)
def file(kind: str) -> Page:
    return _file(identity().place, kind)


@blueprint.get("/cities/<code>/gantt.<kind>")
@requires(Can.EXPORT)
def city_file(code: str, kind: str) -> Page:
    return _file(_city_place(code), kind)


@blueprint.get("/regions/<code>/gantt.<kind>")
@requires(Can.EXPORT)
def region_file(code: str, kind: str) -> Page:
    return _file(get_region(session(), code, place=identity().place).place, kind)


def _file(place: Place, kind: str) -> Page:
    """The picture or its data as a file. Reads only, but who took what is an event of the journal."""
    if kind not in KINDS:
        raise NotFound
    day, filters = read_day(request.args, clock.today()), read_filters(request.args)
    facts, groups, _ = _gantt(place, day, filters)
    try:
        body = _content(kind, facts, groups)
    except RenderFailed as failure:
        return (
            render_template("gantt/failed.html", message=failure.message, place=place),
            503,
        )
    note_taken(
        facts.scope_name,
        actor=identity(),
        place=place,
        action="gantt.exported",
        kind=place.level.value,
        subject=place.code,
        note=f"截至{full_day(day.on)}，{KINDS[kind]}",
    )
    name = render.file_name(facts, kind)
    plain = f"gantt-{place.code}-{day.on:%Y%m%d}.{kind}"
    if kind == "pdf":
        return pdf_file(body, name, plain)
    if kind == "xlsx":
        return xlsx_file(body, name, plain)
    response = current_app.response_class(body, content_type="image/svg+xml; charset=utf-8")
    return name_file(cast(Response, response), name, plain)


def _content(kind: str, facts: ProgrammeFacts, groups: list[GanttGroup]) -> bytes:
    if kind == "pdf":
        return render.pdf(facts, groups)
    if kind == "xlsx":
        return render.xlsx(facts, groups)
    return render.svg(facts, groups).encode()

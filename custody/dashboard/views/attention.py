"""What needs attention, and where a region is found."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Place
from custody.dashboard import tables
from custody.dashboard.forms import read_kind
from custody.dashboard.rules.exceptions import KIND_LABELS, KINDS
from custody.dashboard.views.pages import (
    Links,
    Page,
    blueprint,
    city_place,
    facts_of,
    noted,
)
from custody.infra import clock
from custody.regions.queries import cities_of
from custody.regions.queries import search as search_regions
from custody.web.database import session
from custody.web.days import Day, read_day
from custody.web.exports import table_file
from custody.web.paging import page_of


@blueprint.get("/attention")
@requires(Can.SEE_PROGRAMME)
def attention() -> Page:
    """All exceptions of the place, and who has not reported this month, by kind."""
    place, day, kind = _attended()
    facts = facts_of(place, day)
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
        links=Links(day),
    )


def _attended() -> tuple[Place, Day, str]:
    """What is asked for: the place, the day, the kind of exception."""
    place = identity().place
    wanted = request.args.get("city", "")
    if wanted and wanted != place.city:
        place = city_place(wanted)
    return place, read_day(request.args, clock.today()), read_kind(request.args)


@blueprint.get("/attention.xlsx")
@requires(Can.EXPORT)
def attention_table() -> Page:
    place, day, kind = _attended()
    facts = facts_of(place, day)
    lines = [one for one in facts.exceptions if not kind or one.kind == kind]
    return table_file(
        *tables.attention(facts, lines, facts.silent, kind=kind),
        actor=identity(),
        place=place,
        name=f"{facts.scope_name}需关注事项",
        plain=f"attention-{place.code}",
        note=noted(day, f"{len(lines)}项"),
    )


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

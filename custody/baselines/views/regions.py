"""能源基准 of the province or a city by regions, and the versions of one region."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Level
from custody.baselines.models import Baseline
from custody.baselines.queries import (
    Extent,
    adopted_of,
    extents_of,
    names_of,
    newest_of,
    versions_of,
)
from custody.baselines.rules.states import State
from custody.baselines.rules.words import turn
from custody.baselines.tables import versions as tables
from custody.baselines.views.pages import Page, blueprint
from custody.energy.queries.roster import Size, sizes
from custody.infra import clock
from custody.regions.models import Region
from custody.regions.queries import batches_of, cities_of, get_region, place_name, regions_of
from custody.web.database import session
from custody.web.exports import table_file

NONE_YET = "none"


@dataclass(frozen=True, slots=True)
class Row:
    region: Region
    city: str
    batch: str
    newest: Baseline | None
    adopted: Baseline | None
    """The one that counts; may be older than the newest."""
    extent: Extent
    """Of the newest."""
    size: Size
    adopter: str

    @property
    def state(self) -> State | None:
        return self.newest.state if self.newest else None

    @property
    def turn(self) -> str:
        if self.newest is None and not self.size.meters:
            return "待区县导入名录和账单"
        return turn(self.state, self.newest.reason if self.newest else "")


@dataclass(frozen=True, slots=True)
class Wanted:
    batch: str
    state: str

    @property
    def args(self) -> dict[str, str]:
        both = {"batch": self.batch, "state": self.state}
        return {name: value for name, value in both.items() if value}

    def takes(self, row: Row) -> bool:
        if self.state and self.state != (row.state.value if row.state else NONE_YET):
            return False
        return not self.batch or self.batch == str(row.region.batch_number)


STATES = {
    one.value: one.label for one in State if one not in (State.SUPERSEDED, State.DISCARDED)
} | {NONE_YET: "尚未建立"}


def _wanted() -> Wanted:
    state = request.args.get("state", "")
    return Wanted(request.args.get("batch", "")[:4], state if state in STATES else "")


def _rows() -> list[Row]:
    """Of everything the person sees, in a fixed number of statements."""
    place = identity().place
    regions = regions_of(session(), place)
    codes = [one.code for one in regions]
    newest = newest_of(session(), codes)
    adopted = adopted_of(session(), codes)
    extents = extents_of(session(), [one.id for one in newest.values()])
    people = names_of(session(), [one.adopted_by for one in adopted.values()])
    known = sizes(session(), codes)
    cities = {one.code: one.name for one in cities_of(session(), place)}
    batches = {one.number: one.short_name for one in batches_of(session(), place.province)}
    return [
        Row(
            region,
            cities.get(region.city_code, ""),
            batches.get(region.batch_number, ""),
            row := newest.get(region.code),
            base := adopted.get(region.code),
            extents.get(row.id, Extent()) if row else Extent(),
            known.get(region.code, Size()),
            people.get(base.adopted_by or 0, "") if base else "",
        )
        for region in regions
    ]


@blueprint.get("")
@requires(Can.SEE_ENERGY)
def index() -> Page:
    place = identity().place
    if place.level is Level.REGION:
        return redirect(url_for("baselines.region", code=place.region))
    wanted, rows = _wanted(), _rows()
    heaps = {
        value: sum((row.state.value if row.state else NONE_YET) == value for row in rows)
        for value in STATES
    }
    return render_template(
        "baselines/index.html",
        wanted=wanted,
        rows=[row for row in rows if wanted.takes(row)],
        heaps=[(value, STATES[value], count) for value, count in heaps.items() if count],
        total=len(rows),
        where=place_name(session(), place),
        batches=sorted({(str(row.region.batch_number), row.batch) for row in rows if row.batch}),
    )


@blueprint.get("/export.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    """The list as it is filtered."""
    who, wanted = identity(), _wanted()
    rows = [row for row in _rows() if wanted.takes(row)]
    where = place_name(session(), who.place)
    under = f"{where}　{clock.today():%Y-%m-%d}　{who.unit}{who.name}"
    lines = [
        (row.region.name, row.city, row.batch, row.newest, row.turn, row.extent, row.adopted)
        for row in rows
    ]
    return table_file(
        tables.regions(where, lines, under),
        actor=who,
        place=who.place,
        name="能源基准一览",
        plain="baselines",
        note=f"{len(rows)}个地区",
    )


@blueprint.get("/regions/<code>")
@requires(Can.SEE_ENERGY)
def region(code: str) -> Page:
    row = get_region(session(), code, place=identity().place)
    versions = versions_of(session(), code)
    people = [who for one in versions for who in (one.created_by, one.proposed_by, one.adopted_by)]
    return render_template(
        "baselines/region.html",
        region=row,
        versions=versions,
        open=next((one for one in versions if one.state in _UNDER_WAY), None),
        counting=next((one for one in versions if one.state is State.ADOPTED), None),
        extents=extents_of(session(), [one.id for one in versions]),
        names=names_of(session(), people),
        size=sizes(session(), [code]).get(code, Size()),
        turn=turn,
    )


_UNDER_WAY = (State.FITTING, State.DRAFT, State.PROPOSED)


@blueprint.get("/regions/<code>/export.xlsx")
@requires(Can.EXPORT)
def export_region(code: str) -> Page:
    who = identity()
    row = get_region(session(), code, place=who.place)
    versions = versions_of(session(), code)
    people = [one for each in versions for one in (each.created_by, each.adopted_by)]
    return table_file(
        tables.versions(
            row.name,
            versions,
            extents_of(session(), [one.id for one in versions]),
            names_of(session(), people),
            under=f"{row.name}　{clock.today():%Y-%m-%d}　{who.unit}{who.name}",
        ),
        actor=who,
        place=row.place,
        name=f"{row.name}能源基准各版本",
        plain="baseline-versions",
        note=f"{len(versions)}个版本",
    )

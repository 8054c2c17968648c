"""能源数据: where regions stand, and a region's own page with what is to be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState

from custody.accounts.access import identity, may, requires
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.energy import charts
from custody.energy.queries.months import Covered
from custody.energy.queries.overview import bills_of_year, lacking, standings, sums_by_energy
from custody.energy.rules.energies import Energy
from custody.energy.rules.month import turn
from custody.energy.rules.standing import Do, Next, Standing, next_steps
from custody.energy.rules.states import MonthState
from custody.energy.tables import ledger as tables
from custody.energy.views.pages import Page, last_month
from custody.infra.shelf import Shelf
from custody.kernel.periods import Month
from custody.regions.models import Region
from custody.regions.queries import batches_of, cities_of, get_region, place_name, regions_of
from custody.web.database import edition, session
from custody.web.exports import table_file

blueprint = Blueprint("energy", __name__, url_prefix="/energy")
NO_ROSTER = "none"
STATES = {one.value: one.label for one in MonthState} | {NO_ROSTER: "没有单位名录"}


@dataclass(frozen=True, slots=True)
class Row:
    region: Region
    city: str
    batch: str
    standing: Standing
    turn: str


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[Row]
    whole: Standing
    """The rows' figures, summed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter in the address."""

    city: str
    batch: str
    state: str

    @property
    def any(self) -> bool:
        return bool(self.city or self.batch or self.state)


def _asked() -> Asked:
    state = request.args.get("state", "")
    return Asked(
        request.args.get("city", "")[:12],
        request.args.get("batch", "")[:4],
        state if state in STATES else "",
    )


_KEY = "custody.energy"
_ROOM = 2_000
"""Standings of so many regions are kept: some fifty provinces, cities and states of the data."""


@blueprint.record_once
def _make_shelf(state: BlueprintSetupState) -> None:
    state.app.extensions[_KEY] = Shelf[Mapping[str, Standing]](_ROOM, lambda found: len(found) + 1)


def _standings(regions: Sequence[Region], month: Month) -> Mapping[str, Standing]:
    """Of all regions the person sees: worked out anew only when the data have changed."""
    place = identity().place

    def work_out() -> Mapping[str, Standing]:
        codes = [one.code for one in regions]
        bills = bills_of_year(session(), codes, month)
        return standings(session(), codes, province=place.province, month=month, bills=bills)

    shelf: Shelf[Mapping[str, Standing]] = current_app.extensions[_KEY]
    return shelf.get((edition(), place, month.code), work_out)


def _listed(wanted: Asked, month: Month) -> Listed:
    place = identity().place
    every = regions_of(session(), place)
    found = _standings(every, month)
    regions = [
        one
        for one in every
        if wanted.city in ("", one.city_code) and wanted.batch in ("", str(one.batch_number))
    ]
    cities = {one.code: one.name for one in cities_of(session(), place)}
    batches = {one.number: one.short_name for one in batches_of(session(), place.province)}
    reviewed = cities_with_reviewer(session())
    rows = [
        Row(
            one,
            cities.get(one.city_code, ""),
            batches[one.batch_number],
            found[one.code],
            turn(found[one.code].state, city_reviews=one.city_code in reviewed),
        )
        for one in regions
    ]
    rows = [row for row in rows if _in_state(row.standing, wanted.state)]
    return Listed(rows, Standing.of_all([row.standing for row in rows]))


def _in_state(standing: Standing, wanted: str) -> bool:
    if not wanted:
        return True
    if not standing.institutions:
        return wanted == NO_ROSTER
    return wanted == standing.state.value


@blueprint.get("")
@requires(Can.SEE_ENERGY)
def index() -> Page:
    """The province or a city; whoever is bound to a region sees that."""
    place, wanted, month = identity().place, _asked(), last_month()
    if place.region:
        return redirect(url_for("energy.region", code=place.region))
    return render_template(
        "energy/index.html",
        asked=wanted,
        listed=_listed(wanted, month),
        month=month,
        energies=list(Energy),
        cities={one.code: one.name for one in cities_of(session(), place)},
        batches={str(one.number): one.short_name for one in batches_of(session(), place.province)},
        states=STATES,
    )


@blueprint.get("/export.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    """The list as it is filtered."""
    who, wanted, month = identity(), _asked(), last_month()
    listed = _listed(wanted, month)
    where = place_name(session(), who.place)
    lines = [(row.region.name, row.city, row.batch, row.standing, row.turn) for row in listed.rows]
    return table_file(
        tables.regions(where, lines, listed.whole, month, f"{who.unit}{who.name}"),
        actor=who,
        place=who.place,
        name="能源数据",
        plain="energy",
        note=f"{len(lines)}个地区，{month.label}",
    )


# --- one region -------------------------------------------------------------------------------

SHOWN = 12
"""Meters without a bill that the page names; the workbook has all."""


@dataclass(frozen=True, slots=True)
class Line:
    """An energy's twelve months."""

    energy: Energy
    months: list[tuple[int, float | None, float | None, str]]
    """Month, use, yuan, and «缺3» where bills are missing."""
    use: float | None
    cost: float | None
    picture: Any


def _lines(bills: Covered) -> list[Line]:
    months = [int(one) for one in bills.series.months[1:]]
    lines = []
    for energy, sums in sums_by_energy(bills).items():
        rows = [
            (month, _known(use), _known(cost), f"缺{count.missing}" if count.missing else "")
            for month, (use, cost, count) in zip(months, sums, strict=True)
        ]
        picture = charts.months(
            energy,
            [
                (month, use, not count.missing)
                for month, (use, _, count) in zip(months, sums, strict=True)
            ],
        )
        lines.append(Line(energy, rows, _total(rows, 1), _total(rows, 2), picture))
    return lines


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


def _total(rows: list[tuple[int, float | None, float | None, str]], at: int) -> float | None:
    known = [value for row in rows if isinstance(value := row[at], float)]
    return sum(known) if known else None


def _links(region: Region, steps: list[Next], month: Month) -> list[tuple[Next, str, str]]:
    """What is to be done, with the words and the address of where to do it."""
    code = region.code
    shown = url_for("energy_months.show", code=code, month=month.code)
    fills = may(Can.FILL_ENERGY, region.place)
    imports = (url_for("energy_imports.index"), "去导入") if fills else ("", "")
    roster = (url_for("institutions.index", code=code), "单位名录")
    coverage = (url_for("energy_coverage.region", code=code), "查看覆盖情况")
    report = (shown, "去报送") if fills else (shown, "查看月报")
    where = {
        Do.ROSTER: imports,
        Do.METERS: roster,
        Do.MISSING: ("#missing", "查看缺哪些") if fills else coverage,
        Do.DOUBTS: (url_for("energy_months.doubts", code=code), "查看存疑账单"),
        Do.REPORT: report,
        Do.CHECK: (shown, "查看月报"),
        Do.EARLIER: (url_for("energy_months.listing", code=code), "查看各月月报"),
    }
    return [(step, *where.get(step.do, ("", ""))) for step in steps]


@blueprint.get("/regions/<code>")
@requires(Can.SEE_ENERGY)
def region(code: str) -> Page:
    month = last_month()
    row = get_region(session(), code, place=identity().place)
    bills = bills_of_year(session(), [code], month)
    standing = standings(session(), [code], province=row.province_code, month=month, bills=bills)[
        code
    ]
    reviewed = row.city_code in cities_with_reviewer(session())
    checks = "设区市" if reviewed else "省级"
    steps = next_steps(standing, month, checks=checks)
    missing = lacking(session(), bills, month.code)
    return render_template(
        "energy/region.html",
        region=row,
        month=month,
        standing=standing,
        turn=turn(standing.state, city_reviews=reviewed),
        steps=_links(row, steps, month),
        lines=_lines(bills),
        missing=missing[:SHOWN],
        more=max(0, len(missing) - SHOWN),
    )


@blueprint.get("/regions/<code>/export.xlsx")
@requires(Can.EXPORT)
def export_region(code: str) -> Page:
    who, month = identity(), last_month()
    row = get_region(session(), code, place=who.place)
    bills = bills_of_year(session(), [code], month)
    under = f"{row.name}　{month.label}　{who.unit}{who.name}"
    lines = _lines(bills)
    missing = lacking(session(), bills, month.code)
    return table_file(
        tables.months(row.name, [(one.energy, one.months) for one in lines], under),
        tables.missing(row.name, month, missing, under),
        actor=who,
        place=row.place,
        name=f"{row.name}能源数据",
        plain="energy-region",
        note=f"{month.label}，缺{len(missing)}张账单",
    )

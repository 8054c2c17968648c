"""节能量 of the province or a city by regions and batches, and of one region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import redirect, render_template, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.baselines import charts
from custody.baselines.models import Baseline
from custody.baselines.queries import newest_of
from custody.energy.models.roster import Institution
from custody.energy.rules.energies import TYPES, Energy
from custody.infra import clock
from custody.kernel.drawing import Svg
from custody.regions.models import Region
from custody.regions.queries import batches_of, cities_of, get_region, place_name, regions_of
from custody.savings import tables
from custody.savings.queries import trace
from custody.savings.queries.saved import Saved, saved
from custody.savings.rules.lacking import Lack, counted_by_gap, lacking
from custody.savings.rules.sums import Figure, Money, Step, Total
from custody.savings.views.pages import BILLED, CALIBERS, Asked, Page, asked, blueprint
from custody.web.database import session
from custody.web.exports import table_file
from custody.web.paging import page_of


@dataclass(frozen=True, slots=True)
class Row:
    """A region on the list."""

    region: Region
    city: str
    batch: str
    baseline: Baseline | None
    """The newest version; its savings count only once it is adopted."""
    total: Total | None
    """None without an adopted baseline."""


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[Row]
    batches: list[tuple[str, int, int, Total]]
    """Name, regions, those of them with an adopted baseline, sums."""
    whole: Total
    found: Saved


def _listed(wanted: Asked) -> Listed:
    place = identity().place
    every = regions_of(session(), place)
    regions = [one for one in every if not wanted.batch or str(one.batch_number) == wanted.batch]
    codes = [one.code for one in regions]
    found = saved(
        session(),
        regions,
        province=place.province,
        first=wanted.first,
        last=wanted.last,
        caliber=wanted.caliber,
    )
    cities = {one.code: one.name for one in cities_of(session(), place)}
    batches = {one.number: one.short_name for one in batches_of(session(), place.province)}
    newest = newest_of(session(), codes)
    totals = found.by_region(codes)
    rows = [
        Row(
            region,
            cities.get(region.city_code, ""),
            batches[region.batch_number],
            found.baselines.get(region.code) or newest.get(region.code),
            total if region.code in found.baselines else None,
        )
        for region, total in zip(regions, totals, strict=True)
    ]
    numbers = sorted({one.batch_number for one in regions})
    sums = found.grouped(
        {one.code: numbers.index(one.batch_number) for one in regions}, len(numbers)
    )
    told = []
    for number, total in zip(numbers, sums, strict=True):
        own = [row for row in rows if row.region.batch_number == number]
        told.append((batches[number], len(own), sum(row.total is not None for row in own), total))
    return Listed(rows, told, found.whole(), found)


@blueprint.get("")
@requires(Can.SEE_ENERGY)
def index() -> Page:
    """The province or a city; whoever is bound to a region sees that."""
    place, wanted = identity().place, asked()
    if place.region:
        return redirect(url_for("savings.region", code=place.region))
    listed = _listed(wanted)
    return render_template(
        "savings/index.html",
        asked=wanted,
        listed=listed,
        lacks=counted_by_gap(lacking(listed.found.meters.reckoned, listed.found.months)),
        adopted=sum(row.total is not None for row in listed.rows),
        batches={str(one.number): one.short_name for one in batches_of(session(), place.province)},
        conversion=listed.found.conversion,
        calibers=CALIBERS,
        energies=[one for one in BILLED if listed.whole.of(one)],
    )


@blueprint.get("/export.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    """The list as it is filtered."""
    who, wanted = identity(), asked()
    listed = _listed(wanted)
    where = place_name(session(), who.place)
    under = f"{where}　{wanted.words}　{wanted.caliber.label}　{who.unit}{who.name}"
    lines = [
        (row.region.name, row.city, row.batch, _standing(row.baseline), row.total)
        for row in listed.rows
    ]
    return table_file(
        tables.regions(where, lines, listed.whole, under),
        tables.coefficients(listed.found.conversion, under),
        actor=who,
        place=who.place,
        name="节能量",
        plain="savings",
        note=f"{len(lines)}个地区，{wanted.words}",
    )


def _standing(baseline: Baseline | None) -> str:
    return f"第{baseline.number}版，{baseline.state.label}" if baseline else "尚未建立"


# --- one region -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saver:
    """An institution's line."""

    institution: Institution
    type: str
    total: Total
    lacks: int
    """Meter-months without a figure."""


def _of_region(region: Region, wanted: Asked) -> Saved:
    return saved(
        session(),
        [region],
        province=region.province_code,
        first=wanted.first,
        last=wanted.last,
        caliber=wanted.caliber,
    )


def _savers(found: Saved, lacks: Sequence[Lack], known: Mapping[int, Institution]) -> list[Saver]:
    """The largest saving first; who has none comes last."""
    ids = [one for one, row in known.items() if row.in_custody]
    missing: dict[int, int] = {}
    for one in lacks:
        owner = int(found.series.institutions[one.row])
        missing[owner] = missing.get(owner, 0) + len(one.months)
    rows = [
        Saver(known[one], TYPES.get(known[one].type_code, ""), total, missing.get(one, 0))
        for one, total in zip(ids, found.by_institution(ids), strict=True)
        if total.months_due
    ]
    return sorted(rows, key=lambda row: (not row.total.known, -row.total.coal, row.institution.id))


@dataclass(frozen=True, slots=True)
class Missing:
    """A line of what is missing."""

    institution: Institution | None
    number: str
    meter: int
    energy: Energy
    lack: Lack


def _missing(
    region: Region, found: Saved, lacks: Sequence[Lack], owners: Mapping[int, Institution]
) -> list[Missing]:
    if not lacks:
        return []
    meters = trace.meters_of_region(session(), region.code)
    rows = []
    for one in lacks:
        meter = meters[int(found.series.meters[one.row])]
        rows.append(
            Missing(owners.get(meter.institution_id), meter.number, meter.id, meter.energy, one)
        )
    return rows


WIDE, HALF = charts.Look(1120, 300, 13), charts.Look(544, 270, 12)
"""The whole width of the page, and half of it."""


def pictures(steps: Sequence[Step], figure: Figure) -> dict[str, list[Svg]]:
    """Months, what was saved up to each, the ways from the baseline to the actual: use and yuan."""
    unit, label = figure.energy.unit, figure.energy.label
    told = [(one.month, one.adjusted, one.actual) for one in steps]
    grown = [(one.month, one.cumulated, one.band) for one in steps]
    drawn = {
        "months": [
            charts.months(told, unit=unit, look=look, title=f"{label}：逐月实际用量与调整后基准")
            for look in (WIDE, charts.PHONE)
        ],
        "cumulated": [
            charts.cumulated(grown, unit=unit, look=look, title=f"{label}：累计节能量")
            for look in (WIDE, charts.PHONE)
        ],
        "waterfall": _waterfall(_way(steps), unit, f"{label}：从基准到实际用量"),
    }
    if figure.money.routine:
        title = f"{label}：从基准费用到实际用量的费用"
        drawn["money"] = _waterfall(_paid(figure.money), "元", title)
    return drawn


def _waterfall(way: Sequence[charts.Step], unit: str, title: str) -> list[Svg]:
    return [
        charts.waterfall(way, unit=unit, look=look, title=title) for look in (HALF, charts.PHONE)
    ]


def _way(steps: Sequence[Step]) -> list[charts.Step]:
    extra = sum(one.adjustment for one in steps)
    routine = sum(one.adjusted for one in steps) - extra
    actual = sum(one.actual for one in steps)
    return [
        charts.Step("基准用量", routine, charts.Kind.LEVEL),
        *([charts.Step("非常规调整", extra, charts.Kind.AGREED)] if extra else []),
        charts.Step("节能量", actual - routine - extra),
        charts.Step("实际用量", actual, charts.Kind.LEVEL),
    ]


def _paid(money: Money) -> list[charts.Step]:
    """The same way in yuan: what was agreed on prices stands apart."""
    agreed = (("用量调整", money.adjustment), ("价格调整", money.repriced))
    return [
        charts.Step("基准费用", money.routine, charts.Kind.LEVEL),
        *(charts.Step(name, value, charts.Kind.AGREED) for name, value in agreed if value),
        charts.Step("节约费用", -money.saved),
        charts.Step("实际费用", money.actual, charts.Kind.LEVEL),
    ]


def energy_of(total: Total, wanted: Energy | None) -> Energy | None:
    """The one asked for where there is something of it, else the first that has a figure."""
    known = [one.energy for one in total.figures if one.meters]
    if wanted in known:
        return wanted
    return known[0] if known else None


def figure_of(total: Total, energy: Energy | None) -> Figure | None:
    return total.of(energy) if energy else None


@blueprint.get("/regions/<code>")
@requires(Can.SEE_ENERGY)
def region(code: str) -> Page:
    wanted = asked()
    row = get_region(session(), code, place=identity().place)
    found = _of_region(row, wanted)
    baseline = found.baselines.get(code)
    lacks = lacking(found.meters.reckoned, found.months)
    owners = trace.names_of_institutions(session(), code)
    savers = _savers(found, lacks, owners) if baseline else []
    total = found.whole()
    energy = energy_of(total, wanted.energy)
    steps = found.steps(energy) if energy else []
    page = page_of(len(savers), 20)
    return render_template(
        "savings/region.html",
        asked=wanted,
        region=row,
        baseline=baseline,
        newest=newest_of(session(), [code]).get(code),
        total=total,
        energy=energy,
        steps=steps,
        pictures=pictures(steps, figure) if (figure := figure_of(total, energy)) and steps else {},
        savers=savers[page.offset : page.offset + page.size],
        page=page,
        lacks=counted_by_gap(lacks),
        missing=_missing(row, found, lacks[:MISSING], owners),
        more=max(0, len(lacks) - MISSING),
        conversion=found.conversion,
        calibers=CALIBERS,
        **basis(row, found, baseline),
    )


MISSING = 15
"""Lines of what is missing that the page shows; the workbook has all."""


def basis(region: Region, found: Saved, baseline: Baseline | None) -> dict[str, Any]:
    """What the figures rest on, in a fixed number of statements."""
    if baseline is None:
        return {"adjustments": [], "names": {}, "weather": ""}
    first, last = int(found.months[0]), int(found.months[-1])
    told = found.readings.temperature
    known = int(np.isfinite(told[0]).sum()) if len(told) else 0
    return {
        "adjustments": trace.adjustments_of_region(session(), region.code, first, last),
        "names": trace.names_of(session(), [baseline.adopted_by, baseline.proposed_by]),
        "weather": f"{known} / {len(found.months)} 个月有气温",
    }


@blueprint.get("/regions/<code>/export.xlsx")
@requires(Can.EXPORT)
def export_region(code: str) -> Page:
    who, wanted = identity(), asked()
    row = get_region(session(), code, place=who.place)
    found = _of_region(row, wanted)
    lacks = lacking(found.meters.reckoned, found.months)
    baseline = found.baselines.get(code)
    under = (
        f"{row.name}　{wanted.words}　{wanted.caliber.label}　"
        f"基准：{_standing(baseline)}　{who.unit}{who.name}　{clock.today().isoformat()}"
    )
    owners = trace.names_of_institutions(session(), code)
    savers = _savers(found, lacks, owners) if baseline else []
    lines = [(one.institution.name, one.type, one.total) for one in savers]
    missing = [
        (
            one.institution.name if one.institution else "",
            one.number,
            one.energy.label,
            one.lack.gap.label,
            one.lack.words,
            one.lack.gap.remedy,
        )
        for one in _missing(row, found, lacks, owners)
    ]
    total = found.whole()
    return table_file(
        tables.energies(row.name, total, under),
        tables.institutions(row.name, lines, total, under),
        tables.months(row.name, [(m, t) for m, t in found.per_month() if t.known], under),
        tables.lacks(row.name, missing, under),
        tables.coefficients(found.conversion, under),
        actor=who,
        place=row.place,
        name=f"{row.name}节能量",
        plain="savings-region",
        note=wanted.words,
    )

"""单位名录: the roster of a region, an institution with its meters, years and bills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.audit.rules import action_label, change_lines
from custody.energy.actions import roster as actions
from custody.energy.actions import years as yearly
from custody.energy.forms.ledger import (
    CloseForm,
)
from custody.energy.models.roster import Institution, Meter, YearFigures
from custody.energy.queries import institutions as queries
from custody.energy.queries import roster as rosters
from custody.energy.queries.bills import bills_of
from custody.energy.queries.months import locked_months
from custody.energy.queries.tables import limits_of
from custody.energy.queries.years import explained_years
from custody.energy.rules.annual import changed_facts, unequal_years
from custody.energy.rules.doubts import found_in
from custody.energy.rules.energies import TYPES, Energy
from custody.energy.tables import ledger as tables
from custody.energy.views.pages import MONTHS, Page, last_month
from custody.infra import clock
from custody.kernel.periods import Month
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import whole
from custody.web.paging import page_of

blueprint = Blueprint("institutions", __name__, url_prefix="/energy")
kept.call(
    blueprint,
    "单位名录",
    {
        "new": "登记单位",
        "edit": "保存",
        "close": "登记撤并",
        "reopen": "恢复",
        "new_meter": "登记户号",
        "meter": "保存",
        "year": "保存年报数",
    },
    "institutions.show",
)

ORDERS = {"name": "名称", "area": "面积从大到小", "people": "人数从多到少"}
CUSTODY = {"in": "纳入托管", "out": "未纳入托管", "closed": "已撤并"}


# --- the roster -------------------------------------------------------------------------------


def _wanted() -> tuple[rosters.Wanted, str]:
    args = request.args
    kinds, order = args.get("type", ""), args.get("sort", "")
    custody, energy = args.get("custody", ""), args.get("energy", "")
    return (
        rosters.Wanted(
            words=args.get("q", "").strip()[:40],
            type_code=kinds if kinds in TYPES else "",
            custody=custody if custody in CUSTODY else "",
            energy=energy if energy in {one.value for one in Energy} else "",
        ),
        order if order in ORDERS else "name",
    )


@blueprint.get("/regions/<code>/institutions")
@requires(Can.SEE_ENERGY)
def index(code: str) -> Page:
    region = get_region(session(), code, place=identity().place)
    wanted, order = _wanted()
    page = page_of(rosters.count_roster(session(), code, wanted))
    rows = rosters.roster(session(), code, wanted, order=order, limit=page.size, offset=page.offset)
    meters = rosters.meters_of(session(), [one.id for one in rows])
    month = last_month()
    return render_template(
        "energy/roster.html",
        region=region,
        wanted=wanted,
        order=order,
        orders=ORDERS,
        custodies=CUSTODY,
        types=TYPES,
        energies=list(Energy),
        rows=rows,
        meters={owner: _per_energy(own) for owner, own in meters.items()},
        counts=queries.billed_counts(session(), meters, month.code),
        month=month,
        page=page,
        size=rosters.sizes(session(), [code]).get(code, rosters.Size()),
        twins=_twins(region),
    )


def _per_energy(meters: Sequence[Meter]) -> Mapping[Energy, int]:
    found: dict[Energy, int] = {}
    for one in meters:
        found[one.energy] = found.get(one.energy, 0) + 1
    return {one: found[one] for one in Energy if one in found}


def _twins(region: Region) -> list[Institution]:
    """Institutions of the region whose credit code is in another roster as well."""
    rows = rosters.twins(session(), region.province_code, region.place)
    return [one for one, _ in rows]


@blueprint.get("/regions/<code>/institutions/export.xlsx")
@requires(Can.EXPORT)
def export(code: str) -> Page:
    """All that pass the filter, with their meters."""
    who = identity()
    region = get_region(session(), code, place=who.place)
    wanted, order = _wanted()
    rows = rosters.roster(session(), code, wanted, order=order)
    meters = rosters.meters_of_region(session(), code)
    under = f"{region.name}　{clock.today().isoformat()}　{who.unit}{who.name}"
    return table_file(
        *tables.roster(region.name, [(one, meters.get(one.id, [])) for one in rows], under),
        actor=who,
        place=region.place,
        name=f"{region.name}单位名录",
        plain="institutions",
        note=f"{len(rows)}家单位",
        lean=True,
    )


HISTORY = 12
"""Changes by hand that the page tells; the journal has all."""


# --- one institution --------------------------------------------------------------------------


@blueprint.get("/institutions/<int:number>")
@requires(Can.SEE_ENERGY)
def show(number: int) -> Page:
    return _show_page(number)


def _show_page(
    number: int, form: CloseForm | None = None, rest: Sequence[Problem] = (), status: int = 200
) -> tuple[str, int]:
    one, region = rosters.get_institution(session(), number, place=identity().place)
    meters = rosters.meters_of(session(), [number])[number]
    years = queries.years_of(session(), number)
    over, today = last_month(), clock.today()
    shown = _year_asked(over)
    first, last = _period(shown, over)
    start = min([Month.coded(first).plus(-12).code, *(row.year * 100 + 1 for row in years)])
    series = queries.series_of(session(), meters, start, over.code)
    limits = limits_of(session(), region.province_code)
    history = queries.history_of(session(), number)
    told = queries.told_by(one, years, history, today.year)
    words = explained_years(session(), region.code, number)
    billed = queries.billed_years(meters, series, [row.year for row in years])
    findings = [
        (one, words.get((number, one.year, one.doubt, one.digest)))
        for one in (*changed_facts(told, limits), *unequal_years(told, billed, limits))
    ]
    page = render_template(
        "energy/institution.html",
        one=one,
        region=region,
        type=TYPES.get(one.type_code, "—"),
        meters=meters,
        twins=queries.twins_of(session(), one, region.province_code),
        findings=findings,
        unexplained=any(given is None for _, given in findings),
        years=years,
        billed=billed,
        energies=energies_of(meters, years),
        grid=_grid(meters, series, first, last, one.in_custody),
        doubtful=_doubtful(series, limits, first, last),
        explained=queries.explained(session(), [one.id for one in meters], first, last),
        locked=locked_months(session(), region.code),
        shown=shown,
        choices=range(over.year, over.year - 4, -1),
        next_year=_next_year(years, today.year),
        history=[
            (event, action_label(event.action), change_lines(event)) for event in history[:HISTORY]
        ],
        form=form or CloseForm(version=str(one.version)),
        rest=rest,
        savings=url_for("savings.institution", number=number),
        baseline=url_for("baselines.region", code=region.code),
        coded=Month.coded,
    )
    return page, status


def _year_asked(over: Month) -> int:
    """0: the last twelve months."""
    text = request.args.get("year", "")
    return int(text) if text.isdecimal() and len(text) == 4 and int(text) <= over.year else 0


def _period(year: int, over: Month) -> tuple[int, int]:
    if not year:
        return over.plus(1 - MONTHS).code, over.code
    return year * 100 + 1, min(Month(year, 12), over).code


def energies_of(meters: Sequence[Meter], years: Sequence[YearFigures]) -> list[Energy]:
    """Those it uses or once reported, in their order."""
    known = {one.energy for one in meters} | {Energy(name) for row in years for name in row.uses}
    return [one for one in Energy if one in known]


Cell = tuple[float | None, float | None, int, bool]


def _grid(
    meters: Sequence[Meter], series: Any, first: int, last: int, in_custody: bool
) -> list[tuple[int, list[Cell]]]:
    """Month, newest first → (use, yuan, version, is a bill missing?) of each meter."""
    owed = queries.owed(meters, series)
    rows = []
    for at in range(len(series.months) - 1, -1, -1):
        month = int(series.months[at])
        if first <= month <= last:
            cells = []
            for row in range(len(meters)):
                number = int(series.numbers[row, at])
                cost = float(series.cost[row, at])
                cells.append(
                    (
                        float(series.use[row, at]) if number else None,
                        cost if number and cost == cost else None,
                        number,
                        bool(owed[row, at]) and in_custody and not number,
                    )
                )
            rows.append((month, cells))
    return rows


def _doubtful(
    series: Any, limits: Any, first: int, last: int
) -> Mapping[tuple[int, int], list[tuple[str, int, str]]]:
    """(meter, month) → (code, version, words) of what is doubtful about its bill."""
    found: dict[tuple[int, int], list[tuple[str, int, str]]] = {}
    for one in found_in(series, limits, since=first):
        month = int(series.months[one.column])
        if month <= last:
            key = int(series.meters[one.row]), month
            words = f"{one.label}：{one.words(Energy(str(series.energies[one.row])))}"
            version = int(series.numbers[one.row, one.column])
            found.setdefault(key, []).append((one.code, version, words))
    return found


def _next_year(years: Sequence[YearFigures], today: int) -> int:
    """The newest year that is over and not yet entered."""
    known = {row.year for row in years}
    return next((one for one in range(today - 1, yearly.FIRST, -1) if one not in known), today - 1)


@blueprint.get("/institutions/<int:number>/export.xlsx")
@requires(Can.EXPORT)
def export_one(number: int) -> Page:
    """Its meters, every bill, its years."""
    who = identity()
    one, region = rosters.get_institution(session(), number, place=who.place)
    meters = rosters.meters_of(session(), [number])[number]
    over = last_month()
    first = over.plus(-59).code
    series = queries.series_of(session(), meters, Month.coded(first).plus(-12).code, over.code)
    doubts = _doubtful(series, limits_of(session(), region.province_code), first, over.code)
    bills = bills_of(session(), [meter.id for meter in meters], first, over.code)
    numbers = {meter.id: meter for meter in meters}
    order = {meter.id: at for at, meter in enumerate(meters)}
    lines = [
        (
            numbers[meter],
            bill,
            "手工录入" if bill.import_id is None else "文件导入",
            "；".join(words for _, _, words in doubts.get((meter, month), ())),
        )
        for (meter, month), bill in sorted(
            bills.items(), key=lambda pair: (order[pair[0][0]], pair[0][1])
        )
    ]
    under = f"{region.name}　{clock.today().isoformat()}　{who.unit}{who.name}"
    return table_file(
        tables.meters(one.name, ((one.name, meter) for meter in meters), under),
        tables.bills(one.name, lines, under),
        tables.years(one.name, queries.years_of(session(), number), under),
        actor=who,
        place=region.place,
        name=f"{one.name}能源账单",
        plain="institution",
        note=f"{len(lines)}张账单",
    )


# --- closed and opened again ----------------------------------------------------------------------


@blueprint.post("/institutions/<int:number>/close")
@requires(Can.FILL_ENERGY)
def close(number: int) -> Page:
    form = CloseForm()
    if not form.validate_on_submit() or form.closed_on.data is None:
        return _show_page(number, form, status=422)
    try:
        with transaction() as writing:
            actions.close_institution(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(request.form.get("version")),
                on=form.closed_on.data,
                reason=str(form.reason.data or ""),
            )
    except Refused as refusal:
        return _show_page(number, form, form.take(refusal.problems), 422)
    except Conflict:
        return _meanwhile(number, form)
    flash("已登记撤并；当月以后不再要求账单，已有账单保留。")
    return redirect(url_for("institutions.show", number=number), 303)


def _meanwhile(number: int, form: CloseForm | None = None) -> Page:
    row, _ = rosters.get_institution(session(), number, place=identity().place)
    if form is not None:
        form.version.data = str(row.version)
    words = "在您打开页面之后，单位信息被他人更新，没有办理；请核对下面的现有内容后再次提交。"
    return _show_page(number, form, [Problem("meanwhile", words)], 409)


@blueprint.post("/institutions/<int:number>/reopen")
@requires(Can.FILL_ENERGY)
def reopen(number: int) -> Page:
    try:
        with transaction() as writing:
            actions.reopen_institution(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(request.form.get("version")),
            )
    except Conflict:
        return _meanwhile(number)
    flash("已恢复。户号的停用月份没有改动，仍在使用的请逐个清除停用月份。")
    return redirect(url_for("institutions.show", number=number), 303)

"""One bill: what it says and has said, entered or corrected by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.energy.actions import bills as actions
from custody.energy.forms.ledger import BillForm, trimmed
from custody.energy.queries import institutions as queries
from custody.energy.queries.bills import bill_or_none
from custody.energy.queries.months import locked_months
from custody.energy.queries.roster import get_institution, get_meter
from custody.energy.queries.tables import limits_of
from custody.energy.rules.doubts import found_in
from custody.energy.rules.energies import Energy
from custody.energy.views.pages import Page
from custody.infra import clock
from custody.kernel.periods import Month
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.formkit import Difference, whole

blueprint = Blueprint("bills", __name__, url_prefix="/energy")
kept.call(blueprint, "能源账单", {"write": "保存账单"}, "bills.show")


def _month(code: int) -> Month:
    if not 200001 <= code <= 209912 or not 1 <= code % 100 <= 12:
        raise NotFound
    return Month.coded(code)


@blueprint.get("/meters/<int:number>/<int:month>")
@requires(Can.SEE_ENERGY)
def show(number: int, month: int) -> Page:
    _month(month)
    bill = bill_or_none(session(), number, month)
    form = BillForm(obj=bill, formdata=None)
    form.reason.data = ""
    form.number.data = str(bill.number if bill else 0)
    return _bill_page(number, month, form)


def _bill_page(
    number: int,
    month: int,
    form: BillForm,
    rest: Sequence[Problem] = (),
    differences: list[Difference] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    place = identity().place
    meter, region = get_meter(session(), number, place=place)
    one, _ = get_institution(session(), meter.institution_id, place=place)
    at = _month(month)
    series = queries.series_of(session(), [meter], at.plus(-12).code, month)
    versions = queries.versions(session(), number, month)
    page = render_template(
        "energy/bill.html",
        meter=meter,
        one=one,
        region=region,
        month=at,
        versions=versions,
        bill=versions[0].bill if versions and versions[0].replaced_at is None else None,
        doubts=_doubts(series, region.province_code, number, month),
        doubts_url=url_for("energy_months.doubts", code=region.code),
        beside=_beside(series),
        locked=month in locked_months(session(), region.code),
        early=at.first > clock.today(),
        fills=may(Can.FILL_ENERGY, region.place),
        form=form,
        rest=rest,
        differences=differences,
        savings=url_for("savings.figure", number=number, month=month),
    )
    return page, status


def _doubts(series: Any, province: str, meter: int, month: int) -> list[tuple[str, str, str]]:
    """(label, words, explanation) of what is doubtful about the bill."""
    told = queries.explained(session(), [meter], month, month)
    return [
        (
            one.label,
            one.words(Energy(str(series.energies[0]))),
            told.get((meter, month, int(series.numbers[one.row, one.column]), one.code), ""),
        )
        for one in found_in(series, limits_of(session(), province), since=month)
    ]


def _beside(series: Any) -> list[tuple[str, int, float, float | None]]:
    """The bills it is compared with: (words, month, use, yuan) of last month and of a year ago."""
    found = []
    for words, at in (("上月", len(series.months) - 2), ("上年同月", 0)):
        if series.numbers[0, at]:
            cost = float(series.cost[0, at])
            found.append(
                (
                    words,
                    int(series.months[at]),
                    float(series.use[0, at]),
                    cost if cost == cost else None,
                )
            )
    return found


@blueprint.post("/meters/<int:number>/<int:month>")
@requires(Can.FILL_ENERGY)
def write(number: int, month: int) -> Page:
    """Enter the bill, or correct it; the version before is kept."""
    _month(month)
    who, form = identity(), BillForm()
    get_meter(session(), number, place=who.place)
    if not form.validate_on_submit():
        return _bill_page(number, month, form, status=422)
    seen = whole(request.form.get("number"))
    try:
        with transaction() as writing:
            row = actions.write(
                writing,
                actor=who,
                now=clock.now(),
                meter=number,
                month=month,
                number=seen,
                told=form.told,
                reason=str(form.reason.data or ""),
            )
            version = row.number
    except Refused as refusal:
        return _bill_page(number, month, form, form.take(refusal.problems), status=422)
    except Conflict:
        now = bill_or_none(session(), number, month)
        form.number.data = str(now.number if now else 0)
        stored = {
            name: trimmed(getattr(now, name)) if now else None
            for name in ("use", "cost", "starts_on", "ends_on")
        }
        return _bill_page(number, month, form, differences=form.differences(stored), status=409)
    flash(
        f"已保存，现为第{version}版；原来的数保留在下面的版本记录中。"
        if version > 1
        else "已录入账单。"
    )
    return redirect(url_for("bills.show", number=number, month=month), 303)

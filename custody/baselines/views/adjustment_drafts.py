"""A non-routine adjustment drafted for a meter, and the draft corrected."""

from __future__ import annotations

import secrets
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.baselines.actions import adjustments as actions
from custody.baselines.adjusted import adjusted_of, get_adjustment, several_of
from custody.baselines.forms.adjustments import AdjustmentForm
from custody.baselines.rules import adjusting
from custody.baselines.rules.adjusting import ASKS
from custody.baselines.rules.spreading import SPREAD
from custody.baselines.views.adjustment_pages import (
    ONE,
    About,
    Page,
    Typed,
    about_of,
    back_to,
    blueprint,
    months_of,
    page_of_one,
)
from custody.energy.queries.roster import get_meter
from custody.infra import clock
from custody.kernel.problems import Conflict, Problem, Refused
from custody.mv.adjust import Driver
from custody.web.database import session, transaction
from custody.web.formkit import whole


def driver_of(*, whole: bool) -> Driver:
    text = request.args.get("driver", "")
    known = [one.value for one in (SPREAD if whole else ASKS)]
    return Driver(text) if text in known else Driver.AREA


@blueprint.route("/meters/<int:meter>/adjustments/new", methods=["GET", "POST"])
@requires(Can.PROPOSE_BASELINE)
def new(meter: int) -> Page:
    row, region = get_meter(session(), meter, place=identity().place)
    whole = request.args.get("whole") == "1"
    driver = driver_of(whole=whole)
    about = about_of(row, region, whole=whole)
    form = AdjustmentForm()
    form.ask(driver, row.energy, about.months)
    rest: list[Problem] = []
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                made = actions.add(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    meter=meter,
                    key=str(form.key.data or "")[:40] or secrets.token_urlsafe(20),
                    wanted=form.wanted(driver),
                    whole=whole,
                )
                number = made.id
            flash("草稿已保存。请上传双方签认件，齐全后登记生效。")
            return redirect(url_for("adjustments.show", number=number), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
    if not form.is_submitted():
        form.key.data = secrets.token_urlsafe(20)
        _propose(form, driver, about)
    page = render_template(
        "adjustments/new.html",
        about=about,
        driver=driver,
        whole=whole,
        several=several_of(session(), [row.institution_id])
        >= {f"{row.institution_id}{row.energy.value}"},
        asks={one: ask for one, ask in ASKS.items() if one in SPREAD or not whole},
        form=form,
        rest=rest,
    )
    return page, 422 if form.is_submitted() else 200


def _propose(form: AdjustmentForm, driver: Driver, about: About) -> None:
    """What is known is filled in."""
    owner = about.institution
    form.rate.data = adjusting.usual_rate(driver, about.year, owner.floor_area, owner.people)
    if driver is Driver.AREA and owner.floor_area:
        form.before.data = Decimal(f"{owner.floor_area.normalize():f}")
    if driver is Driver.PEOPLE and owner.people:
        form.before.data = Decimal(owner.people)
    if driver is Driver.PRICE and about.line is not None and about.line.price:
        form.before.data = Decimal(f"{about.line.price.normalize():f}")


@blueprint.post(ONE)
@requires(Can.PROPOSE_BASELINE)
def edit(number: int) -> Page:
    row, region = get_adjustment(session(), number, who=identity())
    found, driver = adjusted_of(session(), row), Driver(row.driver)
    form = AdjustmentForm()
    months = {*about_of(found.meter, region, whole=False).months, *months_of(row)}
    form.ask(driver, found.meter.energy, sorted(months))
    if not form.validate_on_submit():
        return page_of_one(number, Typed(form), 422)
    try:
        with transaction() as writing:
            actions.edit(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                wanted=form.wanted(driver),
            )
    except Refused as refusal:
        return page_of_one(number, Typed(form, problems=form.take(refusal.problems)), 422)
    except Conflict:
        row, _ = get_adjustment(session(), number, who=identity())
        differences = form.differences(AdjustmentForm.shown(row))
        form.version.data = str(row.version)
        return page_of_one(number, Typed(form, differences=differences), 409)
    flash("草稿已保存。")
    return back_to(number)

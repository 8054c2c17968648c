"""What is written about an institution: the institution itself, its meters, its years."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.energy.actions import roster as actions
from custody.energy.actions import years as yearly
from custody.energy.forms.ledger import (
    InstitutionForm,
    MeterForm,
    YearForm,
    month_text,
    trimmed,
)
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries import institutions as queries
from custody.energy.queries import roster as rosters
from custody.energy.rules.energies import Energy
from custody.energy.views.institutions import blueprint, energies_of
from custody.energy.views.pages import Page
from custody.infra import clock
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web.database import session, transaction
from custody.web.formkit import Difference, Form, whole


def _write(
    form: Form,
    act: Callable[[Session], object],
    stored: Callable[[], tuple[int, Mapping[str, object]]],
) -> tuple[list[Problem], list[Difference] | None, int]:
    """Do it; 303 where it is done, else what to show. `stored`: version and fields as they are now."""
    if not form.validate_on_submit():
        return [], None, 422 if form.is_submitted() else 200
    try:
        with transaction() as writing:
            act(writing)
    except Refused as refusal:
        return form.take(refusal.problems), None, 422
    except Conflict:
        version, fields = stored()
        form.version.data = str(version)
        return [], form.differences(fields), 409
    return [], None, 303


def _version() -> int:
    return whole(request.form.get("version"))


def _fields(row: object, names: Sequence[str]) -> dict[str, object]:
    return {name: trimmed(getattr(row, name)) for name in names}


_FACTS = ("name", "credit_code", "type_code", "address", "floor_area", "people", "in_custody")
FACTS = (*_FACTS, "excluded_because")
METER = ("energy", "number", "payment", "note")


@blueprint.route("/regions/<code>/institutions/new", methods=["GET", "POST"])
@requires(Can.FILL_ENERGY)
def new(code: str) -> Page:
    region = get_region(session(), code, place=identity().place)
    form = InstitutionForm()
    made: list[int] = []

    def act(writing: Session) -> None:
        row = actions.add_institution(
            writing, actor=identity(), now=clock.now(), region=code, facts=form.facts
        )
        made.append(row.id)

    rest, _, status = _write(form, act, lambda: (0, {}))
    if status == 303:
        flash(f"已登记：{form.facts.name}。请接着登记它的户号。")
        return redirect(url_for("institutions.show", number=made[-1]), 303)
    return _institution_form(form, region, None, rest, None), status


@blueprint.route("/institutions/<int:number>/edit", methods=["GET", "POST"])
@requires(Can.FILL_ENERGY)
def edit(number: int) -> Page:
    place = identity().place
    row, region = rosters.get_institution(session(), number, place=place)
    form = InstitutionForm(obj=row)
    name = row.name

    def act(writing: Session) -> None:
        actions.edit_institution(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=_version(),
            facts=form.facts,
        )

    def stored() -> tuple[int, dict[str, object]]:
        now, _ = rosters.get_institution(session(), number, place=place)
        return now.version, _fields(now, FACTS)

    rest, differences, status = _write(form, act, stored)
    if status == 303:
        flash(f"已保存：{name}。")
        return redirect(url_for("institutions.show", number=number), 303)
    return _institution_form(form, region, row, rest, differences), status


def _institution_form(
    form: InstitutionForm,
    region: Region,
    row: Institution | None,
    rest: Sequence[Problem],
    differences: list[Difference] | None,
) -> str:
    return render_template(
        "energy/institution_form.html",
        form=form,
        region=region,
        row=row,
        rest=rest,
        differences=differences,
    )


@blueprint.route("/institutions/<int:number>/meters/new", methods=["GET", "POST"])
@requires(Can.FILL_ENERGY)
def new_meter(number: int) -> Page:
    one, region = rosters.get_institution(session(), number, place=identity().place)
    return _meter(one, region, None)


@blueprint.route("/meters/<int:number>/edit", methods=["GET", "POST"])
@requires(Can.FILL_ENERGY)
def meter(number: int) -> Page:
    place = identity().place
    row, region = rosters.get_meter(session(), number, place=place)
    one, _ = rosters.get_institution(session(), row.institution_id, place=place)
    return _meter(one, region, row)


def _meter(one: Institution, region: Region, row: Meter | None) -> Page:
    form = MeterForm(obj=row)
    owner, number = one.id, row.id if row else None

    def act(writing: Session) -> None:
        actions.write_meter(
            writing,
            actor=identity(),
            now=clock.now(),
            institution=owner,
            meter=number,
            version=_version(),
            account=form.account,
        )

    def stored() -> tuple[int, dict[str, object]]:
        now, _ = rosters.get_meter(session(), number or 0, place=identity().place)
        months = {name: month_text(getattr(now, name)) for name in ("since", "until")}
        return now.version, _fields(now, METER) | months

    rest, differences, status = _write(form, act, stored)
    if status == 303:
        flash(f"已保存：{form.account.energy.label}户号{form.account.number}。")
        return redirect(url_for("institutions.show", number=owner, _anchor="meters"), 303)
    page = render_template(
        "energy/meter_form.html",
        form=form,
        region=region,
        one=one,
        row=row,
        rest=rest,
        differences=differences,
    )
    return page, status


@blueprint.route("/institutions/<int:number>/years/<int:year>", methods=["GET", "POST"])
@requires(Can.FILL_ENERGY)
def year(number: int, year: int) -> Page:
    """What it reported for a year."""
    one, region = rosters.get_institution(session(), number, place=identity().place)
    today = clock.today().year
    if not yearly.FIRST <= year < today:
        raise NotFound
    row = queries.year_or_none(session(), number, year)
    meters = rosters.meters_of(session(), [number])[number]
    form = YearForm()
    fields = form.show(energies_of(meters, [row] if row else []) or [Energy.ELECTRICITY])
    if not form.is_submitted():
        form.version.data = str(row.version if row else 0)
        if row:
            form.fill(row)

    def act(writing: Session) -> None:
        yearly.write_year(
            writing,
            actor=identity(),
            now=clock.now(),
            institution=number,
            year=year,
            version=_version(),
            reported=form.reported,
        )

    def stored() -> tuple[int, dict[str, object]]:
        now = queries.year_or_none(session(), number, year)
        if now is None:
            return 0, {}
        flat = _fields(now, ("floor_area", "people", "source"))
        uses = {one.name: now.uses.get(one.name) for one in fields}
        return now.version, flat | {
            name: None if use is None else Decimal(use) for name, use in uses.items()
        }

    rest, differences, status = _write(form, act, stored)
    if status == 303:
        flash(f"已保存：{year}年年报数。")
        return redirect(url_for("institutions.show", number=number, _anchor="years"), 303)
    page = render_template(
        "energy/year_form.html",
        form=form,
        fields=fields,
        region=region,
        one=one,
        year=year,
        years=range(today - 1, today - 6, -1),
        rest=rest,
        differences=differences,
    )
    return page, status

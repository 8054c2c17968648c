"""An institution in a version: each meter by both methods, with pictures; the choice, the quota."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.baselines.actions import lines as actions
from custody.baselines.adjusted import adjustments_of
from custody.baselines.forms.versions import ChooseForm, QuotaForm
from custody.baselines.models import Baseline, Line
from custody.baselines.queries import bills_of, get_baseline, get_line, meters_of_version
from custody.baselines.rules.outline import METHODS
from custody.baselines.rules.states import State
from custody.baselines.rules.steps import too_late
from custody.baselines.views.cards import Typed, card_of
from custody.baselines.views.pages import Page, blueprint, title_of
from custody.energy.queries.roster import get_institution
from custody.energy.rules.energies import TYPES
from custody.infra import clock
from custody.kernel.problems import Conflict, NotFound, Refused
from custody.mv.ladder import METHOD_LABELS
from custody.regions.models import Region
from custody.web.database import session, transaction
from custody.web.formkit import whole
from custody.web.paging import page_of

PER_PAGE = 8
"""Meters a page shows with their pictures."""


@blueprint.get("/<int:number>/institutions/<int:institution>")
@requires(Can.SEE_ENERGY)
def institution(number: int, institution: int) -> Page:
    return institution_page(number, institution)


def institution_page(
    number: int, owner: int, typed: Typed | None = None, status: int = 200
) -> Page:
    typed = typed or Typed()
    row, region = get_baseline(session(), number, who=identity())
    unit, _ = get_institution(session(), owner, place=identity().place)
    if unit.region_code != region.code:
        raise NotFound
    found = meters_of_version(session(), number, owner)
    page = page_of(len(found), PER_PAGE)
    shown = found[page.offset : page.offset + page.size]
    if typed.line and typed.line not in {line.id for line, _ in shown}:
        shown = [(line, meter) for line, meter in found if line.id == typed.line]
    ids = [meter.id for _, meter in shown]
    bills = bills_of(session(), ids, row.base_from, row.base_until)
    adjustments = adjustments_of(session(), ids)
    if row.state is not State.DRAFT and typed.line and not typed.problems:
        typed = Typed(problems=too_late(row.state))
    edits = may(Can.PROPOSE_BASELINE, region.place) and row.state is State.DRAFT
    warmth = {int(month): float(told["mean"]) for month, told in row.weather.items()}
    cards = [
        card_of(
            row, line, meter, bills[meter.id], warmth, adjustments.get(meter.id, []), edits, typed
        )
        for line, meter in shown
    ]
    answer = render_template(
        "baselines/institution.html",
        b=row,
        region=region,
        title=title_of(row, region),
        institution=unit,
        type=TYPES.get(unit.type_code, ""),
        cards=cards,
        page=page,
        methods=METHODS,
        labels=METHOD_LABELS,
        typed=typed,
        edits=edits,
    )
    return answer, status


# --- one meter ---------------------------------------------------------------------------------


def _of(number: int, line: int) -> tuple[Baseline, Region, Line]:
    row, region = get_baseline(session(), number, who=identity())
    return row, region, get_line(session(), number, line)


def _back(number: int, line: Line) -> Page:
    address = url_for("baselines.institution", number=number, institution=line.institution_id)
    args = f"?page={page}" if (page := request.args.get("page", "")).isdecimal() else ""
    return redirect(f"{address}{args}#m{line.id}", 303)


@blueprint.post("/<int:number>/lines/<int:line>/choose")
@requires(Can.PROPOSE_BASELINE)
def choose(number: int, line: int) -> Page:
    _, _, row = _of(number, line)
    form = ChooseForm(prefix=f"m{line}-")
    typed = Typed(line, choose=form)
    if not form.validate_on_submit():
        return institution_page(number, row.institution_id, typed, 422)

    def act(writing: Session, version: int) -> None:
        actions.choose(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=version,
            line_id=line,
            chosen=form.chosen.data,
            words=form.words.data,
        )

    def stored(now: Line) -> dict[str, object]:
        return {"chosen": now.chosen, "words": now.words}

    return _decide(number, line, form, typed, act, stored, "已保存选用的方法。")


@blueprint.post("/<int:number>/lines/<int:line>/quota")
@requires(Can.PROPOSE_BASELINE)
def quota(number: int, line: int) -> Page:
    _, _, row = _of(number, line)
    form = QuotaForm(prefix=f"q{line}-")
    typed = Typed(line, quota=form)
    if not form.validate_on_submit():
        return institution_page(number, row.institution_id, typed, 422)

    def act(writing: Session, version: int) -> None:
        assert form.quota.data is not None
        actions.enter_quota(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            version=version,
            line_id=line,
            quota=form.quota.data,
            source=form.source.data,
        )

    def stored(now: Line) -> dict[str, object]:
        return {"quota": now.quota, "source": now.quota_source}

    return _decide(number, line, form, typed, act, stored, "已录入定额，该户号按定额法计算。")


def _decide(
    number: int,
    line: int,
    form: ChooseForm | QuotaForm,
    typed: Typed,
    act: Callable[[Session, int], None],
    stored: Callable[[Line], dict[str, object]],
    words: str,
) -> Page:
    """Somebody who decided another meter meanwhile is in nobody's way: then it is tried once more."""
    version = whole(form.version.data)
    for last in (False, True):
        try:
            with transaction() as writing:
                act(writing, version)
        except Refused as refusal:
            typed.problems = form.take(refusal.problems)
            owner = get_line(session(), number, line).institution_id
            return institution_page(number, owner, typed, 422)
        except Conflict:
            baseline, _, row = _of(number, line)
            now = {f"{form._prefix}{name}": value for name, value in stored(row).items()}
            differences = form.differences(now)
            untouched = form.seen.data == _seen(form, row)
            if differences and (last or not untouched):
                form.version.data, form.seen.data = str(baseline.version), _seen(form, row)
                typed.differences = differences
                return institution_page(number, row.institution_id, typed, 409)
            if not differences:
                break
            version = baseline.version
        else:
            break
    flash(words)
    return _back(number, get_line(session(), number, line))


def _seen(form: ChooseForm | QuotaForm, row: Line) -> str:
    if isinstance(form, ChooseForm):
        return row.chosen
    return "" if row.quota is None else f"{row.quota:f}"

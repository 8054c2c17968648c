"""One import: what it would do, the columns and words it needs, then all of it or nothing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.energy.actions import imports as actions
from custody.energy.models.bills import Import
from custody.energy.queries.imports import get_import, listed
from custody.energy.rules.states import ImportState
from custody.energy.runner import ACCEPTANCE
from custody.energy.views.importing import (
    Page,
    blueprint,
    is_small,
    look_at,
    note_download,
    ordered,
    settle_now,
)
from custody.energy.workbook.columns import FIELDS, names_by_title, plain_title
from custody.energy.workbook.told import unpacked
from custody.infra import clock
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.web.database import files, session, transaction
from custody.web.downloads import stored_file

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BUSY = "在您核对之后，数据被他人更新，没有导入；已按最新数据重新核对，请再次确认。"


@blueprint.get("/<int:number>")
@requires(Can.SEE_ENERGY)
def show(number: int) -> Page:
    return _import_page(number)


def _import_page(
    number: int, problems: tuple[Problem, ...] = (), status: int = 200
) -> tuple[str, int]:
    line = listed(session(), number, place=identity().place)
    one, words = line.one, line.one.result.get("words", {})
    warnings = unpacked(one.result.get("warnings", []))
    page = render_template(
        "energy/import.html",
        line=line,
        one=one,
        counts=one.result.get("counts", {}),
        told=unpacked(one.result.get("problems", [])),
        doubts=[told for told in warnings if told.key not in words],
        settled=[(told, words[told.key]) for told in warnings if told.key in words],
        headings=one.result.get("headings", []),
        guesses=_guesses(one),
        mine=line.job is not None and line.job.owner_id == identity().id,
        fields=[field for field in FIELDS.get(one.kind, ()) if not field.hint],
        states=ImportState,
        problems=problems,
        typed=request.form,
        chosen=set(request.form.getlist("chosen")),
        may_fill=may(Can.FILL_ENERGY),
    )
    return page, status


def _guesses(one: Import) -> dict[str, str]:
    """Field → the heading that is known to mean it."""
    if one.state is not ImportState.MAPPING:
        return {}
    names = names_by_title(one.kind)
    headings = one.result.get("headings", [])
    return {names[title]: told for told in headings if (title := plain_title(told)) in names}


@blueprint.post("/<int:number>/columns")
@requires(Can.FILL_ENERGY)
def map_columns(number: int) -> Page:
    who, now = identity(), clock.now()
    try:
        with transaction() as writing:
            one = get_import(writing, number, place=who.place)
            mapping = {f.name: request.form.get(f.name, "") for f in FIELDS.get(one.kind, ())}
            actions.map_columns(
                writing,
                actor=who,
                now=now,
                number=number,
                mapping=mapping,
                sender=request.form.get("sender", ""),
            )
            look_at(writing, one)
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    settle_now(number)
    return redirect(url_for("energy_imports.show", number=number), 303)


@blueprint.post("/<int:number>/again")
@requires(Can.FILL_ENERGY)
def again(number: int) -> Page:
    """Look at the file once more: the roster has grown meanwhile, or the work was broken off."""
    try:
        with transaction() as writing:
            one = actions.again(writing, actor=identity(), now=clock.now(), number=number)
            look_at(writing, one)
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    settle_now(number)
    return redirect(url_for("energy_imports.show", number=number), 303)


@blueprint.post("/<int:number>/accept")
@requires(Can.FILL_ENERGY)
def accept(number: int) -> Page:
    who, now = identity(), clock.now()
    try:
        with transaction() as writing:
            one = get_import(writing, number, place=who.place, lock=True)
            if is_small(one):
                actions.accept(writing, files(), actor=who, now=now, number=number)
            elif actions.begin(writing, actor=who, now=now, number=number):
                one.job_id = ordered(writing, one, ACCEPTANCE, f"导入{one.name}")
    except Refused as refusal:
        return _looked_at_again(number, refusal.problems, 422)
    except Conflict:
        return _looked_at_again(number, (Problem("meanwhile", _BUSY),), 409)
    return redirect(url_for("energy_imports.show", number=number), 303)


def _looked_at_again(number: int, problems: tuple[Problem, ...], status: int) -> Page:
    with transaction() as writing:
        one = get_import(writing, number, place=identity().place, lock=True)
        if is_small(one):
            actions.settle(writing, files(), actor=identity(), now=clock.now(), number=number)
    return _import_page(number, problems, status)


@blueprint.post("/<int:number>/words")
@requires(Can.FILL_ENERGY)
def explain(number: int) -> Page:
    """A word on doubts: they are right all the same."""
    try:
        with transaction() as writing:
            actions.explain(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                keys=request.form.getlist("chosen"),
                words=request.form.get("words", ""),
            )
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    return redirect(url_for("energy_imports.show", number=number, _anchor="doubts"), 303)


@blueprint.post("/<int:number>/discard")
@requires(Can.FILL_ENERGY)
def discard(number: int) -> Page:
    try:
        with transaction() as writing:
            actions.discard(writing, actor=identity(), now=clock.now(), number=number)
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    flash("已放弃，没有导入任何数据。")
    return redirect(url_for("energy_imports.index"), 303)


@blueprint.post("/<int:number>/undo")
@requires(Can.FILL_ENERGY)
def undo(number: int) -> Page:
    try:
        with transaction() as writing:
            actions.undo(writing, actor=identity(), now=clock.now(), number=number)
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    flash("已撤销这次导入，原有数据已恢复。")
    return redirect(url_for("energy_imports.show", number=number), 303)


@blueprint.get("/<int:number>/annotated.xlsx")
@requires(Can.SEE_ENERGY)
def annotated(number: int) -> Page:
    """The file as it was sent, the wrong cells red and commented. Recorded."""
    one = get_import(session(), number, place=identity().place)
    if not one.annotated:
        raise NotFound
    try:
        stream = files().open(one.annotated)
    except FileNotFoundError:
        raise NotFound from None
    stem, path = one.name.rpartition(".")[0], files().path(one.annotated)
    note_download(f"{stem}（批注）", subject=str(number))
    return stored_file(
        stream, name=f"{stem}（批注）.xlsx", size=path.stat().st_size, media_type=_XLSX
    )

"""能源数据导入: a template down, a file up, what it would do, then all of it or nothing."""

from __future__ import annotations

import io
import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.energy import render
from custody.energy.actions import imports as actions
from custody.energy.models.bills import Import
from custody.energy.queries.imports import get_import, imports_of, meter_lines, roster_lines
from custody.energy.rules.states import ImportState, Kind
from custody.energy.runner import ACCEPTANCE, REHEARSAL
from custody.energy.workbook.columns import FIELDS
from custody.energy.workbook.told import unpacked
from custody.infra import clock, journal
from custody.infra.sheets import ENDINGS, TAKEN
from custody.infra.uploads import tidy_name
from custody.jobs import actions as jobs
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web import kept
from custody.web.database import files, session, transaction
from custody.web.downloads import stored_file, xlsx_file

blueprint = Blueprint("energy_imports", __name__, url_prefix="/energy/imports")
kept.call(
    blueprint,
    "能源数据导入",
    {
        "upload": "上传并核对",
        "map_columns": "确定各列",
        "accept": "全部接受",
        "discard": "放弃",
        "undo": "撤销导入",
    },
    "energy_imports.index",
)
Page = str | Response | tuple[str, int]
KINDS = (Kind.BILLS, Kind.ROSTER)
SMALL = 200_000
"""A file of so many bytes is looked at while its sender waits; larger ones go to the worker."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _region() -> Region:
    """The officer's own."""
    place = identity().place
    if place.region is None:
        raise NotFound
    return get_region(session(), place.region, place=place)


@blueprint.get("")
@requires(Can.FILL_ENERGY)
def index() -> Page:
    return _index_page()


def _index_page(problems: tuple[Problem, ...] = (), status: int = 200) -> tuple[str, int]:
    region = _region()
    page = render_template(
        "energy/imports.html",
        region=region,
        imports=imports_of(session(), region.code),
        kinds=KINDS,
        key=secrets.token_urlsafe(20),
        problems=problems,
        taken=TAKEN,
        endings=",".join(f".{ending}" for ending in ENDINGS),
    )
    return page, status


@blueprint.get("/templates/<kind>.xlsx")
@requires(Can.FILL_ENERGY)
def template(kind: str) -> Page:
    """The region's own, filled with what is known. Recorded."""
    if kind not in KINDS:
        raise NotFound
    region, who, now = _region(), identity(), clock.now()
    if kind == Kind.ROSTER:
        roster = roster_lines(session(), region.code)
        count = len(roster)
        body = render.roster_template(roster, scope=region.name, who=who.name, now=now)
    else:
        bills = meter_lines(session(), region.code, now.date())
        count = len(bills)
        body = render.bills_template(bills, scope=region.name, who=who.name, now=now)
    label = f"{region.name}{Kind(kind).label}模板"
    _note_download(label, subject=kind, note=f"{count}行")
    return xlsx_file(body, f"{label}{now:%Y%m%d}.xlsx", f"energy-{kind}-{now:%Y%m%d}.xlsx")


def _note_download(label: str, *, subject: str, note: str = "") -> None:
    who = identity()
    with transaction() as writing:
        journal.record(
            writing,
            actor=who,
            now=clock.now(),
            action="import.downloaded",
            kind="import",
            subject=subject,
            label=label,
            province=who.place.province,
            city=who.place.city,
            region=who.place.region,
            note=note,
            modifies=False,
        )


@blueprint.post("")
@requires(Can.FILL_ENERGY)
def upload() -> Page:
    """Keep the file and say what it would do. Nothing else changes yet."""
    sent, kind = request.files.get("file"), request.form.get("kind", "")
    key = request.form.get("key", "")[:40]
    found = []
    if kind not in KINDS:
        found.append(Problem("kind", "请选择文件的内容是单位名录还是能源账单。", "kind"))
    if sent is None or not sent.filename or not key:
        found.append(Problem("none", "请先选择填好的文件。", "file"))
    if found or sent is None or not sent.filename:
        return _index_page(tuple(found), 422)
    region, who, now = _region(), identity(), clock.now()
    name, data = tidy_name(sent.filename), sent.stream.read()
    try:
        stored = files().put(io.BytesIO(data))
    except OSError:
        words = f"服务器存储空间不足，“{name}”没有保存；请联系系统管理员清理空间后重新上传。"
        return _index_page((Problem("disk", words, "file"),), 422)
    with transaction() as writing:
        one = actions.upload(
            writing,
            actor=who,
            now=now,
            region=region,
            key=key,
            kind=Kind(kind),
            stored=stored,
            name=name,
        )
        number = one.id
        if one.state is ImportState.WAITING:
            _look(writing, one, small=len(data) <= SMALL)
    return redirect(url_for("energy_imports.show", number=number), 303)


def _look(writing: Session, one: Import, *, small: bool) -> None:
    who, now = identity(), clock.now()
    if small:
        actions.settle(writing, files(), actor=who, now=now, number=one.id)
        return
    one.job_id = jobs.order(
        writing,
        actor=who,
        now=now,
        kind=REHEARSAL,
        key=str(one.id),
        arguments={"import": one.id},
        label=f"核对{one.name}",
        needs=Can.FILL_ENERGY,
    ).id


@blueprint.get("/<int:number>")
@requires(Can.FILL_ENERGY)
def show(number: int) -> Page:
    return _import_page(number)


def _import_page(
    number: int,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> tuple[str, int]:
    one = get_import(session(), number, place=identity().place)
    page = render_template(
        "energy/import.html",
        one=one,
        counts=one.result.get("counts", {}),
        told=unpacked(one.result.get("problems", [])),
        warnings=unpacked(one.result.get("warnings", [])),
        headings=one.result.get("headings", []),
        fields=[field for field in FIELDS.get(one.kind, ()) if not field.hint],
        states=ImportState,
        problems=problems,
        typed=request.form,
        may_fill=may(Can.FILL_ENERGY),
    )
    return page, status


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
            _look(writing, one, small=one.size <= SMALL)
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    return redirect(url_for("energy_imports.show", number=number), 303)


@blueprint.post("/<int:number>/accept")
@requires(Can.FILL_ENERGY)
def accept(number: int) -> Page:
    who, now = identity(), clock.now()
    try:
        with transaction() as writing:
            one = get_import(writing, number, place=who.place, lock=True)
            if one.size <= SMALL:
                actions.accept(writing, files(), actor=who, now=now, number=number)
            elif one.state is ImportState.REHEARSED:
                one.job_id = jobs.order(
                    writing,
                    actor=who,
                    now=now,
                    kind=ACCEPTANCE,
                    key=str(number),
                    arguments={"import": number},
                    label=f"导入{one.name}",
                    needs=Can.FILL_ENERGY,
                ).id
    except Refused as refusal:
        return _looked_at_again(number, refusal.problems, 422)
    except Conflict:
        words = "在您核对之后，数据被他人更新，没有导入；已按最新数据重新核对，请再次确认。"
        return _looked_at_again(number, (Problem("meanwhile", words),), 409)
    return redirect(url_for("energy_imports.show", number=number), 303)


def _looked_at_again(number: int, problems: tuple[Problem, ...], status: int) -> Page:
    with transaction() as writing:
        actions.settle(writing, files(), actor=identity(), now=clock.now(), number=number)
    return _import_page(number, problems, status)


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
@requires(Can.FILL_ENERGY)
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
    _note_download(f"{stem}（批注）", subject=str(number))
    return stored_file(
        stream, name=f"{stem}（批注）.xlsx", size=path.stat().st_size, media_type=_XLSX
    )

"""能源数据导入: a template down, a file up, what it would do, then all of it or nothing."""

from __future__ import annotations

import os
import secrets
from contextlib import closing

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.energy import render
from custody.energy.actions import imports as actions
from custody.energy.actions.rehearsing import LIMITS
from custody.energy.models.bills import Import
from custody.energy.queries.imports import (
    Wanted,
    count_imports,
    get_import,
    imports_of,
    listed,
    meter_lines,
    roster_lines,
)
from custody.energy.rules.states import ImportState, Kind
from custody.energy.runner import ACCEPTANCE, REHEARSAL
from custody.energy.workbook.columns import FIELDS, names_by_title, plain_title
from custody.energy.workbook.told import unpacked
from custody.infra import clock, journal
from custody.infra.sheets import ENDINGS, TAKEN, packed
from custody.infra.uploads import tidy_name
from custody.jobs import actions as jobs
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import get_region, place_name, regions_of
from custody.web import kept
from custody.web.database import files, session, transaction
from custody.web.downloads import stored_file, xlsx_file
from custody.web.exports import table_file
from custody.web.filters import size as size_words
from custody.web.paging import page_of

blueprint = Blueprint("energy_imports", __name__, url_prefix="/energy/imports")
kept.call(
    blueprint,
    "能源数据导入",
    {
        "upload": "上传并核对",
        "map_columns": "确定各列",
        "again": "重新核对",
        "accept": "全部接受",
        "explain": "说明所选提示",
        "discard": "放弃",
        "undo": "撤销导入",
    },
    "energy_imports.index",
)
Page = str | Response | tuple[str, int]
KINDS = (Kind.BILLS, Kind.ROSTER)
PAGE = 50
MOST = 5_000
"""Lines that one export holds."""
SMALL, SMALL_UNPACKED = 200_000, 20_000_000
"""A file of so many bytes is looked at while its sender waits; larger ones go to the worker."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BUSY = "在您核对之后，数据被他人更新，没有导入；已按最新数据重新核对，请再次确认。"


def _region() -> Region:
    """The officer's own."""
    place = identity().place
    if place.region is None:
        raise NotFound
    return get_region(session(), place.region, place=place)


def _wanted() -> Wanted:
    """The filters in the address; a region that is not theirs does not exist."""
    code = request.args.get("code", "")[:12]
    if code:
        get_region(session(), code, place=identity().place)
    return Wanted(code, request.args.get("kind", ""), request.args.get("state", ""))


@blueprint.get("")
@requires(Can.SEE_ENERGY)
def index() -> Page:
    return _index_page()


def _index_page(problems: tuple[Problem, ...] = (), status: int = 200) -> tuple[str, int]:
    place, wanted = identity().place, _wanted()
    page = page_of(count_imports(session(), place, wanted), PAGE)
    text = render_template(
        "energy/imports.html",
        scope=place_name(session(), place),
        own=place.region,
        regions=() if place.region else regions_of(session(), place),
        wanted=wanted,
        rows=imports_of(session(), place, wanted, offset=page.offset, limit=PAGE),
        page=page,
        kinds=KINDS,
        states=ImportState,
        key=secrets.token_urlsafe(20),
        problems=problems,
        typed=request.form,
        taken=TAKEN,
        most=LIMITS.size,
        endings=",".join(f".{ending}" for ending in ENDINGS),
    )
    return text, status


@blueprint.get("/table.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    """What the list has under its filters. Recorded."""
    who, wanted = identity(), _wanted()
    rows = imports_of(session(), who.place, wanted, limit=MOST)
    scope, count = place_name(session(), who.place), f"{len(rows)}份文件"
    return table_file(
        render.imports_table(rows, under=f"{scope}　{clock.today():%Y-%m-%d}　共{count}"),
        actor=who,
        place=who.place,
        name="能源数据导入",
        plain="energy-imports",
        note=count,
    )


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
    else:
        found += _too_big(sent)
    if found or sent is None or not sent.filename:
        return _index_page(tuple(found), 422)
    region, who, now, name = _region(), identity(), clock.now(), tidy_name(sent.filename)
    try:
        with closing(sent):
            stored = files().put(sent.stream)
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
        if one.state is ImportState.WAITING and one.job_id is None:
            _look(writing, one)
    if one.state is ImportState.WAITING:
        _settle_now(number)
    return redirect(url_for("energy_imports.show", number=number), 303)


def _too_big(sent: FileStorage) -> list[Problem]:
    """Told before it is kept. Beyond the limit of a request the server itself says so (413)."""
    size = sent.stream.seek(0, os.SEEK_END)
    sent.stream.seek(0)
    if size <= LIMITS.size:
        return []
    sent.close()
    words = (
        f"“{tidy_name(sent.filename or '')}”有{size_words(size)}，"
        f"表格不能超过{size_words(LIMITS.size)}；请拆分后上传。"
    )
    return [Problem("too_big", words, "file")]


def _look(writing: Session, one: Import) -> None:
    """A long file is looked at by the worker, a short one right after this transaction."""
    if _is_small(one):
        one.job_id = None
    else:
        one.job_id = _ordered(writing, one, REHEARSAL, f"核对{one.name}")


def _ordered(writing: Session, one: Import, kind: str, label: str) -> int:
    return jobs.order(
        writing,
        actor=identity(),
        now=clock.now(),
        kind=kind,
        key=str(one.id),
        arguments={"import": one.id},
        label=label,
        needs=Can.FILL_ENERGY,
    ).id


def _is_small(one: Import) -> bool:
    """Also when unpacked: a bomb must not keep a sender waiting."""
    if one.size > SMALL:
        return False
    try:
        with files().open(one.digest) as file:
            return packed(file.read()).unpacked <= SMALL_UNPACKED
    except FileNotFoundError:
        return True


def _settle_now(number: int) -> None:
    """Where no job was ordered for it."""
    with transaction() as writing:
        one = get_import(writing, number, place=identity().place, lock=True)
        if one.job_id is None:
            actions.settle(writing, files(), actor=identity(), now=clock.now(), number=number)


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
            _look(writing, one)
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    _settle_now(number)
    return redirect(url_for("energy_imports.show", number=number), 303)


@blueprint.post("/<int:number>/again")
@requires(Can.FILL_ENERGY)
def again(number: int) -> Page:
    """Look at the file once more: the roster has grown meanwhile, or the work was broken off."""
    try:
        with transaction() as writing:
            one = actions.again(writing, actor=identity(), now=clock.now(), number=number)
            _look(writing, one)
    except Refused as refusal:
        return _import_page(number, refusal.problems, 422)
    _settle_now(number)
    return redirect(url_for("energy_imports.show", number=number), 303)


@blueprint.post("/<int:number>/accept")
@requires(Can.FILL_ENERGY)
def accept(number: int) -> Page:
    who, now = identity(), clock.now()
    try:
        with transaction() as writing:
            one = get_import(writing, number, place=who.place, lock=True)
            if _is_small(one):
                actions.accept(writing, files(), actor=who, now=now, number=number)
            elif actions.begin(writing, actor=who, now=now, number=number):
                one.job_id = _ordered(writing, one, ACCEPTANCE, f"导入{one.name}")
    except Refused as refusal:
        return _looked_at_again(number, refusal.problems, 422)
    except Conflict:
        return _looked_at_again(number, (Problem("meanwhile", _BUSY),), 409)
    return redirect(url_for("energy_imports.show", number=number), 303)


def _looked_at_again(number: int, problems: tuple[Problem, ...], status: int) -> Page:
    with transaction() as writing:
        one = get_import(writing, number, place=identity().place, lock=True)
        if _is_small(one):
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
    _note_download(f"{stem}（批注）", subject=str(number))
    return stored_file(
        stream, name=f"{stem}（批注）.xlsx", size=path.stat().st_size, media_type=_XLSX
    )

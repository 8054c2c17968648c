"""批量填报: a sheet down, a sheet up, what it would do, and then all of it or nothing."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can, Place
from custody.infra import clock
from custody.infra.sheets import ENDINGS, TAKEN
from custody.infra.uploads import tidy_name
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.milestones import bulk, render
from custody.milestones.actions import bulk as actions
from custody.milestones.bulk import Kind, State
from custody.milestones.queries.bulk import get_sheet, known, open_rows, sheets_of
from custody.regions.queries import place_name, place_of_code, regions_of
from custody.web import kept
from custody.web.database import files, session, transaction
from custody.web.downloads import xlsx_file
from custody.web.kept import About
from custody.web.paging import page_of

blueprint = Blueprint("bulk", __name__, url_prefix="/bulk")
Page = str | Response | tuple[str, int]

PAGE = 50
"""Rows of a sheet that one page shows."""


@blueprint.get("")
@requires(Can.FILL_SHEET)
def index() -> Page:
    return _index_page()


def _index_page(problems: tuple[Problem, ...] = (), status: int = 200) -> tuple[str, int]:
    place = identity().place
    sheets = sheets_of(session(), identity().id)
    page = render_template(
        "milestones/bulk.html",
        place=place,
        regions=regions_of(session(), place) if not place.region else (),
        sheets=[(sheet, bulk.unpacked(sheet.result)) for sheet in sheets],
        kinds=Kind,
        problems=problems,
        taken=TAKEN,
        endings=",".join(f".{ending}" for ending in ENDINGS),
    )
    return page, status


@blueprint.get("/places/<code>.xlsx")
@requires(Can.FILL_SHEET, Can.REVIEW_FOR_PROVINCE)
def download(code: str) -> Page:
    """The open milestones of a place. For those who fill in with room to write, else to read. Recorded."""
    who, now = identity(), clock.now()
    place = _own(place_of_code(session(), code))
    rows = open_rows(session(), place)
    scope = place_name(session(), place)
    make = render.sheet_to_fill if may(Can.FILL_SHEET, place) else render.sheet_to_read
    body = make(rows, scope=scope, who=who.name, now=now)
    with transaction() as writing:
        actions.note_download(
            writing, actor=who, now=now, label=f"{scope}里程碑", subject=code, count=len(rows)
        )
    return xlsx_file(
        body, f"{scope}里程碑填报表{now:%Y%m%d}.xlsx", f"milestones-{code}-{now:%Y%m%d}.xlsx"
    )


def _own(place: Place) -> Place:
    if not identity().place.covers(place):
        raise NotFound
    return place


@blueprint.post("")
@requires(Can.FILL_SHEET)
def upload() -> Page:
    """Look at a file and say what it would do. Nothing of the programme changes yet."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _index_page((Problem("none", "请先选择填好的填报表。", "file"),), 422)
    name, data = tidy_name(sent.filename), sent.stream.read()
    try:
        layout = actions.open_file(data, name)
        stored = files().put(io.BytesIO(data))
        with transaction() as writing:
            number = actions.upload(
                writing,
                actor=identity(),
                now=clock.now(),
                layout=layout,
                stored=stored,
                name=name,
            ).id
    except Refused as refusal:
        return _index_page(refusal.problems, 422)
    return redirect(url_for("bulk.show", number=number), 303)


@blueprint.get("/sheets/<int:number>")
@requires(Can.FILL_SHEET)
def show(number: int) -> Page:
    return _sheet_page(number)


def _sheet_page(
    number: int, problems: tuple[Problem, ...] = (), status: int = 200
) -> tuple[str, int]:
    sheet = get_sheet(session(), number, owner=identity().id)
    rehearsal = bulk.unpacked(sheet.result)
    shown = [row for row in rehearsal.rows if row.kind in (Kind.CHANGED, Kind.STALE)]
    shown.sort(key=lambda row: (row.kind is Kind.CHANGED, row.number))
    page = page_of(len(shown), PAGE)
    text = render_template(
        "milestones/bulk_sheet.html",
        sheet=sheet,
        rehearsal=rehearsal,
        told=bulk.grouped(rehearsal.rows),
        rows=[
            (row, datetime.fromisoformat(row.at) if row.at else None)
            for row in shown[page.offset : page.offset + page.size]
        ],
        page=page,
        titles=bulk.TITLES,
        kinds=Kind,
        waiting=sheet.state is State.REHEARSED,
        problems=problems,
    )
    return text, status


@blueprint.get("/sheets/<int:number>/annotated.xlsx")
@requires(Can.FILL_SHEET)
def annotated(number: int) -> Page:
    """The file as it was sent, the wrong cells red and commented. Recorded."""
    who, now = identity(), clock.now()
    sheet = get_sheet(session(), number, owner=who.id)
    try:
        layout = actions.opened_again(files(), sheet)
    except Refused as refusal:
        return _sheet_page(number, refusal.problems, 422)
    rehearsal = bulk.unpacked(sheet.result)
    rows = known(session(), {row.region for row in rehearsal.rows}, place=who.place)
    body = render.annotated(layout, rehearsal, rows, by="里程碑批量填报", year=clock.today().year)
    stem = sheet.name.rpartition(".")[0]
    with transaction() as writing:
        actions.note_download(
            writing,
            actor=who,
            now=now,
            label=f"{stem}（批注）",
            subject=str(number),
            count=len(sheet.result["rows"]),
        )
    return xlsx_file(body, f"{stem}（批注）.xlsx", f"milestones-{number}-annotated.xlsx")


@blueprint.post("/sheets/<int:number>/accept")
@requires(Can.FILL_SHEET)
def accept(number: int) -> Page:
    who, now = identity(), clock.now()
    try:
        with transaction() as writing:
            sheet = actions.accept(writing, files(), actor=who, now=now, number=number)
            count = bulk.unpacked(sheet.result).count(Kind.CHANGED)
    except Refused as refusal:
        return _looked_at_again(number, refusal.problems, 422)
    except Conflict:
        return _looked_at_again(number, (_MEANWHILE,), 409)
    flash(f"已接受，{count}项里程碑的进展已更新。需要审核的，请到里程碑页面提交。")
    return redirect(url_for("bulk.show", number=number), 303)


_MEANWHILE = Problem(
    "meanwhile",
    "在您核对之后，有里程碑被他人更新，本表没有接受；已按最新内容重新核对如下，请再次确认。",
)


def _looked_at_again(number: int, problems: tuple[Problem, ...], status: int) -> Page:
    try:
        with transaction() as writing:
            actions.rehearse_again(
                writing, files(), actor=identity(), now=clock.now(), number=number
            )
    except Refused as refusal:  # its bytes are lost
        problems = refusal.problems
    return _sheet_page(number, problems, status)


@blueprint.post("/sheets/<int:number>/discard")
@requires(Can.FILL_SHEET)
def discard(number: int) -> Page:
    try:
        with transaction() as writing:
            actions.discard(writing, actor=identity(), now=clock.now(), number=number)
    except Refused as refusal:
        return _sheet_page(number, refusal.problems, 422)
    flash("已放弃，没有更新任何里程碑。")
    return redirect(url_for("bulk.index"), 303)


def _described(endpoint: str, args: dict[str, Any], _fields: dict[str, str]) -> About:
    act = {"bulk.upload": "上传填报表", "bulk.accept": "全部接受", "bulk.discard": "放弃"}
    back = url_for("bulk.show", **args) if args else url_for("bulk.index")
    return About("批量填报", act.get(endpoint, ""), back)


kept.describe(blueprint, _described)  # type: ignore[arg-type]

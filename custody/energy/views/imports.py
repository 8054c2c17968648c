"""能源数据导入: a template down, a file up, and the list of what was handed in."""

from __future__ import annotations

import os
import secrets
from contextlib import closing

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.energy import render
from custody.energy.actions import imports as actions
from custody.energy.queries.files import LIMITS
from custody.energy.queries.imports import (
    Wanted,
    count_imports,
    imports_of,
    meter_lines,
    roster_lines,
)
from custody.energy.rules.states import ImportState, Kind
from custody.energy.views.importing import Page, blueprint, look_at, note_download, settle_now
from custody.infra import clock
from custody.infra.sheets import ENDINGS, TAKEN
from custody.infra.uploads import tidy_name
from custody.kernel.problems import NotFound, Problem
from custody.regions.models import Region
from custody.regions.queries import get_region, place_name, regions_of
from custody.web.database import files, session, transaction
from custody.web.exports import dated_file, table_file
from custody.web.filters import size as size_words
from custody.web.paging import page_of

KINDS = (Kind.BILLS, Kind.ROSTER)
PAGE = 50
MOST = 5_000
"""Lines that one export holds."""


def _region() -> Region:
    """The officer's own."""
    place = identity().place
    if place.region is None:
        raise NotFound
    return get_region(session(), place.region, place=place)


def _wanted() -> tuple[Wanted, Region | None]:
    """The filters in the address, and the region they or the officer's seat name; one that is not
    theirs does not exist."""
    place, code = identity().place, request.args.get("code", "")[:12]
    known = code or place.region
    region = get_region(session(), known, place=place) if known else None
    return Wanted(code, request.args.get("kind", ""), request.args.get("state", "")), region


@blueprint.get("")
@requires(Can.SEE_ENERGY)
def index() -> Page:
    return _index_page()


def _index_page(problems: tuple[Problem, ...] = (), status: int = 200) -> tuple[str, int]:
    place, (wanted, region) = identity().place, _wanted()
    page = page_of(count_imports(session(), place, wanted), PAGE)
    text = render_template(
        "energy/imports.html",
        region=region,
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
    who, (wanted, _) = identity(), _wanted()
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
    note_download(label, subject=kind, note=f"{count}行")
    return dated_file(body, label, f"energy-{kind}")


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
            look_at(writing, one)
    if one.state is ImportState.WAITING:
        settle_now(number)
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

"""The page that reads the journal: filter, page back, export, check the chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts import queries as people
from custody.accounts.access import identity, requires
from custody.accounts.forms import grouped
from custody.accounts.rules import Can
from custody.audit import actions, queries, rules, tables
from custody.audit.forms import CheckForm, read_wanted
from custody.audit.queries import Checked, Wanted
from custody.audit.wording import note_words, page_name
from custody.infra import clock
from custody.infra.journal import Event
from custody.infra.sheets import write_csv
from custody.infra.workbooks import workbook
from custody.kernel.days import full_day
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.downloads import csv_file, xlsx_file
from custody.web.formkit import whole_or_none

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
kept.call(
    blueprint,
    "操作日志",
    {"check": "校验日志"},
    "audit.index",
)
Page = str | Response | tuple[str, int]

PAGE = 50
MOST_EXPORTED = 20_000
"""Rows one export may have, newest first (our choice; a date range makes more exports)."""
MOST_CHECKED = 20_000
"""Events the button checks; `custody verify` checks all."""


@blueprint.get("")
@requires(Can.READ_AUDIT)
def index() -> Page:
    return _page(None)


def _page(checked: Checked | None) -> str:
    who, wanted = identity(), read_wanted(request.args)
    before = whole_or_none(request.args.get("before"))
    rows = queries.events(session(), who.place, wanted, before=before, limit=PAGE + 1)
    spots = people.spots(session(), who.place)
    names = {spot.code: spot.name for spot in spots}
    shown = rows[:PAGE]
    filters = _filters(wanted)
    return render_template(
        "audit/index.html",
        rows=[(event, rules.change_lines(event, names=names, everything=True)) for event in shown],
        older=url_for("audit.index", **filters, before=shown[-1].id) if len(rows) > PAGE else "",
        newest=url_for("audit.index", **filters) if before is not None else "",
        export=url_for("audit.export", **filters),
        table=url_for("audit.table", **filters),
        wanted=wanted,
        filtered=bool(filters),
        groups=rules.GROUPS,
        choices=grouped(spots),
        names=names,
        action_label=rules.action_label,
        kind_label=rules.kind_label,
        page_name=page_name,
        note_words=note_words,
        checked=checked,
        most=MOST_CHECKED,
        most_exported=MOST_EXPORTED,
        form=CheckForm(),
    )


def _filters(wanted: Wanted) -> dict[str, Any]:
    """The filter as an address has it."""
    named = asdict(wanted)
    named["q"] = named.pop("words")
    named["refused"] = "1" if wanted.refused else ""
    return {name: str(value) for name, value in named.items() if value}


@blueprint.post("/check")
@requires(Can.READ_AUDIT)
def check() -> Page:
    checked = queries.check(session(), newest=MOST_CHECKED)
    with transaction() as writing:
        actions.note_check(writing, actor=identity(), now=clock.now(), checked=checked)
    return _page(checked)


@blueprint.get("/export.csv")
@requires(Can.READ_AUDIT)
def export() -> Page:
    who, wanted = identity(), read_wanted(request.args)
    names = {spot.code: spot.name for spot in people.spots(session(), who.place)}
    rows = queries.events(session(), who.place, wanted, limit=MOST_EXPORTED)
    body = write_csv(list(tables.HEAD), [_line(event, names) for event in rows])
    with transaction() as writing:
        actions.note_export(
            writing,
            actor=who,
            now=clock.now(),
            count=len(rows),
            filters="筛选后导出" if _filters(wanted) else "",
        )
    return csv_file(body, "操作日志.csv", "journal.csv")


@blueprint.get("/export.xlsx")
@requires(Can.READ_AUDIT)
def table() -> Page:
    """The same rows as a table to print; they go to the file as they come from the database."""
    who, wanted = identity(), read_wanted(request.args)
    names = {spot.code: spot.name for spot in people.spots(session(), who.place)}
    total = min(queries.count(session(), who.place, wanted), MOST_EXPORTED)
    rows = queries.streamed(session(), who.place, wanted, limit=MOST_EXPORTED)
    now = clock.now()
    body = workbook(
        tables.journal(
            (_line(event, names) for event in rows),
            under=f"{full_day(now)} {now:%H:%M} {who.name}导出，共{total:,}条",
        ),
        author=who.name,
        created=now,
        lean=True,
    )
    with transaction() as writing:
        actions.note_export(
            writing,
            actor=who,
            now=now,
            count=total,
            filters="筛选后导出" if _filters(wanted) else "",
        )
    return xlsx_file(body, f"操作日志{now:%Y%m%d}.xlsx", f"journal-{now:%Y%m%d}.xlsx")


def _line(event: Event, names: Mapping[str, str]) -> list[str]:
    changes = rules.change_lines(event, names=names, everything=True)
    place = event.region_code or event.city_code or event.province_code or ""
    return [
        str(event.id),
        f"{event.at:%Y-%m-%d %H:%M:%S}",
        event.actor_name,
        event.actor_role,
        event.address,
        rules.action_label(event.action),
        "拒绝" if event.refused else "成功",
        rules.kind_label(event.kind),
        _subject(event),
        names.get(place, ""),
        "；".join(f"{line.field}：{line.old}→{line.new}" for line in changes),
        note_words(event.note),
        event.hash,
    ]


def _subject(event: Event) -> str:
    """A page by its name and address, anything else by the name it had."""
    name = page_name(event.subject) if event.kind == "page" else ""
    return f"{name}（{event.label}）" if name else event.label

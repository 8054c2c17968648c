"""Sheets of many milestones in the demonstration: one accepted, others waiting, one with slips in it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from custody.demo.story import Act
from custody.infra import clock
from custody.infra.sheets import read_workbook
from custody.kernel.cells import Cell, Sheet
from custody.milestones import bulk, render
from custody.milestones.actions import bulk as actions
from custody.milestones.bulk import Layout
from custody.milestones.queries.bulk import open_rows
from custody.milestones.rules import Status
from custody.regions.queries import place_name

if TYPE_CHECKING:
    from custody.demo.chapters import Verb
    from custody.demo.play import Player

_MADE_UP = "（演示）"
_FOLLOWED = "已列入每周调度清单。"
_SLIPS: tuple[Mapping[str, Cell], ...] = (
    {"forecast": "12月中旬"},
    {"percent": 105.0},
    {"forecast": "12月中旬"},
)


def acts(_until: datetime) -> list[Act]:
    return [
        _act(date(2026, 10, 21), 10, "yixing", accept=True),
        _act(date(2026, 11, 19), 15, "wuxi", slips=len(_SLIPS)),
        _act(date(2026, 11, 20), 16, "yixing"),
    ]


def _act(on: date, hour: int, actor: str, *, accept: bool = False, slips: int = 0) -> Act:
    values = {"accept": accept, "slips": slips}
    return Act(at=clock.at(on, hour, 12), actor=actor, what="sheet", values=values)


def _send(player: Player, act: Act) -> None:
    """Download, fill in, upload; accept where the story says so."""
    session, who = player.session, player.actors[act.actor]
    session.flush()
    rows = open_rows(session, who.place)
    scope = place_name(session, who.place)
    blank = render.sheet_to_fill(rows, scope=scope, who=who.name, now=act.at)
    name = f"{scope}里程碑填报表{act.at:%Y%m%d}.xlsx"
    going = [
        bulk.key_words(region.code, row.code)
        for row, region in rows
        if row.status is Status.IN_PROGRESS and row.notes
    ]
    slips = dict(zip(going[3:], _SLIPS[: int(str(act.values["slips"]))], strict=False))
    layout = bulk.locate(read_workbook(blank, name))
    data = render.sent_again(_filled(layout, set(going[:3]), slips))
    sheet = actions.upload(
        session,
        actor=who,
        now=act.at,
        layout=actions.open_file(data, name),
        stored=player.store.put(io.BytesIO(data)),
        name=name,
    )
    if act.values["accept"] and bulk.unpacked(sheet.result).of_use:
        actions.accept(session, player.store, actor=who, now=act.at, number=sheet.id)


def _filled(layout: Layout, followed: set[str], slips: Mapping[str, Mapping[str, Cell]]) -> Layout:
    rows = [list(row) for row in layout.sheet.rows]
    for at in range(layout.first, len(rows)):
        key = str(layout.cell(at, "key"))
        if key in followed:
            notes = str(layout.cell(at, "notes")).removesuffix(_MADE_UP)
            rows[at][layout.columns["notes"]] = f"{notes}{_FOLLOWED}{_MADE_UP}"
        for name, cell in slips.get(key, {}).items():
            rows[at][layout.columns[name]] = cell
    sheet = Sheet(layout.sheet.name, rows)
    return Layout(sheet, layout.head, layout.columns, layout.extra)


VERBS: Mapping[str, Verb] = {"sheet": _send}

"""A file of a roster or of bills: rehearse it, accept all of it or nothing, take it back as a whole."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy import render
from custody.energy.actions import ledger, undoing
from custody.energy.models.bills import Import
from custody.energy.models.bills import Layout as KeptLayout
from custody.energy.models.roster import Meter
from custody.energy.queries import compared
from custody.energy.queries.compared import known_institutions
from custody.energy.queries.imports import get_import, known, layout_of, taken
from custody.energy.rules.pairing import completed
from custody.energy.rules.states import ImportState, Kind
from custody.energy.workbook.bills import read_bills
from custody.energy.workbook.layout import (
    Layout,
    Unlike,
    digest_of,
    headings,
    locate,
    problems_of_mapping,
)
from custody.energy.workbook.roster import read_roster
from custody.energy.workbook.told import Reading, grouped, packed, weighed
from custody.infra import journal
from custody.infra.files import FileStore
from custody.infra.files import Stored as StoredFile
from custody.infra.heaps import no_collecting
from custody.infra.sheets import Limits, read_workbook
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.regions.models import Region
from custody.regions.queries import get_region

LIMITS = Limits(size=50 * 1024 * 1024, unpacked=600 * 1024 * 1024, rows=200_000)
"""How much one file may hold (our choice): a year of 16,000 meters."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a file would do."""

    layout: Layout
    reading: Reading[Any]
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]
    """Of the whole: nothing in the file, a locked month."""

    @property
    def clean(self) -> bool:
        return not self.reading.problems and not self.problems

    def packed(self) -> dict[str, Any]:
        whole = [
            {"code": one.code, "message": one.message, "cells": [], "count": 1}
            for one in self.problems
        ]
        return {
            "counts": dict(self.counts),
            "sheet": self.layout.sheet.name,
            "problems": [*whole, *packed(grouped(self.reading.problems))],
            "warnings": packed(weighed(self.reading.warnings)),
        }


@no_collecting()
def open_file(
    data: bytes, name: str, kind: Kind | None = None, mapping: Mapping[str, str] | None = None
) -> Layout:
    """Our sheet in a file. Raises Unlike where it is laid out otherwise, Refused where it cannot be read."""
    return locate(read_workbook(data, name, LIMITS), kind, mapping)


def read(session: Session, layout: Layout, region: Region, *, now: datetime) -> Reading[Any]:
    """Every cell, beside what is known of the region."""
    if layout.kind is Kind.ROSTER:
        reading = read_roster(layout, taken(session, region))
        absent = [name for name in _OPTIONAL if name not in layout.columns]
        if not absent:
            return reading
        known_ones = {one["key"]: one for one in known_institutions(session, region.code)}
        return replace(reading, rows=completed(reading.rows, absent, known_ones))
    return read_bills(layout, known(session, region, now.date()))


_OPTIONAL = ("address", "floor_area", "people", "in_custody", "excluded_because")


@no_collecting()
def rehearse(session: Session, layout: Layout, region: Region, *, now: datetime) -> Rehearsal:
    """Read every cell and compare with what is stored; nothing changes."""
    reading = read(session, layout, region, now=now)
    problems: list[Problem] = []
    if layout.kind is Kind.ROSTER:
        facts = compared.compare_roster(session, region.code, reading.rows).stored
    else:
        facts, months = compared.compare_bills(session, region.code, reading.rows)
        problems += compared.locked_problems(session, region.code, months)
    if not reading.lines:
        problems.append(Problem("nothing", "表中没有填写任何内容，请填写后上传。", "file"))
    counts = {**asdict(facts), "wrong": reading.wrong}
    return Rehearsal(layout, reading, counts, tuple(problems))


# --- an import's life -------------------------------------------------------------------------


def upload(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: Region,
    key: str,
    kind: Kind,
    stored: StoredFile,
    name: str,
) -> Import:
    """A row for a file whose bytes are stored. The same form sent twice is one import."""
    same = session.scalar(select(Import).where(Import.key == key))
    if same is not None:
        return same
    found = Import(
        region_code=region.code,
        province_code=region.province_code,
        city_code=region.city_code,
        kind=kind,
        state=ImportState.WAITING,
        key=key,
        digest=stored.digest,
        name=name,
        size=stored.size,
        mapping=None,
        result={},
        annotated="",
        created_at=now,
        created_by=actor.id,
    )
    session.add(found)
    session.flush()
    _record(session, found, actor=actor, now=now, action="import.uploaded")
    return found


def opened(session: Session, files: FileStore, one: Import) -> Layout:
    """The file as it was sent, its columns told apart as its sender's were before."""
    data = _bytes_of(files, one)
    try:
        return open_file(data, one.name, one.kind, one.mapping)
    except Unlike as unlike:
        if one.mapping or one.region_code is None:
            raise
        digest = digest_of(headings(unlike.sheet, unlike.head))
        kept = layout_of(session, one.region_code, one.kind, digest)
        if kept is None:
            raise
        return open_file(data, one.name, one.kind, kept.mapping)


def _bytes_of(files: FileStore, one: Import) -> bytes:
    try:
        with files.open(one.digest) as file:
            return file.read()
    except FileNotFoundError:
        message = "服务器上找不到这个文件，请重新上传。"
        raise Refused([Problem("lost", message, "")]) from None


def settle(
    session: Session, files: FileStore, *, actor: Identity, now: datetime, number: int
) -> Import:
    """Rehearse it and say how it stands: clean, wrong, or laid out otherwise."""
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state not in (ImportState.WAITING, ImportState.REHEARSED, ImportState.REFUSED):
        return one
    region = get_region(session, str(one.region_code), place=actor.place)
    try:
        layout = opened(session, files, one)
    except Unlike as unlike:
        one.state = ImportState.MAPPING
        one.result = {
            "headings": headings(unlike.sheet, unlike.head),
            "problems": [_whole(problem) for problem in unlike.problems],
        }
        return one
    except Refused as refusal:
        one.state = ImportState.REFUSED
        one.result = {"problems": [_whole(problem) for problem in refusal.problems]}
        return one
    rehearsal = rehearse(session, layout, region, now=now)
    one.result = rehearsal.packed()
    one.state = ImportState.REHEARSED if rehearsal.clean else ImportState.REFUSED
    one.annotated = ""
    if rehearsal.reading.problems:
        body = render.annotated(layout, rehearsal.reading.problems, by="能源数据导入")
        one.annotated = files.put(io.BytesIO(body)).digest
    return one


def _whole(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "message": problem.message, "cells": [], "count": 1}


def map_columns(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    mapping: Mapping[str, str],
    sender: str,
) -> Import:
    """Say which column is what; the next file of the same layout needs no words."""
    one = get_import(session, number, place=actor.place, lock=True)
    refuse_if(_not_in(one, ImportState.MAPPING))
    told = {name: heading for name, heading in mapping.items() if heading}
    refuse_if(problems_of_mapping(one.kind, told))
    digest = digest_of(one.result.get("headings", []))
    kept = layout_of(session, str(one.region_code), one.kind, digest)
    if kept is None:
        kept = KeptLayout(region_code=one.region_code, kind=one.kind, headings=digest)
        session.add(kept)
    kept.sender, kept.mapping, kept.used_at = sender.strip()[:100], told, now
    one.mapping, one.state = told, ImportState.WAITING
    _record(session, one, actor=actor, now=now, action="import.mapped", note=sender.strip()[:100])
    return one


def accept(
    session: Session, files: FileStore, *, actor: Identity, now: datetime, number: int
) -> Import:
    """Every row or none; all is asked again at this moment. A second click changes nothing."""
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state is ImportState.ACCEPTED:
        return one
    refuse_if(_not_in(one, ImportState.REHEARSED, ImportState.ACCEPTING))
    region = get_region(session, str(one.region_code), place=actor.place)
    # Of two imports of a region the second waits here for the first.
    session.refresh(region, with_for_update=True)
    layout = opened(session, files, one)
    return accept_read(session, one, actor=actor, now=now, region=region, layout=layout)


@no_collecting()
def accept_read(
    session: Session,
    one: Import,
    *,
    actor: Identity,
    now: datetime,
    region: Region,
    layout: Layout,
) -> Import:
    """The same with the file's sheet at hand; every cell is read anew within this transaction."""
    reading = read(session, layout, region, now=now)
    if reading.problems or not reading.lines:
        message = "核对之后系统数据有变化，文件现在有错误，没有导入；请查看错误后重新上传。"
        raise Refused([Problem("meanwhile", message, "")])
    before = {}
    if one.kind is Kind.ROSTER:
        before = compared.compare_roster(session, region.code, reading.rows).before
    store = ledger.store_roster if layout.kind is Kind.ROSTER else ledger.store_bills
    stored = store(
        session, actor=actor, now=now, region=region, rows=reading.rows, import_id=one.id
    )
    done = Rehearsal(layout, reading, {**asdict(stored), "wrong": 0}, ())
    one.result = {**done.packed(), "before": before}
    one.state, one.decided_at, one.decided_by = ImportState.ACCEPTED, now, actor.id
    note = f"新增{stored.new}，更新{stored.changed}，未变{stored.same}"
    _record(session, one, actor=actor, now=now, action="import.accepted", note=note)
    return one


def discard(session: Session, *, actor: Identity, now: datetime, number: int) -> Import:
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state is ImportState.DISCARDED:
        return one
    refuse_if(_not_in(one, ImportState.REHEARSED, ImportState.REFUSED, ImportState.MAPPING))
    one.state, one.decided_at, one.decided_by = ImportState.DISCARDED, now, actor.id
    _record(session, one, actor=actor, now=now, action="import.discarded")
    return one


def undo(session: Session, *, actor: Identity, now: datetime, number: int) -> Import:
    """Take a whole import back; what was corrected since then is kept and named."""
    one = get_import(session, number, place=actor.place, lock=True)
    if one.state is ImportState.UNDONE:
        return one
    refuse_if(_not_in(one, ImportState.ACCEPTED))
    region = get_region(session, str(one.region_code), place=actor.place)
    session.refresh(region, with_for_update=True)
    if one.kind is Kind.BILLS:
        gone, back, later = undoing.undo_bills(
            session, actor=actor, now=now, region=region, import_id=one.id
        )
        kept = _named(session, later)
    else:
        gone, back, kept = undoing.undo_roster(
            session,
            actor=actor,
            now=now,
            import_id=one.id,
            before=one.result.get("before", {}),
        )
    one.result = {**one.result, "before": {}, "undone": {"gone": gone, "back": back, "kept": kept}}
    one.state, one.undone_at, one.undone_by = ImportState.UNDONE, now, actor.id
    note = f"移除{gone}，恢复{back}，保留{len(kept)}"
    _record(session, one, actor=actor, now=now, action="import.undone", note=note)
    return one


def _named(session: Session, later: list[tuple[int, int]]) -> list[str]:
    if not later:
        return []
    names = {
        meter.id: f"{meter.energy.label}户号{meter.number}"
        for meter in session.scalars(
            select(Meter).where(Meter.id.in_({meter for meter, _ in later[:500]}))
        )
    }
    return [f"{names[m]} {month // 100}年{month % 100}月" for m, month in later[:500]]


def _not_in(one: Import, *states: ImportState) -> list[Problem]:
    if one.state in states:
        return []
    message = f"这次导入{one.state.label}，不能再办理；需要时请重新上传。"
    return [Problem("decided", message, "")]


def _record(
    session: Session,
    one: Import,
    *,
    actor: Identity,
    now: datetime,
    action: str,
    note: str = "",
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="import",
        subject=one.id,
        label=f"{one.kind.label} {one.name}",
        province=one.province_code,
        city=one.city_code,
        region=one.region_code,
        note=note,
    )

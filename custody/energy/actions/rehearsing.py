"""What a file of a roster or of bills would do. Nothing changes here."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from custody.energy import render
from custody.energy.models.bills import Import
from custody.energy.queries import compared
from custody.energy.queries.files import bytes_of, opened
from custody.energy.queries.imports import known, taken
from custody.energy.rules.pairing import completed
from custody.energy.rules.states import ImportState, Kind
from custody.energy.workbook.bills import read_bills
from custody.energy.workbook.layout import Layout, Unlike, headings
from custody.energy.workbook.roster import read_roster
from custody.energy.workbook.told import Reading, grouped, weighed
from custody.energy.workbook.told import packed as as_json
from custody.infra.files import FileStore
from custody.infra.heaps import no_collecting
from custody.infra.sheets import packed
from custody.kernel.problems import Problem, Refused
from custody.regions.models import Region

log = logging.getLogger(__name__)

_OPTIONAL = ("address", "floor_area", "people", "in_custody", "excluded_because")
_MACROS = "文件带有宏；系统只读取单元格的值，不运行也不保留宏，批注表中没有宏。"
_NO_COPY = "服务器存储空间不足，没有生成批注表；请联系系统管理员清理空间后，点“重新核对”。"
_LONG = 5_000
"""A copy of more rows goes to disk as it is written."""


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
        return {
            "counts": dict(self.counts),
            "sheet": self.layout.sheet.name,
            "problems": [
                *map(whole, self.problems),
                *as_json(grouped(self.reading.problems)),
            ],
            "warnings": as_json(weighed(self.reading.warnings)),
        }


def whole(problem: Problem) -> dict[str, Any]:
    """A problem of the file, not of a cell."""
    return {"code": problem.code, "message": problem.message, "cells": [], "count": 1}


@no_collecting()
def read(session: Session, layout: Layout, region: Region, *, now: datetime) -> Reading[Any]:
    """Every cell, beside what is known of the region."""
    if layout.kind is Kind.BILLS:
        return read_bills(layout, known(session, region, now.date()))
    reading = read_roster(layout, taken(session, region))
    absent = [name for name in _OPTIONAL if name not in layout.columns]
    if not absent:
        return reading
    there = {one["key"]: one for one in compared.known_institutions(session, region.code)}
    return replace(reading, rows=completed(reading.rows, absent, there))


@no_collecting()
def rehearse(session: Session, layout: Layout, region: Region, *, now: datetime) -> Rehearsal:
    """Read every cell and compare with what is stored."""
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


# --- of an import's file ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Looked:
    """How an import stands after somebody looked at its file."""

    state: ImportState
    result: Mapping[str, Any]
    layout: Layout | None = None
    reading: Reading[Any] | None = None
    """Where its copy is to be annotated."""
    annotated: str = field(default="")


def look(
    session: Session, files: FileStore, one: Import, region: Region, *, now: datetime
) -> Looked:
    """Clean, wrong, or laid out otherwise. Only reads."""
    try:
        data = bytes_of(files, one)
        layout = opened(session, data, one)
    except Unlike as unlike:
        result: dict[str, Any] = {
            "headings": headings(unlike.sheet, unlike.head),
            "problems": [whole(problem) for problem in unlike.problems],
        }
        return Looked(ImportState.MAPPING, result)
    except Refused as refusal:
        return Looked(ImportState.REFUSED, {"problems": list(map(whole, refusal.problems))})
    rehearsal = rehearse(session, layout, region, now=now)
    result = rehearsal.packed()
    if packed(data).macros:
        result["warnings"].insert(0, whole(Problem("macros", _MACROS)))
    state = ImportState.REHEARSED if rehearsal.clean else ImportState.REFUSED
    reading = rehearsal.reading if rehearsal.reading.problems else None
    return Looked(state, result, layout, reading)


def annotate(files: FileStore, looked: Looked) -> Looked:
    """With the copy whose wrong cells are marked. A full disk keeps the copy from being, not the verdict."""
    if looked.layout is None or looked.reading is None:
        return looked
    lean = len(looked.layout.sheet.rows) > _LONG
    try:
        slips = looked.reading.problems
        body = render.annotated(looked.layout, slips, by="能源数据导入", lean=lean)
        return replace(looked, annotated=files.put(io.BytesIO(body)).digest)
    except OSError:
        log.exception("no annotated copy")
        told = whole(Problem("no_copy", _NO_COPY))
        problems = [*looked.result.get("problems", []), told]
        return replace(looked, result={**looked.result, "problems": problems})

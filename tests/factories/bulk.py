"""Sheets of many milestones as people send them: downloaded, filled in, saved in another shape."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Identity, Role
from custody.infra import clock
from custody.infra.files import FileStore, Stored
from custody.infra.sheets import read_workbook
from custody.kernel.cells import Cell, words
from custody.milestones import bulk, render
from custody.milestones.actions import bulk as actions
from custody.milestones.models import BulkSheet
from custody.milestones.queries.bulk import open_rows

Edits = Mapping[tuple[str, str], Mapping[str, Any]]
"""(region, code) → what is typed into which field."""


def downloaded(session: Session, who: Identity) -> bytes:
    rows = open_rows(session, who.place)
    return render.sheet_to_fill(rows, scope="无锡市", who=who.name, now=clock.now())


def table(data: bytes) -> list[list[Cell]]:
    """All cells of the sheet, from A1 on."""
    [sheet] = read_workbook(data, "表.xlsx")
    return [list(row) for row in sheet.rows]


def filled(data: bytes, edits: Edits) -> list[list[Cell]]:
    """The downloaded sheet's cells with other values typed into some."""
    layout = bulk.locate(read_workbook(data, "表.xlsx"))
    cells = [list(row) for row in layout.sheet.rows]
    for row in range(layout.first, len(cells)):
        region, _, code = words(layout.cell(row, "key")).partition("/")
        for name, value in edits.get((region, code), {}).items():
            cells[row][layout.columns[name]] = value
    return cells


def where(data: bytes, region: str, code: str, field: str) -> str:
    """The name of a cell: H14."""
    layout = bulk.locate(read_workbook(data, "表.xlsx"))
    for row in range(layout.first, len(layout.sheet.rows)):
        if words(layout.cell(row, "key")) == f"{region}/{code}":
            return layout.where(row, field)
    raise LookupError(f"{region}/{code} is not in the sheet")


def as_xlsx(cells: list[list[Any]], *, name: str = bulk.SHEET) -> bytes:
    """A workbook somebody else's program wrote: no formats but those of dates."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name)
    for row, line in enumerate(cells):
        for at, value in enumerate(line):
            if isinstance(value, date):
                sheet.write_datetime(row, at, value, day)
            elif isinstance(value, str):
                sheet.write_string(row, at, value)
            elif value is not None:
                sheet.write(row, at, value)
    book.close()
    return out.getvalue()


def as_csv(cells: list[list[Any]], encoding: str = "gb18030") -> bytes:
    """As Excel in China saves it: dates with slashes, GBK."""
    out = io.StringIO()
    writer = csv.writer(out)
    for line in cells:
        writer.writerow([f"{v:%Y/%m/%d}" if isinstance(v, date) else words(v) for v in line])
    return out.getvalue().encode(encoding)


def retouched(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The same file with something else in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(out, "w") as write:
        for one in read.infolist():
            body = read.read(one)
            write.writestr(one, body.replace(old, new) if one.filename == part else body)
    return out.getvalue()


def sent(
    session: Session,
    who: Identity,
    data: bytes,
    *,
    name: str = "宜兴市里程碑填报表.xlsx",
    store: FileStore,
) -> BulkSheet:
    """Uploaded and rehearsed."""
    layout = actions.open_file(data, name)
    stored = store.put(io.BytesIO(data))
    return actions.upload(
        session, actor=who, now=clock.now(), layout=layout, stored=stored, name=name
    )


def sheets_sent(session: Session, stored: Stored) -> None:
    """A sheet of everybody who fills in sheets, waiting to be accepted; what is stored is another file."""
    fillers = (Role.OFFICER, Role.CITY_REVIEWER)
    people = session.scalars(
        select(Account).where(Account.role.in_(fillers)).order_by(Account.id)
    ).all()
    for account in people:
        who = account.identity()
        session.flush()
        layout = actions.open_file(downloaded(session, who), "填报表.xlsx")
        name = f"{account.name}的填报表.xlsx"
        actions.upload(session, actor=who, now=clock.now(), layout=layout, stored=stored, name=name)

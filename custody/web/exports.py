"""What people take with them: recorded in the journal, a page's tables laid out as .xlsx."""

from __future__ import annotations

from typing import Protocol

from werkzeug.wrappers import Response

from custody.infra import clock, journal
from custody.infra.workbooks import Table, workbook
from custody.web.database import transaction
from custody.web.downloads import xlsx_file


class Spot(Protocol):
    """A province, a city or a region, by their codes."""

    @property
    def province(self) -> str: ...
    @property
    def city(self) -> str | None: ...
    @property
    def region(self) -> str | None: ...


TABLE = "table.exported"


def note_taken(
    label: str,
    *,
    actor: journal.Actor,
    place: Spot,
    action: str = TABLE,
    kind: str = "",
    subject: object = "",
    note: str = "",
) -> None:
    """Who took what is an event; nothing else changes. `kind`: where it is not the action's own."""
    with transaction() as writing:
        journal.record(
            writing,
            actor=actor,
            now=clock.now(),
            action=action,
            kind=kind or action.partition(".")[0],
            subject=subject,
            label=label,
            province=place.province,
            city=place.city,
            region=place.region,
            note=note,
            modifies=False,
        )


def table_file(
    *tables: Table,
    actor: journal.Actor,
    place: Spot,
    name: str,
    plain: str,
    note: str = "",
    lean: bool = False,
    action: str = TABLE,
    kind: str = "",
    subject: object = "",
    label: str = "",
) -> Response:
    """`name`: what the file is called, and unless labelled otherwise its event; `note`: how many rows,
    which filter. `lean`: for tables of many thousand rows."""
    body = workbook(*tables, author=actor.name, created=clock.now(), lean=lean)
    note_taken(
        label or name,
        actor=actor,
        place=place,
        action=action,
        kind=kind,
        subject=subject,
        note=note,
    )
    return dated_file(body, name, plain)


def dated_file(body: bytes, name: str, plain: str) -> Response:
    """A workbook with the day in its name."""
    today = f"{clock.today():%Y%m%d}"
    return xlsx_file(body, f"{name}{today}.xlsx", f"{plain}-{today}.xlsx")

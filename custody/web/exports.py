"""Tables of a page as .xlsx: laid out, recorded in the journal, handed over."""

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


def table_file(
    *tables: Table,
    actor: journal.Actor,
    place: Spot,
    name: str,
    plain: str,
    note: str = "",
    lean: bool = False,
) -> Response:
    """`name`: what the table is called, in the journal and as a file; `note`: how many rows, which filter.

    Who took what is an event; nothing else changes. `lean`: for tables of many thousand rows.
    """
    now = clock.now()
    body = workbook(*tables, author=actor.name, created=now, lean=lean)
    with transaction() as writing:
        journal.record(
            writing,
            actor=actor,
            now=now,
            action="table.exported",
            kind="table",
            label=name,
            province=place.province,
            city=place.city,
            region=place.region,
            note=note,
            modifies=False,
        )
    return xlsx_file(body, f"{name}{now:%Y%m%d}.xlsx", f"{plain}-{now:%Y%m%d}.xlsx")

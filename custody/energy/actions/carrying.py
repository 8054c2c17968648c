"""A word said of a file's doubts is the word on the bills' own: nobody is asked twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.models.bills import Bill, Explanation, Import
from custody.energy.queries.months import doubts_of, locked_months
from custody.energy.workbook.told import Slip, heaped, unpacked
from custody.infra import journal
from custody.regions.models import Region

ANSWERS: Mapping[str, frozenset[str]] = {
    "price": frozenset({"price", "unit_trap"}),
    "thousand": frozenset({"unit_trap", "price", "year_change", "month_change"}),
    "jump": frozenset({"year_change", "month_change"}),
    "no_use": frozenset({"zero"}),
}
"""What a file's doubt and the bill's doubts have in common: code there → codes here."""


def rows_of(warnings: Sequence[Slip]) -> dict[str, list[int]]:
    """A doubt's key → the rows of the sheet it is about, as Excel counts them."""
    return {
        told.key: sorted({slip.row + 1 for slip in slips})
        for told, slips in heaped(warnings)
        if told.code in ANSWERS
    }


def carry(session: Session, one: Import, region: Region, *, actor: Identity, now: datetime) -> int:
    """Of an accepted import; returns how many doubts it explains. What has a word keeps it."""
    said = _said(one)
    rows = {row for _, word_rows, _ in said for row in word_rows}
    bills = {
        (meter, month): row
        for meter, month, row in session.execute(
            select(Bill.meter_id, Bill.month, Bill.row).where(Bill.import_id == one.id)
        )
        if row in rows
    }
    if not bills:
        return 0
    months = [month for _, month in bills]
    locked = locked_months(session, region.code)
    count = 0
    for doubt in doubts_of(session, region, min(months), max(months)):
        row = bills.get((doubt.meter_id, doubt.month))
        if row is None or doubt.explained or doubt.month in locked:
            continue
        word = next((w for codes, held, w in said if row in held and doubt.code in codes), None)
        if word is None:
            continue
        session.add(
            Explanation(
                meter_id=doubt.meter_id,
                month=doubt.month,
                number=doubt.number,
                doubt=doubt.code,
                words=str(word["words"]),
                given_at=datetime.fromisoformat(str(word["at"])),
                given_by=int(word.get("id", actor.id)),
            )
        )
        count += 1
    if count:
        session.flush()
        journal.record(
            session,
            actor=actor,
            now=now,
            action="bill.explained",
            kind="bill",
            subject=region.code,
            label=f"{region.name}存疑账单",
            province=region.province_code,
            city=region.city_code,
            region=region.code,
            note=f"{count}处：沿用导入“{one.name}”时的说明",
        )
    return count


def _said(one: Import) -> list[tuple[frozenset[str], frozenset[int], Mapping[str, Any]]]:
    """(doubts it answers, rows, the word) of everything that was explained of the file."""
    codes = {told.key: told.code for told in unpacked(one.result.get("warnings", []))}
    rows: Mapping[str, list[int]] = one.result.get("doubtful", {})
    return [
        (ANSWERS[codes[key]], frozenset(rows.get(key, ())), word)
        for key, word in one.result.get("words", {}).items()
        if codes.get(key) in ANSWERS
    ]

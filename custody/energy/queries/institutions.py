"""One institution: its twins elsewhere, its years, its bills as arrays, who entered what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.energy.models.bills import Bill, Explanation, Import, PastBill
from custody.energy.models.roster import Institution, Meter, YearFigures
from custody.energy.queries.series import Series
from custody.energy.rules import coverage
from custody.energy.rules.annual import Billed, Told
from custody.energy.rules.coverage import Count
from custody.energy.rules.doubts import Flags, Floats
from custody.energy.rules.energies import Energy, Payment
from custody.infra.journal import Event
from custody.kernel.periods import codes
from custody.regions.models import Region


def twins_of(session: Session, one: Institution, province: str) -> Sequence[tuple[str, str]]:
    """(region, name) of other institutions of the province with its credit code."""
    if not one.credit_code:
        return []
    rows = session.execute(
        select(Region.name, Institution.name)
        .join(Region, Region.code == Institution.region_code)
        .where(
            Institution.credit_code == one.credit_code,
            Region.province_code == province,
            Institution.id != one.id,
        )
        .order_by(Region.code, Institution.id)
    )
    return [(region, name) for region, name in rows]


def years_of(session: Session, institution: int) -> Sequence[YearFigures]:
    """The newest first."""
    return session.scalars(
        select(YearFigures)
        .where(YearFigures.institution_id == institution)
        .order_by(YearFigures.year.desc())
    ).all()


def year_or_none(session: Session, institution: int, year: int) -> YearFigures | None:
    return session.get(YearFigures, (institution, year))


class Facts(Protocol):
    """Of an institution."""

    @property
    def floor_area(self) -> Decimal | None: ...
    @property
    def people(self) -> int | None: ...


def told_by(
    one: Facts, years: Sequence[YearFigures], history: Sequence[Event], today: int
) -> list[Told]:
    """Its years, what the roster said when this year began, and what it says now."""
    begun = _opening(history, today)
    before = next((row for row in years if row.year == today - 1), None)
    known = {name for name in begun if before is not None and getattr(before, name) is not None}
    opening = {name: value for name, value in begun.items() if name not in known}
    return [
        *(
            Told(
                row.year,
                _number(row.floor_area),
                _number(row.people),
                {Energy(name): float(use) for name, use in row.uses.items()},
            )
            for row in years
        ),
        Told(today - 1, opening.get("floor_area"), opening.get("people"), label="年初登记"),
        Told(today, _number(one.floor_area), _number(one.people), label="现登记"),
    ]


def _opening(history: Sequence[Event], year: int) -> Mapping[str, float]:
    """What area and headcount were before the first change of the year; only those that changed."""
    found: dict[str, float] = {}
    for event in history:  # the newest first, so the oldest stays
        if event.at.year == year and event.action == "institution.edited":
            for name in ("floor_area", "people"):
                old = event.changes.get(name, (None,))[0]
                if old is not None:
                    found[name] = float(old)
    return found


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


def billed_years(
    meters: Sequence[Meter], series: Series, years: Sequence[int]
) -> Mapping[tuple[int, Energy], Billed]:
    """(year, energy) → its months with all their bills; meters that owe none do not count."""
    wanted, there = owed(meters, series), series.numbers > 0
    found = {}
    for year in years:
        columns = series.months // 100 == year
        for energy in Energy:
            rows = series.of_energy(energy)
            due = wanted[rows][:, columns]
            if due.any():
                have = there[rows][:, columns]
                found[year, energy] = billed(due, have, series.use[rows][:, columns])
    return found


def billed(due: Flags, there: Flags, use: Floats) -> Billed:
    """Of some meters in a year: its months with all their bills."""
    have = (due & there).sum(axis=0)
    full = (have == due.sum(axis=0)) & due.any(axis=0)
    sums = np.nansum(np.where(due, use, 0), axis=0)
    return Billed(tuple(float(one) for one in sums[full]), int(due.any(axis=0).sum()))


def owed(meters: Sequence[Meter], series: Series) -> np.typing.NDArray[np.bool_]:
    """(meters, months): must there be a bill?"""
    since = np.array([one.since or 0 for one in meters], np.int64)
    until = np.array([one.until or 999999 for one in meters], np.int64)
    owes = np.array([one.payment is not Payment.UNMETERED_UNPAID for one in meters], np.bool_)
    return coverage.due(since, until, series.months) & owes.reshape(-1, 1)


def series_of(session: Session, meters: Sequence[Meter], first: int, last: int) -> Series:
    """The bills of a few meters, in the order given."""
    months = np.array(codes(first, last), np.int64)
    shape = (len(meters), len(months))
    use, days, cost = (np.full(shape, np.nan) for _ in range(3))
    numbers = np.zeros(shape, np.int32)
    rows = {one.id: at for at, one in enumerate(meters)}
    columns = {int(one): at for at, one in enumerate(months)}
    bills = session.execute(
        select(Bill.meter_id, Bill.month, Bill.use, Bill.days, Bill.cost, Bill.number).where(
            Bill.meter_id.in_(list(rows)), Bill.month.between(first, last)
        )
    )
    for meter, month, used, length, paid, number in bills:
        at = rows[meter], columns[month]
        use[at], days[at], numbers[at] = float(used), length, number
        cost[at] = np.nan if paid is None else float(paid)
    return Series(
        np.array(list(rows), np.int64),
        np.array([one.institution_id for one in meters], np.int64),
        np.array([one.region_code for one in meters], np.str_),
        np.array([one.energy.value for one in meters], np.str_),
        months,
        use,
        days,
        cost,
        numbers,
    )


def billed_counts(
    session: Session, meters: Mapping[int, Sequence[Meter]], month: int
) -> Mapping[int, Count]:
    """Institution → bills of a month, there of due. One statement."""
    every = [one for own in meters.values() for one in own]
    there = set(
        session.scalars(
            select(Bill.meter_id).where(
                Bill.meter_id.in_([one.id for one in every]), Bill.month == month
            )
        )
    )
    found = {}
    for owner, own in meters.items():
        due = [
            one.id
            for one in own
            if one.payment is not Payment.UNMETERED_UNPAID
            and (one.since or 0) <= month <= (one.until or 999999)
        ]
        found[owner] = Count(sum(one in there for one in due), len(due))
    return found


# --- one bill ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """A bill as it is or was, how it came in, and why it was replaced."""

    bill: Bill | PastBill
    file: Import | None
    entered_by: str
    replaced_at: datetime | None = None
    replaced_by: str = ""
    reason: str = ""


def versions(session: Session, meter: int, month: int) -> list[Version]:
    """The one that counts first, then what it was before. Three statements."""
    now = session.execute(
        select(Bill, Import)
        .outerjoin(Import, Import.id == Bill.import_id)
        .where(Bill.meter_id == meter, Bill.month == month)
    ).all()
    before = session.execute(
        select(PastBill, Import)
        .outerjoin(Import, Import.id == PastBill.import_id)
        .where(PastBill.meter_id == meter, PastBill.month == month)
        .order_by(PastBill.number.desc())
    ).all()
    ids = {bill.entered_by for bill, _ in now}
    ids |= {who for bill, _ in before for who in (bill.entered_by, bill.replaced_by)}
    names = {
        number: f"{unit}{name}"
        for number, unit, name in session.execute(
            select(Account.id, Account.unit, Account.name).where(Account.id.in_(ids))
        )
    }
    return [
        *(Version(bill, file, names.get(bill.entered_by, "")) for bill, file in now),
        *(
            Version(
                bill,
                file,
                names.get(bill.entered_by, ""),
                bill.replaced_at,
                names.get(bill.replaced_by, ""),
                bill.reason,
            )
            for bill, file in before
        ),
    ]


def explained(
    session: Session, meters: Sequence[int], first: int, last: int
) -> dict[tuple[int, int, int, str], str]:
    """(meter, month, version, doubt) → the word that was given."""
    rows = session.scalars(
        select(Explanation).where(
            Explanation.meter_id.in_(meters), Explanation.month.between(first, last)
        )
    )
    return {(row.meter_id, row.month, row.number, row.doubt): row.words for row in rows}


def history_of(session: Session, institution: int, limit: int = 100) -> Sequence[Event]:
    """What was done by hand to the institution itself, the newest first."""
    return session.scalars(
        select(Event)
        .where(Event.kind == "institution", Event.subject == str(institution), ~Event.refused)
        .order_by(Event.id.desc())
        .limit(limit)
    ).all()

"""One bill, entered or corrected by hand; the version before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.models.bills import Bill, PastBill
from custody.energy.queries.bills import bill_or_none, last_version
from custody.energy.queries.months import locked_months
from custody.energy.queries.roster import get_meter
from custody.infra import journal
from custody.kernel.periods import Month
from custody.kernel.problems import Conflict, Problem, refuse_if


@dataclass(frozen=True, slots=True)
class Told:
    """A bill as typed."""

    use: Decimal
    cost: Decimal | None
    starts_on: date | None = None
    ends_on: date | None = None

    def days(self, month: Month) -> int:
        if self.starts_on and self.ends_on:
            return (self.ends_on - self.starts_on).days + 1
        return month.days


_FIELDS = ("use", "cost", "starts_on", "ends_on")
_KEPT = ("number", "days", *_FIELDS, "import_id", "row", "entered_at", "entered_by")


def write(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    meter: int,
    month: int,
    number: int,
    told: Told,
    reason: str = "",
) -> Bill:
    """Enter a bill (`number` 0: there was none) or correct the version the person had before them.

    What already stands there, word for word, is left as it is: a double click enters it once.
    """
    owner, region = get_meter(session, meter, place=actor.place)
    at = Month.coded(month)
    old = bill_or_none(session, meter, month)
    if old is not None and all(getattr(old, name) == getattr(told, name) for name in _FIELDS):
        return old
    if (old.number if old else 0) != number:
        raise Conflict
    found = _problems(session, region.code, at, told, now, old is not None, reason)
    if told.cost is None and owner.payment.paid:
        words = "这个户号计费，请填写费用；确实没有费用的填0。"
        found.append(Problem("cost", words, "cost"))
    refuse_if(found)
    before = {name: getattr(old, name) if old else None for name in _FIELDS}
    if old is None:
        # One that was taken out with its import keeps its number; it is not given again.
        row = Bill(meter_id=meter, month=month, number=last_version(session, meter, month) + 1)
        session.add(row)
    else:
        session.add(
            PastBill(
                meter_id=meter,
                month=month,
                replaced_at=now,
                replaced_by=actor.id,
                reason=reason.strip(),
                **{name: getattr(old, name) for name in _KEPT},
            )
        )
        row = old
        row.number += 1
    for name in _FIELDS:
        setattr(row, name, getattr(told, name))
    row.days = told.days(at)
    row.import_id = row.row = None
    row.entered_at, row.entered_by = now, actor.id
    try:
        session.flush()
    except IntegrityError:
        raise Conflict from None
    journal.record(
        session,
        actor=actor,
        now=now,
        action="bill.corrected" if old else "bill.entered",
        kind="bill",
        subject=f"{meter}-{month}",
        label=f"{owner.energy.label}户号{owner.number} {at.label}",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes={
            name: (before[name], getattr(row, name))
            for name in _FIELDS
            if before[name] != getattr(row, name)
        },
        note=reason.strip(),
    )
    return row


def _problems(
    session: Session,
    region: str,
    month: Month,
    told: Told,
    now: datetime,
    correction: bool,
    reason: str,
) -> list[Problem]:
    found = []
    if month.code in locked_months(session, region):
        words = f"{month.label}已锁定，账单不能改动；确需更正的，请设区市先行解锁。"
        found.append(Problem("locked", words))
    if month.first > now.date():
        found.append(Problem("future", f"{month.label}还没有到，请核对月份。"))
    if (told.starts_on is None) != (told.ends_on is None):
        found.append(Problem("dates", "起止日期须同时填写或同时留空。", "ends_on"))
    elif told.starts_on and told.ends_on and not 1 <= told.days(month) <= 400:
        found.append(Problem("dates", "截止日期应在起始日期之后，请核对。", "ends_on"))
    if correction and len(reason.strip()) < 2:
        found.append(Problem("reason", "更正账单须写明原因，例如“供电公司退补”。", "reason"))
    return found

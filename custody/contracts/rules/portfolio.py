"""Pure: many contracts added up by batch, city and company; terms that end, payments that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custody.contracts.rules.contract import Status

HOW_OWED = (
    "已有结算单的合同，按双方已签、尚未付清的结算单计；还没有结算单的，按付款计划计。"
    "同一笔钱只列一次。"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A contract as a line of the portfolio: the terms of today."""

    id: int
    number: str
    name: str
    region: str
    region_name: str
    city: str
    city_name: str
    batch: int
    batch_name: str
    company: int | None
    company_name: str
    mode: str
    status: Status
    total: Decimal | None
    investment: Decimal | None
    floor_area: Decimal | None
    institutions: int | None
    years: int | None
    signed_on: date | None
    starts_on: date | None
    ends_on: date | None

    @property
    def counts(self) -> bool:
        """Is it signed? Drafts are listed, but not added up."""
        return self.status is not Status.DRAFT


@dataclass(frozen=True, slots=True)
class Sums:
    label: str
    key: str
    contracts: int
    total: Decimal
    investment: Decimal
    floor_area: Decimal
    institutions: int


def sums(label: str, key: str, rows: Sequence[Held]) -> Sums:
    signed = [row for row in rows if row.counts]
    zero = Decimal(0)
    return Sums(
        label,
        key,
        len(signed),
        sum((row.total or zero for row in signed), zero),
        sum((row.investment or zero for row in signed), zero),
        sum((row.floor_area or zero for row in signed), zero),
        sum(row.institutions or 0 for row in signed),
    )


def by(rows: Sequence[Held], key: Callable[[Held], tuple[str, str]]) -> list[Sums]:
    """One line for every (key, label) that has a signed contract, the greatest sum first."""
    parts: dict[tuple[str, str], list[Held]] = {}
    for row in rows:
        if row.counts:
            parts.setdefault(key(row), []).append(row)
    found = [sums(label, name, part) for (name, label), part in parts.items()]
    return sorted(found, key=lambda one: (-one.total, one.key))


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    year, month = divmod(day.month - 1 + months, 12)
    last = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
    for number in (min(day.day, last), 28):
        try:
            return date(day.year + year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("the 28th is in every month")


def ending(rows: Sequence[Held], today: date, months: int) -> list[Held]:
    """Contracts in force whose term ends within so many months, the soonest first."""
    until = months_later(today, months)
    found = [
        row
        for row in rows
        if row.status in (Status.SIGNED, Status.RUNNING)
        and row.ends_on
        and today <= row.ends_on <= until
    ]
    return sorted(found, key=lambda row: (row.ends_on or until, row.id))


@dataclass(frozen=True, slots=True)
class Due:
    """Money that is owed: the rest of a signed settlement, or a line of the payment plan."""

    contract: int
    number: int
    """Of the settlement, or of the line within the plan."""
    settled: bool
    """By a settlement."""
    contract_name: str
    region_code: str
    region_name: str
    title: str
    due_on: date
    amount: Decimal
    """What is still to be paid."""
    days: int
    """Until it is due; negative once that day has passed."""

    @property
    def overdue(self) -> bool:
        return self.days < 0


def near(due: Iterable[Due], days: int) -> list[Due]:
    """What is overdue or due within so many days, the oldest first."""
    found = [one for one in due if one.days <= days]
    return sorted(found, key=lambda one: (one.due_on, one.contract, one.number))

"""What a roster and a file of bills say, as plain values: what is stored, whoever read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from custody.energy.rules.energies import Energy, Payment


@dataclass(frozen=True, slots=True)
class MeterRow:
    energy: Energy
    number: str
    """户号, leading zeros kept."""
    payment: Payment | None = Payment.METERED_PAID
    """None: the file does not say."""
    since: int | None = None
    until: int | None = None
    """First and last month (202601) of its use; None: always."""
    note: str = ""

    @property
    def told(self) -> dict[str, object]:
        """What it says; months and a note that a line lacks stay as they are known."""
        given = {
            "payment": self.payment,
            "since": self.since,
            "until": self.until,
            "note": self.note,
        }
        return {name: one for name, one in given.items() if one}


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    name: str
    credit_code: str
    """In its normal form; empty where there is none yet."""
    type_code: str
    address: str = ""
    floor_area: Decimal | None = None
    """Square metres."""
    people: int | None = None
    in_custody: bool = True
    excluded_because: str = ""
    meters: tuple[MeterRow, ...] = ()

    @property
    def key(self) -> str:
        return self.credit_code or self.name


class BillRow(NamedTuple):
    """A tuple, since files have a hundred thousand of them."""

    energy: Energy
    number: str
    """户号."""
    month: int
    """202611."""
    use: Decimal
    """In the energy's unit."""
    cost: Decimal | None
    """Yuan."""
    days: int
    starts_on: date | None = None
    ends_on: date | None = None
    row: int | None = None
    """Where it stands in its file."""

    @property
    def told(self) -> tuple[object, ...]:
        """What makes two bills of one month the same."""
        return (self.days, self.starts_on, self.ends_on, self.use, self.cost)


@dataclass(frozen=True, slots=True)
class Stored:
    new: int = 0
    changed: int = 0
    same: int = 0

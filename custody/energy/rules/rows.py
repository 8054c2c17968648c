"""Lines of a roster and of bills as they are stored, whoever read them: a file, a form, a story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custody.energy.rules.energies import Energy, Payment


@dataclass(frozen=True, slots=True)
class MeterRow:
    energy: Energy
    number: str
    """户号, leading zeros kept."""
    payment: Payment = Payment.METERED_PAID
    since: int | None = None
    until: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class InstitutionRow:
    name: str
    credit_code: str
    """In its normal form; empty where there is none yet."""
    type_code: str
    address: str
    floor_area: Decimal | None
    people: int | None
    in_custody: bool
    excluded_because: str
    meters: tuple[MeterRow, ...] = ()

    @property
    def key(self) -> str:
        return self.credit_code or self.name


@dataclass(frozen=True, slots=True)
class BillRow:
    energy: Energy
    number: str
    """户号 of its meter."""
    month: int
    """202611."""
    use: Decimal
    cost: Decimal | None
    days: int
    starts_on: date | None = None
    ends_on: date | None = None
    row: int | None = None
    """The row of the file's sheet, as Excel counts."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a set of rows did."""

    new: int
    changed: int
    same: int


def month_words(months: Iterable[int]) -> str:
    """«2026年1月、2026年2月»."""
    return "、".join(f"{month // 100}年{month % 100}月" for month in sorted(set(months)))

"""What a settlement is made from: the contract as agreed, and the draft somebody typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from custody.contracts.rules import orders as orders_
from custody.contracts.rules.contract import Driver
from custody.contracts.rules.contract import Energy as EnergyCode
from custody.contracts.rules.periods import Period
from custody.contracts.rules.rhythm import Rhythm, rhythm_of
from custody.contracts.rules.statement import Source

HUNDRED = Decimal(100)
Terms = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ActualPrice:
    energy: EnergyCode
    price: Decimal | None = None
    source: str = ""
    """The bills it was worked out from."""


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    energy: EnergyCode
    driver: Driver
    order: int | None = None
    """Number of the change order within the contract."""
    base: Decimal | None = None
    now: Decimal | None = None
    rate: Decimal | None = None
    """Quota a year for INTENSITY; percent of the base for RATIO."""
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DeductionLine:
    reason: str
    basis: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BaseLine:
    """A year's base quantity that stands in for the contract's, with a word on where it comes from."""

    energy: EnergyCode
    quantity: Decimal | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed for one period; everything else is the contract's."""

    prices: tuple[ActualPrice, ...] = ()
    adjustments: tuple[AdjustmentLine, ...] = ()
    deductions: tuple[DeductionLine, ...] = ()
    guaranteed: Decimal | None = None
    verified: Decimal | None = None
    """tce of the period."""
    verified_source: str = ""
    prepaid: Decimal | None = None
    prepaid_source: str = ""
    note: str = ""
    who: str = ""
    when: str = ""
    """Who saved it last and on which day, in words."""
    bases: tuple[BaseLine, ...] = ()
    """Of the adopted baseline; an energy without one has the contract's."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract as a settlement needs it: what was signed, what orders changed, and its papers."""

    original: Terms
    orders: Sequence[orders_.Order]
    starts_on: date | None
    ends_on: date | None
    """The last day, or the day before it was terminated."""
    units: Mapping[str, str]
    """Energy → unit of its base."""
    paper: Source
    order_papers: Mapping[int, Source] = field(default_factory=dict)
    profiles: Mapping[str, Sequence[Decimal]] = field(default_factory=dict)
    """Energy → agreed shares of the twelve months, adding up to 1."""

    def days(self, period: Period) -> tuple[date, date] | None:
        """The period's days inside the term."""
        if self.starts_on is None:
            return None
        first = max(period.first, self.starts_on)
        last = min(period.last, self.ends_on) if self.ends_on else period.last
        return (first, last) if first <= last else None

    @property
    def rhythm(self) -> Rhythm | None:
        return rhythm_of(self.original, self.orders, self.starts_on, self.ends_on)

    def at(self, day: date) -> Terms:
        return orders_.as_of(self.original, self.orders, day)

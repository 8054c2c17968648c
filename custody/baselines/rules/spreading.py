"""An adjustment of a whole institution, spread over its meters by their share of the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from custody.mv import adjust
from custody.mv.adjust import Driver

SHARE, QUANTITY = Decimal("0.000001"), Decimal("0.0001")
SPREAD = (Driver.AREA, Driver.PEOPLE, Driver.HOURS, Driver.PRICE)
"""What changes for an institution as a whole; equipment hangs on a meter."""


@dataclass(frozen=True, slots=True)
class Base:
    """A meter's year by the method that was chosen."""

    meter: int
    number: str
    year: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    meter: int
    number: str
    year: Decimal
    share: Decimal
    quantity: Decimal
    """A month, in the energy's unit."""


def parts_of(quantity: Decimal, bases: Sequence[Base]) -> list[Part]:
    """Running totals: the shares make up 1 and the parts the quantity, whatever the rounding."""
    whole = sum((one.year for one in bases), Decimal())
    found: list[Part] = []
    before, so_far = Decimal(), Decimal()
    for one in bases:
        so_far += one.year
        after = so_far / whole
        found.append(
            Part(
                *(one.meter, one.number, one.year),
                _rounded(after, SHARE) - _rounded(before, SHARE),
                _rounded(quantity * after, QUANTITY) - _rounded(quantity * before, QUANTITY),
            )
        )
        before = after
    return found


def _rounded(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, ROUND_HALF_UP)


def to_plain(baseline: int, number: int, parts: Sequence[Part]) -> dict[str, Any]:
    """As the row keeps it; `number`: of the baseline's version within the region."""
    return {
        "baseline": baseline,
        "version": number,
        "parts": [
            {
                "meter": one.meter,
                "number": one.number,
                "year": f"{one.year:.4f}",
                "share": f"{one.share:.6f}",
                "quantity": f"{one.quantity:.4f}",
            }
            for one in parts
        ],
    }


def from_plain(spread: Mapping[str, Any]) -> list[Part]:
    return [
        Part(
            *(int(one["meter"]), str(one["number"]), Decimal(one["year"])),
            *(Decimal(one["share"]), Decimal(one["quantity"])),
        )
        for one in spread["parts"]
    ]


class Row(Protocol):
    """A stored adjustment."""

    @property
    def meter_id(self) -> int: ...
    @property
    def driver(self) -> str: ...
    @property
    def before(self) -> Decimal | None: ...
    @property
    def after(self) -> Decimal | None: ...
    @property
    def trigger(self) -> Decimal | None: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def spread(self) -> dict[str, Any] | None: ...


def moved_by(row: Row) -> dict[int, Decimal]:
    """Meter → ΔQ a month; every meter it is about has an entry."""
    if not row.spread:
        return {row.meter_id: row.quantity}
    return {one.meter: one.quantity for one in from_plain(row.spread)}


def repriced_by(row: Row) -> Decimal:
    """ΔP, yuan a unit: nothing where it is no price, or within the contract's trigger."""
    if row.driver != Driver.PRICE.value or row.before is None or row.after is None:
        return Decimal()
    trigger = (row.trigger or Decimal()) / 100
    return adjust.price(Decimal(1), row.before, row.after, trigger).counted

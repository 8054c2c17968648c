"""Change orders: the contract as of any day is what was signed plus the orders effective by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Order:
    """A change order as a rule needs it. `number` orders those of one day."""

    number: int
    subject: str
    new: object
    effective_on: date
    signed: bool


def in_force(orders: Iterable[Order], day: date) -> list[Order]:
    """The signed orders effective by the day, in the order in which they count."""
    return sorted(
        (order for order in orders if order.signed and order.effective_on <= day),
        key=lambda order: (order.effective_on, order.number),
    )


def once_signed(
    original: Mapping[str, object], orders: Iterable[Order], day: date
) -> dict[str, object]:
    """The terms of a day once the orders that are still drafts are signed too."""
    return as_of(original, [replace(order, signed=True) for order in orders], day)


def as_of(original: Mapping[str, object], orders: Iterable[Order], day: date) -> dict[str, object]:
    """The contract's terms on a day. A term that an order brings in is there from its day on."""
    terms = dict(original)
    for order in in_force(orders, day):
        terms[order.subject] = order.new
    return terms

"""What a new settlement begins with, so that nothing is typed twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custody.contracts.rules.agreed import (
    ActualPrice,
    AdjustmentLine,
    Agreed,
    BaseLine,
    Draft,
    Terms,
)
from custody.contracts.rules.contract import Driver, Energy
from custody.contracts.rules.orders import in_force
from custody.contracts.rules.periods import Period
from custody.contracts.rules.settlement import number
from custody.contracts.rules.shares import rounded
from custody.contracts.rules.statement import USUAL, Formula, PriceMode

_SUBJECTS = {"floor_area": Driver.AREA, "people": Driver.PEOPLE}
"""Change orders that bring an adjustment of the quantity along, by the term they change."""
_NOTHING: Mapping[Energy, Repriced] = {}


@dataclass(frozen=True, slots=True)
class Repriced:
    """What both sides agreed to add to an energy's price (non-routine adjustments)."""

    step: Decimal
    """Yuan a unit, over the meters by their bases and over the months of the period."""
    source: str


def first_draft(
    agreed: Agreed,
    period: Period,
    last: Draft | None,
    bases: Sequence[BaseLine] = (),
    repriced: Mapping[Energy, Repriced] = _NOTHING,
) -> Draft:
    """`bases`: what the adopted baseline offers; where an order changed a base, the order counts.
    `repriced`: where the price follows the actual one, it begins as the contract's and what was agreed.

    Lines that stay from the last period, and those that new change orders bring.

    Prices, deductions and savings belong to one period: their fields begin empty.
    """
    days = agreed.days(period)
    if days is None:
        return Draft()
    terms = agreed.at(days[1])
    energies = [one for one in Energy if terms.get(f"energy:{one}:quantity") is not None]
    linked = terms.get("price_mode") in (PriceMode.LINKED, PriceMode.CAPPED)
    lines = {
        (line.energy, line.driver): line
        for line in (last.adjustments if last else ())
        if line.energy in energies and USUAL[line.driver] is Formula.INTENSITY
    }
    for line in _of_orders(agreed, days[1], energies):
        before = lines.get((line.energy, line.driver))
        if before is None or before.order != line.order:
            lines[line.energy, line.driver] = line
    return Draft(
        prices=tuple(_price(terms, one, repriced.get(one)) for one in energies) if linked else (),
        adjustments=tuple(lines.values()),
        bases=tuple(_bases(agreed, days[1], energies, bases)),
    )


def _price(terms: Terms, energy: Energy, agreed: Repriced | None) -> ActualPrice:
    known = terms.get(f"energy:{energy}:price")
    if agreed is None or not isinstance(known, Decimal):
        return ActualPrice(energy)
    words = f"合同单价{number(known)}元，{agreed.source}"
    return ActualPrice(energy, rounded(known + agreed.step, Decimal("0.0001")), words)


def _bases(
    agreed: Agreed, day: date, energies: Sequence[Energy], offered: Sequence[BaseLine]
) -> Iterable[BaseLine]:
    if not offered:
        return
    ordered = {order.subject for order in in_force(agreed.orders, day)}
    by_energy = {one.energy: one for one in offered}
    for energy in energies:
        if energy in by_energy and f"energy:{energy}:quantity" not in ordered:
            yield by_energy[energy]


def _of_orders(agreed: Agreed, day: date, energies: Sequence[Energy]) -> Iterable[AdjustmentLine]:
    """The newest signed order about area and the one about people, with the quota of the base itself."""
    newest = {order.subject: order for order in in_force(agreed.orders, day)}
    for subject, driver in _SUBJECTS.items():
        order, base = newest.get(subject), agreed.original.get(subject)
        if order is None or not base or not energies:
            continue
        quantity = agreed.original.get(f"energy:{energies[0]}:quantity")
        if isinstance(quantity, Decimal):
            before = Decimal(str(base))
            yield AdjustmentLine(
                energies[0],
                driver,
                order.number,
                base=before,
                now=Decimal(str(order.new)),
                rate=rounded(quantity / before, Decimal("0.0001")),
            )

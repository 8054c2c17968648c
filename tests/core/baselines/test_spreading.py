"""An adjustment of a whole institution: nothing is lost between its meters."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.baselines.rules import spreading
from custody.baselines.rules.spreading import Base, moved_by, parts_of, repriced_by

years = st.lists(
    st.decimals(Decimal("0.0001"), Decimal(10_000_000), places=4), min_size=1, max_size=12
)
quantities = st.decimals(Decimal(-1_000_000), Decimal(1_000_000), places=4)


@dataclass(frozen=True, slots=True)
class Row:
    driver: str = "area"
    before: Decimal | None = Decimal("0.6")
    after: Decimal | None = Decimal("0.65")
    trigger: Decimal | None = None
    quantity: Decimal = Decimal(500)
    spread: dict[str, Any] | None = None
    meter_id: int = 7


def bases(known: list[Decimal]) -> list[Base]:
    return [Base(number, f"{number:06}", year) for number, year in enumerate(known, 1)]


@given(years, quantities)
def test_shares_make_up_one_and_parts_the_quantity(known: list[Decimal], amount: Decimal) -> None:
    found = parts_of(amount, bases(known))
    assert sum(one.share for one in found) == 1
    assert sum(one.quantity for one in found) == amount
    whole = sum(known)
    for one in found:
        assert abs(one.share - one.year / whole) <= Decimal("0.000001")
        assert abs(one.quantity - amount * one.year / whole) <= Decimal("0.0001")


@given(years, quantities)
def test_what_is_stored_comes_back(known: list[Decimal], amount: Decimal) -> None:
    found = parts_of(amount, bases(known))
    assert spreading.from_plain(spreading.to_plain(3, 2, found)) == found


def test_the_halves_of_two_equal_meters() -> None:
    found = parts_of(Decimal(500), bases([Decimal(1000), Decimal(3000)]))
    assert [(one.share, one.quantity) for one in found] == [
        (Decimal("0.25"), Decimal(125)),
        (Decimal("0.75"), Decimal(375)),
    ]
    row = Row(spread=spreading.to_plain(1, 1, found))
    assert moved_by(row) == {1: Decimal(125), 2: Decimal(375)}
    assert moved_by(Row()) == {7: Decimal(500)}


@pytest.mark.parametrize(
    ("row", "step"),
    [
        (Row("price"), "0.05"),
        (Row("price", trigger=Decimal(5)), "0.05"),
        (Row("price", trigger=Decimal(10)), "0"),
        (Row("price", after=Decimal("0.5")), "-0.1"),
        (Row("area"), "0"),
        (Row("price", before=None), "0"),
    ],
)
def test_a_price_moves_the_price_beyond_its_trigger(row: Row, step: str) -> None:
    assert repriced_by(row) == Decimal(step)

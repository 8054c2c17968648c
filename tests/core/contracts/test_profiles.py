"""Twelve percentages, typed or pasted."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules.agreed import Agreed, Draft
from custody.contracts.rules.composing import inputs_of
from custody.contracts.rules.periods import Cycle, Period
from custody.contracts.rules.profiles import begun_years, problems_of_change, read_shares
from custody.contracts.rules.statement import Source

TYPED = "9.1 7.6 7.4 6.8 7.2 9.0 11.4 11.2 8.9 6.7 6.6 8.1"


@pytest.mark.parametrize("between", [" ", "、", "，", "\t", ",", ";", " / ", "%　"])
def test_anything_may_stand_between(between: str) -> None:
    shares, problems = read_shares(TYPED.replace(" ", between), "gas")
    assert problems == []
    assert shares[6] == Decimal("11.4")
    assert sum(shares) == 100


def test_nothing_typed_is_no_profile() -> None:
    assert read_shares(" 　", "gas") == ([], [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8 9 10", "twelve"),
        (TYPED.replace("9.1", "九"), "number"),
        (TYPED.replace("9.1", "9.2"), "sum"),
        (TYPED.replace("9.1", "-9.1"), "range"),
        (TYPED.replace("9.1", "9.00001"), "range"),
        (TYPED.replace("9.1", "NaN"), "range"),
        (TYPED.replace("9.1", "1e3"), "range"),
    ],
)
def test_what_is_no_profile(text: str, code: str) -> None:
    shares, problems = read_shares(text, "gas")
    assert shares == []
    assert [(one.code, one.where) for one in problems] == [(code, "gas")]


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    shares, problems = read_shares(text, "gas")
    assert not shares or (not problems and len(shares) == 12)


FIRST, LAST = date(2026, 2, 10), date(2027, 11, 30)
QUARTERS = [Period(year, Cycle.QUARTER, n) for year in (2026, 2027) for n in range(1, 5)]


@given(st.sets(st.sampled_from(QUARTERS)))
def test_a_year_is_begun_while_some_of_its_quarters_are_settled(frozen: set[Period]) -> None:
    counts = {year: sum(one.year == year for one in frozen) for year in (2026, 2027)}
    assert begun_years(frozen, FIRST, LAST) == [y for y, n in counts.items() if 0 < n < 4]
    assert bool(problems_of_change(begun_years(frozen, FIRST, LAST))) == any(
        0 < n < 4 for n in counts.values()
    )


annual = st.decimals(0, 10**7, places=2)


@given(annual, st.sets(st.sampled_from(QUARTERS)), st.booleans())
def test_shares_that_may_be_changed_bill_the_annual_quantity(
    quantity: Decimal, frozen: set[Period], by_profile: bool
) -> None:
    """Whatever was settled by the old shares: where a change is allowed, each year adds up."""
    steep = [Decimal("0.40"), *[Decimal("0.05")] * 10, Decimal("0.10")]

    def billed(period: Period, profile: list[Decimal] | None) -> Decimal:
        terms = {"energy:electricity:quantity": quantity, "energy:electricity:price": Decimal(1)}
        profiles = {"electricity": profile} if profile else {}
        agreed = Agreed(
            terms, (), date(2026, 1, 1), date(2027, 12, 31), {}, Source("合同"), {}, profiles
        )
        return inputs_of(agreed, period, Draft()).energies[0].base

    old, new = (steep, None) if by_profile else (None, steep)
    if begun_years(frozen, date(2026, 1, 1), date(2027, 12, 31)):
        return
    for year in (2026, 2027):
        parts = [billed(one, old if one in frozen else new) for one in QUARTERS if one.year == year]
        assert sum(parts) == quantity

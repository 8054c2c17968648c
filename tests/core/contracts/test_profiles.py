"""Twelve percentages, typed or pasted."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules.profiles import read_shares

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

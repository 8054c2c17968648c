"""人民币大写, as vouchers are written, and back again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules.capitals import LIMIT, amount_of, capitals

FEN = Decimal("0.01")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # The examples of the rules for filling in vouchers (支付结算办法 annex 1).
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("10", "人民币壹拾元整"),
        ("100000000", "人民币壹亿元整"),
        ("100010000.10", "人民币壹亿零壹万元零壹角整"),
        ("1002003004.00", "人民币壹拾亿零贰佰万叁仟零肆元整"),
        ("-1200.34", "人民币负壹仟贰佰元零叁角肆分"),
    ],
)
def test_known_amounts(amount: str, words: str) -> None:
    assert capitals(Decimal(amount)) == words


@given(st.integers(min_value=-(10**14) + 1, max_value=10**14 - 1))
def test_there_and_back(fen: int) -> None:
    amount = Decimal(fen) / 100
    words = capitals(amount)
    assert amount_of(words) == amount
    assert "零零" not in words
    assert "零元" not in words.replace("人民币零元整", "")
    assert words.endswith("分") == bool(fen % 10)
    assert words.endswith("整") != bool(fen % 10)


@given(st.integers(min_value=0, max_value=10**10), st.integers(min_value=0, max_value=10**10))
def test_no_two_amounts_read_the_same(one: int, two: int) -> None:
    words = capitals(one * FEN), capitals(two * FEN)
    assert (words[0] == words[1]) == (one == two)


@pytest.mark.parametrize("amount", [LIMIT, Decimal("0.001"), -LIMIT])
def test_what_cannot_be_written_is_refused(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        capitals(amount)


@pytest.mark.parametrize(
    "words", ["人民币壹圆整", "人民币一元整", "人民币壹元又", "人民币壹元壹角壹厘"]
)
def test_what_cannot_be_read_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        amount_of(words)

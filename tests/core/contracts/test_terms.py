"""Terms of a contract: names, and values as texts and back."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.contracts.rules import terms
from custody.contracts.rules.fields import GROUPS
from custody.contracts.rules.terms import Shape

KEYS = [
    *terms.SCALARS,
    "energy:gas:price",
    "energy:heat:amount",
    "fee:3:water",
    "fee:1:upkeep",
    "driver:area:trigger",
    "driver:weather:retroactive",
    "guarantee:2:rate",
    "payment:4:due_on",
]
VALUES = {
    Shape.MONEY: st.decimals(0, 10**12, places=2),
    Shape.QUANTITY: st.decimals(0, 10**12, places=4),
    Shape.PERCENT: st.decimals(0, 100, places=2),
    Shape.WHOLE: st.integers(0, 10**6),
    Shape.DAY: st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    Shape.YES: st.booleans(),
    Shape.TEXT: st.sampled_from(["", "按面积"]),
}


@given(st.data())
def test_a_value_survives_being_text(data) -> None:
    key = data.draw(st.sampled_from([key for key in KEYS if key not in terms.CHOICES]))
    value = data.draw(VALUES[terms.shape_of(key)])
    assert terms.value_of(key, terms.text_of(value)) == value


@pytest.mark.parametrize("key", KEYS)
def test_every_term_has_a_name_and_a_way_to_be_wrong(key: str) -> None:
    assert terms.known(key)
    assert terms.label_of(key)
    assert terms.words_of(key, None) == "—"
    if terms.shape_of(key) is not Shape.TEXT:
        for wrong in ("abc", "NaN", "-1", "1e99"):
            with pytest.raises(ValueError, match=wrong):
                terms.value_of(key, wrong)


@pytest.mark.parametrize(
    "key",
    ["", "number", "energy:coal:price", "energy:gas:colour", "fee:x:gas", "fee:1:coal", "a:b:c"],
)
def test_what_is_no_term_is_known_as_none(key: str) -> None:
    assert not terms.known(key)


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("total", "1,234,567.5 元", Decimal("1234567.50")),
        ("total", "１２３４", Decimal("1234.00")),
        ("discount_rate", "5%", Decimal("5.00")),
        ("starts_on", "2026年7月1日", date(2026, 7, 1)),
        ("starts_on", "2026/7/1", date(2026, 7, 1)),
        ("price_mode", "随价联动", "linked"),
        ("driver:area:retroactive", "是", True),
        ("years", "8", 8),
    ],
)
def test_people_type_values_in_their_own_way(key: str, typed: str, value: object) -> None:
    assert terms.value_of(key, terms.tidy(key, typed)) == value


def test_money_is_not_rounded_silently() -> None:
    with pytest.raises(ValueError, match=r"1\.005"):
        terms.value_of("total", "1.005")
    with pytest.raises(ValueError, match="linked"):
        terms.value_of("payer", "linked")


def test_what_orders_change_can_be_filled_in_somewhere() -> None:
    on_pages = {one.name for group in GROUPS for one in group.fields}
    assert set(terms.SCALARS) <= on_pages


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("starts_on", "2026年7月1日", date(2026, 7, 1)),
        ("ends_on", "2100-12-31", date(2100, 12, 31)),
        ("pay_day", "31", 31),
        ("pay_day", "１", 1),
        ("people", "0", 0),
        ("total", "5 元", Decimal("5.00")),
        ("starts_on", "1926-07-01", None),
        ("payment:4:due_on", "2101-01-01", None),
        ("ends_on", "9999-12-31", None),
        ("pay_day", "0", None),
        ("pay_day", "32", None),
        ("years", "0", None),
        ("years", "41", None),
        ("institutions", "0", None),
    ],
)
def test_what_is_typed_lies_within_what_a_term_can_be(key: str, typed: str, value: object) -> None:
    if value is not None:
        assert terms.typed(key, typed) == value
        return
    with pytest.raises(ValueError, match=typed):
        terms.typed(key, typed)
    assert "至" in terms.expected(key)

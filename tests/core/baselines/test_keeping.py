"""A new fit keeps what was decided by hand, and says what it cannot keep."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.baselines.rules import fitting
from custody.baselines.rules.fitting import NOTHING, QUOTA_ENTERED, REGRESSION, RULE
from custody.baselines.rules.keeping import (
    NAMED,
    Borne,
    Decided,
    Kept,
    compared,
    dropped_words,
    kept,
)
from custody.energy.rules.energies import Energy

BOTH = Borne(Decimal(100), Decimal(90), "3PC", ())
NEITHER = Borne(None, None, "quota", ({"code": "few"},))
CHOICES = (RULE, REGRESSION, QUOTA_ENTERED, NOTHING)


def decided(
    chosen: str, *, words: str = "", quota: int | None = None, usual: str = RULE
) -> Decided:
    amount = None if quota is None else Decimal(quota)
    return Decided(7, Energy.ELECTRICITY, chosen, words, amount, "DB32" if quota else "", usual)


@pytest.mark.parametrize(
    ("before", "now", "then"),
    [
        (None, BOTH, Kept(RULE)),
        (decided(RULE), BOTH, Kept(RULE)),
        (decided(RULE, words="看过"), BOTH, Kept(RULE, "看过")),
        (decided(REGRESSION, words="随气温"), BOTH, Kept(REGRESSION, "随气温")),
        (decided(REGRESSION), Borne(Decimal(100), None, "3PC", ()), Kept(RULE)),
        (decided(REGRESSION), NEITHER, Kept(NOTHING)),
        (decided(NOTHING), BOTH, Kept(NOTHING)),
        (decided(QUOTA_ENTERED, quota=5, usual=NOTHING), NEITHER,
         Kept(QUOTA_ENTERED, "", Decimal(5), "DB32")),
        (decided(QUOTA_ENTERED, quota=5, usual=NOTHING), BOTH, Kept(RULE, "", Decimal(5), "DB32")),
    ],
)  # fmt: skip
def test_what_a_line_begins_with(before: Decided | None, now: Borne, then: Kept) -> None:
    assert kept(before, now) == then


uses = st.none() | st.just(Decimal(10))


@given(st.sampled_from(CHOICES), st.booleans(), uses, uses, st.booleans(), st.text(max_size=3))
def test_nothing_is_chosen_that_the_data_do_not_bear(
    chosen: str, quota: bool, rule: Decimal | None, model: Decimal | None, stopped: bool, words: str
) -> None:
    now = Borne(rule, model, "3PC", ("stop",) if stopped else ())
    before = decided(chosen, words=words, quota=5 if quota else None)
    found = kept(before, now)
    assert found.chosen == now.usual or fitting.may_choose(
        found.chosen, rule_use=rule, model_use=model, method="3PC", stops=now.stops,
        quota=found.quota,
    )  # fmt: skip


def test_kept_and_dropped_are_told() -> None:
    stays, goes, gone = (
        Decided(number, Energy.GAS, REGRESSION, "", None, "", RULE) for number in (1, 2, 3)
    )
    plain = Decided(4, Energy.GAS, RULE, "", None, "", RULE)
    found = compared([stays, goes, gone, plain], {1: REGRESSION, 2: RULE, 4: NOTHING})
    assert (found.kept, found.dropped) == (1, (goes, gone))
    told = dropped_words(found.dropped, {2: "0002"})
    assert told == "天然气户号0002（原选回归法）、天然气户号（已删除）（原选回归法）"
    many = [goes] * (NAMED + 1)
    assert dropped_words(many, {2: "2"}).endswith(f"等{NAMED + 1}个户号")

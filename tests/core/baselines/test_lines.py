"""Lines written in bulk say what the rules say meter by meter; every input moves the digest."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custody.baselines.recomputed import alike
from custody.baselines.rules.bills import Bills, Digest, Metered
from custody.baselines.rules.fitting import fit_all
from custody.baselines.rules.lines import Written, written
from custody.energy.rules.energies import Energy
from custody.kernel.periods import Month, codes
from custody.mv.custody_rule import Policy

MONTHS = codes(202301, 202512)
WARMTH = (3.2, 5.1, 9.8, 15.9, 21.3, 25.0, 28.6, 28.1, 23.7, 18.0, 11.6, 5.2)
BILLED = [one for one in Energy if one is not Energy.PV]


def grid(seed: int, meters: int, *, months: list[int] = MONTHS, tidy: bool = False) -> Bills:
    """Meters of all kinds; untidy ones have gaps, zeros, negatives, odd days, dates that overlap."""
    dice = np.random.default_rng(seed)
    bills = Bills.none(
        [Metered(at + 1, at // 3, BILLED[dice.integers(len(BILLED))]) for at in range(meters)],
        months,
    )
    warm = np.array([WARMTH[month % 100 - 1] for month in months])
    size = (meters, len(months))
    cold, hot = dice.uniform(0, 3, (2, meters, 1)) * (dice.random((2, meters, 1)) < 0.6)
    daily = 20 + 3 * cold * np.maximum(12 - warm, 0) + 9 * hot * np.maximum(warm - 20, 0)
    bills.days[:] = [Month.coded(month).days for month in months]
    level = dice.choice([0.05, 1, 1, 1, 3], (meters, 1))
    bills.use[:] = np.round(daily * bills.days * (1 + level * dice.normal(0, 0.05, size)), 4)
    bills.use[:] = np.maximum(bills.use, 0)
    bills.cost[:] = np.round(bills.use * 0.67, 2)
    bills.numbers[:] = dice.integers(1, 3, size)
    first = [Month.coded(month).first.toordinal() for month in months]
    some = dice.random(meters) < 0.4
    bills.starts[some] = first
    if tidy:
        return bills
    odd = dice.random((6, *size)) < np.array([0.02, 0.01, 0.004, 0.01, 0.01, 0.003])[:, None, None]
    bills.use[odd[0]] = 0
    bills.cost[odd[1]] = np.nan
    bills.use[odd[2]] *= -1
    bills.days[odd[3]] = 20
    bills.days[odd[4]] = 40
    bills.use[odd[5]] *= 9
    gone = dice.random(size) < dice.choice([0, 0, 0.02, 0.3, 0.8], (meters, 1))
    for values in (bills.numbers, bills.days, bills.use, bills.cost, bills.starts):
        values[gone] = np.nan
    return bills


def same(bills: Bills, temperatures: dict[int, float], policy: Policy) -> list[Written]:
    """Both ways; returns the bulk's."""
    warmth = np.array([temperatures.get(month, np.nan) for month in bills.months])
    found = written(bills, warmth, policy)
    plain = fit_all(
        list(bills.each()),
        temperatures,
        first=bills.months[0],
        last=bills.months[-1],
        policy=policy,
    )
    assert len(found) == len(plain) == len(bills.meters)
    for one, other in zip(found, plain, strict=True):
        assert one.metered == other.metered
        assert (one.chosen, one.method, one.ruled.rule) == (
            *(other.chosen, other.method, other.ruled.rule),
        )
        assert figures(one.ruled.use, one.ruled.cost, one.ruled.price) == (
            *(other.ruled.use, other.ruled.cost, other.ruled.price),
        )
        assert alike(*figures(one.model_use), other.model_use, Decimal("0.0001"))
        for text, told in ((one.record, other.record), (one.ruled.record, other.ruled.record)):
            assert alike(json.loads(text), json.loads(json.dumps(told))), (text, told)
    return found


def figures(*texts: str | None) -> tuple[Decimal | None, ...]:
    return tuple(None if one is None else Decimal(one) for one in texts)


def temperatures(seed: int, months: list[int] = MONTHS, known: float = 1.0) -> dict[int, float]:
    dice = np.random.default_rng(seed)
    return {
        month: round(WARMTH[month % 100 - 1] + float(dice.normal()), 2)
        for month in months
        if dice.random() < known
    }


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from([(202501, 202512), (202401, 202512), (202307, 202606)]),
    st.sampled_from([1.0, 1.0, 0.5, 0.0]),
    st.booleans(),
)
def test_in_bulk_as_one_by_one(
    seed: int, period: tuple[int, int], known: float, latest: bool
) -> None:
    months = codes(*period)
    policy = Policy(increasing_uses_latest=latest)
    same(grid(seed, 40, months=months), temperatures(seed, months, known), policy)


def test_every_method_and_finding_is_among_them() -> None:
    """So that the comparison above compares something."""
    told, methods, rules = set(), set(), set()
    for seed in range(40):
        known = (1.0, 1.0, 0.4, 0.0)[seed % 4]
        for one in same(grid(seed, 60), temperatures(seed, known=known), Policy()):
            record = json.loads(one.record)
            told |= {p["code"] for p in (*record["stops"], *record["warnings"])}
            methods.add(one.method)
            rules.add(one.ruled.rule)
    assert told == {
        *("overlapping", "negative", "zero", "season", "short", "long", "outlier", "missing"),
        *("few", "quota", "no_temperature", "cvrmse"),
    }
    assert methods >= {"1P", "3PC", "3PH", "4P", "5P", "same_month", "daily_mean", "quota"}
    assert rules == {"", "only_year", "mean", "mean_flagged", "latest"}


@pytest.mark.parametrize(
    "sums",
    [
        ("1200.0000", "1140.0001", "1080"),
        ("100.0000", "100.0001"),
        ("0", "0", "0"),
        ("3", "1", "1"),
        ("900", "1000", "1100"),
        ("899.9999", "1000", "1100"),
        ("0.0001", "0.0002", "0.0002"),
        ("95.05", "100", "104.95"),
        ("400000000000", "300000000000.0001", "350000000000"),
    ],
)
def test_the_rule_on_a_knife_s_edge(sums: tuple[str, ...]) -> None:
    months = codes(202501 - 100 * (len(sums) - 1), 202512)
    bills = Bills.none([Metered(1, 1, Energy.WATER)], months)
    bills.numbers[:], bills.days[:] = 1, [Month.coded(month).days for month in months]
    bills.use[:], bills.cost[:] = 0, 0
    for year, told in enumerate(sums):
        bills.use[0, 12 * year + 6], bills.cost[0, 12 * year] = float(told), round(float(told), 2)
    same(bills, temperatures(1, months), Policy())


def test_costs_below_nothing_are_no_base() -> None:
    bills = grid(3, 9, tidy=True)
    bills.cost[:, -3:] = -99999.55
    for one in same(bills, temperatures(3), Policy()):
        assert one.ruled.cost is None
        assert one.ruled.price is None or Decimal(one.ruled.price) < 0


def digest(bills: Bills, size: int = 100, **how: object) -> str:
    found = Digest()
    for start in range(0, len(bills.meters), size):
        arrays = (bills.numbers, bills.days, bills.use, bills.cost, bills.starts)
        found.add(
            Bills(
                bills.meters[start : start + size],
                bills.months,
                *(one[start : start + size] for one in arrays),
            )
        )
    usual = {"weather": {"202301": "1"}, "coefficients": [1], "policy": {"a": 1}, "method": "m"}
    return found.closed(**{**usual, **how})  # type: ignore[arg-type]


def test_every_input_moves_the_digest_and_nothing_else_does() -> None:
    usual = digest(grid(5, 30, tidy=True))
    assert digest(grid(5, 30, tidy=True), size=7) == usual
    found = {usual}
    for name in ("numbers", "days", "use", "cost", "starts"):
        for value in (np.nan, 0.0, 77.0001):
            bills = grid(5, 30, tidy=True)
            row = int(np.flatnonzero(~np.isnan(bills.starts[:, 0]))[0])
            getattr(bills, name)[row, 7] = value
            found.add(digest(bills))
    bills = grid(5, 30, tidy=True)
    found.add(digest(Bills([*bills.meters[:-1], Metered(99, 1, Energy.GAS)], *_arrays(bills))))
    for name, value in (("weather", {}), ("coefficients", []), ("policy", {}), ("method", "n")):
        found.add(digest(bills, **{name: value}))
    assert len(found) == 1 + 15 + 1 + 4


def _arrays(bills: Bills) -> tuple[object, ...]:
    return (bills.months, bills.numbers, bills.days, bills.use, bills.cost, bills.starts)


def test_bills_come_out_as_they_went_in() -> None:
    bills = grid(7, 12)
    for row, (_, told) in enumerate(bills.each()):
        for one in told:
            at = bills.months.index(one.month)
            assert one.use == Decimal(repr(float(bills.use[row, at])))
            assert (one.cost is None) == bool(np.isnan(bills.cost[row, at]))

"""The custody rule for many meters: sums as arrays, each meter's rule in whole numbers, exact.

The same as `fitting.by_rule`, which the inspection reckons with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from custody.baselines.rules.bills import Bills, Units
from custody.energy.rules.energies import Energy
from custody.mv.custody_rule import Policy, Rule
from custody.mv.shapes import Flags
from custody.mv.sufficiency import LIMITS


@dataclass(frozen=True, slots=True)
class Told:
    """A meter's, as its line keeps it."""

    rule: str = ""
    use: Decimal | None = None
    cost: Decimal | None = None
    price: Decimal | None = None
    record: str = "{}"
    """As JSON."""


_NOTHING = Told()


def by_rules(bills: Bills, energy: Energy, policy: Policy, spoilt: Flags) -> Iterator[Told]:
    """For every meter in turn. `spoilt`: whose bills are not to be summed up."""
    years = range(len(bills.months) // 12)
    there = ~np.isnan(bills.numbers)
    units, cents = bills.units, bills.cents
    needed = [energy is not Energy.HEAT or m % 100 in LIMITS.season for m in bills.months]
    whole = np.stack([(there | ~np.array(needed))[:, _year(y)].all(axis=1) for y in years], axis=1)
    whole &= ~spoilt[:, None]
    paid = np.stack(
        [(~np.isnan(bills.cost) | ~there)[:, _year(y)].all(axis=1) for y in years], axis=1
    )
    uses = np.stack([units[:, _year(y)].sum(axis=1) for y in years], axis=1).tolist()
    costs = np.stack([cents[:, _year(y)].sum(axis=1) for y in years], axis=1).tolist()
    shared = _shares(units, whole, bills.months).tolist()
    ends = [bills.months[12 * y + 11] for y in years]
    for stands, pays, use, cost, share in zip(
        whole.tolist(), paid.tolist(), uses, costs, shared, strict=True
    ):
        at = [y for y, one in enumerate(stands) if one]
        if not at or min(use[y] for y in at) < 0:
            yield _NOTHING
            continue
        yield _told(
            [ends[y] for y in at],
            [use[y] for y in at],
            [cost[y] if pays[y] else None for y in at],
            share,
            policy,
        )


def _year(number: int) -> slice:
    return slice(12 * number, 12 * number + 12)


def _shares(units: Units, whole: Flags, months: Sequence[int]) -> np.ndarray[tuple[int, int]]:
    """(meters, 12) of January to December in the whole years; alike where nothing was used."""
    months_ = np.array(months)
    sums = np.zeros((len(units), 12), np.int64)
    for year in range(whole.shape[1]):
        span = units[:, _year(year)] * whole[:, [year]]
        sums[:, months_[_year(year)] % 100 - 1] += span
    total = sums.sum(axis=1, keepdims=True)
    fair = (total > 0) & (sums.min(axis=1, keepdims=True) >= 0)
    return np.where(fair, sums / np.where(fair, total, 1), 1 / 12)


def _told(
    ends: Sequence[int],
    uses: Sequence[int],
    costs: Sequence[int | None],
    shares: Sequence[float],
    policy: Policy,
) -> Told:
    rule = _rule(uses, policy)
    sums = [one for one in costs if one is not None]
    priced = len(sums) == len(costs) and min(sums) >= 0
    money = _rule(sums, policy) if priced else None
    price = None
    if costs[-1] is not None and uses[-1] > 0:
        price = _halves_up(1_000_000 * costs[-1], uses[-1])
    years = ",".join(
        f'{{"year":{end // 100},"until":{end},"use":"{_text(use, 4)}","cost":'
        + ("null}" if cost is None else f'"{_text(cost, 2)}"}}')
        for end, use, cost in zip(ends, uses, costs, strict=True)
    )
    count, total = len(uses), sum(uses)
    swings = [round((count * one - total) / total, 6) if total else 0.0 for one in uses]
    record = (
        f'{{"years":[{years}],"deviations":{swings},"formula":"{_formula(uses, rule, 4)}",'
        f'"flagged":{"true" if rule is Rule.MEAN_FLAGGED else "false"},'
        f'"cost_rule":"{money.value if money else ""}",'
        f'"cost_formula":"{_formula(sums, money, 2) if money else ""}","shares":{shares}}}'
    )
    return Told(
        rule.value,
        Decimal(_based(uses, rule)).scaleb(-4),
        Decimal(_based(sums, money)).scaleb(-2) if money else None,
        None if price is None else Decimal(price).scaleb(-4),
        record,
    )


def _rule(years: Sequence[int], policy: Policy) -> Rule:
    count, total = len(years), sum(years)
    if count == 1:
        return Rule.ONLY_YEAR
    steps = [later - one for one, later in pairwise(years)]
    falling = all(step < 0 for step in steps)
    rising = policy.increasing_uses_latest and all(step > 0 for step in steps)
    if count == 3 and (falling or rising):
        return Rule.LATEST
    widest = max(abs(count * one - total) for one in years)
    allowed = Fraction(policy.threshold)
    within = widest * allowed.denominator <= allowed.numerator * total
    return Rule.MEAN if within else Rule.MEAN_FLAGGED


def _based(years: Sequence[int], rule: Rule) -> int:
    if rule in (Rule.ONLY_YEAR, Rule.LATEST):
        return years[-1]
    return _halves_up(sum(years), len(years))


def _formula(years: Sequence[int], rule: Rule, digits: int) -> str:
    """In the words of mv.custody_rule."""
    count, total = len(years), sum(years)
    last = rule in (Rule.ONLY_YEAR, Rule.LATEST)
    top, below = (years[-1], 1) if last else (total, count)
    shown = _text(_halves_even(top * 10 ** (4 - digits), below), 4).rstrip("0").rstrip(".")
    if rule is Rule.ONLY_YEAR:
        return f"仅有一个基准年，基准 = {shown}"
    low, high = (_percent(count * one - total, total) for one in (min(years), max(years)))
    spread = f"各年与平均值相差{low}至{high}"
    if rule is Rule.LATEST:
        way = "递减" if years[-1] < years[0] else "递增"
        return f"{count}年逐年{way}，取最近一年，基准 = {shown}（{spread}）"
    terms = " + ".join(_text(one, digits) for one in years)
    close = "，超出允许范围，须人工确认" if rule is Rule.MEAN_FLAGGED else ""
    return f"({terms}) ÷ {count} = {shown}（{spread}{close}）"


def _text(whole: int, digits: int) -> str:
    """12345678 with four digits → 1234.5678."""
    front, rest = divmod(abs(whole), 10**digits)
    return f"{'-' if whole < 0 else ''}{front}.{rest:0{digits}d}"


def _percent(part: int, total: int) -> str:
    tenths = _halves_even(abs(part) * 1000, total) if total else 0
    return f"{'-' if part < 0 else '+'}{tenths // 10}.{tenths % 10}%"


def _halves_up(part: int, whole: int) -> int:
    found = (2 * abs(part) + whole) // (2 * whole)
    return -found if part < 0 else found


def _halves_even(part: int, whole: int) -> int:
    found, rest = divmod(part, whole)
    return found + (2 * rest > whole or (2 * rest == whole and found % 2 == 1))

"""The custody rule for many meters: whole numbers in arrays, exact; texts written in bulk.

The same as `fitting.by_rule`, which the inspection reckons with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from custody.baselines.rules.bills import Bills, Units
from custody.energy.rules.energies import Energy
from custody.mv.custody_rule import Policy, Rule
from custody.mv.shapes import Flags, Floats
from custody.mv.sufficiency import LIMITS

Whole = NDArray[Any]
"""Integers; Python's own where 64 bits would not do."""


class Told(NamedTuple):
    """A meter's, as its line keeps it: figures as text, as long as their columns."""

    rule: str = ""
    use: str | None = None
    cost: str | None = None
    price: str | None = None
    record: str = "{}"
    """As JSON."""


_NOTHING = Told()
RULES = (Rule.ONLY_YEAR, Rule.LATEST, Rule.MEAN, Rule.MEAN_FLAGGED)
ONLY, LATEST, MEAN, FLAGGED = range(4)


def by_rules(bills: Bills, energy: Energy, policy: Policy, spoilt: Flags) -> list[Told]:
    """For every meter in turn. `spoilt`: whose bills are not to be summed up."""
    years = range(len(bills.months) // 12)
    there = ~np.isnan(bills.numbers)
    units, cents = bills.units, bills.cents
    needed = np.array([energy is not Energy.HEAT or m % 100 in LIMITS.season for m in bills.months])
    whole = np.column_stack([(there | ~needed)[:, _year(y)].all(axis=1) for y in years])
    whole &= ~spoilt[:, None]
    unpaid = there & np.isnan(bills.cost)
    paid = np.column_stack([~unpaid[:, _year(y)].any(axis=1) for y in years])
    uses = np.column_stack([units[:, _year(y)].sum(axis=1) for y in years])
    costs = np.column_stack([cents[:, _year(y)].sum(axis=1) for y in years])
    whole[np.where(whole, uses, 0).min(axis=1) < 0] = False
    shares = _shares(units, whole, bills.months)
    found = [_NOTHING] * len(units)
    patterns, kind = np.unique(np.column_stack([whole, paid & whole]), axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns.tolist()):
        at = [y for y in years if pattern[y]]
        if not at:
            continue
        rows = np.flatnonzero(kind.reshape(-1) == number)
        told = _told(
            [bills.months[12 * y + 11] for y in at],
            _roomy(uses[rows][:, at], policy),
            _roomy(costs[rows][:, at], policy),
            [pattern[len(years) + y] for y in at],
            shares[rows],
            policy,
        )
        for row, one in zip(rows.tolist(), told, strict=True):
            found[row] = one
    return found


def _year(number: int) -> slice:
    return slice(12 * number, 12 * number + 12)


def _shares(units: Units, whole: Flags, months: Sequence[int]) -> Floats:
    """(meters, 12) of January to December in the whole years; alike where nothing was used."""
    months_ = np.array(months)
    sums = np.zeros((len(units), 12), np.int64)
    for year in range(whole.shape[1]):
        span = units[:, _year(year)] * whole[:, [year]]
        sums[:, months_[_year(year)] % 100 - 1] += span
    total = sums.sum(axis=1, keepdims=True)
    fair = (total > 0) & (sums.min(axis=1, keepdims=True) >= 0)
    found: Floats = np.where(fair, sums / np.where(fair, total, 1), 1 / 12)
    return found


def _roomy(values: Units, policy: Policy) -> Whole:
    """Products of these with what they are compared with must not overflow."""
    most = int(np.abs(values).max(initial=0)) * values.shape[1] * 1_000_000
    return (
        values.astype(object) if most * max(policy.threshold.as_integer_ratio()) > 2**62 else values
    )


def _told(
    ends: Sequence[int],
    uses: Whole,
    costs: Whole,
    paid: Sequence[bool],
    shares: Floats,
    policy: Policy,
) -> list[Told]:
    """Of meters whose whole years are the same, of which the same are `paid`."""
    rules = _rules(uses, policy)
    count, total = uses.shape[1], uses.sum(axis=1)
    parts = np.where(total != 0, total, 1).astype(np.float64)
    swings = np.round((count * uses - total[:, None]).astype(np.float64) / parts[:, None], 6)
    priced = np.full(len(uses), all(paid)) & (costs.min(axis=1) >= 0)
    money = _rules(costs, policy)
    price = _halves_up(1_000_000 * costs[:, -1], np.where(uses[:, -1] > 0, uses[:, -1], 1))
    years = ",".join(
        f'{{"year":{end // 100},"until":{end},"use":"%d.%04d","cost":'
        + ('"%s%d.%02d"}' if pays else "null}")
        for end, pays in zip(ends, paid, strict=True)
    )
    columns: list[Any] = []
    for place, pays in enumerate(paid):
        columns += [*_split(uses[:, place], 10_000)]
        columns += [*_signed(costs[:, place])] if pays else []
    rows = zip(
        zip(*(one.tolist() for one in columns), strict=True),
        *(rules.tolist(), _figures(uses, rules, 4), _formulas(uses, rules, 4), swings.tolist()),
        *(priced.tolist(), money.tolist(), _figures(costs, money, 2), _formulas(costs, money, 2)),
        *(np.where(uses[:, -1] > 0, price, 0).tolist(), (uses[:, -1] > 0).tolist()),
        shares.tolist(),
        strict=True,
    )
    found = []
    for told, rule, use, formula, swing, pays, law, cost, costing, unit, used, share in rows:
        record = (
            f'{{"years":[{years % told}],"deviations":{swing},"formula":"{formula}",'
            f'"flagged":{"true" if rule == FLAGGED else "false"},'
            f'"cost_rule":"{_NAMES[law] if pays else ""}",'
            f'"cost_formula":"{costing if pays else ""}","shares":{share}}}'
        )
        per_unit = f"{unit // 10_000}.{unit % 10_000:04d}" if unit >= 0 else f"{unit / 10_000:.4f}"
        found.append(
            Told(
                *(_NAMES[rule], use, cost if pays else None),
                per_unit if used and paid[-1] else None,
                record,
            )
        )
    return found


_NAMES = tuple(rule.value for rule in RULES)


def _rules(years: Whole, policy: Policy) -> Units:
    """Places in RULES."""
    count, total = years.shape[1], years.sum(axis=1)
    if count == 1:
        return np.full(len(years), ONLY)
    top, below = policy.threshold.as_integer_ratio()
    widest = np.maximum(count * years.max(axis=1) - total, total - count * years.min(axis=1))
    found: Units = np.where(widest * below <= top * total, MEAN, FLAGGED)
    if count == 3:
        first, second, third = years.T
        found[(first > second) & (second > third)] = LATEST
        if policy.increasing_uses_latest:
            found[(first < second) & (second < third)] = LATEST
    return found


def _figures(years: Whole, rules: Units, digits: int) -> list[str]:
    """The base quantity; halves are rounded up."""
    mean = _halves_up(years.sum(axis=1), np.full(len(years), years.shape[1]))
    base = np.where(rules <= LATEST, years[:, -1], mean)
    form = f"%d.%0{digits}d"
    return [form % pair for pair in _pairs(base, 10**digits)]


def _formulas(years: Whole, rules: Units, digits: int) -> list[str]:
    """In the words of mv.custody_rule."""
    count, total = years.shape[1], years.sum(axis=1)
    unit, times = 10**digits, 10 ** (4 - digits)
    mean = _halves_even(total * times, np.full(len(years), count))
    shown = [
        f"{front}.{rest:04d}".rstrip("0").rstrip(".")
        for front, rest in _pairs(np.where(rules <= LATEST, years[:, -1] * times, mean), 10_000)
    ]
    if count == 1:
        return [f"仅有一个基准年，基准 = {one}" for one in shown]
    parts = np.where(total > 0, total, 1)
    low = _halves_even((total - count * years.min(axis=1)) * 1000, parts)
    high = _halves_even((count * years.max(axis=1) - total) * 1000, parts)
    signs = np.where(total > count * years.min(axis=1), "-", "+").tolist()
    spreads = [
        f"各年与平均值相差{sign}{below[0]}.{below[1]}%至+{above[0]}.{above[1]}%"
        for sign, below, above in zip(signs, _pairs(low, 10), _pairs(high, 10), strict=True)
    ]
    terms = " + ".join([f"%d.%0{digits}d"] * count)
    columns = [part.tolist() for at in range(count) for part in _split(years[:, at], unit)]
    told = [terms % one for one in zip(*columns, strict=True)]
    falls = (years[:, -1] < years[:, 0]).tolist()
    found = []
    for rule, sums, one, spread, falling in zip(
        rules.tolist(), told, shown, spreads, falls, strict=True
    ):
        if rule == LATEST:
            way = "递减" if falling else "递增"
            found.append(f"{count}年逐年{way}，取最近一年，基准 = {one}（{spread}）")
        else:
            close = "，超出允许范围，须人工确认" if rule == FLAGGED else ""
            found.append(f"({sums}) ÷ {count} = {one}（{spread}{close}）")
    return found


def _split(whole: Whole, unit: int) -> tuple[Whole, Whole]:
    return whole // unit, whole % unit


def _signed(cents: Whole) -> tuple[Whole, Whole, Whole]:
    return np.where(cents < 0, "-", ""), *_split(np.abs(cents), 100)


def _pairs(whole: Whole, unit: int) -> Any:
    front, rest = _split(whole, unit)
    return zip(front.tolist(), rest.tolist(), strict=True)


def _halves_up(part: Whole, whole: Whole) -> Whole:
    """Halves away from nothing."""
    found: Whole = np.where(part < 0, -1, 1) * ((2 * np.abs(part) + whole) // (2 * whole))
    return found


def _halves_even(part: Whole, whole: Whole) -> Whole:
    found, rest = part // whole, part % whole
    up = (2 * rest > whole) | ((2 * rest == whole) & (found % 2 == 1))
    rounded: Whole = found + up
    return rounded

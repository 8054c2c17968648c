"""All meters of a region at once: the base by the custody rule and by regression, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from custody.baselines.rules.bills import Billed, Metered
from custody.baselines.rules.plain import coded, fitted_like, month_of, to_plain
from custody.energy.rules.energies import Energy
from custody.kernel.periods import Month
from custody.mv.custody_rule import Policy, base_quantity
from custody.mv.ladder import QUOTA, SAME_MONTH, Baseline, baselines
from custody.mv.sufficiency import LIMITS, Reading

RULE, REGRESSION, QUOTA_ENTERED, NOTHING = "rule", "regression", "quota", ""
"""What may be chosen of a line; the last one where nothing suffices: then there are no savings."""
SPOILT = frozenset({"doubled", "overlapping", "negative"})
"""Stops that speak of the bills themselves: the sum of a year is then wrong, too."""
QUANTITY, _MONEY = Decimal("0.0001"), Decimal("0.01")
YEARS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Ruled:
    """By the custody rule; `use` is None where no whole year stands."""

    rule: str = ""
    use: Decimal | None = None
    cost: Decimal | None = None
    price: Decimal | None = None
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A line before it is a row."""

    metered: Metered
    chosen: str
    ruled: Ruled
    method: str
    model_use: Decimal | None
    record: Mapping[str, Any]

    def values(self) -> dict[str, Any]:
        return {
            "meter_id": self.metered.meter,
            "institution_id": self.metered.institution,
            "energy": self.metered.energy,
            "chosen": self.chosen,
            "rule": self.ruled.rule,
            "rule_use": self.ruled.use,
            "rule_cost": self.ruled.cost,
            "rule_record": dict(self.ruled.record),
            "method": self.method,
            "model_use": self.model_use,
            "record": dict(self.record),
            "price": self.ruled.price,
        }


def months_between(first: int, last: int) -> list[Month]:
    start, end = month_of(first), month_of(last)
    count = (end.year - start.year) * 12 + end.number - start.number + 1
    return [start.plus(offset) for offset in range(count)]


def fit_all(
    meters: Sequence[tuple[Metered, Sequence[Billed]]],
    temperatures: Mapping[int, float],
    *,
    first: int,
    last: int,
    policy: Policy | None = None,
) -> list[Fitted]:
    """In the order given. `temperatures`: of the region's city, by month; bills outside the base
    period are not looked at."""
    months = months_between(first, last)
    found: dict[int, Fitted] = {}
    for energy in Energy:
        like = fitted_like(energy)
        some = [
            (place, metered, [bill for bill in bills if first <= bill.month <= last])
            for place, (metered, bills) in enumerate(meters)
            if metered.energy is energy
        ]
        if like is None or not some:
            continue
        fits = baselines([_readings(bills, temperatures) for _, _, bills in some], like)
        for (place, metered, bills), fit in zip(some, fits, strict=True):
            found[place] = _fitted(metered, bills, fit, months, temperatures, policy or Policy())
    return [found[place] for place in sorted(found)]


def _readings(bills: Sequence[Billed], temperatures: Mapping[int, float]) -> list[Reading]:
    return [
        Reading(
            month=month_of(bill.month),
            days=float(bill.days),
            use=float(bill.use),
            temperature=temperatures.get(bill.month),
            start=bill.starts_on,
        )
        for bill in bills
    ]


def _fitted(
    metered: Metered,
    bills: Sequence[Billed],
    fit: Baseline,
    months: Sequence[Month],
    temperatures: Mapping[int, float],
    policy: Policy,
) -> Fitted:
    spoilt = any(stop.code in SPOILT for stop in fit.stops)
    ruled = Ruled() if spoilt else by_rule(metered.energy, bills, months, policy)
    told = model_year(fit, months, temperatures) if fit.sufficient else None
    chosen = RULE if ruled.use is not None else REGRESSION if told is not None else NOTHING
    return Fitted(metered, chosen, ruled, fit.method, told, to_plain(fit))


def by_rule(
    energy: Energy, bills: Sequence[Billed], months: Sequence[Month], policy: Policy
) -> Ruled:
    """Over the whole years of the base period; a year with a missing month does not count."""
    known = {bill.month: bill for bill in bills}
    years = []
    for start in range(0, len(months) - 11, 12):
        span = months[start : start + 12]
        needed = [one for one in span if _needed(energy, one)]
        if all(coded(one) in known for one in needed):
            years.append((span[-1], [known[coded(one)] for one in span if coded(one) in known]))
    if not years:
        return Ruled()
    sums = [sum((bill.use for bill in ones), Decimal()) for _, ones in years]
    if min(sums) < 0:
        return Ruled()
    base = base_quantity(sums, policy)
    costs = [_cost(ones) for _, ones in years]
    paid = [one for one in costs if one is not None]
    money = base_quantity(paid, policy) if len(paid) == len(costs) and min(paid) >= 0 else None
    last_use, last_cost = sums[-1], costs[-1]
    return Ruled(
        base.rule.value,
        base.value.quantize(QUANTITY, ROUND_HALF_UP),
        None if money is None else money.value.quantize(_MONEY, ROUND_HALF_UP),
        None
        if last_cost is None or last_use <= 0
        else (last_cost / last_use).quantize(QUANTITY, ROUND_HALF_UP),
        {
            "years": [
                {
                    "year": end.year,
                    "until": coded(end),
                    "use": str(use),
                    "cost": None if cost is None else str(cost),
                }
                for (end, _), use, cost in zip(years, sums, costs, strict=True)
            ],
            "deviations": [round(float(one), 6) for one in base.fluctuation],
            "formula": base.formula,
            "flagged": base.flagged,
            "cost_rule": "" if money is None else money.rule.value,
            "cost_formula": "" if money is None else money.formula,
            "shares": shares(bill for _, ones in years for bill in ones),
        },
    )


def _needed(energy: Energy, month: Month) -> bool:
    return energy is not Energy.HEAT or month.number in LIMITS.season


def _cost(bills: Iterable[Billed]) -> Decimal | None:
    total = Decimal()
    for bill in bills:
        if bill.cost is None:
            return None
        total += bill.cost
    return total


def shares(bills: Iterable[Billed]) -> list[float]:
    """Of January to December in a year's use; alike where nothing was used. They sum up to one."""
    sums = [Decimal()] * 12
    for bill in bills:
        sums[bill.month % 100 - 1] += bill.use
    total = sum(sums, Decimal())
    if total <= 0 or min(sums) < 0:
        return [1 / 12] * 12
    return [float(one / total) for one in sums]


def model_year(
    fit: Baseline, months: Sequence[Month], temperatures: Mapping[int, float]
) -> Decimal | None:
    """What the model tells for a year of the base period's weather; None where a month is untold.

    Outside the heating season heat counts as nothing where its profile has no such month.
    """
    total = 0.0
    for month in months:
        rate = fit.per_day(month, temperatures.get(coded(month)))
        if rate is None:
            if fit.method == SAME_MONTH and month.number not in LIMITS.season and _heat(fit):
                continue
            return None
        if _heat(fit) and month.number not in LIMITS.season:
            continue
        total += rate * ((month.last - month.first).days + 1)
    year = total * 12 / len(months)
    return Decimal(repr(year)).quantize(QUANTITY, ROUND_HALF_UP)


def _heat(fit: Baseline) -> bool:
    return fit.energy.value == Energy.HEAT.value


def usual(rule_use: object, model_use: object) -> str:
    """What the system chooses of a line; either is None where it is not there."""
    if rule_use is not None:
        return RULE
    return NOTHING if model_use is None else REGRESSION


def may_choose(
    chosen: str,
    *,
    rule_use: Decimal | None,
    model_use: Decimal | None,
    method: str,
    stops: Sequence[object],
    quota: Decimal | None,
) -> bool:
    """No line without sufficient data is ever used."""
    if chosen == RULE:
        return rule_use is not None
    if chosen == REGRESSION:
        return model_use is not None and not stops and method != QUOTA
    return chosen == NOTHING or (chosen == QUOTA_ENTERED and quota is not None)

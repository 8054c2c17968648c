"""What the demonstration's meters used: thirty-six months with summers, winters, holidays and savings.

All of it is made up, from a seed; shapes and sizes are those of the kinds of institutions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from custody.demo import deals
from custody.demo.rosters import Kind, Unit, of
from custody.energy.rules.energies import Energy
from custody.energy.rules.rows import BillRow
from custody.kernel.periods import Month, codes

FIRST, LAST = 202311, 202610
MONTHS = codes(FIRST, LAST)
Floats = NDArray[np.float64]
_WARMTH = (3.4, 5.6, 10.3, 16.2, 21.6, 25.1, 29.0, 28.4, 24.1, 18.3, 11.9, 5.6)
"""Plausible for the south of the province, and no station's record."""
NORTH = {"320300": -1.4, "320900": -0.8, "321000": -0.3, "321200": -0.4}
_MILD = 15.8
PRICES = {Energy.ELECTRICITY: 0.673, Energy.GAS: 3.65, Energy.WATER: 4.35}
_TERM = np.array([0.42, 0.5, 1.12, 1.14, 1.14, 1.1, 0.42, 0.3, 1.1, 1.14, 1.14, 1.12])
"""Of a school's day: winter and summer holidays."""
_SUN = np.array([62, 68, 84, 96, 104, 92, 106, 102, 86, 80, 66, 60]) / 1006


@dataclass(frozen=True, slots=True)
class Course:
    """How a region's custody goes: when it begins to save, and how much in the end."""

    begins: int = 0
    """0: nothing is saved yet."""
    power: float = 0.0
    gas: float = 0.0
    water: float = 0.0


COURSES: Mapping[str, Course] = {
    "320282": Course(202509, 0.128, 0.142, 0.085),
    "320582": Course(202509, 0.141, 0.121, 0.075),
    "320904": Course(202510, 0.094, 0.112, 0.06),
}
_NOTHING = Course()


@cache
def temperatures(city: str) -> tuple[float, ...]:
    """Of every month."""
    dice = np.random.default_rng(int(city))
    shift = NORTH.get(city, 0.0)
    return tuple(
        round(_WARMTH[month % 100 - 1] + shift + float(dice.normal(0, 0.9)), 1) for month in MONTHS
    )


def bills(region: str, first: int, last: int) -> Iterator[BillRow]:
    """Of all meters of the region, by institution; months that are missing have none."""
    wanted = [place for place, month in enumerate(MONTHS) if first <= month <= last]
    for (energy, number), (use, cost) in ledger(region).items():
        for place in wanted:
            if np.isfinite(use[place]):
                paid = None if np.isnan(cost[place]) else Decimal(int(cost[place])).scaleb(-2)
                month = MONTHS[place]
                yield BillRow(
                    *(energy, number, month, Decimal(int(use[place])), paid),
                    Month.coded(month).days,
                )


@cache
def ledger(region: str) -> dict[tuple[Energy, str], tuple[Floats, Floats]]:
    """Meter → use in whole units and cost in fen, month by month; NaN where there is no bill."""
    dice = np.random.default_rng(int(region))
    warmth = np.array(temperatures(f"{region[:4]}00"))
    course = COURSES.get(region, _NOTHING)
    uses: dict[tuple[Energy, str], Floats] = {}
    for unit in of(region):
        for meter in unit.row.meters if unit.row.in_custody else ():
            part = 0.35 if meter.note == "二号楼" else 1.0
            use = _use(unit, meter.energy, warmth, course, dice) * part
            if unit.opened:
                use[: MONTHS.index(unit.opened)] = np.nan
            uses[meter.energy, meter.number] = use
    scales = {energy: _scale(region, energy, uses) for energy in Energy}
    found = {}
    for (energy, number), use in uses.items():
        whole = np.maximum(1, np.round(use * scales[energy]))
        price = PRICES.get(energy, np.nan) * dice.normal(1, 0.004, len(MONTHS))
        found[energy, number] = whole, np.round(whole * price * 100)
    _odd(found, dice)
    return found


def _scale(region: str, energy: Energy, uses: Mapping[tuple[Energy, str], Floats]) -> float:
    """So that the base year comes to about what the region's contract pays for."""
    if energy.value not in deals.PRICES:
        return 1.0
    deal = next(one for one in deals.DEALS if one.region == region)
    share, price, _ = deals.PRICES[energy.value]
    wanted = deal.total * 10_000 / deal.years * float(share / price) / 0.95
    year = sum(float(np.nansum(use[:12])) for (one, _), use in uses.items() if one is energy)
    return wanted / year


def _use(
    unit: Unit, energy: Energy, warmth: Floats, course: Course, dice: np.random.Generator
) -> Floats:
    kind, days = unit.kind, np.array([Month.coded(one).days for one in MONTHS])
    months = np.array(MONTHS)
    own = dice.lognormal(0, 0.14)
    noise = dice.normal(1, 0.028, len(MONTHS))
    term = _TERM[months % 100 - 1] if kind.term else 1.0
    if energy is Energy.PV:
        made: Floats = unit.area * 9 * _SUN[months % 100 - 1] * noise * own
        return made
    if energy is Energy.ELECTRICITY:
        year, rate, saving = unit.area * kind.power, _power(kind, warmth, term), course.power
    elif energy is Energy.GAS:
        cold = np.maximum(14 - warmth, 0) / 14
        year, rate, saving = unit.area * kind.gas, 0.4 * term + 2.4 * cold, course.gas
    else:
        year, saving = unit.people * kind.water, course.water
        rate = term * (1 + 0.012 * np.maximum(warmth - 20, 0))
    found: Floats = year / 365 * rate * days * noise * own * _kept(months, course, saving)
    return found


def _power(kind: Kind, warmth: Floats, term: Floats | float) -> Floats:
    """Cooling and heating from one mild temperature on: what twelve months of bills can tell apart."""
    hot, cold = np.maximum(warmth - _MILD, 0) / 12, np.maximum(_MILD - warmth, 0) / 11
    flat = 1 - kind.cooling - kind.warming
    rate: Floats = (flat + 2.9 * kind.cooling * hot + 2.7 * kind.warming * cold) * (
        0.8 + 0.2 * np.asarray(term)
    )
    return rate


def _kept(months: NDArray[np.int64], course: Course, saving: float) -> Floats:
    """What is left after the works: in six months to the whole of it."""
    if not course.begins:
        return np.ones(len(months))
    since = (months // 100 - course.begins // 100) * 12 + months % 100 - course.begins % 100 + 1
    kept: Floats = 1 - saving * np.clip(since / 6, 0, 1)
    return kept


def _odd(found: dict[tuple[Energy, str], tuple[Floats, Floats]], dice: np.random.Generator) -> None:
    """Doubtful bills and gaps as there are everywhere; every thirteenth bill of the last month is late."""
    for place, (use, cost) in enumerate(found.values()):
        if place % 13 == 5:
            use[-1] = cost[-1] = np.nan
        if place % 97 == 20:
            use[-7] *= 1.9
            cost[-7] *= 1.9
        if place % 131 == 40:
            cost[-5] *= 2.6
        if place % 89 == 60:
            at = int(dice.integers(14, 20))
            use[at : at + 2] = cost[at : at + 2] = np.nan
        if place % 149 == 90:
            use[3] = cost[3] = np.nan

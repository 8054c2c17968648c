"""From meters to institutions, regions, batches, the province: sums with coverage, money, coal, carbon."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custody.energy.rules.energies import Energy
from custody.mv.uncertainty import DISTRICT_FLOOR
from custody.savings.rules.bases import Bases, Flags, Floats
from custody.savings.rules.reckoning import Reckoned

Factors = Mapping[Energy, float]
"""Energy → kgce or kgCO2 a unit; what is not here is not converted."""


@dataclass(frozen=True, slots=True)
class Money:
    """Yuan, of the meters whose base knows a price: P_0 of the base, ΔP agreed by both sides."""

    routine: float = 0.0
    """The base quantity at P_0."""
    adjustment: float = 0.0
    """Non-routine quantities at P_0."""
    repriced: float = 0.0
    """ΔP on the adjusted baseline."""
    actual: float = 0.0
    """What was used, at P_0 + ΔP."""

    @property
    def adjusted(self) -> float:
        """The adjusted baseline at P_0 + ΔP."""
        return self.routine + self.adjustment + self.repriced

    @property
    def saved(self) -> float:
        return self.adjusted - self.actual


@dataclass(frozen=True, slots=True)
class Figure:
    """What meters of one energy saved together. No figure at all where `meters` is 0."""

    energy: Energy
    adjusted: float
    adjustment: float
    actual: float
    band: float | None
    """± at 90 %, in the energy's unit; None where a method cannot tell."""
    blind: int
    """Meters whose method has no degree of freedom."""
    money: Money
    unpriced: int
    """Meters counted in energy and not in yuan: the base knows no price."""
    coal: float | None
    """tce; None where the energy is not converted."""
    carbon: float | None
    """tCO2."""
    coal_adjusted: float | None
    meters: int
    """Meters with a figure."""
    meters_due: int
    months: int
    """Meter-months counted."""
    months_due: int

    @property
    def saved(self) -> float:
        return self.adjusted - self.actual

    @property
    def cost(self) -> float:
        """Yuan saved, at the prices of the base and what was agreed on top."""
        return self.money.saved

    @property
    def percent(self) -> float | None:
        """Of the adjusted baseline."""
        return 100 * self.saved / self.adjusted if self.meters and self.adjusted > 0 else None

    @property
    def coverage(self) -> float | None:
        """Percent of the meter-months that ought to be counted."""
        return 100 * self.months / self.months_due if self.months_due else None

    @property
    def certain(self) -> bool:
        """The saving is larger than its uncertainty."""
        return self.band is not None and abs(self.saved) > self.band


@dataclass(frozen=True, slots=True)
class Total:
    """All energies together: they have money, coal and carbon in common."""

    figures: tuple[Figure, ...]

    def of(self, energy: Energy) -> Figure | None:
        return next((one for one in self.figures if one.energy is energy), None)

    @property
    def known(self) -> bool:
        return any(one.meters for one in self.figures)

    @property
    def cost(self) -> float:
        return math.fsum(one.cost for one in self.figures)

    @property
    def money(self) -> Money:
        return Money(
            *(
                math.fsum(getattr(one.money, name) for one in self.figures)
                for name in Money.__slots__
            )
        )

    @property
    def coal(self) -> float:
        return math.fsum(one.coal or 0.0 for one in self.figures)

    @property
    def carbon(self) -> float:
        return math.fsum(one.carbon or 0.0 for one in self.figures)

    @property
    def percent(self) -> float | None:
        """Of the adjusted baseline in coal, of the energies that are converted."""
        base = math.fsum(one.coal_adjusted or 0.0 for one in self.figures)
        return 100 * self.coal / base if base > 0 else None

    @property
    def band(self) -> float | None:
        """± in tce at 90 %, the energies independent of each other; None where one is unknown."""
        parts = [one for one in self.figures if one.coal is not None and one.meters]
        if not parts or any(one.band is None for one in parts):
            return None
        return math.sqrt(math.fsum(_in_coal(one) ** 2 for one in parts))

    @property
    def coverage(self) -> float | None:
        due = sum(one.months_due for one in self.figures)
        return 100 * sum(one.months for one in self.figures) / due if due else None

    @property
    def months_due(self) -> int:
        return sum(one.months_due for one in self.figures)

    @property
    def missing(self) -> int:
        return self.months_due - sum(one.months for one in self.figures)

    @property
    def unpriced(self) -> int:
        return sum(one.unpriced for one in self.figures)


def _in_coal(one: Figure) -> float:
    if not one.adjusted or one.coal_adjusted is None or one.band is None:
        return 0.0
    return one.band * one.coal_adjusted / one.adjusted


@dataclass(frozen=True, slots=True)
class Meters:
    """What is summed up: rows of meters."""

    energies: NDArray[np.str_]
    bases: Bases
    reckoned: Reckoned


def totals(
    meters: Meters,
    owners: NDArray[np.int64],
    *,
    count: int,
    coal: Factors,
    carbon: Factors,
    columns: slice | None = None,
    floor: float = 0.0,
) -> list[Total]:
    """For each of `count` owners (a row's owner is its number, −1 for none) the sums of its meters.

    `columns`: these months alone. `floor`: share of the adjusted baseline below which no band is
    shown; DISTRICT_FLOOR for sums over institutions, nothing for one meter.
    """
    at = columns or slice(None)
    one = meters.reckoned
    counted, wanted = one.counted[:, at], one.wanted[:, at]
    months, due = counted.sum(axis=1), wanted.sum(axis=1)
    adjusted, actual = one.adjusted[:, at].sum(axis=1), one.actual[:, at].sum(axis=1)
    extra = one.adjustment[:, at].sum(axis=1)
    bands = meters.bases.share(months) * np.abs(adjusted)
    price = meters.bases.price
    step = one.repriced[:, at]
    priced = np.isfinite(price)
    known = np.where(priced, price, 0.0)
    steps_up = np.where(priced, (step * one.adjusted[:, at]).sum(axis=1), 0.0)
    steps_used = np.where(priced, (step * one.actual[:, at]).sum(axis=1), 0.0)
    found: list[list[Figure]] = [[] for _ in range(count)]
    for energy in Energy:
        rows = (meters.energies == energy.value) & (owners >= 0) & (due > 0)
        if not rows.any():
            continue
        who = owners[rows]
        some = months[rows] > 0
        columns_of = {
            "adjusted": adjusted[rows],
            "extra": extra[rows],
            "actual": actual[rows],
            "squares": np.where(some, np.nan_to_num(bands[rows]) ** 2, 0.0),
            "blind": (some & ~np.isfinite(bands[rows])).astype(float),
            "routine": (known * (adjusted - extra))[rows],
            "adjustment": (known * extra)[rows],
            "repriced": steps_up[rows],
            "used": (known * actual + steps_used)[rows],
            "unpriced": (some & ~priced[rows]).astype(float),
            "some": some.astype(float),
            "rows": np.ones(len(who)),
            "months": months[rows].astype(float),
            "due": due[rows].astype(float),
        }
        added = {
            name: np.bincount(who, weights=values, minlength=count)
            for name, values in columns_of.items()
        }
        for owner in np.unique(who):
            sums = {name: float(values[owner]) for name, values in added.items()}
            found[owner].append(_figure(energy, sums, coal.get(energy), carbon.get(energy), floor))
    return [Total(tuple(figures)) for figures in found]


def _figure(
    energy: Energy,
    sums: Mapping[str, float],
    coal: float | None,
    carbon: float | None,
    floor: float,
) -> Figure:
    saved = sums["adjusted"] - sums["actual"]
    band = None
    if sums["some"] and not sums["blind"]:
        band = max(math.sqrt(sums["squares"]), floor * abs(sums["adjusted"]))
    return Figure(
        energy=energy,
        adjusted=sums["adjusted"],
        adjustment=sums["extra"],
        actual=sums["actual"],
        band=band,
        blind=int(sums["blind"]),
        money=Money(sums["routine"], sums["adjustment"], sums["repriced"], sums["used"]),
        unpriced=int(sums["unpriced"]),
        coal=None if coal is None else saved * coal / 1000,
        carbon=None if carbon is None else saved * carbon / 1000,
        coal_adjusted=None if coal is None else sums["adjusted"] * coal / 1000,
        meters=int(sums["some"]),
        meters_due=int(sums["rows"]),
        months=int(sums["months"]),
        months_due=int(sums["due"]),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A month of a sum, and what had been saved up to it."""

    month: int
    adjusted: float
    adjustment: float
    actual: float
    cumulated: float
    band: float | None
    """± of the cumulated saving at 90 %."""
    counted: int
    wanted: int

    @property
    def saved(self) -> float:
        return self.adjusted - self.actual


def steps(
    meters: Meters, rows: Flags, months: NDArray[np.int64], *, floor: float = 0.0
) -> list[Step]:
    """Month by month of one energy; months of which nothing is counted have no step."""
    one = meters.reckoned
    counted = one.counted[rows]
    adjusted, actual = one.adjusted[rows], one.actual[rows]
    extra, wanted = one.adjustment[rows], one.wanted[rows]
    bases = picked(meters.bases, rows)
    running = np.cumsum(counted, axis=1, dtype=np.int64)
    running_base = np.cumsum(adjusted, axis=1)
    found: list[Step] = []
    total = 0.0
    for place, month in enumerate(months):
        if not counted[:, place].any():
            continue
        total += float(adjusted[:, place].sum() - actual[:, place].sum())
        found.append(
            Step(
                int(month),
                float(adjusted[:, place].sum()),
                float(extra[:, place].sum()),
                float(actual[:, place].sum()),
                total,
                _band(bases, running[:, place], running_base[:, place], floor),
                int(counted[:, place].sum()),
                int(wanted[:, place].sum()),
            )
        )
    return found


def _band(bases: Bases, months: NDArray[np.int64], adjusted: Floats, floor: float) -> float | None:
    some = months > 0
    widths = (bases.share(months) * np.abs(adjusted))[some]
    if not np.isfinite(widths).all():
        return None
    return max(float(np.sqrt((widths**2).sum())), floor * abs(float(adjusted[some].sum())))


def picked(bases: Bases, rows: Flags) -> Bases:
    return Bases(*(getattr(bases, name)[rows] for name in bases.__slots__))


__all__ = [
    "DISTRICT_FLOOR",
    "Factors",
    "Figure",
    "Meters",
    "Money",
    "Step",
    "Total",
    "picked",
    "steps",
    "totals",
]

"""The lines of many meters from their bills: arrays all the way, records written as JSON at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np

from custody.baselines.rules.bills import Bills, Metered
from custody.baselines.rules.fitting import QUANTITY, SPOILT, usual
from custody.baselines.rules.plain import coded, fitted_like, month_of
from custody.baselines.rules.ruled import Told, by_rules
from custody.energy.rules.energies import Energy
from custody.kernel.problems import Problem
from custody.mv.custody_rule import Policy
from custody.mv.ladder import SAME_MONTH
from custody.mv.laddered import NUMBERS, Laddered, laddered
from custody.mv.screened import Grid
from custody.mv.shapes import COEFFICIENTS, Flags, Floats
from custody.mv.sufficiency import LIMITS


class Written(NamedTuple):
    """A line before it is a row."""

    metered: Metered
    ruled: Told
    method: str
    model_use: str | None
    record: str
    """As JSON."""

    @property
    def chosen(self) -> str:
        return usual(self.ruled.use, self.model_use)


def written(bills: Bills, temperature: Floats, policy: Policy) -> list[Written]:
    """In order of the meters. `temperature`: of the region's city, month by month."""
    found: dict[int, Written] = {}
    for energy in Energy:
        rows = [at for at, one in enumerate(bills.meters) if one.energy is energy]
        if rows and fitted_like(energy) is not None:
            some = _of(bills, rows)
            found |= zip(rows, _alike(some, energy, temperature, policy), strict=True)
    return [found[at] for at in sorted(found)]


def _of(bills: Bills, rows: Sequence[int]) -> Bills:
    arrays = (bills.numbers, bills.days, bills.use, bills.cost, bills.starts)
    return Bills([bills.meters[at] for at in rows], bills.months, *(one[rows] for one in arrays))


def _alike(bills: Bills, energy: Energy, temperature: Floats, policy: Policy) -> Iterator[Written]:
    like = fitted_like(energy)
    assert like is not None
    dated = None if np.isnan(bills.starts).all() else bills.starts
    grid = Grid(tuple(map(month_of, bills.months)), bills.use, bills.days, temperature, dated)
    fits = laddered(grid, like)
    spoilt = np.zeros(len(fits), np.bool_)
    spoilt[[at for at, stops in fits.stops.items() if any(s.code in SPOILT for s in stops)]] = True
    return map(
        Written,
        bills.meters,
        by_rules(bills, energy, policy, spoilt),
        fits.method,
        _years(fits, temperature, heat=energy is Energy.HEAT),
        _records(fits),
    )


def _years(fits: Laddered, temperature: Floats, *, heat: bool) -> Iterator[str | None]:
    """What each model tells for a year of the base period's weather; see fitting.model_year."""
    rates = fits.per_day(temperature)
    told: Flags = fits.sufficient
    total = np.zeros(len(fits))
    for at, month in enumerate(fits.months):
        if heat and month.number not in LIMITS.season:
            told = told & (np.isfinite(rates[:, at]) | _by_month(fits))
            continue
        told = told & np.isfinite(rates[:, at])
        total += np.where(told, rates[:, at], 0.0) * ((month.last - month.first).days + 1)
    for there, year in zip(told.tolist(), (total * 12 / len(fits.months)).tolist(), strict=True):
        yield str(Decimal(repr(year)).quantize(QUANTITY, ROUND_HALF_UP)) if there else None


def _by_month(fits: Laddered) -> Flags:
    return np.array([one == SAME_MONTH for one in fits.method], np.bool_)


def _records(fits: Laddered) -> Iterator[str]:
    """plain.to_plain of each, as JSON."""
    seen: dict[bytes, str] = {}
    head = f'"energy":"{fits.energy.value}","version":{json.dumps(fits.version)}'
    curve = ",".join(f'"{name}":%s' for name in COEFFICIENTS)
    told = ",".join(f'"{name}":%s' for name in NUMBERS)
    form = f'{{"method":"%s",{head},"coefficients":{{{curve}}},{told},"p":%s,'
    codes = [coded(one) for one in fits.months]
    numbers = np.column_stack(
        [fits.coefficients, *(fits.numbers[name] for name in NUMBERS)]
    ).tolist()
    rows = zip(
        *(fits.method, numbers, fits.p.tolist(), fits.n.tolist(), fits.warmth.tolist()), strict=True
    )
    for at, (method, values, p, n, warmth) in enumerate(rows):
        mask = fits.used[at].tobytes()
        if mask not in seen:
            seen[mask] = str([codes[one] for one in np.flatnonzero(fits.used[at]).tolist()])
        words = ["null" if one != one else repr(one) for one in values]
        profile = _profile(fits.profile[at].tolist()) if method == SAME_MONTH else "[]"
        yield (
            form
            % (method, *words, "null" if p != p else int(p))
            + f'"n":{n},"profile":{profile},"months":{seen[mask]},'
            f'"warmth":{"null" if warmth[0] != warmth[0] else warmth},'
            f'"stops":{_told(fits.stops.get(at))},"warnings":{_told(fits.warnings.get(at))}}}'
        )


def _profile(rates: Sequence[float]) -> str:
    return str([[month, rate] for month, rate in enumerate(rates, 1) if rate == rate])


def _told(problems: Sequence[Problem] | None) -> str:
    if not problems:
        return "[]"
    told = [{"code": one.code, "message": one.message, "where": one.where} for one in problems]
    return json.dumps(told, ensure_ascii=False)

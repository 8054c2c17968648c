"""A meter's fit as plain data that JSON keeps, and back: what is frozen and what is reckoned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import Any

from custody.energy.rules.energies import Energy
from custody.kernel.periods import Month
from custody.kernel.problems import Problem
from custody.mv import sufficiency
from custody.mv.ladder import Baseline
from custody.mv.shapes import COEFFICIENTS

_LIKE: dict[Energy, sufficiency.Energy] = {
    Energy.ELECTRICITY: sufficiency.Energy.ELECTRICITY,
    Energy.GAS: sufficiency.Energy.GAS,
    Energy.WATER: sufficiency.Energy.WATER,
    Energy.HEAT: sufficiency.Energy.HEAT,
    Energy.LPG: sufficiency.Energy.GAS,
    Energy.COAL: sufficiency.Energy.GAS,
    Energy.PETROL: sufficiency.Energy.WATER,
    Energy.DIESEL: sufficiency.Energy.WATER,
}
"""Which of the engine's energies each is treated as: fuels for heat like gas (no cooling), fuels for
engines like water (no weather)."""
_NUMBERS = ("n", "p", "sse", "sst", "r2", "adj_r2", "cvrmse", "nmbe", "bic", "autocorrelation")


def fitted_like(energy: Energy) -> sufficiency.Energy | None:
    """None for what roofs make: that is no use, and has no baseline."""
    return _LIKE.get(energy)


def coded(month: Month) -> int:
    return month.year * 100 + month.number


def month_of(code: int) -> Month:
    return Month(code // 100, code % 100)


def to_plain(found: Baseline) -> dict[str, Any]:
    return {
        "method": found.method,
        "energy": found.energy.value,
        "coefficients": {
            name: value if isfinite(value) else None
            for name, value in zip(COEFFICIENTS, found.coefficients, strict=True)
        },
        "profile": [[month, rate] for month, rate in found.profile],
        **{name: getattr(found, name) for name in _NUMBERS},
        "months": [coded(month) for month in found.months],
        "warmth": None if found.warmth is None else list(found.warmth),
        "stops": _told(found.stops),
        "warnings": _told(found.warnings),
        "version": found.version,
    }


def from_plain(plain: Mapping[str, Any]) -> Baseline:
    warmth = plain["warmth"]
    given = plain["coefficients"]
    return Baseline(
        method=plain["method"],
        energy=sufficiency.Energy(plain["energy"]),
        coefficients=tuple(nan if given[name] is None else given[name] for name in COEFFICIENTS),
        profile=tuple((month, rate) for month, rate in plain["profile"]),
        **{name: plain[name] for name in _NUMBERS},
        months=tuple(map(month_of, plain["months"])),
        warmth=None if warmth is None else (warmth[0], warmth[1]),
        stops=_problems(plain["stops"]),
        warnings=_problems(plain["warnings"]),
        version=plain["version"],
    )


def _told(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"code": one.code, "message": one.message, "where": one.where} for one in problems]


def _problems(told: Sequence[Mapping[str, str]]) -> tuple[Problem, ...]:
    return tuple(Problem(one["code"], one["message"], one.get("where", "")) for one in told)

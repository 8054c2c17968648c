"""What confirmed milestones teach about durations: how long things really took, across the province.

The factor of a milestone is (8 + Σ taken / likely) ÷ (8 + n) over its n confirmed cases: eight cases
that went exactly as estimated stand against what was seen, so that few cases move little. A single
case counts as a quarter at least and as four times at most: dates of beginnings are often guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

WEIGHT = 8
"""Cases as estimated that stand against those seen."""
LEAST, MOST = 0.25, 4.0


@dataclass(frozen=True, slots=True)
class Experience:
    factors: Mapping[str, float] = field(default_factory=dict)
    """By milestone (and REVIEWED): times the estimate; 1 where it is absent."""
    cases: int = 0

    def of(self, name: str) -> float:
        return self.factors.get(name, 1.0)


def experience_of(cases: Iterable[tuple[str, float]]) -> Experience:
    """`cases`: (milestone or REVIEWED, days taken ÷ days estimated)."""
    seen: dict[str, list[float]] = {}
    for name, ratio in cases:
        seen.setdefault(name, []).append(min(max(ratio, LEAST), MOST))
    factors = {
        name: round((WEIGHT + sum(ratios)) / (WEIGHT + len(ratios)), 2)
        for name, ratios in sorted(seen.items())
    }
    return Experience(factors, sum(map(len, seen.values())))

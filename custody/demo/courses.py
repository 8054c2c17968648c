"""How each region fares in the demonstration year, as data.

A course is the life of one milestone in a line of marks, each a day (MMDD of 2026) and what happened:

    1026:35    the officer reports 35 percent          1109!     attaches evidence and submits
    1109!20241018  … what was done on that day         1109n     claims that it does not apply
    1110w      withdraws                               1112c     the city passes it on
    1118p      the province confirms                   1118rc    the city returns it (rp: the province)
    0706o      the province opens it again             1028>1222 the officer forecasts 22 December
    1029=1115  the province sets another due date

What a region does not spell out is drawn from the seed, `pace` days before the plan (Plan.pace).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise


class Mark(StrEnum):
    UPDATE = ":"
    SUBMIT = "!"
    CLAIM = "n"
    WITHDRAW = "w"
    PASS = "c"  # noqa: S105 - a step, not a password
    CONFIRM = "p"
    RETURN_CITY = "rc"
    RETURN_PROVINCE = "rp"
    REOPEN = "o"
    FORECAST = ">"
    REPLAN = "="


@dataclass(frozen=True, slots=True)
class Step:
    on: date
    mark: Mark
    percent: int = 0
    day: date | None = None
    """What was done on it (SUBMIT), the new forecast or the new due date."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One region's year. `rest` and `gate`: when what is open by then is handed in; None: not this
    year. `silent`: months without even 「本月无变化」."""

    courses: dict[str, str]
    pace: int = 0
    rest: str | None = "1126"
    gate: str | None = "1211"
    silent: tuple[int, ...] = ()
    never: tuple[str, ...] = ()
    """Milestones that stay open all year."""

    @classmethod
    def pilot(cls, courses: dict[str, str]) -> Plan:
        return cls(courses, rest="1209", gate="1221")

    @classmethod
    def build(cls, courses: dict[str, str]) -> Plan:
        return cls(courses, rest="1126", gate="1217", never=("M18",))


_STEP = re.compile(r"(\d{4})(:|!|n|w|c|p|rc|rp|o|>|=)(\d*)")
YEAR = 2026


def day(text: str, *, after: date | None = None) -> date:
    """MMDD of the year, or of the next where that would lie before `after`; YYYYMMDD as it stands."""
    if len(text) == 8:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    found = date(YEAR, int(text[:2]), int(text[2:]))
    return found.replace(year=YEAR + 1) if after and found < after else found


def parse(text: str) -> list[Step]:
    """The steps of a course. ValueError for a line that is not one: it is our own data."""
    steps = []
    for word in text.split():
        match = _STEP.fullmatch(word)
        if not match:
            raise ValueError(f"not a step: {word!r}")
        on, mark = day(match[1]), Mark(match[2])
        if mark is Mark.UPDATE:
            steps.append(Step(on, mark, percent=int(match[3])))
        else:
            told = day(match[3], after=on) if match[3] else None
            steps.append(Step(on, mark, day=told))
    if any(a.on >= b.on for a, b in pairwise(steps)):
        raise ValueError(f"not in order: {text!r}")
    return steps

"""Regions with milestones in every state, for drawings: no database, from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from custody.dashboard.rules import Cell, ProgrammeFacts, RegionFacts
from custody.gantt.rules import Expected, Schedule
from custody.milestones.rules import Light, Stage, Status
from tests.factories import facts as arrange

TODAY = date(2026, 11, 22)
STAGES = (Stage.PRE_TENDER, Stage.TENDER, Stage.PLATFORM, Stage.PILOT)


def cell(number: int, region: str, **fields: object) -> Cell:
    """M01 of a region: not started, planned for the end of the year, unless said otherwise."""
    plain = Cell(
        code=f"M{number:02d}",
        name=f"第{number}项里程碑的名称有这么长",
        phase="前期评估",
        stage=STAGES[min((number - 1) // 6, 3)],
        weight=1,
        gate=False,
        status=Status.NOT_STARTED,
        light=Light.GREY,
        reason="",
        percent=0,
        planned=date(2026, 12, 31),
        forecast=None,
        actual=None,
        confirmed_on=None,
        days_late=0,
        unit="机关事务管理部门",
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def cells(region: str, count: int, dice: random.Random) -> tuple[Cell, ...]:
    """A year of work: some done early, some late, some under way, the last one a gate."""
    found = []
    begin = date(2026, 1, 5)
    for number in range(1, count + 1):
        planned = begin + timedelta(days=round(350 * number / count))
        end = planned + timedelta(days=dice.randint(-25, 40))
        done = end <= TODAY
        started = planned - timedelta(days=dice.randint(10, 60))
        found.append(
            cell(
                number,
                region,
                gate=number == count,
                status=Status.CONFIRMED if done else Status.IN_PROGRESS,
                light=Light.GREEN if done else dice.choice(list(Light)),
                reason="" if done else f"逾期{dice.randint(1, 90)}天",
                percent=100 if done else 40,
                plan_start=planned - timedelta(days=30),
                planned=planned,
                started=started if done or started < TODAY else None,
                forecast=None if done else max(end, TODAY),
                actual=end if done else None,
                confirmed_on=end if done else None,
                after=(f"M{number - 1:02d}",) if number > 1 else (),
            )
        )
    return tuple(found)


def programme(count: int = 24, regions: int = 32) -> ProgrammeFacts:
    """The 32 regions with so many milestones each; or a made-up province of any size."""
    dice = random.Random(2026)
    base = arrange.programme()
    own = list(base.regions)
    made: list[RegionFacts] = []
    for number in range(regions):
        kind = own[number % len(own)]
        region = kind if regions <= len(own) else _renumbered(kind, number)
        made.append(replace(region, cells=cells(region.code, count, dice)))
    return replace(base, regions=tuple(made))


def _renumbered(kind: RegionFacts, number: int) -> RegionFacts:
    code = f"99{number:04d}"
    city = f"99{number % 40:02d}00"
    return replace(
        kind,
        code=code,
        name=f"云山第{number}县",
        short_name=f"第{number}县",
        city_code=city,
        city_name=f"第{number % 40}市",
        city_short=f"{number % 40}市",
    )


def schedules(facts: ProgrammeFacts) -> dict[str, Schedule]:
    """Every open milestone is expected, every second one is critical."""
    return {region.code: _expected(region.cells) for region in facts.regions}


def _expected(found: Iterable[Cell]) -> Schedule:
    return {
        one.code: Expected(
            TODAY, (one.forecast or one.actual or TODAY), index % 2 == 0 and not one.actual
        )
        for index, one in enumerate(found)
    }

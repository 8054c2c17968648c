"""What a brief is told besides the progress of the regions, in the moods of tests.factories.facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from custody.briefs.facts import (
    Ahead,
    BatchAhead,
    Contracts,
    EnergySaved,
    MonthSaved,
    More,
    Order,
    RegionAhead,
    RegionSaved,
    Savings,
)
from custody.dashboard.rules import ProgrammeFacts
from custody.kernel.periods import Month
from custody.milestones.rules import Light

LONG = "国家级经济技术开发综合区"
"""Twelve characters."""


def savings(facts: ProgrammeFacts, count: int = 3, *, sign: int = 1) -> Savings:
    last = Month.of(facts.as_of).plus(-1)
    own = facts.regions[:count]
    return Savings(
        first=Month(last.year, 1),
        last=last,
        caliber="当量值",
        regions=tuple(
            RegionSaved(
                region.code,
                region.name,
                sign * (1200.4 + 13 * at),
                180.2 + at,
                sign * 12.4,
                sign * 7_900_000.0,
                96.5,
                True,
            )
            for at, region in enumerate(own)
        ),
        energies=(
            EnergySaved(
                "electricity", "电", "kWh", 210_968_997.4, 210_968_997.4 - sign * 27_053_846.4,
                4_219_379.9, sign * 12.8, sign * 18_183_907.1, sign * 3324.9, 98.1,
            ),
            EnergySaved(
                "gas", "天然气", "m³", 5_179_674.1, 5_179_674.1 - sign * 653_043.1,
                103_593.5, sign * 12.6, sign * 2_379_958.6, sign * 793.0, 98.7,
            ),
            EnergySaved(
                "water", "水", "m³", 3_982_766.8, 3_982_766.8 - sign * 288_971.8,
                None, sign * 7.3, sign * 1_248_375.9, None, 97.9,
            ),
        ),
        months=tuple(
            MonthSaved(Month(last.year, number), 1500.0 + 80 * number, 1500.0 + 80 * number - sign * 190)
            for number in range(1, last.number + 1)
        ),
        coal=sign * 4117.9,
        band=533.6,
        percent=sign * 12.8,
        carbon=sign * 17176.2,
        cost=sign * 21_812_241.6,
        coverage=98.1,
        unpriced=6,
    )  # fmt: skip


def none_adopted(facts: ProgrammeFacts) -> Savings:
    last = Month.of(facts.as_of).plus(-1)
    return Savings(Month(last.year, 1), last, "当量值", ())


def contracts(facts: ProgrammeFacts, count: int = 8) -> Contracts:
    own = facts.regions[:count]
    some = Decimal(len(own))
    return Contracts(
        count=len(own),
        regions=tuple(region.name for region in own),
        total=some * Decimal("627150000.00"),
        investment=some * Decimal("37500000.00"),
        floor_area=some * Decimal("1157963.00"),
        institutions=93 * len(own),
    )


def ahead(facts: ProgrammeFacts) -> Ahead:
    chances = {region.code: 0.05 if region.light is Light.RED else 0.9 for region in facts.regions}
    return Ahead(
        batches=tuple(
            BatchAhead(
                number=batch.number,
                name=batch.name,
                regions=batch.regions,
                settled=batch.done,
                unknown=0,
                expected=sum(
                    chances[one.code] for one in facts.regions if one.batch == batch.number
                ),
                low=0,
                high=batch.regions,
            )
            for batch in facts.batches
        ),
        regions=tuple(
            RegionAhead(
                code, chance, f"{chance * 100:.0f}%", facts.as_of + timedelta(days=40), False
            )
            for code, chance in chances.items()
        ),
    )


def orders(facts: ProgrammeFacts, count: int = 4) -> tuple[Order, ...]:
    late = [line for line in facts.exceptions if line.kind == "late"][:count]
    return tuple(
        Order(
            number=f"督办{facts.as_of.year}年第{number}号",
            region_code=line.region_code,
            region_name=line.region_name,
            milestone_code=line.milestone_code,
            title=f"{line.region_name}“{line.milestone_name}”进度督办",
            unit=line.owner,
            level="red",
            level_words="红色督办",
            issued=facts.as_of - timedelta(days=30),
            due=facts.as_of - timedelta(days=number),
            promised=None,
            days_over=number,
            escalated=number % 2 == 1,
            turn=f"待{line.region_name}反馈，已逾期{number}天",
        )
        for number, line in enumerate(late, 1)
    )


def more(facts: ProgrammeFacts) -> More:
    """A full year's worth of everything."""
    return More(savings(facts), contracts(facts), ahead(facts), orders(facts))


def long_named(facts: ProgrammeFacts) -> ProgrammeFacts:
    """The same with names of twelve characters, owners to match, and rare ones among them."""
    rare = ("盱眙", "邗江", "睢宁", "沭阳", "邳州")
    names = {
        region.code: f"{rare[at % len(rare)]}{LONG}"[:12] for at, region in enumerate(facts.regions)
    }
    return replace(
        facts,
        regions=tuple(
            replace(region, name=names[region.code], short_name=names[region.code])
            for region in facts.regions
        ),
        exceptions=tuple(
            replace(
                line,
                region_name=names[line.region_code],
                owner=f"{names[line.region_code]}机关事务管理中心",
            )
            for line in facts.exceptions
        ),
        silent=tuple(replace(one, name=names[one.code]) for one in facts.silent),
    )

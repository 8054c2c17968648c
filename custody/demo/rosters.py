"""Who uses energy in the demonstration: made-up institutions of eight regions, from a seed.

No real institution is meant: their names are of sceneries, their codes only have a right check digit.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.rows import InstitutionRow, MeterRow
from custody.kernel.credit_code import check_digit

REGIONS = {
    "320282": ("宜兴市", 283, 0.52),
    "320582": ("张家港市", 96, 1.98),
    "320904": ("大丰区", 72, 1.32),
    "320211": ("滨湖区", 64, 1.35),
    "320322": ("沛县", 52, 0.9),
    "320412": ("武进区", 68, 2.3),
    "321003": ("邗江区", 56, 0.97),
    "321283": ("泰兴市", 54, 2.05),
}
"""What names begin with, institutions in custody, how large they are (their bills come to the contract's).

宜兴市's number is the one that was published of the pilot, the others are made up."""
_ALL = (
    "望溪听松云栖映月杏园竹里荷塘枫林沁芳观澜揽翠晴川鹿鸣拂柳采薇蒹葭南陌东篱西洲北渚"
    "朝晖暮云春晓秋浦夏木冬青兰亭芷岸石泉花屿烟波霁月清流和风新雨长堤平芜远山近水初阳"
)
_SCENES = tuple(_ALL[at : at + 2] for at in range(0, len(_ALL), 2))
"""Sceneries of two characters each."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What institutions of a kind are like. Use a year: kWh/m², m³ of gas/m², m³ of water a person."""

    code: str
    title: str
    type_code: str
    register: str
    """The first two characters of its code: whose register it stands in."""
    area: tuple[int, int]
    per_person: float
    """m² a person."""
    power: float
    cooling: float
    """Share of electricity that goes with the heat of summer; `warming` with the cold of winter."""
    warming: float
    gas: float
    water: float
    term: bool = False
    """Empty in the holidays of schools."""


KINDS = (
    Kind("primary", "小学", "021", "12", (5200, 14000), 9, 28, 0.22, 0.16, 2.3, 6.1, term=True),
    Kind("middle", "中学", "021", "12", (9000, 26000), 12, 34, 0.22, 0.18, 3.1, 9.5, term=True),
    Kind("nursery", "幼儿园", "021", "12", (2200, 6000), 10, 32, 0.26, 0.22, 3.6, 8.2, term=True),
    Kind("office", "路机关办公区", "01", "11", (3000, 22000), 34, 58, 0.34, 0.18, 1.3, 12.2),
    Kind("street", "街道办事处", "01", "11", (2600, 9000), 30, 52, 0.32, 0.18, 1.6, 13.6),
    Kind("clinic", "社区卫生服务中心", "024", "12", (2400, 8000), 26, 74, 0.24, 0.16, 2.6, 20.4),
    Kind("hospital", "医院", "024", "12", (24000, 68000), 22, 118, 0.14, 0.08, 8.8, 81.6),
    Kind("library", "图书馆", "023", "12", (4000, 16000), 60, 66, 0.36, 0.14, 0.0, 17.7),
    Kind("culture", "文化馆", "023", "12", (2400, 7000), 55, 46, 0.34, 0.16, 0.0, 15.0),
    Kind("sport", "体育馆", "025", "12", (6000, 18000), 90, 72, 0.3, 0.12, 5.7, 40.8),
    Kind("care", "养老服务中心", "026", "12", (3000, 9000), 28, 62, 0.24, 0.22, 6.8, 37.4),
    Kind("union", "青少年活动联合会", "03", "13", (800, 2400), 40, 38, 0.3, 0.16, 0.0, 10.9),
)
_WEIGHTS = (30, 14, 16, 12, 8, 12, 2, 2, 3, 2, 4, 2)
_BY_CODE = {one.code: one for one in KINDS}


@dataclass(frozen=True, slots=True)
class Unit:
    """An institution with what its bills are made from."""

    row: InstitutionRow
    kind: Kind
    area: int
    people: int
    opened: int
    """First month with bills; 0 where it has always been there."""


@cache
def of(region: str) -> tuple[Unit, ...]:
    """The roster of a region."""
    dice = random.Random(f"roster-{region}")  # noqa: S311 - a story, not a secret
    name, count, scale = REGIONS[region]
    kinds = ["hospital", *dice.choices([one.code for one in KINDS], _WEIGHTS, k=count - 1)]
    names = _names(name, kinds, dice)
    units = [
        _unit(region, number, title, _BY_CODE[kind], dice, scale)
        for number, (title, kind) in enumerate(zip(names, kinds, strict=True), 1)
    ]
    closed = _excluded(region, name, count, dice)
    return (*units, *closed)


def in_custody(region: str) -> tuple[int, int]:
    """Institutions and square metres of a region's profile."""
    units = [one for one in of(region) if one.row.in_custody]
    return len(units), sum(one.area for one in units)


def _names(region: str, kinds: list[str], dice: random.Random) -> Iterator[str]:
    """Every scenery once for each kind; then a second one follows the first."""
    stock: dict[str, list[str]] = {}
    for kind in kinds:
        if kind not in stock:
            pairs = [f"{one}{other}" for one in _SCENES[:12] for other in _SCENES[12:24]]
            later = dice.sample(pairs, len(pairs))
            stock[kind] = [*reversed(later), *dice.sample(_SCENES, len(_SCENES))]
        yield f"{region}{stock[kind].pop()}{_BY_CODE[kind].title}"


def _unit(
    region: str, number: int, name: str, kind: Kind, dice: random.Random, scale: float = 1.0
) -> Unit:
    area = round(dice.randrange(*kind.area) * scale)
    people = max(6, round(area / kind.per_person * dice.uniform(0.85, 1.15)))
    opened = 202503 if number % 61 == 40 else 0
    meters = [MeterRow(Energy.ELECTRICITY, _account(region, 1, number), since=opened or None)]
    if area > 20_000:
        meters.append(MeterRow(Energy.ELECTRICITY, _account(region, 2, number), note="二号楼"))
    free = number % 47 == 30
    meters.append(
        MeterRow(
            Energy.WATER,
            _account(region, 3, number),
            Payment.UNMETERED_PAID if free else Payment.METERED_PAID,
            since=opened or None,
            note="水费包干" if free else "",
        )
    )
    if kind.gas and (number % 3 == 0 or kind.code == "hospital"):
        meters.append(MeterRow(Energy.GAS, _account(region, 4, number), since=opened or None))
    if number % 29 == 7:
        meters.append(
            MeterRow(
                Energy.PV, _account(region, 5, number), Payment.METERED_UNPAID, note="屋顶光伏"
            )
        )
    row = InstitutionRow(
        name=name,
        credit_code=_code(kind.register, region, number),
        type_code=kind.type_code,
        floor_area=Decimal(area),
        people=people,
        meters=tuple(meters),
    )
    return Unit(row, kind, area, people, opened)


def _excluded(region: str, name: str, count: int, dice: random.Random) -> Iterator[Unit]:
    reasons = (
        ("library", "已列入搬迁计划，2026年底前移交新址，不纳入本期托管。"),
        ("culture", "与商业综合体合用变压器，无法分户计量，暂不纳入。"),
    )
    for number, (kind, why) in enumerate(reasons, count + 1):
        scene = dice.choice(_SCENES)
        unit = _unit(region, number, f"{name}{scene}旧{_BY_CODE[kind].title}", _BY_CODE[kind], dice)
        row = InstitutionRow(
            name=unit.row.name,
            credit_code=unit.row.credit_code,
            type_code=unit.row.type_code,
            floor_area=unit.row.floor_area,
            people=unit.row.people,
            in_custody=False,
            excluded_because=why,
        )
        yield Unit(row, unit.kind, unit.area, unit.people, 0)


def _account(region: str, kind: int, number: int) -> str:
    """户号: leading zeros, as suppliers print them."""
    return f"00{region[2:]}{kind}{number:05d}"


def _code(register: str, region: str, number: int) -> str:
    body = f"{register}{region}MBY{number:06d}"
    return body + check_digit(body)

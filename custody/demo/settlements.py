"""The settlements of the three pilots: by quarter, most of them paid, the last ones still on their way.

宜兴市: the third quarter is signed and not yet paid; 张家港市: an area adjustment from April on, the third
quarter waits for signatures; 大丰区: a monthly profile, the third quarter is a draft.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.contracts import snapshot
from custody.contracts.actions import files, orders, profiles
from custody.contracts.actions import settlement_papers as papers
from custody.contracts.actions import settlements as actions
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.models.settlement import Settlement
from custody.contracts.rules.agreed import ActualPrice, DeductionLine
from custody.contracts.rules.contract import Energy
from custody.contracts.rules.periods import Period
from custody.contracts.rules.profiles import fingerprint
from custody.demo import people
from custody.demo.story import Act, later, working_day
from custody.infra import clock

if TYPE_CHECKING:
    from custody.demo.play import Player

YIXING, ZHANGJIAGANG, DAFENG = "320282", "320582", "320904"


@dataclass(frozen=True, slots=True)
class Quarter:
    """A settlement and how far it has come; `begun` is the day of its draft."""

    region: str
    period: str
    begun: date
    frozen: bool = True
    signed: bool = True
    paid: bool = True
    deductions: tuple[DeductionLine, ...] = ()
    due: date | None = None
    """Where it is not the contract's."""
    parts: int = 1
    """In how many payments it is paid."""


_LATE = DeductionLine("报修响应超时两次", "合同考核条款、二季度考核表", Decimal(18_600))
_ROOM = DeductionLine("室温达标率低于约定1个百分点", "合同考核条款、一季度考核表", Decimal(42_300))

_QUARTERS = (
    Quarter(YIXING, "2025-Q3", date(2026, 2, 3)),
    Quarter(YIXING, "2025-Q4", date(2026, 2, 5)),
    Quarter(YIXING, "2026-Q1", date(2026, 4, 2)),
    Quarter(YIXING, "2026-Q2", date(2026, 7, 3), deductions=(_LATE,), parts=2),
    Quarter(YIXING, "2026-Q3", date(2026, 11, 9), paid=False, due=date(2026, 11, 30)),
    Quarter(ZHANGJIAGANG, "2025-Q3", date(2026, 2, 4)),
    Quarter(ZHANGJIAGANG, "2025-Q4", date(2026, 2, 6)),
    Quarter(ZHANGJIAGANG, "2026-Q1", date(2026, 4, 3), deductions=(_ROOM,)),
    Quarter(ZHANGJIAGANG, "2026-Q2", date(2026, 7, 2)),
    Quarter(ZHANGJIAGANG, "2026-Q3", date(2026, 11, 12), signed=False, paid=False,
            due=date(2026, 12, 10)),
    Quarter(DAFENG, "2025-Q4", date(2026, 2, 9)),
    Quarter(DAFENG, "2026-Q1", date(2026, 4, 7)),
    Quarter(DAFENG, "2026-Q2", date(2026, 7, 6)),
    Quarter(DAFENG, "2026-Q3", date(2026, 11, 17), frozen=False, signed=False, paid=False,
            due=date(2026, 12, 15)),
)  # fmt: skip

_PRICES = {
    Energy.ELECTRICITY: (Decimal("0.6730"), "电费账单"),
    Energy.WATER: (Decimal("4.3500"), "水费账单"),
    Energy.GAS: (Decimal("3.6500"), "燃气费账单"),
}
_MOVES = {1: Decimal("0.012"), 2: Decimal("-0.008"), 3: Decimal("0.021"), 4: Decimal("0.004")}
"""By how much a quarter's prices are above the contract's."""
_PROFILE = {
    Energy.ELECTRICITY: "9.1 7.6 7.4 6.8 7.2 9.0 11.4 11.2 8.9 6.7 6.6 8.1",
    Energy.GAS: "16.2 13.8 10.5 6.1 4.2 3.9 3.8 3.8 4.4 5.9 11.6 15.8",
}


def acts(until: datetime) -> list[Act]:
    """Drafted by the region's officer, frozen the next day, signed and paid within two weeks."""
    slugs = people.officers()
    told = [
        Act(clock.at(date(2026, 2, 2), 9, 40), slugs[DAFENG], "settlement_profile", DAFENG),
        Act(clock.at(date(2026, 3, 25), 10, 10), slugs[ZHANGJIAGANG], "area_order", ZHANGJIAGANG),
        Act(clock.at(date(2026, 3, 25), 15, 40), slugs[ZHANGJIAGANG], "area_signed", ZHANGJIAGANG),
    ]
    for quarter in _QUARTERS:
        who, code = slugs[quarter.region], quarter.region
        day = working_day(quarter.begun)
        values: dict[str, object] = {"quarter": quarter}
        told.append(Act(clock.at(day, 9, 25), who, "settlement_drafted", code, values=values))
        told.append(Act(clock.at(day, 9, 49), who, "settlement_filled", code, values=values))
        if quarter.frozen:
            at = clock.at(later(day, 1), 10, 15)
            told.append(Act(at, who, "settlement_frozen", code, values=values))
        if quarter.signed:
            at = clock.at(later(day, 5), 15, 30)
            told.append(Act(at, who, "settlement_signed", code, values=values))
        for part in range(quarter.parts if quarter.paid else 0):
            at = clock.at(later(day, 7 + 3 * part), 16, 5)
            values = {"quarter": quarter, "part": part}
            told.append(Act(at, who, "settlement_paid", code, values=values))
    return told


def _contract(player: Player, region: str) -> Contract:
    player.session.flush()
    key = f"demo-{region}"
    return player.session.scalars(select(Contract).where(Contract.key == key)).one()


def _quarter(act: Act) -> Quarter:
    found = act.values["quarter"]
    assert isinstance(found, Quarter)
    return found


def _row(player: Player, quarter: Quarter) -> Settlement:
    contract = _contract(player, quarter.region)
    return player.session.scalars(
        select(Settlement).where(
            Settlement.contract_id == contract.id, Settlement.period == quarter.period
        )
    ).one()


def _drafted(player: Player, act: Act) -> None:
    quarter = _quarter(act)
    actions.draft(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        contract=_contract(player, quarter.region).id,
        period=Period.parse(quarter.period),
    )


def _filled(player: Player, act: Act) -> None:
    """The bills attached, their prices typed in."""
    quarter, actor = _quarter(act), player.actors[act.actor]
    row, period = _row(player, quarter), Period.parse(quarter.period)
    papers.attach(
        player.session,
        actor=actor,
        now=act.at,
        number=row.id,
        files=[player.papers.paper(f"{period.label}能源费账单汇总", "pdf")],
    )
    typed = replace(
        snapshot.kept(row.draft),
        prices=tuple(
            ActualPrice(
                energy,
                (price * (1 + _MOVES[period.number])).quantize(Decimal("0.0001")),
                f"{period.label}{bills}",
            )
            for energy, (price, bills) in _PRICES.items()
        ),
        deductions=quarter.deductions,
    )
    actions.edit(
        player.session,
        actor=actor,
        now=act.at,
        number=row.id,
        version=row.version,
        typed=typed,
        due_on=quarter.due or row.due_on,
    )


def _frozen(player: Player, act: Act) -> None:
    row = _row(player, _quarter(act))
    actor = player.actors[act.actor]
    actions.freeze(player.session, actor=actor, now=act.at, number=row.id, version=row.version)


def _signed(player: Player, act: Act) -> None:
    quarter = _quarter(act)
    label = Period.parse(quarter.period).label
    row = _row(player, quarter)
    papers.sign(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=row.id,
        digest=row.digest,
        files={
            side: player.papers.paper(f"{label}结算单（{name}签字）", "pdf")
            for side, name in actions.SIDES.items()
        },
        signed_on=act.at.date(),
    )


def _paid(player: Player, act: Act) -> None:
    quarter, part = _quarter(act), int(str(act.values["part"]))
    row = _row(player, quarter)
    first = (row.total / quarter.parts).quantize(Decimal(1))
    last = row.total - first * (quarter.parts - 1)
    label = Period.parse(quarter.period).label
    papers.pay(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=row.id,
        version=row.version,
        key=f"demo-{row.id}-{part}",
        paid_on=act.at.date(),
        amount=last if part == quarter.parts - 1 else first,
        voucher=player.papers.paper(f"{label}托管费支付凭证{part + 1}", "pdf"),
    )


def _profile(player: Player, act: Act) -> None:
    profiles.write(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        contract=_contract(player, act.region).id,
        seen=fingerprint({}),
        shares={
            energy: [Decimal(one) for one in shares.split()] for energy, shares in _PROFILE.items()
        },
    )


def _area_order(player: Player, act: Act) -> None:
    """The floor area grows by eight per cent: beyond the trigger, so the quantity follows."""
    contract, actor = _contract(player, act.region), player.actors[act.actor]
    area = ((contract.floor_area or Decimal(1_000_000)) * Decimal("1.08")).quantize(Decimal(1))
    orders.add(
        player.session,
        actor=actor,
        now=act.at,
        contract=contract.id,
        key=f"demo-area-{act.region}",
        wanted=orders.Wanted(
            "floor_area",
            f"{area:f}",
            "两所新建学校和政务服务中心交付使用并纳入托管，建筑面积相应增加。",
            date(2026, 4, 1),
        ),
    )


def _area_signed(player: Player, act: Act) -> None:
    contract, actor = _contract(player, act.region), player.actors[act.actor]
    order = player.session.scalars(
        select(ChangeOrder).where(ChangeOrder.key == f"demo-area-{act.region}")
    ).one()
    files.attach_to_order(
        player.session,
        actor=actor,
        now=act.at,
        contract=contract.id,
        number=order.number,
        files=[player.papers.paper("面积变更单", "pdf")],
    )
    orders.sign(
        player.session,
        actor=actor,
        now=act.at,
        contract=contract.id,
        number=order.number,
        version=order.version,
        signed_on=date(2026, 3, 24),
    )


VERBS: dict[str, Callable[[Player, Act], None]] = {
    "settlement_drafted": _drafted,
    "settlement_filled": _filled,
    "settlement_frozen": _frozen,
    "settlement_signed": _signed,
    "settlement_paid": _paid,
    "settlement_profile": _profile,
    "area_order": _area_order,
    "area_signed": _area_signed,
}

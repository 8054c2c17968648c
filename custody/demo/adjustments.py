"""What changed in the pilots after their base period: one adjustment signed, one open, one withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.baselines.actions import adjustments as actions
from custody.baselines.models import NonRoutine
from custody.baselines.rules.adjusting import COMPANY, EVIDENCE, OWNER, Wanted
from custody.baselines.rules.states import AdjustmentState
from custody.demo.story import Act
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.mv.adjust import Driver

if TYPE_CHECKING:
    from custody.demo.play import Player

YIXING, ZHANGJIAGANG = "320282", "320582"


@dataclass(frozen=True, slots=True)
class Change:
    region: str
    officer: str
    place: int
    """Which institution, by its electricity meter."""
    on: date
    driver: Driver
    before: str
    """Empty: as the roster says; then `after` is a share of it."""
    after: str
    rate: str
    month: int
    why: str
    end: AdjustmentState
    whole: bool = False
    """Of all meters of the institution's energy."""


_CHANGES = (
    Change(
        *(YIXING, "yixing", 7, date(2026, 4, 16), Driver.AREA, "", "1.12", "2.30", 202604),
        *("院内东侧新建食堂投入使用，见竣工验收单。", AdjustmentState.SIGNED),
    ),
    Change(
        *(YIXING, "yixing", 21, date(2026, 6, 11), Driver.EQUIPMENT, "0", "18", "160", 202606),
        *("新增两台冷水机组，额定功率合计18千瓦，见到货验收单。", AdjustmentState.WITHDRAWN),
    ),
    Change(
        *(YIXING, "yixing", 12, date(2026, 10, 22), Driver.HOURS, "220", "286", "4200", 202610),
        *("开放延时服务，每月运行时间增加，服务公司正在核对。", AdjustmentState.DRAFT),
    ),
    Change(
        *(YIXING, "yixing", 0, date(2026, 7, 8), Driver.PRICE, "0.68", "0.71", "60000", 202607),
        *("电网企业代理购电价格调整，双方按当期公告结算。", AdjustmentState.SIGNED, True),
    ),
    Change(
        *(ZHANGJIAGANG, "zhangjiagang", 5, date(2026, 5, 20), Driver.PEOPLE, "", "0.88", "6.5"),
        *(202605, "机构改革划出部分人员，见编制批复。", AdjustmentState.SIGNED),
    ),
)


def acts(until: datetime) -> Iterator[Act]:
    for number, one in enumerate(_CHANGES):
        at = clock.at(one.on, 15, 12 + number)
        yield Act(at, one.officer, "adjustment", one.region, values={"number": number})


def _adjustment(player: Player, act: Act) -> None:
    number = int(str(act.values["number"]))
    one = _CHANGES[number]
    meter, owner = player.session.execute(
        select(Meter, Institution)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(
            Meter.region_code == one.region,
            Meter.energy == Energy.ELECTRICITY,
            Institution.in_custody,
        )
        .order_by(Meter.id)
        .offset(one.place)
        .limit(1)
    ).one()
    before, after = Decimal(one.before or 0), Decimal(one.after)
    if not one.before:
        area = owner.floor_area or Decimal(1000)
        before = area if one.driver is Driver.AREA else Decimal(owner.people or 100)
        after = (before * after).quantize(Decimal(1))
    row = actions.add(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        meter=meter.id,
        key=f"demo-adjustment-{number}",
        wanted=Wanted(
            *(one.driver, before, after, Decimal(one.rate), Decimal()), *(one.why, one.month, None)
        ),
        whole=one.whole,
    )
    player.session.flush()
    _ended(player, act, row, one.end)


def _ended(player: Player, act: Act, row: NonRoutine, end: AdjustmentState) -> None:
    session, who = player.session, player.actors[act.actor]
    papers = {OWNER: "用能单位签认件", EVIDENCE: "佐证材料"}
    if end is AdjustmentState.SIGNED:
        papers[COMPANY] = "服务公司签认件"
    for slot, title in papers.items():
        actions.attach(
            session,
            actor=who,
            now=act.at,
            number=row.id,
            slot=slot,
            files=[player.papers.paper(title, "pdf")],
        )
    if end is AdjustmentState.SIGNED:
        actions.sign(session, actor=who, now=act.at, number=row.id, version=row.version)
    if end is AdjustmentState.WITHDRAWN:
        reason = "机组改为备用，暂不运行，待启用后另行登记。"
        actions.withdraw(
            session, actor=who, now=act.at, number=row.id, version=row.version, reason=reason
        )


VERBS: Mapping[str, Callable[[Player, Act], None]] = {"adjustment": _adjustment}

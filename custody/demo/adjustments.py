"""What changed in the pilots after their base period: one adjustment signed, one open, one withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.baselines.actions import adjustments as actions
from custody.baselines.models import NonRoutine
from custody.baselines.rules.adjusting import COMPANY, EVIDENCE, OWNER, Wanted
from custody.demo.story import Act
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.mv.adjust import Driver

if TYPE_CHECKING:
    from custody.demo.play import Player

YIXING, ZHANGJIAGANG = "320282", "320582"
_CHANGES: tuple[tuple[str, str, int, date, Driver, str, str, str, int, str, str], ...] = (
    (
        *(YIXING, "yixing", 7, date(2026, 4, 16), Driver.AREA, "", "1.12", "2.30", 202604),
        *("教学楼东侧新建食堂投入使用，见竣工验收单。", "signed"),
    ),
    (
        *(YIXING, "yixing", 21, date(2026, 6, 11), Driver.EQUIPMENT, "0", "18", "160", 202606),
        *("新增两台冷水机组，额定功率合计18千瓦，见设备到货验收单。", "withdrawn"),
    ),
    (
        *(YIXING, "yixing", 12, date(2026, 10, 22), Driver.HOURS, "220", "286", "4200", 202610),
        *("开放延时服务，每月运行时间增加，服务公司正在核对。", "draft"),
    ),
    (
        *(ZHANGJIAGANG, "zhangjiagang", 5, date(2026, 5, 20), Driver.PEOPLE, "", "0.88", "6.5"),
        *(202605, "机构改革划出部分人员，见编制批复。", "signed"),
    ),
)
"""Region, officer, which institution, day, driver, before (empty: as in the roster), after (a share of
that where it is), rate, first month, why, what became of it."""


def acts(until: datetime) -> Iterator[Act]:
    for number, (region, officer, place, on, *rest) in enumerate(_CHANGES):
        values = {"place": place, "rest": rest, "number": number}
        yield Act(clock.at(on, 15, 12 + number), officer, "adjustment", region, values=values)


def _adjustment(player: Player, act: Act) -> None:
    session, who = player.session, player.actors[act.actor]
    driver, before, after, rate, month, why, end = act.values["rest"]  # type: ignore[misc]
    meter, owner = session.execute(
        select(Meter, Institution)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(
            Meter.region_code == act.region,
            Meter.energy == Energy.ELECTRICITY,
            Institution.in_custody,
        )
        .order_by(Meter.id)
        .offset(act.values["place"])  # type: ignore[arg-type]
        .limit(1)
    ).one()
    known = {Driver.AREA: owner.floor_area, Driver.PEOPLE: Decimal(owner.people or 100)}
    old = known[driver] if driver in known else Decimal(before)
    new = (old * Decimal(after)).quantize(Decimal(1)) if driver in known else Decimal(after)
    about = {"actor": who, "now": act.at}
    row = actions.add(
        session,
        meter=meter.id,
        key=f"demo-adjustment-{act.values['number']}",
        wanted=Wanted(driver, old, new, Decimal(rate), Decimal(), why, month, None),
        **about,
    )
    session.flush()
    _ended(player, act, row, end)


def _ended(player: Player, act: Act, row: NonRoutine, end: str) -> None:
    session, who = player.session, player.actors[act.actor]
    papers = {OWNER: "用能单位签认件", EVIDENCE: "佐证材料"}
    if end == "signed":
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
    if end == "signed":
        actions.sign(session, actor=who, now=act.at, number=row.id, version=row.version)
    if end == "withdrawn":
        reason = "机组改为备用，暂不运行，待启用后另行登记。"
        actions.withdraw(
            session, actor=who, now=act.at, number=row.id, version=row.version, reason=reason
        )


VERBS: Mapping[str, Callable[[Player, Act], None]] = {"adjustment": _adjustment}

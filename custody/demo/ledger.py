"""The ledger by hand in the demonstration: figures of a year, an institution added, bills corrected.

Some years do not fit on purpose, so that the pages have something to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.demo import people
from custody.demo.story import Act
from custody.energy.actions import bills, roster, years
from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy, Payment
from custody.infra import clock
from custody.kernel.credit_code import check_digit

if TYPE_CHECKING:
    from custody.demo.play import Player

YIXING, ZHANGJIAGANG = "320282", "320582"
_OFFICERS = people.officers()
_COUNTED = 6
"""So many institutions of a region have figures of 2025."""
_REPORTED = 2025
_BODY = "12320282MBY099999"
SOURCE = "2025年公共机构能源资源消费统计年报（演示数据，系编造）"


def acts(until: datetime) -> Iterator[Act]:
    for at, region in enumerate((YIXING, ZHANGJIAGANG)):
        yield Act(clock.at(date(2026, 3, 17), 14, 20 + at), _OFFICERS[region], "years", region)
    officer = _OFFICERS[YIXING]
    yield Act(clock.at(date(2026, 11, 10), 10, 15), officer, "institution", YIXING)
    yield Act(clock.at(date(2026, 11, 12), 15, 30), officer, "correction", YIXING)


def _largest(session: Session, region: str) -> list[Institution]:
    return list(
        session.scalars(
            select(Institution)
            .where(Institution.region_code == region, Institution.in_custody)
            .order_by(Institution.floor_area.desc(), Institution.id)
            .limit(_COUNTED)
        )
    )


def _years(player: Player, act: Act) -> None:
    """The first was smaller then; the second's year of electricity is not the sum of its bills."""
    session, who = player.session, player.actors[act.actor]
    for place, one in enumerate(_largest(session, act.region)):
        sums = session.execute(
            select(Meter.energy, func.sum(Bill.use))
            .join(Bill, Bill.meter_id == Meter.id)
            .where(
                Meter.institution_id == one.id,
                Bill.month.between(_REPORTED * 100 + 1, _REPORTED * 100 + 12),
            )
            .group_by(Meter.energy)
            .order_by(Meter.energy)
        )
        uses = {energy: Decimal(use).quantize(Decimal(1)) for energy, use in sums}
        if place == 1:
            uses[Energy.ELECTRICITY] = (uses[Energy.ELECTRICITY] * 102 / 100).quantize(Decimal(1))
        area = one.floor_area or Decimal(0)
        years.write_year(
            session,
            actor=who,
            now=act.at,
            institution=one.id,
            year=_REPORTED,
            version=0,
            reported=years.Reported(
                (area * 86 / 100).quantize(Decimal(1)) if place == 0 else area,
                one.people,
                uses,
                SOURCE,
            ),
        )


def _institution(player: Player, act: Act) -> None:
    """Newly come into use: added by hand, with its meter."""
    session, who = player.session, player.actors[act.actor]
    facts = roster.Facts(
        name="宜兴市云栖路社区服务中心（新址）",
        credit_code=_BODY + check_digit(_BODY),
        type_code="026",
        address="云栖路88号",
        floor_area=Decimal(2600),
        people=48,
        in_custody=True,
        excluded_because="",
    )
    row = roster.add_institution(session, actor=who, now=act.at, region=act.region, facts=facts)
    roster.write_meter(
        session,
        actor=who,
        now=act.at,
        institution=row.id,
        meter=None,
        version=0,
        account=roster.Account(
            Energy.ELECTRICITY, "000282199901", Payment.METERED_PAID, 202611, None, "11月起用电"
        ),
    )


def _correction(player: Player, act: Act) -> None:
    """The supplier gave some of it back; the bill as it was imported is kept."""
    session, who = player.session, player.actors[act.actor]
    bill = session.scalars(
        select(Bill)
        .join(Meter, Meter.id == Bill.meter_id)
        .where(
            Meter.region_code == act.region,
            Meter.energy == Energy.ELECTRICITY,
            Bill.month == 202610,
        )
        .order_by(Meter.number)
        .limit(1)
    ).one()
    bills.write(
        session,
        actor=who,
        now=act.at,
        meter=bill.meter_id,
        month=bill.month,
        number=bill.number,
        told=bills.Told(bill.use - 1200, (bill.cost or Decimal(0)) - 804),
        reason="供电公司退补10月多计电量1,200 kWh",
    )


VERBS = {"years": _years, "institution": _institution, "correction": _correction}

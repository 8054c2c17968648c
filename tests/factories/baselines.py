"""A region with meters, bills and weather; its baseline brought to every state by the verbs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Role
from custody.baselines.actions import decisions, drafts
from custody.baselines.models import Baseline, Comment, Line
from custody.baselines.rules.fitting import months_between
from custody.baselines.rules.plain import coded
from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter
from custody.energy.models.tables import Temperature
from custody.energy.rules.energies import Energy, Payment
from custody.infra import clock
from custody.mv.custody_rule import Answer
from custody.mv.custody_rule import Change as Asked
from custody.regions.models import Region
from tests.factories import people, province
from tests.factories.programme import account_at

WARMTH = (3.2, 5.1, 9.8, 15.9, 21.3, 25.0, 28.6, 28.1, 23.7, 18.0, 11.6, 5.2)
USES = (118, 112, 98, 90, 104, 131, 168, 165, 125, 95, 94, 115)
COMPARABLE = dict.fromkeys(Asked, (Answer.NO, ""))
ENTERED = clock.at(datetime(2026, 3, 3).date(), 9)


def metered(
    session: Session, region: str, *energies: Energy, months: int = 36, name: str = "实验学校"
) -> list[Meter]:
    """One institution with a meter of each energy and so many months of bills until 2025-12; a
    further one of an energy uses three times as much."""
    by = account_at(session, Role.OFFICER, region).id
    school = Institution(
        region_code=region,
        key=name,
        name=name,
        credit_code="",
        type_code="021",
        address="",
        floor_area=Decimal(20000),
        people=1200,
        in_custody=True,
        excluded_because="",
        edited_at=ENTERED,
        edited_by=by,
    )
    session.add(school)
    session.flush()
    made = []
    for energy in energies or (Energy.ELECTRICITY,):
        again = any(one.energy is energy for one in made)
        meter = Meter(
            region_code=region,
            institution_id=school.id,
            energy=energy,
            number=f"00{school.id}{f'-{len(made)}' if again else ''}",
            payment=Payment.METERED_PAID,
            note="",
        )
        session.add(meter)
        session.flush()
        made.append(meter)
        rows = [
            {
                "meter_id": meter.id,
                "month": coded(month),
                "number": 1,
                "days": (month.last - month.first).days + 1,
                "use": Decimal((USES[month.number - 1] * 1000 + place) * (3 if again else 1)),
                "cost": Decimal(USES[month.number - 1] * 700),
                "entered_at": ENTERED,
                "entered_by": by,
            }
            for place, month in enumerate(months_between(202301, 202512)[36 - months :])
        ]
        if rows:
            session.execute(insert(Bill), rows)
    return made


def weather(session: Session, region: str) -> None:
    about = session.get_one(Region, region)
    by = account_at(session, Role.OFFICER, region).id
    session.add_all(
        Temperature(
            city_code=about.city_code,
            month=coded(month),
            mean=Decimal(str(WARMTH[month.number - 1])),
            source="测试气温",
            entered_at=ENTERED,
            entered_by=by,
        )
        for month in months_between(202301, 202512)
    )
    session.flush()


def begun(session: Session, region: str, *, key: str = "first", **how: object) -> Baseline:
    values: dict[str, Any] = {"first": 202301, "last": 202512, "answers": COMPARABLE, **how}
    return drafts.begin(
        session,
        actor=account_at(session, Role.OFFICER, region),
        now=clock.now(),
        region=region,
        key=key,
        **values,
    )


def drafted(session: Session, region: str, *, key: str = "first", **how: object) -> Baseline:
    baseline = begun(session, region, key=key, **how)
    officer = account_at(session, Role.OFFICER, region)
    drafts.fit(session, actor=officer, now=clock.now(), number=baseline.id)
    session.flush()
    return baseline


def proposed(session: Session, region: str, *, key: str = "first", **how: object) -> Baseline:
    baseline = drafted(session, region, key=key, **how)
    decisions.propose(
        session,
        actor=account_at(session, Role.OFFICER, region),
        now=clock.now(),
        number=baseline.id,
        version=baseline.version,
    )
    session.flush()
    return baseline


def lived_in(session: Session) -> None:
    """宜兴市 has a draft that somebody has spoken of."""
    draft = begun(session, people.YIXING, key="基准", at_once=True)
    officer = account_at(session, Role.OFFICER, people.YIXING)
    session.add(
        Comment(
            baseline_id=draft.id, key="意见", party="", words="同意。", at=clock.now(), by=officer.id
        )
    )  # fmt: skip
    session.flush()


def next_door(session: Session) -> None:
    for code in (people.ZHANGJIAGANG, province.region_code(1)):
        begun(session, code, key=f"基准{code}", at_once=True)


def things(session: Session, region: str) -> dict[str, dict[str, object]]:
    row = session.execute(
        select(Line.baseline_id, Line.id, Line.institution_id)
        .join(Baseline, Baseline.id == Line.baseline_id)
        .where(Baseline.region_code == region)
        .order_by(Line.id)
        .limit(1)
    ).one()
    return {
        "baseline": {"number": row[0]},
        "baseline line": {"number": row[0], "line": row[1]},
        "baseline institution": {"number": row[0], "institution": row[2]},
    }


def coordinator(session: Session, region: str) -> Identity:
    province = session.get_one(Region, region).province_code
    return account_at(session, Role.COORDINATOR, province)


def adopted(session: Session, region: str, *, key: str = "first", **how: object) -> Baseline:
    baseline = proposed(session, region, key=key, **how)
    decisions.adopt(
        session,
        actor=coordinator(session, region),
        now=clock.now(),
        number=baseline.id,
        version=baseline.version,
    )
    session.flush()
    return baseline

"""Institutions and meters of here and next door; a region that has saved."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.baselines.actions import decisions, lines
from custody.baselines.models import Baseline, Line, NonRoutine
from custody.baselines.rules.states import AdjustmentState
from custody.energy.actions import ledger
from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter
from custody.energy.models.tables import Temperature
from custody.energy.rules.energies import Energy
from custody.energy.rules.rows import BillRow
from custody.energy.rules.states import ImportState
from custody.infra import clock
from custody.kernel.periods import Month, codes
from custody.regions.models import Region
from tests.factories import baselines, energy, people, province
from tests.factories.energy_files import BILLS, as_csv, bill
from tests.factories.programme import account_at

Args = dict[str, object]
BINHU = "320211"


def next_door(session: Session) -> None:
    for code in (people.ZHANGJIAGANG, province.region_code(1)):
        energy.school(session, code, "邻区学校")


def lived_in(session: Session, digest: str) -> None:
    """滨湖区 has an adopted baseline, and bills that came with an accepted file."""
    region = session.get_one(Region, BINHU)
    officer = account_at(session, Role.OFFICER, BINHU)
    (meter,) = baselines.metered(session, BINHU)
    baselines.adopted(session, BINHU, key="adopted")
    file = energy.imported(region, officer.id, digest)
    body = sheet(meter)
    file.name, file.digest, file.size = "账单.csv", hashlib.sha256(body).hexdigest(), len(body)
    file.state, file.result = ImportState.ACCEPTED, {"counts": {"new": 1, "changed": 0, "same": 0}}
    session.add(file)
    session.flush()
    row = BillRow(meter.energy, meter.number, 202601, Decimal(100_000), Decimal(67_000), 31, row=2)
    ledger.store_bills(
        session, actor=officer, now=clock.now(), region=region, rows=[row], import_id=file.id
    )


def sheet(meter: Meter) -> bytes:
    """The file that brought the bill of 滨湖区."""
    return as_csv(BILLS, bill(meter.number, "2026-01", "100000", "67000"))


def sheets(session: Session) -> list[bytes]:
    """What lies in the store of a lived-in programme besides its papers."""
    meter = session.scalars(
        select(Meter).where(Meter.region_code == BINHU).order_by(Meter.id)
    ).first()
    return [sheet(meter)] if meter else []


def things(session: Session, region: str) -> dict[str, Args]:
    meter = session.execute(
        select(Meter.id, Meter.institution_id)
        .where(Meter.region_code == region)
        .order_by(Meter.id)
        .limit(1)
    ).one()
    return {
        "institution": {"number": meter.institution_id},
        "institution year": {"number": meter.institution_id, "year": 2025},
        "meter": {"number": meter.id},
        "meter month": {"number": meter.id, "month": 202510},
    }


def saved(
    session: Session,
    region: str = people.YIXING,
    *energies: Energy,
    kept: float = 0.9,
    months: tuple[int, int] = (202601, 202610),
) -> tuple[Baseline, list[Meter]]:
    """An adopted baseline over 2023 to 2025 by regression, and bills of `kept` of it since then.

    The weather of the later months is that of the base years, so what is saved is known.
    """
    meters = baselines.metered(session, region, *energies)
    baselines.weather(session, region)
    officer = account_at(session, Role.OFFICER, region)
    about = session.get_one(Region, region)
    for month in codes(*months):
        warmth = Decimal(str(baselines.WARMTH[month % 100 - 1]))
        session.add(
            Temperature(
                city_code=about.city_code, month=month, mean=warmth, source="测试气温",
                entered_at=baselines.ENTERED, entered_by=officer.id,
            )
        )  # fmt: skip
    baseline = baselines.drafted(session, region)
    for one in dict.fromkeys(meter.energy for meter in meters):
        lines.choose_all(
            session,
            actor=officer,
            now=clock.now(),
            number=baseline.id,
            version=baseline.version,
            energy=one,
            chosen="regression",
        )
    for who, verb in (
        (officer, decisions.propose),
        (baselines.coordinator(session, region), decisions.adopt),
    ):
        session.flush()
        session.refresh(baseline)
        verb(session, actor=who, now=clock.now(), number=baseline.id, version=baseline.version)
    session.flush()
    for meter in meters:
        billed(session, meter, months, kept, officer.id)
    return baseline, meters


def billed(session: Session, meter: Meter, months: tuple[int, int], kept: float, who: int) -> None:
    rows = [
        {
            "meter_id": meter.id,
            "month": month,
            "number": 1,
            "days": Month.coded(month).days,
            "use": Decimal(str(round(baselines.USES[month % 100 - 1] * 1000 * kept, 2))),
            "cost": Decimal(70000),
            "entered_at": baselines.ENTERED,
            "entered_by": who,
        }
        for month in codes(*months)
    ]
    session.execute(insert(Bill), rows)


def adjusted(
    session: Session, meter: Meter, quantity: int, first: int, last: int | None
) -> NonRoutine:
    """A non-routine adjustment that both sides signed."""
    officer = account_at(session, Role.OFFICER, meter.region_code)
    row = NonRoutine(
        region_code=meter.region_code, number=1, key=f"adjusted-{meter.id}", meter_id=meter.id,
        driver="area", before=Decimal(1000), after=Decimal(1100), quantity=Decimal(quantity),
        formula="(1100 − 1000) m² × 5", reason="食堂扩建", from_month=first, until_month=last,
        state=AdjustmentState.SIGNED, signed_at=clock.now(), created_at=clock.now(),
        created_by=officer.id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def line(session: Session, meter: Meter) -> Line:
    return session.scalars(select(Line).where(Line.meter_id == meter.id)).one()


def institution(session: Session, meter: Meter) -> Institution:
    return session.get_one(Institution, meter.institution_id)

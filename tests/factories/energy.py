"""Rosters and bills: as rows, by hand, by the verbs that store them; of every other table a row."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Role
from custody.energy.actions import ledger
from custody.energy.models.bills import Bill, Explanation, Import, Layout, RegionMonth
from custody.energy.models.roster import Institution, Meter, YearExplanation, YearFigures
from custody.energy.models.tables import EnergyPolicy, Temperature
from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.rows import BillRow, InstitutionRow, MeterRow
from custody.energy.rules.states import ImportState, Kind, MonthState
from custody.infra import clock
from custody.kernel.credit_code import check_digit
from custody.kernel.periods import codes
from custody.regions.models import Region
from tests.factories import people, province

POWER, WATER = "0032011122", "0088"


def code(number: int) -> str:
    """A made-up 统一社会信用代码 with the right check digit."""
    body = f"11320282{number:09d}"
    return body + check_digit(body)


def institution(number: int = 1, **changes: object) -> InstitutionRow:
    values: dict[str, object] = {
        "name": f"第{number}小学",
        "credit_code": code(number),
        "type_code": "021",
        "address": "",
        "floor_area": Decimal("8200.50"),
        "people": 640,
        "in_custody": True,
        "excluded_because": "",
        "meters": (
            MeterRow(Energy.ELECTRICITY, f"{POWER}{number}"),
            MeterRow(Energy.WATER, f"{WATER}{number}"),
        ),
    } | changes
    return InstitutionRow(**values)  # type: ignore[arg-type]


def bill(month: int, use: str = "1200.5", cost: str | None = "807.14", number: int = 1) -> BillRow:
    paid = None if cost is None else Decimal(cost)
    return BillRow(
        Energy.ELECTRICITY, f"{POWER}{number}", month, Decimal(use), paid, days=30, row=5
    )


def imported(region: Region, who: int, digest: str) -> Import:
    """A rehearsed file of bills; its bytes are those that the tests of routes store."""
    return Import(
        region_code=region.code,
        province_code=region.province_code,
        city_code=region.city_code,
        kind=Kind.BILLS,
        state=ImportState.REHEARSED,
        key=f"文件{region.code}",
        digest=digest,
        name="账单.xlsx",
        size=1,
        result={},
        annotated=digest,
        created_at=clock.now(),
        created_by=who,
    )


def lived_in(session: Session, actor: Identity, region_code: str, digest: str) -> None:
    now, region = clock.now(), session.get_one(Region, region_code)
    common = {"actor": actor, "now": now, "region": region}
    ledger.store_roster(session, rows=[institution(1), institution(2)], **common)  # type: ignore[arg-type]
    for use in ("1200.5", "1210"):
        ledger.store_bills(session, rows=[bill(202510, use)], **common)  # type: ignore[arg-type]
    meter = session.scalars(select(Meter).order_by(Meter.id)).first()
    assert meter is not None
    who = actor.id
    place = session.get_one(Institution, meter.institution_id)
    session.add_all(
        [
            *(
                imported(session.get_one(Region, one), who, digest)
                for one in (region_code, people.ZHANGJIAGANG)
            ),
            reported(place, who),
            YearExplanation(
                institution_id=place.id, year=2025, doubt="area_change", digest="0" * 64,
                words="新建综合楼。", given_at=now, given_by=who,
            ),
            Explanation(
                meter_id=meter.id, month=202510, number=2, doubt="year_on_year",
                words="新增食堂用电。", given_at=now, given_by=who,
            ),
            RegionMonth(region_code=region_code, month=202509, state=MonthState.LOCKED, reason=""),
            Layout(
                region_code=region_code, kind=Kind.BILLS, headings="0" * 64, sender="供电公司",
                mapping={}, used_at=now,
            ),
            EnergyPolicy(province_code=region.province_code, values={}),
            Temperature(
                city_code=region.city_code, month=202510, mean=Decimal("18.4"), source="演示",
                entered_at=now, entered_by=who,
            ),
        ]
    )  # fmt: skip
    session.flush()


def reported(one: Institution, who: int, **changes: object) -> YearFigures:
    """What an institution reported for 2025."""
    values: dict[str, object] = {
        "year": 2025,
        "floor_area": one.floor_area,
        "people": one.people,
        "uses": {"electricity": "14406"},
        "source": "2025年年报",
    } | changes
    return YearFigures(institution_id=one.id, edited_at=clock.now(), edited_by=who, **values)


def next_door(session: Session, digest: str) -> None:
    """An imported file of 云山省."""
    from tests.factories.programme import account_at

    region = session.get_one(Region, province.region_code(1))
    who = account_at(session, Role.COORDINATOR, province.CODE)
    session.add(imported(region, who.id, digest))


def school(session: Session, region: str = people.YIXING, name: str = "市实验小学") -> Meter:
    """An institution with one electricity meter."""
    from tests.factories.programme import account_at

    officer = account_at(session, Role.OFFICER, region)
    owner = Institution(
        region_code=region,
        key=name,
        name=name,
        credit_code="",
        type_code="021",
        address="",
        floor_area=Decimal("8000.00"),
        people=900,
        in_custody=True,
        excluded_because="",
        edited_at=clock.now(),
        edited_by=officer.id,
    )
    session.add(owner)
    session.flush()
    meter = Meter(
        region_code=region,
        institution_id=owner.id,
        energy=Energy.ELECTRICITY,
        number=f"0{owner.id:09d}",
        payment=Payment.METERED_PAID,
        note="",
    )
    session.add(meter)
    session.flush()
    return meter


def billed(
    session: Session, meter: Meter, first: int, last: int, use: int = 1000, price: str = "0.6"
) -> None:
    """The same bill every month; the price in yuan a unit."""
    from tests.factories.programme import account_at

    officer = account_at(session, Role.OFFICER, meter.region_code)
    session.add_all(
        Bill(
            meter_id=meter.id,
            month=month,
            number=1,
            days=30,
            use=Decimal(use),
            cost=Decimal(use) * Decimal(price),
            entered_at=clock.now(),
            entered_by=officer.id,
        )
        for month in codes(first, last)
    )
    session.flush()


def doubled(session: Session, region: str = people.YIXING, name: str = "市实验小学") -> Meter:
    """October 2026 has twice the use at thrice the price: two doubts, nothing missing."""
    meter = school(session, region, name)
    billed(session, meter, 202509, 202609)
    billed(session, meter, 202610, 202610, 2000, "1.8")
    return meter

"""A small roster with bills, made by hand."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy, Payment
from custody.infra import clock
from custody.kernel.periods import codes
from tests.factories import people


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


def billed(session: Session, meter: Meter, first: int, last: int, use: int = 1000) -> None:
    """The same bill every month."""
    from tests.factories.programme import account_at

    officer = account_at(session, Role.OFFICER, meter.region_code)
    session.add_all(
        Bill(
            meter_id=meter.id,
            month=month,
            number=1,
            days=30,
            use=Decimal(use),
            cost=Decimal(use) * Decimal("0.6"),
            entered_at=clock.now(),
            entered_by=officer.id,
        )
        for month in codes(first, last)
    )
    session.flush()

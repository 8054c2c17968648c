from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.energy.actions import bills, months
from custody.energy.models.bills import PastBill
from custody.energy.models.tables import Coefficient
from custody.energy.queries.months import covered, doubts_of
from custody.energy.queries.series import monthly
from custody.energy.queries.tables import factors_of
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import USUAL, Caliber
from custody.energy.rules.month import Step
from custody.energy.rules.states import MonthState
from custody.kernel.problems import Conflict, NotFound, Refused
from custody.regions.models import Region
from tests.conftest import NOW
from tests.factories import energy, people
from tests.factories.programme import account_at

YIXING = people.YIXING


def test_bills_come_as_arrays_with_gaps(session: Session) -> None:
    meter = energy.school(session)
    energy.billed(session, meter, 202511, 202602)
    found = monthly(session, [YIXING], first=202510, last=202603)
    assert found.months.tolist() == [202510, 202511, 202512, 202601, 202602, 202603]
    np.testing.assert_array_equal(found.use[0], [np.nan, 1000, 1000, 1000, 1000, np.nan])
    np.testing.assert_array_equal(found.numbers[0], [0, 1, 1, 1, 1, 0])
    assert found.cost[0, 1] == 600
    assert len(found) == 1


def test_a_province_begins_with_coefficients(session: Session) -> None:
    assert len(session.scalars(select(Coefficient)).all()) == len(USUAL)
    day = NOW.date().replace(year=2022)
    row = factors_of(session, people.JIANGSU, day)[Energy.ELECTRICITY, Caliber.CARBON]
    assert row.value == Decimal("0.5978")


def test_a_month_is_completed_locked_and_unlocked(session: Session) -> None:
    meter = energy.school(session)
    energy.billed(session, meter, 202509, 202609)
    officer = account_at(session, Role.OFFICER, YIXING)
    city = account_at(session, Role.CITY_REVIEWER, people.WUXI)

    def step(actor, version, what, reason=""):  # type: ignore[no-untyped-def]
        row = months.step(
            session,
            actor=actor,
            now=NOW,
            region=YIXING,
            month=202610,
            version=version,
            step=what,
            reason=reason,
        )
        session.flush()
        return row

    def write(number: int, use: int, reason: str = "") -> None:
        told = bills.Told(Decimal(use), Decimal(use) * Decimal("0.6"))
        bills.write(
            session,
            actor=officer,
            now=NOW,
            meter=meter.id,
            month=202610,
            number=number,
            told=told,
            reason=reason,
        )

    with pytest.raises(Refused, match="还缺1张账单"):
        step(officer, 0, Step.COMPLETE)
    write(0, 2000)
    assert covered(session, [YIXING], 202610, 202610).per_month()[0].missing == 0
    with pytest.raises(Refused, match="存疑"):
        step(officer, 0, Step.COMPLETE)
    region = session.get_one(Region, YIXING)
    doubts = doubts_of(session, region, 202610, 202610)
    assert {one.code for one in doubts} == {"year_change"}
    explained = months.explain(
        session,
        actor=officer,
        now=NOW,
        region=YIXING,
        keys=[one.key for one in doubts],
        words="新装空调",
    )
    session.flush()
    assert explained == 1
    row = step(officer, 0, Step.COMPLETE)
    with pytest.raises(Conflict):
        step(city, 0, Step.LOCK)
    row = step(city, row.version, Step.LOCK)
    assert row.state is MonthState.LOCKED
    with pytest.raises(Refused, match="已锁定"):
        write(1, 1500, "退补")
    with pytest.raises(Refused, match="理由"):
        step(city, row.version, Step.UNLOCK)
    step(city, row.version, Step.UNLOCK, "供电公司退补")
    with pytest.raises(Refused, match="原因"):
        write(1, 1500)
    write(1, 1500, "供电公司退补")
    past = session.scalars(select(PastBill).where(PastBill.meter_id == meter.id)).all()
    assert [(one.number, one.use, one.reason) for one in past] == [
        (1, Decimal(2000), "供电公司退补")
    ]


def test_a_foreign_meter_does_not_exist(session: Session) -> None:
    meter = energy.school(session)
    stranger = account_at(session, Role.OFFICER, people.ZHANGJIAGANG)
    with pytest.raises(NotFound):
        bills.write(
            session,
            actor=stranger,
            now=NOW,
            meter=meter.id,
            month=202610,
            number=0,
            told=bills.Told(Decimal(1), None),
        )

"""Savings from the rows: what is counted, what is left out and why, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution
from custody.energy.models.tables import Temperature
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.regions.models import Region
from custody.savings.queries.saved import Saved, saved
from custody.savings.rules.lacking import lacking
from custody.savings.rules.reckoning import Gap
from tests.factories import baselines as made
from tests.factories import people
from tests.factories import savings as arrange

FIRST, LAST = 202601, 202610


def of_yixing(session: Session, first: int = FIRST, last: int = LAST, **how: object) -> Saved:
    session.flush()
    region = session.get_one(Region, people.YIXING)
    return saved(session, [region], province=people.JIANGSU, first=first, last=last, **how)  # type: ignore[arg-type]


def gaps(found: Saved) -> dict[Gap, tuple[int, ...]]:
    return {one.gap: one.months for one in lacking(found.meters.reckoned, found.months)}


def test_a_tenth_less_than_the_base_is_a_tenth_saved(session: Session) -> None:
    arrange.saved(session)
    found = of_yixing(session)
    figure = found.whole().of(Energy.ELECTRICITY)
    assert figure is not None
    assert figure.actual == pytest.approx(0.9 * sum(made.USES[:10]) * 1000)
    assert figure.percent == pytest.approx(10, abs=2)
    assert figure.coverage == 100
    assert figure.coal == pytest.approx(figure.saved * 0.1229 / 1000)
    assert figure.carbon == pytest.approx(figure.saved * 0.5827 / 1000)
    assert figure.band is not None
    assert figure.band >= 0.02 * figure.adjusted
    assert gaps(found) == {}


def test_the_caliber_changes_coal_and_nothing_else(session: Session) -> None:
    arrange.saved(session)
    heat, wide = of_yixing(session), of_yixing(session, caliber=Caliber.EQUIVALENT_MADE)
    assert wide.whole().coal == pytest.approx(heat.whole().coal / 0.1229 * 0.31)
    assert wide.whole().carbon == heat.whole().carbon
    assert wide.whole().percent == pytest.approx(heat.whole().percent)


def test_nothing_without_an_adopted_baseline(session: Session) -> None:
    meters = made.metered(session, people.YIXING)
    made.weather(session, people.YIXING)
    made.proposed(session, people.YIXING)
    arrange.billed(session, meters[0], (FIRST, LAST), 0.9, 1)
    found = of_yixing(session)
    assert found.baselines == {}
    assert not found.whole().known
    assert found.whole().figures == ()


def test_what_is_missing_is_named_and_not_counted(session: Session) -> None:
    _, (meter,) = arrange.saved(session)
    whole = of_yixing(session).whole().of(Energy.ELECTRICITY)
    session.execute(delete(Bill).where(Bill.meter_id == meter.id, Bill.month == 202603))
    session.execute(
        update(Bill).where(Bill.meter_id == meter.id, Bill.month == 202604).values(use=0)
    )
    session.execute(
        update(Bill).where(Bill.meter_id == meter.id, Bill.month == 202605).values(use=-5)
    )
    session.execute(delete(Temperature).where(Temperature.month == 202606))
    session.execute(
        update(Bill)
        .where(Bill.meter_id == meter.id, Bill.month == 202607)
        .values(starts_on=date(2026, 7, 1), ends_on=date(2026, 8, 3))
    )
    session.execute(
        update(Bill)
        .where(Bill.meter_id == meter.id, Bill.month == 202608)
        .values(starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 31))
    )
    found = of_yixing(session)
    assert gaps(found) == {
        Gap.NO_BILL: (202603,),
        Gap.ZERO: (202604,),
        Gap.NEGATIVE: (202605,),
        Gap.NO_WEATHER: (202606,),
        Gap.OVERLAP: (202608,),
    }
    figure = found.whole().of(Energy.ELECTRICITY)
    assert figure is not None
    assert whole is not None
    assert (figure.months, figure.months_due, figure.coverage) == (5, 10, 50)
    assert figure.adjusted < whole.adjusted


def test_months_of_the_base_period_save_nothing(session: Session) -> None:
    arrange.saved(session)
    found = of_yixing(session, 202511, 202602)
    assert found.whole().months_due == 2
    assert [one.month for one in found.steps(Energy.ELECTRICITY)] == [202601, 202602]


def test_a_meter_that_came_later_is_not_in_the_baseline(session: Session) -> None:
    arrange.saved(session)
    made.metered(session, people.YIXING, months=0, name="新建学校")
    assert gaps(of_yixing(session))[Gap.NO_LINE] == tuple(range(FIRST, LAST + 1))


def test_an_institution_out_of_custody_owes_nothing(session: Session) -> None:
    _, (meter,) = arrange.saved(session)
    session.execute(
        update(Institution).where(Institution.id == meter.institution_id).values(in_custody=False)
    )
    assert of_yixing(session).whole().figures == ()


def test_a_signed_adjustment_moves_the_baseline_of_its_months(session: Session) -> None:
    _, (meter,) = arrange.saved(session)
    before = of_yixing(session).whole().of(Energy.ELECTRICITY)
    arrange.adjusted(session, meter, 500, 202605, 202607)
    after = of_yixing(session).whole().of(Energy.ELECTRICITY)
    assert before is not None
    assert after is not None
    assert after.adjustment == 1500
    assert after.saved == pytest.approx(before.saved + 1500)
    assert after.actual == before.actual


def test_the_coefficient_of_the_last_day_counts(session: Session) -> None:
    arrange.saved(session)
    row = of_yixing(session).conversion.rows[Energy.ELECTRICITY]
    row.valid_from = date(2026, 10, 31) + timedelta(days=1)
    assert Energy.ELECTRICITY not in of_yixing(session).conversion.rows
    assert of_yixing(session).whole().coal == 0
    assert row.value == Decimal("0.122900")

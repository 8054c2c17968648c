"""Rosters and bills come in by sets: all or none, twice changes nothing, nothing old is lost."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from custody.accounts.rules import Identity
from custody.energy.actions import ledger
from custody.energy.models.bills import Bill, PastBill, RegionMonth
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy, Payment
from custody.energy.rules.rows import BillRow, MeterRow, Stored
from custody.energy.rules.states import MonthState
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.kernel.problems import Refused
from custody.regions.models import Region
from tests.factories import people
from tests.factories.energy import POWER, bill, institution

Store = Callable[..., Stored]


@pytest.fixture
def store(database: Database, actor: Callable[..., Identity], clock: object) -> Store:
    """store("roster" | "bills", rows): in a transaction of its own."""

    def stored(what: str, rows: list[Any], **more: Any) -> Stored:
        verb = {"roster": ledger.store_roster, "bills": ledger.store_bills}[what]
        with database.transaction() as session:
            region = session.get_one(Region, people.YIXING)
            return verb(session, actor=actor("yixing"), now=now(), region=region, rows=rows, **more)

    return stored


def now() -> Any:
    return clock.now()


def count(database: Database, model: Any) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_roster_is_added_brought_up_to_date_and_left_alone(
    store: Store, database: Database
) -> None:
    rows = [institution(1), institution(2)]
    assert store("roster", rows) == Stored(new=2)
    assert store("roster", rows) == Stored(same=2)
    grown = institution(2, people=700, meters=(MeterRow(Energy.GAS, "007"),))
    assert store("roster", [grown]) == Stored(changed=1)
    with database.reader() as session:
        second = session.scalars(select(Institution).order_by(Institution.id)).all()[1]
        assert (second.people, second.credit_code) == (700, grown.credit_code)
        numbers = session.scalars(
            select(Meter.number).where(Meter.institution_id == second.id).order_by(Meter.id)
        )
        assert numbers.all() == [f"{POWER}2", "00882", "007"]  # what a file leaves out stays
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event is not None
        assert (event.action, event.note) == ("energy.roster_stored", "新增0，更正1，未变0")


def test_two_rows_of_one_and_a_meter_of_somebody_else_are_refused(
    store: Store, database: Database
) -> None:
    store("roster", [institution(1)])
    stolen = institution(2, meters=(MeterRow(Energy.ELECTRICITY, f"{POWER}1"),))
    with pytest.raises(Refused) as refusal:
        store("roster", [stolen, institution(3), institution(3)])
    codes = [problem.code for problem in refusal.value.problems]
    assert codes == ["twice", "meter_twice", "meter_twice", "meter_taken"]
    assert count(database, Institution) == 1


def test_a_bill_twice_is_one_and_a_correction_keeps_the_old_one(
    store: Store, database: Database
) -> None:
    store("roster", [institution(1)])
    rows = [bill(202500 + month) for month in range(1, 13)]
    assert store("bills", rows) == Stored(new=12)
    assert store("bills", rows) == Stored(same=12)
    assert store("bills", [bill(202503, "1300", "870.10")], reason="抄表差错") == Stored(changed=1)
    with database.reader() as session:
        old = session.scalars(select(PastBill)).one()
        new = session.get_one(Bill, (old.meter_id, 202503))
        assert (old.number, old.use, old.reason) == (1, Decimal("1200.5"), "抄表差错")
        assert (new.number, new.use, new.cost) == (2, Decimal(1300), Decimal("870.10"))
    assert store("bills", [bill(202503, "1300", None)]) == Stored(changed=1)
    assert count(database, PastBill) == 2


def test_what_cannot_be_stored_is_named_and_nothing_is(store: Store, database: Database) -> None:
    store("roster", [institution(1, meters=(MeterRow(Energy.ELECTRICITY, f"{POWER}1"),))])
    with database.transaction() as session:
        session.add(
            RegionMonth(region_code=people.YIXING, month=202501, state=MonthState.LOCKED, reason="")
        )
    strange = BillRow(Energy.GAS, "9", 202502, Decimal(1), None, days=28)
    with pytest.raises(Refused) as refusal:
        store("bills", [bill(202501), bill(202502), bill(202502), strange])
    assert [problem.code for problem in refusal.value.problems] == ["meter", "doubled", "locked"]
    assert "2025年1月的账单已经核对锁定" in refusal.value.problems[-1].message
    assert count(database, Bill) == 0


def test_statements_do_not_grow_with_the_rows(
    store: Store, statements: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    store("roster", [institution(number) for number in range(1, 31)])
    seen = []
    for months in ((1, 2), range(3, 13)):
        rows = [bill(202400 + month, number=n) for month in months for n in range(1, 31)]
        with statements() as found:
            assert store("bills", rows) == Stored(new=len(rows))
        seen.append(len(found))
    assert seen[0] == seen[1]
    monkeypatch.setattr(ledger, "CHUNK", 7)
    again = [bill(202401, "5", number=n) for n in range(1, 31)]
    assert store("bills", again) == Stored(changed=30)


def test_the_four_states_of_a_bill() -> None:
    assert [(one.metered, one.paid) for one in Payment] == [
        (True, True),
        (True, False),
        (False, True),
        (False, False),
    ]

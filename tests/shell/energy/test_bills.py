"""A bill by hand: entered, corrected, its versions, what stands in the way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.energy.models.bills import Bill, PastBill, RegionMonth
from custody.energy.models.roster import Meter
from custody.energy.rules.energies import Payment
from custody.energy.rules.states import MonthState
from custody.infra import clock as machine_clock
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import energy, people
from tests.factories.programme import account_at


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    with database.transaction() as session:
        found = energy.school(session)
        energy.billed(session, found, 202501, 202609)
        return int(found.id)


def here(meter: int, month: int = 202610) -> str:
    return f"/energy/meters/{meter}/{month}"


def bill(database: Database, meter: int, month: int = 202610) -> Bill | None:
    with database.reader() as session:
        return session.get(Bill, (meter, month))


def events(database: Database, action: str) -> list[Event]:
    with database.reader() as session:
        return list(session.scalars(select(Event).filter_by(action=action).order_by(Event.id)))


BILL = {"use": "1,230.5", "cost": "824.44 元", "starts_on": "2026-10-01", "ends_on": "2026-10-31"}


def test_a_missing_bill_is_entered_once(meter: int, sign_in: SignIn, database: Database) -> None:
    client = sign_in("yixing")
    form = client.get(here(meter))
    assert "还没有账单" in page(form).text()
    assert "上年同月" in page(form).text()
    for _ in range(2):
        assert client.press(form, "保存账单", BILL).status_code == 303
    row = bill(database, meter)
    assert row is not None
    assert (row.use, row.cost, row.days, row.number) == (
        Decimal("1230.5"),
        Decimal("824.44"),
        31,
        1,
    )
    assert [event.subject for event in events(database, "bill.entered")] == [f"{meter}-202610"]
    assert "第1版" in page(client.get(here(meter))).text()


def test_a_correction_keeps_both_versions_to_be_read(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    form = client.get(here(meter, 202609))
    answer = client.press(form, "保存更正", {"use": "1500", "cost": "1005"})
    assert answer.status_code == 422
    shown = page(answer).text()
    assert "更正账单须写明原因" in shown
    assert 'value="1500"' in answer.get_data(as_text=True)
    answer = client.press(answer, "保存更正", {"reason": "供电公司退补"})
    assert answer.status_code == 303
    shown = page(client.get(here(meter, 202609))).text()
    for words in ("账单（第2版）", "第1版", "1,500", "1,000", "供电公司退补", "手工录入"):
        assert words in shown, words
    (event,) = events(database, "bill.corrected")
    assert [Decimal(one) for one in event.changes["use"]] == [1000, 1500]
    assert event.note == "供电公司退补"
    with database.reader() as session:
        old = session.scalars(select(PastBill)).one()
        assert (old.number, old.use) == (1, Decimal(1000))
    owner = page(client.get(f"/energy/institutions/{owner_of(database, meter)}")).text()
    assert "更正" in owner
    assert "▲存疑" in owner


def owner_of(database: Database, meter: int) -> int:
    with database.reader() as session:
        return int(session.get_one(Meter, meter).institution_id)


def test_two_people_correct_a_bill(meter: int, sign_in: SignIn, database: Database) -> None:
    client = sign_in("yixing")
    mine, theirs = client.get(here(meter, 202609)), client.get(here(meter, 202609))
    first = {"use": "1100", "reason": "抄表差错"}
    assert client.press(theirs, "保存更正", first).status_code == 303
    answer = client.press(mine, "保存更正", {"use": "1200", "reason": "退补"})
    assert answer.status_code == 409
    shown = page(answer).text()
    assert "内容已被他人更新" in shown
    assert "1100" in shown
    assert client.press(answer, "保存更正").status_code == 303
    row = bill(database, meter, 202609)
    assert row is not None
    assert (row.number, row.use) == (3, Decimal(1200))


def test_a_locked_month_is_refused_in_words(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    form = client.get(here(meter, 202609))
    with database.transaction() as session:
        session.add(
            RegionMonth(region_code=people.YIXING, month=202609, state=MonthState.LOCKED, reason="")
        )
    answer = client.press(form, "保存更正", {"use": "5", "reason": "退补"})
    assert answer.status_code == 422
    assert "请设区市先行解锁" in page(answer).text()
    shown = page(client.get(here(meter, 202609))).text()
    assert "确需更正的，请联系设区市审核员解锁" in shown
    assert "保存更正" not in shown
    row = bill(database, meter, 202609)
    assert row is not None
    assert row.number == 1


def test_slips_of_a_bill(meter: int, sign_in: SignIn, database: Database) -> None:
    client = sign_in("yixing")
    for fields, words in (
        ({"use": ""}, "请填写用量"),
        ({"cost": ""}, "这个户号计费，请填写费用"),
        ({"use": "一千"}, "无法识别"),
        ({"ends_on": ""}, "起止日期须同时填写"),
        ({"ends_on": "2026-09-01"}, "截止日期应在起始日期之后"),
    ):
        answer = client.press(client.get(here(meter)), "保存账单", BILL | fields)
        assert answer.status_code == 422, fields
        assert words in page(answer).text()
    assert bill(database, meter) is None
    early = page(client.get(here(meter, 202612))).text()
    assert "2026年12月还没有到" in early
    assert client.get(here(meter, 202613)).status_code == 404


def test_who_pays_nothing_needs_no_cost(meter: int, sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Meter, meter).payment = Payment.METERED_UNPAID
    client = sign_in("yixing")
    answer = client.press(client.get(here(meter)), "保存账单", BILL | {"cost": ""})
    assert answer.status_code == 303
    row = bill(database, meter)
    assert row is not None
    assert row.cost is None


def test_a_number_once_given_is_not_given_again(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    """A bill that was taken out with its import; entered by hand it is a new version."""
    with database.transaction() as session:
        officer = account_at(session, Role.OFFICER, people.YIXING)
        session.add(
            PastBill(
                meter_id=meter, month=202610, number=1, days=31, use=Decimal(9), cost=Decimal(6),
                entered_at=machine_clock.now(), entered_by=officer.id,
                replaced_at=machine_clock.now(), replaced_by=officer.id, reason="撤销导入",
            )
        )  # fmt: skip
    client = sign_in("yixing")
    shown = page(client.get(here(meter))).text()
    assert "还没有账单" in shown
    assert "撤销导入" in shown
    assert client.press(client.get(here(meter)), "保存账单", BILL).status_code == 303
    again = {"use": "1231", "reason": "抄表差错"}
    assert client.press(client.get(here(meter)), "保存更正", again).status_code == 303
    row = bill(database, meter)
    assert row is not None
    assert row.number == 3
    assert row.starts_on == date(2026, 10, 1)


def test_others_read_and_do_not_write(meter: int, sign_in: SignIn) -> None:
    for who in ("leader", "coordinator", "auditor"):
        shown = page(sign_in(who).get(here(meter, 202609))).text()
        assert "1,000" in shown
        assert "保存更正" not in shown

"""Monthly reports over HTTP: who does what, what is refused, what is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.energy.models.bills import RegionMonth
from custody.energy.rules.states import MonthState
from custody.inbox.models import Message
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import NOW, Clock, SignIn
from tests.critic import page
from tests.factories import energy, inbox, people
from tests.factories.report_pages import MONTH, REGION, explain_all, explained, newest, texts


def state(database: Database, month: int = 202610) -> MonthState | None:
    with database.reader() as session:
        row = session.get(RegionMonth, (people.YIXING, month))
        return row.state if row else None


# --- the whole way ------------------------------------------------------------------------------


def test_a_month_from_its_doubts_to_the_lock_and_back(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    officer, city = sign_in("yixing"), sign_in("wuxi")
    blocked = texts(officer, MONTH)
    assert "2处存疑尚未说明" in blocked
    assert "报送2026年10月月报" not in blocked
    refused = officer.send(f"{MONTH}/complete", {"version": "0"})
    assert refused.status_code == 422
    assert state(database) is None
    explain_all(officer)
    assert explained(database) == [("price", "新装空调"), ("year_change", "新装空调")]
    event = newest(database)
    assert (event.action, event.note) == ("bill.explained", "2处：新装空调")
    assert "说明：" not in texts(officer, MONTH)
    answer = officer.press(officer.get(MONTH), "报送2026年10月月报")
    assert answer.status_code == 303
    assert state(database) is MonthState.COMPLETE
    event = newest(database)
    assert event.action == "energy_month.completed"
    assert event.changes == {"state": ["open", "complete"]}
    assert "2026年10月能源月报" in texts(city, "/energy/months")
    assert "另有 1 份能源月报等待您核对" in texts(city, "/queue")
    unreasoned = city.press(city.get(MONTH), "退回")
    assert unreasoned.status_code == 422
    assert city.press(city.get(MONTH), "核对通过并锁定").status_code == 303
    assert state(database) is MonthState.LOCKED
    without = city.press(city.get(MONTH), "解锁")
    assert without.status_code == 422
    assert page(without).problems == ["请填写理由，区县据此核改。"]
    city.press(city.get(MONTH), "解锁", {"reason": "供电公司退补"})
    assert state(database) is MonthState.OPEN
    told = texts(officer, MONTH)
    for words in ("供电公司退补", "解锁能源月报", "核对并锁定能源月报", "报送能源月报"):
        assert words in told, words
    assert "2026年10月能源月报已退回：供电公司退补" in texts(officer, "/todo")


def test_a_report_is_sent_back_with_a_reason(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    officer, city = sign_in("yixing"), sign_in("wuxi")
    explain_all(officer)
    officer.press(officer.get(MONTH), "报送2026年10月月报")
    city.press(city.get(MONTH), "退回", {"reason": "三中电费与发票不符"})
    assert state(database) is MonthState.OPEN
    assert newest(database).note == "三中电费与发票不符"
    assert "三中电费与发票不符" in texts(officer, MONTH)


def test_a_double_click_does_it_once(meter: int, sign_in: SignIn, database: Database) -> None:
    officer, city = sign_in("yixing"), sign_in("wuxi")
    explain_all(officer)
    shown = officer.get(MONTH)
    for _ in range(2):
        assert officer.press(shown, "报送2026年10月月报").status_code == 303
    shown = city.get(MONTH)
    for _ in range(2):
        assert city.press(shown, "核对通过并锁定").status_code == 303
    with database.reader() as session:
        actions = session.scalars(
            select(Event.action).where(Event.kind == "energy_month").order_by(Event.id)
        ).all()
    assert actions == ["energy_month.completed", "energy_month.locked"]


def test_the_second_of_two_people_sees_what_the_first_did(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    one, two, city = sign_in("yixing"), sign_in("yixing2"), sign_in("wuxi")
    explain_all(one)
    late = two.get(MONTH)
    one.press(one.get(MONTH), "报送2026年10月月报")
    answer = two.press(late, "报送2026年10月月报")
    assert answer.status_code == 409
    words = page(answer).text()
    assert "已由他人办理" in words
    assert "待市级核对" in words
    stale = city.get(MONTH)
    city.press(city.get(MONTH), "退回", {"reason": "缺凭证"})
    assert city.press(stale, "退回", {"reason": "缺凭证"}).status_code == 303
    answer = city.press(stale, "退回", {"reason": "金额不符"})
    assert answer.status_code == 409
    words = page(answer).text()
    assert "金额不符" in words
    assert "缺凭证" in words


def test_where_no_city_reviews_the_province_checks_and_else_it_may_only_unlock(
    database: Database, clock: Any, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        for code in (people.QINHUAI, people.YIXING):
            meter = energy.school(session, code)
            energy.billed(session, meter, 202610, 202610)
    coordinator = sign_in("coordinator")
    own = f"/energy/regions/{people.QINHUAI}/months/202610"
    officer = sign_in("qinhuai")
    assert officer.press(officer.get(own), "报送2026年10月月报").status_code == 303
    assert "待省级核对" in texts(officer, own)
    assert "南京市秦淮区" in texts(coordinator, "/energy/months")
    assert coordinator.press(coordinator.get(own), "核对通过并锁定").status_code == 303
    yixing, city = sign_in("yixing"), sign_in("wuxi")
    yixing.press(yixing.get(MONTH), "报送2026年10月月报")
    assert "核对通过并锁定" not in texts(coordinator, MONTH)
    refused = coordinator.send(f"{MONTH}/check", {"version": "1", "act": "lock"})
    assert refused.status_code == 422
    city.press(city.get(MONTH), "核对通过并锁定")
    coordinator.press(coordinator.get(MONTH), "解锁", {"reason": "省级抽查发现漏报"})
    assert state(database) is MonthState.OPEN


def test_what_changed_after_the_report_is_not_locked(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    officer, city = sign_in("yixing"), sign_in("wuxi")
    explain_all(officer)
    officer.press(officer.get(MONTH), "报送2026年10月月报")
    with database.transaction() as session:
        energy.school(session, name="新校区")
    assert "退回区县补齐后再核对" in texts(city, MONTH)
    refused = city.send(f"{MONTH}/check", {"version": "1", "act": "lock"})
    assert refused.status_code == 422
    assert state(database) is MonthState.COMPLETE


def test_a_month_that_is_none_or_elsewhere_does_not_exist(meter: int, sign_in: SignIn) -> None:
    officer = sign_in("yixing")
    for path in (f"{REGION}/months/202613", "/energy/regions/320582/months/202610"):
        assert officer.get(path).status_code == 404
        assert officer.send(f"{path}/complete", {"version": "0"}).status_code == 404
    assert officer.get(f"{REGION}/months/202611").status_code == 200
    assert "还没有结束" in texts(officer, f"{REGION}/months/202611")


def test_those_it_concerns_are_told(
    meter: int, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    officer, city = sign_in("yixing"), sign_in("wuxi")
    explain_all(officer)
    officer.press(officer.get(MONTH), "报送2026年10月月报")
    city.press(city.get(MONTH), "退回", {"reason": "缺凭证"})
    clock.to(NOW + timedelta(minutes=5))
    officer.press(officer.get(MONTH), "报送2026年10月月报")
    city.press(city.get(MONTH), "核对通过并锁定")
    city.press(city.get(MONTH), "解锁", {"reason": "退补"})
    with database.transaction() as session:
        inbox.delivered(session)
        told = {name: _titles(session, name) for name in ("wuxi", "yixing", "coordinator")}
        pages = set(session.scalars(select(Message.page).where(Message.title.contains("能源月报"))))
    name = "宜兴市2026年10月能源月报"
    assert told["wuxi"] == [f"{name}已上报，请核对"] * 2
    assert told["yixing"] == [
        f"已退回，请核改：{name}",
        f"已核对锁定：{name}",
        f"已解锁，请更正后重新报送：{name}",
    ]
    assert told["coordinator"] == []
    assert pages == {MONTH}


def _titles(session: Session, username: str) -> list[str]:
    return list(
        session.scalars(
            select(Message.title)
            .join(Account, Account.id == Message.account_id)
            .where(Account.username == username, Message.title.contains("能源月报"))
            .order_by(Message.id)
        )
    )

"""Coverage, doubts and monthly reports over HTTP: who does what, what is refused, what is recorded."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.energy.models.bills import Bill, Explanation, RegionMonth
from custody.energy.rules.states import Kind, MonthState
from custody.energy.workbook.columns import titles_of
from custody.inbox.models import Message
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import NOW, Clock, SignIn
from tests.critic import Critic, page
from tests.factories import energy, inbox, people

REGION = f"/energy/regions/{people.YIXING}"
MONTH = f"{REGION}/months/202610"
Statements = Callable[[], Any]


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    """宜兴市 has a school with two doubts in 2026年10月; the number of its meter."""
    with database.transaction() as session:
        return energy.doubled(session).id


def state(database: Database, month: int = 202610) -> MonthState | None:
    with database.reader() as session:
        row = session.get(RegionMonth, (people.YIXING, month))
        return row.state if row else None


def newest(database: Database) -> Event:
    with database.reader() as session:
        found = session.scalars(
            select(Event).where(Event.modifies).order_by(Event.id.desc())
        ).first()
        assert found is not None
        return found


def explained(database: Database) -> list[tuple[str, str]]:
    with database.reader() as session:
        rows = session.scalars(select(Explanation).order_by(Explanation.doubt))
        return [(row.doubt, row.words) for row in rows]


def explain_all(client: Critic) -> None:
    shown = client.get(f"{REGION}/doubts?month=202610")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    client.press(shown, "说明所选", {"words": "新装空调", "chosen": boxes})


def texts(client: Critic, path: str) -> str:
    return page(client.get(path)).text()


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
    assert explained(database) == [("month_change", "新装空调"), ("year_change", "新装空调")]
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


# --- doubts -------------------------------------------------------------------------------------


def test_doubts_name_rule_threshold_and_source_and_keep_who_explained(
    meter: int, sign_in: SignIn
) -> None:
    officer = sign_in("yixing")
    words = texts(officer, f"{REGION}/doubts")
    for told in (
        "与上年同月相比变化大",
        "日均用量比上年同月增加",
        "±15%",
        "山东公共机构能源审计工作要求",
        "市实验小学",
        "2026年10月",
        "未说明",
    ):
        assert told in words, told
    explain_all(officer)
    assert "没有未说明的存疑账单" in texts(officer, f"{REGION}/doubts")
    given = texts(sign_in("auditor"), f"{REGION}/doubts?state=given")
    assert "新装空调" in given
    assert "宜报，11月22日" in given


def test_doubts_are_filtered(meter: int, sign_in: SignIn) -> None:
    client = sign_in("wuxi")
    assert "存疑2 处" in texts(client, f"{REGION}/doubts?month=202610&q=实验").replace(" 2", "2")
    assert "没有符合条件" in texts(client, f"{REGION}/doubts?q=三中")
    assert "没有符合条件" in texts(client, f"{REGION}/doubts?month=202609")
    only = texts(client, f"{REGION}/doubts?rule=month_change")
    assert "日均用量比上月增加" in only
    assert "日均用量比上年同月" not in only
    assert texts(client, f"{REGION}/doubts?rule=x&month=1&state=y&page=z")


def test_all_that_pass_the_filter_are_explained_at_once(
    database: Database, clock: Any, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        for number in range(30):
            energy.doubled(session, name=f"第{number}小学")
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts?rule=year_change")
    assert "说明筛选出的全部" not in page(shown).text()  # they all stand on one page
    shown = officer.get(f"{REGION}/doubts")
    answer = officer.press(shown, "说明筛选出的全部 60 处", {"words": "新装空调"})
    assert answer.status_code == 303
    assert len(explained(database)) == 60
    again = officer.press(shown, "说明筛选出的全部 60 处", {"words": "别的话"})
    assert again.status_code == 409
    assert {words for _, words in explained(database)} == {"新装空调"}


def test_a_word_is_needed_and_what_was_ticked_stays_ticked(meter: int, sign_in: SignIn) -> None:
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    refused = officer.press(shown, "说明所选", {"chosen": boxes[:1]})
    assert refused.status_code == 422
    assert "请写明原因" in page(refused).problems[0]
    ticked = [box for box in page(refused).all("input") if box.get("checked") is not None]
    assert [box.get("value") for box in ticked] == boxes[:1]
    none = officer.press(shown, "说明所选", {"words": "新装空调"})
    assert none.status_code == 422


def test_a_bill_corrected_meanwhile_is_not_explained(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    with database.transaction() as session:
        session.get_one(Bill, (meter, 202610)).number = 2
    answer = officer.press(shown, "说明所选", {"words": "新装空调", "chosen": boxes})
    assert answer.status_code == 409
    assert "已被更正" in page(answer).problems[0]
    assert explained(database) == []


@pytest.mark.parametrize("key", ["1-202610-1", "x", "999999-202610-1-price", "1-209913-1-price"])
def test_keys_of_elsewhere_do_not_exist(
    meter: int, sign_in: SignIn, database: Database, key: str
) -> None:
    officer = sign_in("yixing")
    data = {"chosen": key, "words": "新装空调", "act": "chosen"}
    assert officer.send(f"{REGION}/doubts", data).status_code == 404
    with database.transaction() as session:
        foreign = energy.doubled(session, people.ZHANGJIAGANG)
        data["chosen"] = f"{foreign.id}-202610-1-year_change"
    assert officer.send(f"{REGION}/doubts", data).status_code == 404


def test_explaining_twice_changes_nothing(meter: int, sign_in: SignIn, database: Database) -> None:
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    for _ in range(2):
        data = {"words": "新装空调", "chosen": boxes}
        assert officer.press(shown, "说明所选", data).status_code == 303
    assert len(explained(database)) == 2
    with database.reader() as session:
        assert len(session.scalars(select(Event).filter_by(action="bill.explained")).all()) == 1


# --- coverage -----------------------------------------------------------------------------------


def test_coverage_says_what_is_missing_and_whose_turn_it_is(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        other = energy.school(session, name="第二小学")
        energy.billed(session, other, 202511, 202608)
    words = texts(sign_in("wuxi"), f"{REGION}/coverage")
    assert "2026年10月 缺 1 张，待宜兴市补齐后报送月报" in words
    assert "2026年9—10月" in words
    assert "第二小学" in words
    assert "91.7%" in words
    water = texts(sign_in("wuxi"), f"{REGION}/coverage?energy=water&span=36")
    assert "没有应报的账单" in water


def test_missing_bills_come_as_the_template_and_go_in_again(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        other = energy.school(session, name="第二小学")
        energy.billed(session, other, 202511, 202608)
        number = other.number
    answer = sign_in("yixing").get(f"{REGION}/coverage/missing.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    head = next(at for at, row in enumerate(rows) if "户号" in row)
    assert rows[head][: len(titles_of(Kind.BILLS))] == list(titles_of(Kind.BILLS).values())
    lines = [row for row in rows[head + 1 :] if row[2]]
    assert [(row[0], row[2], row[3], row[-3]) for row in lines] == [
        ("第二小学", number, "2026-09", 1000.0),
        ("第二小学", number, "2026-10", 1000.0),
    ]
    with database.reader() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event is not None
        assert (event.action, event.modifies) == ("table.exported", False)
        assert event.note == "2025年11月—2026年10月，2张"


def test_a_region_without_meters_says_what_to_do(database: Database, sign_in: SignIn) -> None:
    officer = sign_in("yixing")
    assert "请先在“能源数据导入”中导入" in texts(officer, f"{REGION}/coverage")
    assert "还没有登记户号" in texts(officer, MONTH)
    assert "能源月报尚未报送" not in texts(officer, "/todo")


# --- sheets and statements ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{REGION}/doubts/export.xlsx", "市实验小学"),
        (f"{REGION}/months/export.xlsx?year=2026", "2026年10月"),
        ("/energy/months.xlsx", "宜兴市"),
    ],
)
def test_tables_are_taken_away_and_that_is_recorded(
    meter: int, sign_in: SignIn, database: Database, path: str, told: str
) -> None:
    answer = sign_in("leader").get(path)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert any(told in str(cell) for row in rows for cell in row)
    with database.reader() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event is not None
        assert (event.action, event.modifies) == ("table.exported", False)


PAGES = (
    f"{REGION}/coverage?span=36",
    f"{REGION}/doubts",
    f"{REGION}/doubts?state=all",
    f"{REGION}/months",
    MONTH,
    "/energy/months",
)


@pytest.mark.parametrize("path", PAGES)
def test_the_number_of_statements_does_not_grow(
    path: str, database: Database, clock: Any, sign_in: SignIn, statements: Statements
) -> None:
    client, counts = sign_in("wuxi"), []
    for size in (3, 25):
        with database.transaction() as session:
            for number in range(size):
                meter = energy.doubled(session, name=f"第{size}.{number}小学")
                gap = session.get_one(Bill, (meter.id, 202605))
                session.delete(gap)
            for month in range(202601, 202601 + min(size, 9)):
                if session.get(RegionMonth, (people.YIXING, month)) is None:
                    session.add(
                        RegionMonth(
                            region_code=people.YIXING,
                            month=month,
                            state=MonthState.COMPLETE,
                            reason="",
                        )
                    )
        client.get(path)
        with statements() as seen:
            client.get(path)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16, counts


def test_a_region_of_the_size_of_yixing_is_a_small_page(
    database: Database, clock: Any, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        for number in range(283):
            energy.school(session, name=f"宜兴市第{number}实验小学校区")
    body = sign_in("wuxi").get(f"{REGION}/coverage?span=36").data
    assert body.count(b'<td class="n">') == 283 * 36
    assert len(body) < 300_000

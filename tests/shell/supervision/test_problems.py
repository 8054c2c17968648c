"""The problem list of a region, and what the other pages and the inspection say of it."""

from __future__ import annotations

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from custody.accounts.rules import Place, Role
from custody.infra.journal import Event
from custody.supervision.actions import deciding
from custody.supervision.models import Answer, Matter
from custody.supervision.queries import consistency
from custody.supervision.queries.matters import open_orders
from custody.supervision.rules import Kind, Source, Status
from tests.critic import page
from tests.factories import people
from tests.factories import supervision as arrange
from tests.shell.supervision.test_orders import acts, matters

YIXING = people.YIXING
LIST = f"/regions/{YIXING}/problems"
HEAD = ["问题", "责任单位", "时限", "整改", "佐证", "市审", "省核", "销号"]
WORDS = {
    "title": "两处冷热量表未接入",
    "unit": "宜兴市机关事务管理局",
    "source": "acceptance",
    "what": "门诊楼、住院楼两处冷热量表未接入平台。",
    "requirement": "加装并接入。",
    "due": "2026-12-10",
}


def test_an_officer_enters_a_problem_and_it_goes_the_same_way(sign_in, database, store):
    officer = sign_in("yixing")
    shown = officer.get(f"{LIST}/new")
    empty = officer.press(shown, "保存", {"title": "", "what": "", "due": ""})
    assert empty.status_code == 422
    first = officer.press(shown, "保存", WORDS)
    again = officer.press(shown, "保存", WORDS)
    [matter] = matters(database)
    assert first.location == again.location == f"/supervision/{matter.id}"
    assert (matter.kind, matter.status, matter.source) == (
        Kind.PROBLEM,
        Status.ISSUED,
        Source.ACCEPTANCE,
    )
    assert (matter.number, matter.pdf_digest) == (None, "")
    with database.transaction() as session:
        arrange.closed(session, session.get_one(Matter, matter.id))
    assert acts(database) == ["entered", "file_added", "answered", "passed", "closed"]
    text = page(sign_in("leader").get(f"{LIST}?heap=closed")).text()
    for words in (WORDS["title"], arrange.MEASURES, "整改验收单.pdf", "11月22日销号"):
        assert words in text


def test_the_journal_says_where_a_problem_comes_from_and_what_it_is_about(sign_in, database, store):
    officer = sign_in("yixing")
    officer.press(officer.get(f"{LIST}/new"), "保存", WORDS)
    [matter] = matters(database)
    shown = officer.get(f"/supervision/{matter.id}/edit")
    answer = officer.press(shown, "保存", {"source": "company", "milestone": "M18"})
    assert answer.status_code == 303, page(answer).problems
    with database.reader() as session:
        entered, edited = session.scalars(
            select(Event).where(Event.kind == "supervision").order_by(Event.id)
        )
    assert entered.changes["source"] == [None, "acceptance"]
    assert edited.changes == {"source": ["acceptance", "company"], "milestone_code": ["", "M18"]}
    text = page(officer.get(f"/supervision/{matter.id}")).text()
    assert "来源 平台验收 →改为 节能服务公司反映 相关里程碑 M18" in text


def test_only_who_entered_it_or_the_province_may_change_it(sign_in, database):
    with database.transaction() as session:
        province = people.identity(session, "coordinator")
        number = arrange.entered(session, YIXING, actor=province).id
    officer, coordinator = sign_in("yixing"), sign_in("coordinator2")
    refused = officer.press(
        officer.get(f"/supervision/{number}/edit"), "保存", {"title": "改轻一点"}
    )
    assert refused.status_code == 422
    assert "由他人登记" in page(refused).problems[0]
    edit = coordinator.press(
        coordinator.get(f"/supervision/{number}/edit"), "保存", {"level": "red"}
    )
    assert edit.status_code == 303
    gone = coordinator.press(coordinator.get(f"/supervision/{number}"), "作废")
    assert gone.location == LIST
    assert matters(database)[0].status is Status.DISCARDED
    assert officer.get(f"/supervision/{number}").status_code == 404


def test_the_sheet_has_the_eight_columns_in_their_order(sign_in, database):
    with database.transaction() as session:
        arrange.closed(session, arrange.entered(session, YIXING, title="甲问题"))
        arrange.answered(session, arrange.entered(session, YIXING, title="乙问题"))
        arrange.entered(session, YIXING, title="丙问题")
        arrange.issued(session, YIXING, title="丁督办")
    shown = page(sign_in("coordinator").get(f"{LIST}?heap=all"))
    assert [shown.text(e) for e in shown.all("th") if e.get("scope") == "col"] == HEAD
    answer = sign_in("coordinator").get(f"{LIST}/list.xlsx?heap=all")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "宜兴市问题整改销号表"
    assert rows[2] == HEAD
    told = {str(row[0]).partition("\n")[0]: row[3:] for row in rows[3:]}
    assert told["甲问题"] == [
        arrange.MEASURES,
        "整改验收单.pdf",
        "11月22日通过",
        "11月22日核实",
        "11月22日销号",
    ]
    assert told["乙问题"][2:] == ["待审", "—", "未销号"]
    assert told["丙问题"][0] == "尚未反馈"
    assert "丁督办（督办2026年第1号）" in told
    assert acts(database)[-1] == "exported"
    only = sign_in("coordinator").get(f"{LIST}?heap=all&kind=problem")
    assert "丁督办" not in only.text


def test_the_region_s_page_and_the_board_tell_of_it(sign_in, database):
    with database.transaction() as session:
        arrange.issued(session, YIXING, title="数据报送滞后")
        arrange.drafted(session, YIXING, title="还没签发的")
        arrange.entered(session, YIXING, title="采集点断传")
        arrange.issued(session, people.ZHANGJIAGANG, title="别处的督办")
    for name in ("yixing", "leader-yixing", "coordinator"):
        text = page(sign_in(name).get(f"/regions/{YIXING}")).text()
        assert "数据报送滞后" in text
        assert "采集点断传" in text
        assert "待宜兴市反馈，还有7天" in text
        assert "还没签发的" not in text
        assert "别处的督办" not in text
    # A past day does not show what was not there then.
    past = page(sign_in("coordinator").get(f"/regions/{YIXING}?as_of=2026-11-01")).text()
    assert "数据报送滞后" not in past
    assert "办理中的督办单2件" in page(sign_in("coordinator").get("/board")).text().replace(" ", "")
    assert "办理中的督办单1件" in page(sign_in("wuxi").get("/board")).text().replace(" ", "")
    assert "督办单" not in page(sign_in("admin").get("/board")).text()


def test_a_past_day_s_board_counts_what_was_open_then(session, clock):
    """Issued on the 2nd, closed on the 10th, opened again on the 16th."""
    days = [date(2026, 11, number) for number in (2, 10, 16)]
    order = arrange.issued(session, YIXING, now=clock.to(days[0]))
    arrange.closed(session, order, now=clock.to(days[1]))
    now = clock.to(days[2])
    actor = people.identity(session, "coordinator")
    deciding.reopen(
        session, actor=actor, now=now, number=order.id, version=order.version, reason="又中断了"
    )
    session.flush()
    place = Place(people.JIANGSU)
    told = {number: open_orders(session, place, date(2026, 11, number)) for number in range(1, 20)}
    assert [number for number, count in told.items() if count] == [*range(2, 10), *range(16, 20)]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_board_asks_one_question_more_and_none_when_warm(sign_in, database, statements):
    with database.transaction() as session:
        arrange.issued(session, YIXING)
    client = sign_in("coordinator")
    with statements() as cold:
        client.get("/board")
    asked = [one for one in cold if "matter" in one]
    assert len(asked) == 1
    with statements() as warm:
        client.get("/board")
    assert [one for one in warm if "matter" in one] == []


# --- the inspection ------------------------------------------------------------------------------


def test_what_is_kept_follows_from_the_journal(session):
    order = arrange.issued(session, YIXING, title="甲")
    arrange.closed(session, order)
    arrange.answered(session, arrange.entered(session, YIXING, title="乙"), final=False)
    returned = arrange.answered(session, arrange.issued(session, YIXING, title="丙"))
    arrange.decided(session, returned, Role.CITY_REVIEWER)
    session.flush()
    assert list(consistency.told(session)) == []


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("status", Status.CLOSED, "操作日志的最后一次记录不一致"),
        ("level", "red", "操作日志的最后一次记录不一致"),
        ("what", "没有问题", "操作日志的最后一次记录不一致"),
        ("answers", 3, "反馈次数与登记不一致"),
        ("number", None, "编号或通知单与状态对应不上"),
    ],
)
def test_what_was_changed_behind_our_back_is_named(session, column, value, words):
    matter = arrange.answered(session, arrange.issued(session, YIXING, title="甲"))
    session.execute(update(Matter).where(Matter.id == matter.id).values({column: value}))
    session.expire_all()
    assert any(words in one for one in consistency.told(session)), list(consistency.told(session))


def test_an_answer_taken_out_is_named(session):
    arrange.answered(session, arrange.issued(session, YIXING, title="甲"))
    session.delete(session.scalars(select(Answer)).one())
    session.flush()
    assert any("反馈次数" in one for one in consistency.told(session))

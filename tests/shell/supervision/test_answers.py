"""Answers and their files: who does what, and what is never lost."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.infra import clock as machine
from custody.milestones.models import Draft
from custody.milestones.rules import Status as MilestoneStatus
from custody.supervision.actions.deciding import Verdict
from custody.supervision.models import Answer, AnswerDraft, Matter
from custody.supervision.queries.matters import waiting_for
from custody.supervision.rules import Status
from tests.critic import page
from tests.factories import people, programme
from tests.factories import supervision as arrange
from tests.shell.supervision.test_orders import acts, matters

YIXING, QINHUAI = people.YIXING, people.QINHUAI
MEASURES = "已更换全部网关，数据恢复正常。"
SOON = "2026-12-05"


def value(response, name):
    for field in page(response).all("input", "textarea"):
        if field.get("name") == name:
            return field.get("value") or "".join(field.itertext()).removeprefix("\n")
    raise AssertionError(f"no field {name}")


def upload(client, number, data=programme.PDF, name="整改验收单.pdf"):
    return client.send(
        f"/supervision/{number}/files",
        {"files": programme.upload(data, name)},
        content_type="multipart/form-data",
    )


# --- the whole life ----------------------------------------------------------------------------


def test_the_whole_life_of_an_order(sign_in, database, number):
    url = f"/supervision/{number}"
    officer, city, province = sign_in("yixing"), sign_in("wuxi"), sign_in("coordinator")
    assert "待宜兴市反馈，还有7天" in page(officer.get("/todo")).text()
    # 跟踪: measures and a new date.
    first = officer.press(officer.get(url), "报送阶段反馈", {"notes": MEASURES, "forecast": SOON})
    assert first.status_code == 303
    assert matters(database)[0].status is Status.FOLLOWED
    assert matters(database)[0].promised == date(2026, 12, 5)
    # 反馈: done, with something to look at.
    shown = officer.get(url)
    bare = officer.press(shown, "反馈并申请销号", {"notes": "全部整改到位。"})
    assert bare.status_code == 422
    assert page(bare).problems == ["申请销号须至少上传一份佐证材料；请先在下方上传。"]
    assert value(bare, "notes") == "全部整改到位。"
    assert upload(officer, number).status_code == 303
    shown = officer.get(url)
    assert value(shown, "notes") == "全部整改到位。"  # kept as a draft
    for _ in range(2):
        assert officer.press(shown, "反馈并申请销号").status_code == 303
    assert matters(database)[0].status is Status.AWAITING_CITY
    # 市审, 省核.
    assert "另有 1 件督办和问题的整改反馈等待您办理" in page(city.get("/queue")).text()
    desk = city.get(url)
    assert "整改验收单.pdf" in page(desk).text()
    for _ in range(2):
        assert city.press(desk, "通过").status_code == 303
    assert matters(database)[0].status is Status.AWAITING_PROVINCE
    desk = province.get(url)
    for _ in range(2):
        assert province.press(desk, "销号").status_code == 303
    assert matters(database)[0].status is Status.CLOSED
    assert acts(database) == [
        "drafted",
        "issued",
        "reported",
        "file_added",
        "answered",
        "passed",
        "closed",
    ]
    with database.reader() as session:
        assert session.scalars(select(AnswerDraft)).all() == []
        assert [one.final for one in session.scalars(select(Answer))] == [False, True]
    # 重新打开.
    closed = province.get(url)
    assert province.press(closed, "重新打开", {"reason": ""}).status_code == 422
    for _ in range(2):
        assert (
            province.press(closed, "重新打开", {"reason": "抽查发现数据又中断"}).status_code == 303
        )
    assert matters(database)[0].status is Status.RETURNED
    assert acts(database)[-1] == "reopened"
    assert "抽查发现数据又中断" in page(officer.get("/todo")).text()


STEPS = {
    # state: (who may, what they press)
    Status.ISSUED: {"yixing": {"报送阶段反馈", "反馈并申请销号"}},
    Status.FOLLOWED: {"yixing": {"报送阶段反馈", "反馈并申请销号"}},
    Status.AWAITING_CITY: {"wuxi": {"通过", "退回"}},
    Status.AWAITING_PROVINCE: {"coordinator": {"销号", "退回"}},
    Status.RETURNED: {"yixing": {"报送阶段反馈", "反馈并申请销号"}},
    Status.CLOSED: {"coordinator": {"重新打开"}},
    Status.DRAFT: {"coordinator": {"签发", "作废"}},
}
BUTTONS = {"报送阶段反馈", "反馈并申请销号", "通过", "销号", "退回", "重新打开", "签发", "作废"}


def brought_to(session, status):
    if status is Status.DRAFT:
        return arrange.drafted(session, YIXING)
    matter = arrange.issued(session, YIXING)
    if status is Status.FOLLOWED:
        return arrange.answered(session, matter, final=False)
    if status is Status.ISSUED:
        return matter
    arrange.answered(session, matter)
    if status is Status.AWAITING_CITY:
        return matter
    if status is Status.RETURNED:
        return arrange.decided(
            session, matter, Role.CITY_REVIEWER, verdict=Verdict.RETURN, reason="补充照片"
        )
    arrange.decided(session, matter, Role.CITY_REVIEWER)
    if status is Status.CLOSED:
        arrange.decided(session, matter, Role.COORDINATOR)
    return matter


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("status", STEPS)
def test_steps_and_roles(status, sign_in, database):
    """Every state × every kind of person: the buttons that are there, and no others."""
    with database.transaction() as session:
        matter = brought_to(session, status)
        assert matter.status is status
        number = matter.id
    for name in ("yixing", "wuxi", "coordinator", "leader", "auditor"):
        shown = sign_in(name).get(f"/supervision/{number}")
        wanted = STEPS[status].get(name, set())
        if status is Status.DRAFT and name != "coordinator":
            assert shown.status_code == 404
            continue
        there = {page(shown).text(e) for e in page(shown).all("button")} & BUTTONS
        assert there == wanted, name


# --- nothing is lost ----------------------------------------------------------------------------


def test_drafts_save_themselves_and_are_dropped(sign_in, database, number):
    officer = sign_in("yixing")
    url = f"/supervision/{number}"
    kept = officer.send(f"{url}/draft", {"notes": "写到一半", "forecast": "十二月"})
    assert kept.json == {"saved": "09:30"}
    shown = officer.get(url)
    assert value(shown, "notes") == "写到一半"
    assert "已恢复您" in page(shown).text()
    assert value(sign_in("yixing2").get(url), "notes") == ""
    assert officer.press(shown, "放弃草稿").status_code == 303
    assert value(officer.get(url), "notes") == ""
    officer.send(f"{url}/draft", {"notes": "又写"})
    officer.send(f"{url}/draft", {"notes": "", "forecast": ""})
    with database.reader() as session:
        assert session.scalars(select(AnswerDraft)).all() == []
    assert acts(database) == ["drafted", "issued"]


def test_two_officers_at_one_order(sign_in, database, number):
    url = f"/supervision/{number}"
    one, two = sign_in("yixing"), sign_in("yixing2")
    shown = two.get(url)
    one.press(one.get(url), "报送阶段反馈", {"notes": "第一个人写的措施", "forecast": SOON})
    late = two.press(shown, "报送阶段反馈", {"notes": "第二个人写的措施", "forecast": "2026-12-20"})
    assert late.status_code == 409
    text = page(late).text()
    assert "第一个人写的措施" in text
    assert value(late, "notes") == "第二个人写的措施"
    assert matters(database)[0].answers == 1
    assert two.press(late, "报送阶段反馈").status_code == 303
    assert matters(database)[0].answers == 2
    assert matters(database)[0].promised == date(2026, 12, 20)


def test_words_that_come_too_late_are_shown_and_kept(sign_in, database, number):
    url = f"/supervision/{number}"
    one, two = sign_in("yixing"), sign_in("yixing2")
    shown = two.get(url)
    upload(one, number)
    one.press(one.get(url), "反馈并申请销号", {"notes": MEASURES})
    late = two.press(shown, "反馈并申请销号", {"notes": "我也写了一份措施"})
    assert late.status_code == 422
    assert "正在等待设区市审核" in page(late).problems[0]
    assert "我也写了一份措施" in page(late).text()
    with database.reader() as session:
        assert session.scalars(select(AnswerDraft)).one().fields["notes"] == "我也写了一份措施"


def test_a_bad_file_is_named_and_the_good_one_kept(sign_in, database, number):
    officer = sign_in("yixing")
    bad = upload(officer, number, programme.EXE, "照片.pdf")
    assert bad.status_code == 422
    assert "照片.pdf" in page(bad).text()
    for _ in range(2):
        upload(officer, number)
    shown = officer.get(f"/supervision/{number}")
    removals = [e for e in page(shown).all("button") if page(shown).text(e) == "移除"]
    assert len(removals) == 1
    assert officer.press(shown, "移除 整改验收单.pdf").status_code == 303
    assert acts(database)[-2:] == ["file_added", "file_removed"]


def test_what_was_sent_cannot_be_taken_away(sign_in, database, number):
    with database.transaction() as session:
        matter = session.get_one(Matter, number)
        file = arrange.file_put(session, matter)
        arrange.answered(session, matter, final=False)
    answer = sign_in("yixing").send(f"/supervision/{number}/files/{file}/remove")
    assert answer.status_code == 422
    assert "已随反馈报送" in page(answer).text()


# --- the milestone's forecast -------------------------------------------------------------------


def test_the_new_date_becomes_the_forecast_in_the_same_act(sign_in, database):
    with database.transaction() as session:
        matter = arrange.drafted_for(session, people.XISHAN, "M05")
        arrange.issue(session, matter)
        officer = programme.account_at(session, Role.OFFICER, people.XISHAN)
        row = programme.milestone(session, people.XISHAN, "M05")
        session.add(
            Draft(
                account_id=officer.id,
                milestone_id=row.id,
                fields={"notes": "另一页上写到一半"},
                saved_at=machine.now(),
            )
        )
        number = matter.id
    client = sign_in("xishan")
    shown = client.get(f"/supervision/{number}")
    answer = client.press(shown, "报送阶段反馈", {"notes": MEASURES, "forecast": SOON})
    assert answer.status_code == 303
    with database.reader() as session:
        row = programme.milestone(session, people.XISHAN, "M05")
        assert row.forecast == date(2026, 12, 5)
        kept = session.scalars(select(Draft)).one()
        assert kept.fields["notes"] == "另一页上写到一半"
    assert "updated" in acts(database, "milestone.")
    # Not ticked, the forecast stays.
    later = {"notes": "继续推进，已完成八成。", "forecast": "2026-12-20", "move": []}
    client.press(client.get(f"/supervision/{number}"), "报送阶段反馈", later)
    with database.reader() as session:
        assert programme.milestone(session, people.XISHAN, "M05").forecast == date(2026, 12, 5)


def test_whoever_asks_for_the_end_promises_no_date(sign_in, database):
    with database.transaction() as session:
        matter = arrange.drafted_for(session, people.XISHAN, "M05")
        arrange.issue(session, matter)
        arrange.file_put(session, matter)
        before, number = programme.milestone(session, people.XISHAN, "M05").forecast, matter.id
    client = sign_in("xishan")
    url = f"/supervision/{number}"
    typed = {"notes": MEASURES, "forecast": "2026-12-20"}
    refused = client.press(client.get(url), "反馈并申请销号", typed)
    assert refused.status_code == 422
    assert "请清空新的完成时限" in page(refused).problems[0]
    assert value(refused, "forecast") == "2026-12-20"
    assert matters(database)[0].answers == 0
    cleared = client.press(refused, "反馈并申请销号", {"forecast": ""})
    assert cleared.status_code == 303
    assert matters(database)[0].promised is None
    with database.reader() as session:
        assert programme.milestone(session, people.XISHAN, "M05").forecast == before
    assert "updated" not in acts(database, "milestone.")


def test_a_milestone_that_was_handed_in_keeps_its_dates(database, session):
    matter = arrange.drafted_for(session, people.XISHAN, "M05")
    arrange.issue(session, matter)
    row = programme.submitted(session, people.XISHAN, "M05")
    before = row.forecast
    arrange.answered(session, matter, final=False, forecast=True)
    assert row.status is MilestoneStatus.AWAITING_CITY
    assert row.forecast == before


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_the_milestone_is_locked_before_the_end_of_the_journal(database, clock, statements):
    """Whoever holds the journal's end and waits for a row dies with whoever holds the row."""
    with database.transaction() as session:
        matter = arrange.drafted_for(session, people.XISHAN, "M05")
        arrange.issue(session, matter)
    with statements() as seen, database.transaction() as session:
        found = session.get_one(Matter, matter.id)
        arrange.answered(session, found, final=False, forecast=True)
        assert programme.milestone(session, people.XISHAN, "M05").forecast == found.promised
    locks = [n for n, one in enumerate(seen) if "FOR UPDATE OF milestone" in one]
    journal = next(n for n, one in enumerate(seen) if "pg_advisory_xact_lock" in one)
    assert locks[0] < journal, seen


# --- lists ----------------------------------------------------------------------------------------


def test_the_most_overdue_comes_first(session, actor):
    now = machine.now()
    for days, title in ((5, "缓"), (1, "近"), (-3, "逾期三天"), (-9, "逾期九天")):
        matter = arrange.issued(
            session,
            YIXING,
            title=title,
            now=now - timedelta(days=20),
            due=now.date() - timedelta(10),
        )
        matter.due = now.date() + timedelta(days=days)
    session.flush()
    lines = waiting_for(session, actor("yixing"), today=now.date())
    assert [line.matter.title for line in lines] == ["逾期九天", "逾期三天", "近", "缓"]
    assert [line.days_over for line in lines] == [9, 3, 0, 0]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_pages_need_the_same_statements(sign_in, database, clock, statements):
    def counted():
        found = {}
        for name, path in (
            ("coordinator", "/supervision"),
            ("yixing", "/supervision"),
            ("yixing", "/todo"),
            ("wuxi", "/queue"),
            ("coordinator", f"/regions/{YIXING}"),
            ("coordinator", f"/regions/{YIXING}/problems"),
            ("coordinator", f"/supervision/{first}"),
        ):
            client = sign_in(name)
            client.get(path)
            with statements() as seen:
                assert client.get(path).status_code == 200
            found[name, path] = len(seen)
        return found

    with database.transaction() as session:
        first = arrange.answered(session, arrange.issued(session, YIXING)).id
        arrange.entered(session, YIXING)
    few = counted()
    with database.transaction() as session:
        for count in range(12):
            matter = arrange.issued(session, YIXING, title=f"事项{count}")
            arrange.answered(session, matter, final=bool(count % 2))
    assert counted() == few


def test_the_list_as_a_sheet(sign_in, database, number):
    from python_calamine import CalamineWorkbook

    answer = sign_in("leader").get("/supervision/list.xlsx?heap=open")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[2][:4] == ["编号", "类型", "级别", "事项"]
    assert rows[3][0] == "督办2026年第1号"
    assert acts(database)[-1] == "exported"

"""我的待办: what is due, late, returned, waiting and for whom; one click says that nothing changed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from custody.infra import clock as machine
from custody.infra.journal import Event
from custody.milestones.models import Milestone, MonthReport
from custody.milestones.rules import Status
from tests.critic import page
from tests.factories import programme as arrange


def heaps(response):
    """{group: [codes]} as the page shows them."""
    found, current = {}, None
    for row in page(response).all("tr"):
        heads = [e for e in row.iter() if e.tag == "th"]
        if heads and heads[0].get("scope") == "rowgroup":
            current = page(response).text(heads[0]).split()[0]
            found[current] = []
        elif current and heads:
            found[current].append(page(response).text(heads[0])[:3])
    return found


def test_a_line_says_why_and_for_whom(sign_in, database, clock):
    with database.transaction() as session:
        arrange.returned(session, "320205", "M04", reason="审计报告缺少第5章。")
        arrange.submitted(session, "320205", "M06", now=machine.at(machine.today().replace(day=17)))
        arrange.updated(session, "320205", "M10", percent=90)
    response = sign_in("xishan").get("/todo")
    text = page(response).text()
    assert "退回理由：审计报告缺少第5章。" in text
    assert "待无锡市局审核，已3个工作日" in text
    assert "逾期206天" in text
    links = [a.get("href") for a in page(response).all("a")]
    assert "/regions/320205/milestones/M04" in links


def test_groups_come_in_order(sign_in, database):
    with database.transaction() as session:
        arrange.returned(session, "320205", "M04")
        arrange.submitted(session, "320205", "M06")
        arrange.updated(session, "320205", "M10", percent=90)
    found = heaps(sign_in("xishan").get("/todo"))
    assert [name.rstrip("0123456789") for name in found] == [
        "已退回",
        "已逾期",
        "临期",
        "待审核中",
        "未开始",
    ]
    by_name = {name.rstrip("0123456789"): codes for name, codes in found.items()}
    assert by_name["临期"] == ["M10", "M11"]
    assert by_name["待审核中"] == ["M06"]
    assert by_name["未开始"] == ["G-C"]


def test_where_the_city_has_no_reviewer_the_province_is_waited_for(sign_in, database):
    with database.transaction() as session:
        arrange.submitted(session, "320104", "M01")
    assert "待省局核实，今天提交" in sign_in("qinhuai").get("/todo").text


def test_one_click_reports_no_change_and_says_who_and_when(sign_in, database):
    client = sign_in("xishan")
    before = client.get("/todo")
    assert "11月尚未报告" in before.text
    assert client.press(before, "本月无变化").status_code == 303
    assert client.press(before, "本月无变化").status_code == 303  # a double click
    after = client.get("/todo")
    assert "11月已报告：本月无变化" in page(after).text()
    assert "锡报" in page(after).text()
    assert "11月22日 09:30" in page(after).text()
    with database.reader() as session:
        rows = session.scalars(select(MonthReport)).all()
        events = session.scalars(select(Event).where(Event.action == "month.no_change")).all()
    assert [(row.region_code, row.month, row.no_change) for row in rows] == [
        ("320205", "2026-11", True)
    ]
    assert len(events) == 1


def test_only_officers_have_a_list_and_may_report(sign_in, database):
    for role in ("coordinator", "wuxi", "leader", "auditor", "admin"):
        client = sign_in(role)
        assert client.get("/todo").status_code == 403
        assert client.send("/todo/no-change").status_code == 403
    with database.reader() as session:
        assert session.scalars(select(MonthReport)).all() == []


def test_nothing_left_to_do_says_why_and_what_next(sign_in, database):
    with database.transaction() as session:
        for row in session.scalars(select(Milestone).where(Milestone.region_code == "320205")):
            row.status = Status.CONFIRMED
    text = page(sign_in("xishan").get("/todo")).text()
    assert "12 项里程碑全部办结" in text
    with database.transaction() as session:
        for row in session.scalars(select(Milestone).where(Milestone.region_code == "320205")):
            session.delete(row)
    assert "还没有开启任何里程碑" in sign_in("xishan").get("/todo").text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_number_of_statements_is_fixed(sign_in, database, statements):
    client = sign_in("xishan")
    with database.transaction() as session:
        arrange.submitted(session, "320205", "M06")
    with statements() as few:
        client.get("/todo")
    with database.transaction() as session:
        for code in ("M01", "M02", "M03", "M04", "M05"):
            arrange.submitted(session, "320205", code)
    with statements() as full:
        client.get("/todo")
    assert len(few) == len(full) <= 17, str(full)

"""The reviewers' pages: oldest first, one by one or several at once, never one's own."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from custody.accounts.models import Account
from custody.infra import clock as machine
from custody.infra.journal import Event
from custody.milestones.models import Passage
from custody.milestones.rules import Claim, Stage, Status
from tests.critic import page
from tests.factories import programme as arrange
from tests.shell.milestones.test_report import XISHAN, acts, row, value

QUEUE = "/queue"
CITY_ONE = "/regions/320205/milestones/M01/review"
PROVINCE_ONE = "/regions/320104/milestones/M01/review"


def day(number):
    return machine.at(date(2026, 11, number))


def waiting(session):
    """锡山 M01 waits for its city; 秦淮 M01, M02 and 张家港 M15 (passed by its city) for the province."""
    arrange.submitted(session, XISHAN, "M01", now=day(9))
    arrange.submitted(session, "320104", "M02", now=day(10))
    arrange.passed(session, "320582", "M15", now=day(11))
    arrange.submitted(
        session,
        "320104",
        "M03",
        now=day(12),
        claim=Claim.NOT_APPLICABLE,
        reason="账单已由市级统一归集。",
    )
    arrange.submitted(session, "320104", "M01", now=day(20))


def lines(response):
    found = []
    for tr in page(response).all("tr"):
        if any(e.get("name") == "chosen" for e in tr.iter()):
            found.append(page(response).text(tr))
    return found


def boxes(response):
    return [e.get("value") for e in page(response).all("input") if e.get("name") == "chosen"]


def test_each_reviewer_sees_their_own_desk_oldest_first(sign_in, database):
    with database.transaction() as session:
        waiting(session)
    mine = lines(sign_in("wuxi").get(QUEUE))
    assert [line.split("　")[0][:10] for line in mine] == ["无锡市锡山区 M01"]
    assert " 9 " in mine[0]  # working days since 9 November
    province = lines(sign_in("coordinator").get(QUEUE))
    assert [line.split()[0] + " " + line.split()[1][:3] for line in province] == [
        "南京市秦淮区 M02",
        "张家港市 M15",
        "南京市秦淮区 M03",
        "南京市秦淮区 M01",
    ]
    assert "不适用" in province[2]
    assert lines(sign_in("suzhou").get(QUEUE)) == []
    assert "目前没有待审核的提交" in sign_in("suzhou").get(QUEUE).text
    filtered = lines(sign_in("coordinator").get(QUEUE, query_string={"city": "320500"}))
    assert len(filtered) == 1
    assert "该市目前没有" in sign_in("coordinator").get(QUEUE, query_string={"city": "x"}).text


def test_a_city_that_lost_its_reviewer_holds_nothing_up(sign_in, database):
    with database.transaction() as session:
        waiting(session)
        session.scalars(select(Account).where(Account.username == "wuxi")).one().active = False
    client = sign_in("coordinator")
    assert "无锡市锡山区" in lines(client.get(QUEUE))[0]
    assert client.press(client.get(CITY_ONE), "确认销号").status_code == 303
    assert row(database, "M01").status is Status.CONFIRMED


def test_passing_one_leads_to_the_next(sign_in, database):
    with database.transaction() as session:
        waiting(session)
        arrange.submitted(session, XISHAN, "M02", now=day(12))
    client = sign_in("wuxi")
    shown = client.get(CITY_ONE)
    answer = client.press(shown, "通过")
    assert answer.location == "/regions/320205/milestones/M02/review"
    assert row(database, "M01").status is Status.AWAITING_PROVINCE
    told = client.get(answer.location)
    assert "已通过并报省级核实：M01" in told.text
    # A second click on the first page is answered alike and recorded once.
    assert client.press(shown, "通过").status_code == 303
    assert acts(database).count("passed") == 2  # 张家港's by 苏审, this one by 吴审
    assert client.press(told, "通过").location == QUEUE


def test_returning_needs_a_reason_and_keeps_what_was_typed(sign_in, database):
    with database.transaction() as session:
        waiting(session)
    client = sign_in("coordinator")
    shown = client.get(PROVINCE_ONE)
    refused = client.press(shown, "退回", {"reason": "缺"})
    assert refused.status_code == 422
    assert "请写明退回理由" in page(refused).problems[0]
    assert value(refused, "reason") == "缺"
    assert row(database, "M01", "320104").status is Status.AWAITING_PROVINCE
    assert client.press(shown, "退回", {"reason": "缺少盖章页"}).status_code == 303
    assert row(database, "M01", "320104").status is Status.RETURNED
    assert "退回理由 缺少盖章页" in page(sign_in("qinhuai").get(PROVINCE_ONE[:-7])).text()
    with database.reader() as session:
        event = session.scalars(select(Event).where(Event.action == "milestone.returned")).one()
    assert (event.actor_name, event.note) == ("韩协", "缺少盖章页")


def test_several_at_once_and_all_or_none(sign_in, database):
    with database.transaction() as session:
        waiting(session)
    client = sign_in("coordinator")
    shown = client.get(QUEUE)
    assert page(client.press(shown, "确认销号所选")).problems == ["请先勾选要办理的提交。"]
    refused = client.press(shown, "退回所选", {"chosen": boxes(shown)[:2], "reason": ""})
    assert refused.status_code == 422
    ticked = [
        e.get("value")
        for e in page(refused).all("input")
        if e.get("name") == "chosen" and e.get("checked") is not None
    ]
    assert ticked == boxes(shown)[:2]
    answer = client.press(shown, "确认销号所选", {"chosen": boxes(shown)[:3]})
    assert answer.status_code == 303
    # Two were done, one was not applicable: each is counted as what it is.
    assert "已确认销号2项，认定不适用1项。" in client.get(QUEUE).text
    assert row(database, "M02", "320104").status is Status.CONFIRMED
    assert row(database, "M03", "320104").status is Status.NOT_APPLICABLE
    # The page is old now: one of the two is settled, so neither is touched and the one is named.
    late = client.press(shown, "退回所选", {"chosen": boxes(shown)[2:], "reason": "需要补充"})
    assert late.status_code == 422
    assert "南京市秦淮区 M03" in page(late).problems[0]
    assert value(late, "reason") == "需要补充"
    assert row(database, "M01", "320104").status is Status.AWAITING_PROVINCE


def test_several_are_returned_with_one_reason(sign_in, database):
    with database.transaction() as session:
        waiting(session)
    client = sign_in("coordinator")
    shown = client.get(QUEUE)
    chosen = {"chosen": boxes(shown), "reason": "请统一补充盖章页"}
    assert client.press(shown, "退回所选", chosen).status_code == 303
    assert client.press(shown, "退回所选", chosen).status_code == 303  # a double click
    assert acts(database).count("returned") == 4
    assert lines(client.get(QUEUE)) == []


def test_a_submission_changed_meanwhile_is_not_decided(sign_in, database):
    with database.transaction() as session:
        arrange.submitted(session, "320104", "M01", now=day(10))
    client, officer = sign_in("coordinator"), sign_in("qinhuai")
    shown = client.get(PROVINCE_ONE)
    listed = client.get(QUEUE)
    officer.press(officer.get(PROVINCE_ONE[:-7]), "撤回提交")
    gone = client.press(shown, "退回", {"reason": "补充照片"})
    assert gone.status_code == 422
    assert "可能已被他人处理" in page(gone).problems[0]
    assert "补充照片" in page(gone).text()
    officer.press(officer.get(PROVINCE_ONE[:-7]), "提交审核", {"notes": "重新写过"})
    changed = client.press(shown, "退回", {"reason": "补充照片"})
    assert changed.status_code == 409
    assert value(changed, "reason") == "补充照片"
    assert "重新写过" in page(changed).text()
    several = client.press(listed, "退回所选", {"chosen": boxes(listed), "reason": "补充照片"})
    assert several.status_code == 409
    assert value(several, "reason") == "补充照片"
    assert row(database, "M01", "320104").status is Status.AWAITING_PROVINCE


def test_nobody_reviews_their_own(sign_in, database):
    with database.transaction() as session:
        arrange.submitted(session, XISHAN, "M01")
        # The officer becomes the city's reviewer.
        account = session.scalars(select(Account).where(Account.username == "xishan")).one()
        account.role, account.region_code = "city_reviewer", None
    client = sign_in("xishan")
    shown = client.get(CITY_ONE)
    assert "不能审核自己提交的材料" in shown.text
    assert "退回理由" not in page(shown).text()
    sent = client.send(CITY_ONE, {"version": "2", "verdict": "accept"})
    assert sent.status_code == 422
    assert "不能审核自己提交的材料" in page(sent).problems[0]
    assert row(database, "M01").status is Status.AWAITING_CITY


def test_a_gate_moves_the_region_and_says_so(sign_in, database):
    with database.transaction() as session:
        for number in range(1, 12):
            arrange.confirmed(session, "320104", f"M{number:02}")
        arrange.submitted(session, "320104", "G-C")
    client = sign_in("coordinator")
    url = "/regions/320104/milestones/G-C/review"
    answer = client.press(client.get(url), "确认销号")
    text = page(client.get(answer.location)).text()
    assert "南京市秦淮区已通过“招标前准备”，进入“招标签约”" in text
    assert row(database, "M12", "320104").status is Status.NOT_STARTED
    with database.reader() as session:
        passage = session.get(Passage, ("320104", Stage.PRE_TENDER))
    assert passage.passed_on == date(2026, 11, 22)


def test_a_coordinator_reopens_and_replans(sign_in, database):
    with database.transaction() as session:
        arrange.confirmed(session, XISHAN, "M01")
    client = sign_in("coordinator")
    one = "/regions/320205/milestones/M01"
    shown = client.get(one)
    refused = client.press(shown, "退回重报", {"reason": ""})
    assert refused.status_code == 422
    assert client.press(shown, "退回重报", {"reason": "名单有误，请更正"}).status_code == 303
    assert row(database, "M01").status is Status.RETURNED
    opened = client.get(one)
    bad = client.press(opened, "调整计划日期", {"planned": "下周", "reason": "疫情影响"})
    assert bad.status_code == 422
    assert value(bad, "reason") == "疫情影响"
    moved = {"planned": "2026-12-10", "reason": "财政流程调整"}
    assert client.press(opened, "调整计划日期", moved).status_code == 303
    assert row(database, "M01").planned == date(2026, 12, 10)
    again = client.press(opened, "调整计划日期", {"planned": "2026-12-20", "reason": "再调"})
    assert again.status_code == 409
    assert value(again, "reason") == "再调"
    history = page(client.get(one)).text()
    assert "计划完成 4月30日 →改为 12月10日" in history
    assert "财政流程调整" in history
    for role in ("xishan", "wuxi", "leader", "auditor"):
        other = sign_in(role)
        assert other.send(f"{one}/reopen", {"reason": "不行"}).status_code == 403
        assert other.send(f"{one}/replan", {"reason": "不行"}).status_code == 403


def test_who_may_not_review(sign_in, database):
    with database.transaction() as session:
        waiting(session)
    for role in ("xishan", "leader", "auditor", "admin"):
        client = sign_in(role)
        for url in (QUEUE, CITY_ONE):
            assert client.get(url).status_code == 403
            assert client.send(url, {"verdict": "accept"}).status_code == 403
    suzhou = sign_in("suzhou")
    assert suzhou.get(CITY_ONE).status_code == 404
    assert suzhou.send(CITY_ONE, {"verdict": "accept", "version": "2"}).status_code == 404
    number = row(database, "M01").id
    assert suzhou.send(QUEUE, {"verdict": "accept", "chosen": f"{number}.2"}).status_code == 404
    assert suzhou.send(QUEUE, {"verdict": "accept", "chosen": "9' or.x"}).status_code == 404
    # The province waits until the city has passed it on.
    coordinator = sign_in("coordinator")
    assert "尚未轮到您处理" in coordinator.get(CITY_ONE).text
    early = coordinator.send(CITY_ONE, {"verdict": "accept", "version": "2"})
    assert early.status_code == 422
    assert row(database, "M01").status is Status.AWAITING_CITY


def test_what_no_longer_waits_shows_its_own_page(sign_in):
    answer = sign_in("wuxi").get(CITY_ONE)
    assert answer.location == "/regions/320205/milestones/M01"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_number_of_statements_is_fixed(sign_in, database, statements):
    client = sign_in("coordinator")
    with statements() as empty:
        client.get(QUEUE)
    with database.transaction() as session:
        waiting(session)
    with statements() as full:
        client.get(QUEUE)
    # Where something waits, working days are counted: the calendar is asked once.
    assert len(empty) + 1 == len(full) <= 11, str(full)
    with statements() as one:
        client.get(PROVINCE_ONE)
    assert len(one) <= 19, str(one)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_long_queue_comes_in_pages(sign_in, database, monkeypatch):
    from custody.milestones.views import review as views
    from custody.web.paging import page_of

    monkeypatch.setattr(views, "page_of", lambda total: page_of(total, 2))
    with database.transaction() as session:
        waiting(session)
    client = sign_in("coordinator")
    assert len(lines(client.get(QUEUE))) == 2
    second = client.get(QUEUE, query_string={"page": "2"})
    assert "第 3–4 项，共 4 项" in page(second).text()
    # What is refused comes back on its own page, still ticked.
    refused = client.press(second, "退回所选", {"chosen": boxes(second)})
    assert refused.status_code == 422
    assert boxes(refused) == boxes(second)

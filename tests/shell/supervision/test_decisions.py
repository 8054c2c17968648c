"""Decisions, reopening, escalation: who does what, together with whom."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from custody import worker
from custody.accounts.models import Account
from custody.accounts.rules import Role
from custody.infra import clock as machine
from custody.kernel.problems import Refused
from custody.supervision.actions import deciding
from custody.supervision.actions.deciding import Verdict
from custody.supervision.models import Matter
from custody.supervision.rules import Level, Status
from tests.critic import page
from tests.factories import people
from tests.factories import supervision as arrange
from tests.shell.supervision.test_answers import value
from tests.shell.supervision.test_orders import acts, boxes, matters

YIXING, QINHUAI = people.YIXING, people.QINHUAI
MEASURES = "已更换全部网关，数据恢复正常。"


def test_several_are_closed_at_once_or_none(sign_in, database):
    with database.transaction() as session:
        for title in ("甲事项", "乙事项"):
            matter = arrange.answered(session, arrange.issued(session, YIXING, title=title))
            arrange.decided(session, matter, Role.CITY_REVIEWER)
    client = sign_in("coordinator")
    shown = client.get("/supervision?heap=mine")
    both = {"chosen": list(boxes(shown).values())}
    refused = client.press(shown, "退回所选", {**both, "reason": ""})
    assert refused.status_code == 422
    assert {row.status for row in matters(database)} == {Status.AWAITING_PROVINCE}
    with database.transaction() as session:
        arrange.decided(
            session,
            session.get_one(Matter, matters(database)[0].id),
            Role.COORDINATOR,
            verdict=Verdict.RETURN,
            reason="补充照片",
        )
    refused = client.press(shown, "销号所选", both)
    assert refused.status_code == 422
    assert "宜兴市 甲事项" in page(refused).problems[0]
    assert [row.status for row in matters(database)] == [
        Status.RETURNED,
        Status.AWAITING_PROVINCE,
    ]
    fresh = client.get("/supervision?heap=mine")
    for _ in range(2):
        answer = client.press(fresh, "销号所选", {"chosen": list(boxes(fresh).values())})
        assert answer.status_code == 303
    assert matters(database)[1].status is Status.CLOSED
    assert acts(database).count("closed") == 1


def test_who_gets_work_back_has_time_for_it(session):
    matter = arrange.answered(session, arrange.issued(session, YIXING, due=date(2026, 11, 23)))
    arrange.decided(session, matter, Role.CITY_REVIEWER, verdict=Verdict.RETURN, reason="补充照片")
    assert matter.due == date(2026, 11, 27)  # five working days for a yellow one


def test_a_city_without_a_reviewer_holds_nothing_up(sign_in, database):
    with database.transaction() as session:
        straight = arrange.answered(session, arrange.issued(session, QINHUAI))
        assert straight.status is Status.AWAITING_PROVINCE
        orphan = arrange.answered(session, arrange.issued(session, YIXING))
        assert orphan.status is Status.AWAITING_CITY
        session.scalars(select(Account).where(Account.username == "wuxi")).one().active = False
    client = sign_in("coordinator")
    assert len(boxes(client.get("/supervision?heap=mine"))) == 2
    assert client.press(client.get(f"/supervision/{orphan.id}"), "销号").status_code == 303
    assert matters(database)[1].status is Status.CLOSED


def test_nobody_decides_on_their_own_answer(session, actor):
    matter = arrange.answered(session, arrange.issued(session, YIXING))
    reviewer = actor("wuxi")
    matter.answered_by = reviewer.id
    session.flush()
    with pytest.raises(Refused, match="不能审核自己报送的反馈"):
        deciding.decide(
            session,
            actor=reviewer,
            now=machine.now(),
            chosen=[(matter.id, matter.version)],
            verdict=Verdict.ACCEPT,
        )


def test_an_answer_changed_meanwhile_is_not_decided(sign_in, database):
    with database.transaction() as session:
        number = arrange.answered(session, arrange.issued(session, YIXING)).id
    city = sign_in("wuxi")
    shown = city.get(f"/supervision/{number}")
    other = city.get(f"/supervision/{number}")
    city.press(other, "退回", {"reason": "补充照片"})
    late = city.press(shown, "通过")
    assert late.status_code == 422
    with database.transaction() as session:
        arrange.answered(session, session.get_one(Matter, number), measures="又补充了一份说明")
    stale = city.press(shown, "退回", {"reason": "照片还不够"})
    assert stale.status_code == 409
    assert value(stale, "reason") == "照片还不够"


def test_reopening_beside_a_newer_order_is_refused(session, actor):
    old = arrange.drafted_for(session, people.XISHAN, "M05")
    arrange.issue(session, old)
    arrange.closed(session, old)
    arrange.drafted_for(session, people.XISHAN, "M05")
    with pytest.raises(Refused, match="另有拟办的督办单"):
        deciding.reopen(
            session,
            actor=actor("coordinator"),
            now=machine.now(),
            number=old.id,
            version=old.version,
            reason="又滞后了",
        )


def test_an_order_without_an_answer_rises_once(sign_in, database, clock, number):
    clock.to(date(2026, 11, 30))
    officer = sign_in("yixing")
    before = len(acts(database))
    # Shown at once, though nobody has written it down yet; looking changes nothing.
    shown = page(officer.get(f"/supervision/{number}")).text()
    assert "督办级别已升为红色督办" in shown
    assert matters(database)[0].level is Level.YELLOW
    assert len(acts(database)) == before
    for _ in range(2):
        worker.escalate(database)
    assert (matters(database)[0].level, acts(database)[before:]) == (Level.RED, ["escalated"])
    clock.to(date(2026, 12, 30))
    worker.escalate(database)
    assert acts(database)[before:] == ["escalated"]


def test_whoever_answers_late_answers_the_higher_level(sign_in, database, clock, number):
    clock.to(date(2026, 11, 30))
    officer = sign_in("yixing")
    shown = officer.get(f"/supervision/{number}")
    late = {"notes": MEASURES, "forecast": "2026-12-10"}
    for _ in range(2):
        assert officer.press(shown, "报送阶段反馈", late).status_code == 303
    assert matters(database)[0].level is Level.RED
    assert acts(database)[-2:] == ["escalated", "reported"]
    worker.escalate(database)
    assert acts(database)[-1] == "reported"

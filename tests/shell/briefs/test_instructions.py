"""批示 from the leader's words to the answer, and opened again: rows, journal, messages, statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from custody.briefs.models import Instruction
from custody.briefs.rules import InstructionState
from custody.inbox.models import Message
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.critic import page
from tests.factories import inbox
from tests.factories.briefs import SignIn, frozen, published

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
WORDS = {"text": "请宜兴市查明原因，尽快补上。", "place": "320282", "due": "2026-12-01"}


def only(database: Database) -> Instruction:
    with database.reader() as session:
        return session.scalars(select(Instruction)).one()


def instructed(sign_in: SignIn) -> str:
    """Where the one 批示 stands."""
    leader = sign_in("leader")
    url = published(sign_in)
    assert leader.press(leader.get(url), "登记批示", WORDS).status_code == 303
    return "/briefs/instructions/1"


def test_from_the_leaders_words_to_the_answer_and_back(sign_in: SignIn, database: Database) -> None:
    leader, officer = sign_in("leader"), sign_in("yixing")
    url = published(sign_in)
    shown = leader.get(url)
    for _ in range(2):
        assert leader.press(shown, "登记批示", WORDS).status_code == 303
    row = only(database)
    assert (row.leader, row.region_code, str(row.due)) == ("郑领", "320282", "2026-12-01")
    assert "请宜兴市查明原因" in page(leader.get(url)).text()
    one = f"/briefs/instructions/{row.id}"
    assert officer.get(url).status_code == 404, "the brief itself is not for the region"
    assert "请宜兴市查明原因" in page(officer.get("/todo")).text()
    assert "宜兴市填报员" in page(officer.get("/briefs/instructions")).text()
    opened = officer.get(one)
    silent = officer.press(opened, "办结")
    assert silent.status_code == 422
    assert page(silent).problems == ["请写明办理结果。"]
    answer = {"answer": "已补齐材料，重新提交。"}
    for _ in range(2):
        assert officer.press(opened, "办结", answer).status_code == 303
    assert only(database).state is InstructionState.DONE
    assert "请宜兴市查明原因" not in page(officer.get("/todo")).text()
    seen = leader.get(one)
    assert "已补齐材料" in page(seen).text()
    assert leader.press(seen, "恢复办理").status_code == 422
    assert leader.press(seen, "恢复办理", {"reason": "还缺一份。"}).status_code == 303
    assert only(database).state is InstructionState.OPEN
    assert "已补齐材料" in page(officer.get(one)).text(), "what was answered stays to be read"
    stale = officer.press(opened, "办结", {"answer": "又办了一遍"})
    assert stale.status_code == 409
    assert "又办了一遍" in stale.text
    with database.reader() as session:
        told = session.scalars(
            select(Event.action).where(Event.kind == "instruction").order_by(Event.id)
        ).all()
    assert told == ["instruction.given", "instruction.done", "instruction.reopened"]


def test_everybody_concerned_is_told(sign_in: SignIn, database: Database) -> None:
    page_of = instructed(sign_in)
    officer = sign_in("yixing")
    officer.press(officer.get(page_of), "办结", {"answer": "已办。"})
    with database.transaction() as session:
        inbox.delivered(session)
    with database.reader() as session:
        rows = session.scalars(select(Message).where(Message.page == page_of)).all()
        people = {
            inbox.account(session, name).id: name
            for name in (
                "yixing",
                "yixing2",
                "wuxi",
                "coordinator",
                "leader",
                "leader-wuxi",
                "xishan",
            )
        }
        told = sorted(
            (people[row.account_id], row.title[:4]) for row in rows if row.account_id in people
        )
    assert told == [
        ("coordinator", "批示已办"),
        ("coordinator", "新登记领"),
        ("leader", "批示已办"),
        ("leader-wuxi", "批示已办"),
        ("wuxi", "收到领导"),
        ("yixing", "收到领导"),
        ("yixing2", "收到领导"),
    ]


def test_who_may_do_what(sign_in: SignIn, database: Database) -> None:
    one = instructed(sign_in)
    assert sign_in("xishan").get(one).status_code == 404
    assert sign_in("leader-yixing").get(one).status_code == 200
    version = str(only(database).version)
    foreign = sign_in("xishan").send(f"{one}/answer", {"version": version, "answer": "不是我的"})
    assert foreign.status_code == 404
    # The city may answer for its region; the region's leader may not open the province's again.
    wuxi = sign_in("wuxi")
    assert "办结" in page(wuxi.get(one)).text()
    assert wuxi.press(wuxi.get(one), "办结", {"answer": "市里已督促办理。"}).status_code == 303
    below = sign_in("leader-yixing")
    again = below.send(f"{one}/reopen", {"version": "2", "reason": "再办"})
    assert again.status_code == 404
    assert only(database).state is InstructionState.DONE


def test_what_cannot_be_entered(sign_in: SignIn, database: Database) -> None:
    c = sign_in("coordinator")
    url = published(sign_in)
    wrong = {"leader": "", "text": "", "given_on": "2026-12-24", "due": "2026-11-01"}
    answer = c.press(c.get(url), "登记批示", wrong)
    assert answer.status_code == 422
    assert page(answer).problems == ["请填写批示领导。", "请填写批示内容。"]
    late = c.press(answer, "登记批示", {**wrong, "leader": "省领导", "text": "抓紧。"})
    assert page(late).problems == [
        "批示日期不能晚于今天，请改正。",
        "办理期限不能早于批示日期，请改正。",
    ]
    unpublished = frozen(c)
    refused = c.send(f"{unpublished}/instructions", {"text": "抓紧"}, follow_redirects=True)
    assert "发布后才能登记批示" in page(refused).text()
    with database.reader() as session:
        assert session.scalars(select(Instruction)).all() == []


def test_lists_take_a_fixed_number_of_statements(
    sign_in: SignIn, statements: Callable[[], Any]
) -> None:
    leader, c = sign_in("leader"), sign_in("coordinator")
    url = published(sign_in)
    counts = []
    for number in range(3):
        leader.press(leader.get(url), "登记批示", {**WORDS, "text": f"批示{number}", "due": ""})
        for visitor, path in (
            (c, "/briefs/instructions?state=all"),
            (c, url),
            (sign_in("yixing"), "/todo"),
        ):
            visitor.get(path)
            with statements() as seen:
                visitor.get(path)
            counts.append(len(seen))
    assert counts[3:] == counts[:3] * 2
    assert counts[0] <= 6
    sheet = leader.get("/briefs/instructions.xlsx")
    assert sheet.mimetype.endswith("spreadsheetml.sheet")

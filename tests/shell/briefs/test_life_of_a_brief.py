"""A brief from the draft to the leader's download, over HTTP: rows, journal, words, statements."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from custody.briefs.models import Brief
from custody.briefs.rules import Status
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.critic import page
from tests.factories.briefs import draft, passed

SignIn = Callable[..., Any]


def events(database: Database) -> list[str]:
    with database.reader() as session:
        return list(
            session.scalars(select(Event.action).where(Event.kind == "brief").order_by(Event.id))
        )


def only_brief(database: Database) -> Brief:
    with database.reader() as session:
        return session.scalars(select(Brief)).one()


@pytest.mark.pdf
def test_from_draft_to_download(sign_in: SignIn, database: Database) -> None:
    coordinator, leader = sign_in("coordinator"), sign_in("leader")
    url = draft(coordinator)
    shown = page(coordinator.get(url)).text()
    assert "全省共有32个地区" in shown.replace(" ", "")
    assert leader.get(url).status_code == 404
    assert "还没有发布过简报" in page(leader.get("/briefs")).text()

    typed = {
        "issue": "11",
        "total": "23",
        "salutation": "各设区市机关事务管理局：",
        "copies": "报：省委办公厅、省政府办公厅\n发:各设区市机关事务管理局",
        "words.overall.1": "这一段由省级协调员改写，数字为32个地区。",
    }
    answer = coordinator.press(coordinator.get(url), "保存并定稿", typed)
    assert answer.status_code == 303, page(answer).problems
    brief = only_brief(database)
    assert brief.status is Status.FROZEN
    assert brief.words == {"overall.1": "这一段由省级协调员改写，数字为32个地区。"}
    assert brief.snapshot is not None
    assert brief.snapshot["masthead"]["copies"][1] == ["发", "各设区市机关事务管理局"]
    assert leader.get(url).status_code == 404

    own = page(coordinator.get(f"{url}/check")).text()
    assert "审核通过" not in own, "nobody reviews their own"
    refused = coordinator.send(
        f"{url}/review", {"version": str(brief.version)}, follow_redirects=True
    )
    assert "定稿人不能审核自己的定稿" in page(refused).text()
    passed(sign_in, url)
    assert coordinator.press(coordinator.get(url), "发布").status_code == 303
    published = leader.get("/briefs")
    assert "〔2026〕第11期" in page(published).text()
    download = leader.get(f"{url}.pdf", buffered=True)
    assert download.status_code == 200
    assert "filename*=UTF-8''" in download.headers["Content-Disposition"]
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(download.data)).pages)
    names = [region["name"] for region in brief.snapshot["regions"]]
    flat = "".join(text.split())
    assert len(names) == 32
    assert [name for name in names if name not in flat] == []
    assert "〔2026〕第11期（总第23期）" in flat
    assert "这一段由省级协调员改写" in flat
    assert leader.get(f"{url}.pdf", buffered=True).data == download.data
    assert events(database) == [
        "brief.drafted",
        "brief.edited",
        "brief.frozen",
        "brief.reviewed",
        "brief.published",
        "brief.downloaded",
        "brief.downloaded",
    ]


def test_published_never_changes(sign_in: SignIn, database: Database) -> None:
    c = sign_in("coordinator")
    url = draft(c)
    c.press(c.get(url), "保存并定稿")
    passed(sign_in, url)
    reviewed_page = c.get(url)
    c.press(reviewed_page, "发布")
    before = only_brief(database)
    again = c.press(reviewed_page, "发布")
    assert again.status_code == 303, "a second click is harmless"
    refused = c.send(f"{url}/thaw", {"version": str(before.version)}, follow_redirects=True)
    assert "已发布，内容不再变动" in page(refused).text()
    edited = c.send(url, {"version": str(before.version), "issuer": "别的单位"})
    assert edited.status_code in (303, 422)
    after = only_brief(database)
    assert (after.digest, after.pdf_digest, after.issuer) == (
        before.digest,
        before.pdf_digest,
        before.issuer,
    )


def test_numbers_are_taken_once(sign_in: SignIn, database: Database) -> None:
    c = sign_in("coordinator")
    c.press(c.get(draft(c)), "保存并定稿", {"issue": "7"})
    second = c.press(c.get(draft(c)), "保存并定稿", {"issue": "7"})
    assert second.status_code == 422
    assert page(second).problems == ["本年度第7期已经使用，请改用其他期号。"]
    with database.reader() as session:
        statuses = sorted(session.scalars(select(Brief.status)), key=str)
    assert statuses == [Status.DRAFT, Status.FROZEN]


def test_wrong_input_keeps_what_was_typed(sign_in: SignIn) -> None:
    c = sign_in("coordinator")
    url = draft(c)
    typed = {
        "as_of": "2026-13-01",
        "issue": "第十一",
        "copies": "省委办公厅",
        "words.overall.1": "打了很久的一段话",
    }
    answer = c.press(c.get(url), "保存草稿", typed)
    assert answer.status_code == 422
    problems = "；".join(page(answer).problems)
    assert "截至日期“2026-13-01”无法识别" in problems
    assert "“报送发”第1行" in problems
    body = answer.get_data(as_text=True)
    for text in ("打了很久的一段话", "第十一", "2026-13-01", "省委办公厅"):
        assert text in body
    future = c.press(c.get("/briefs/new"), "起草", {"scope": "320000", "as_of": "2026-12-01"})
    assert future.status_code == 422
    assert page(future).problems == ["截至日期不能晚于今天，请改正。"]


def test_two_editors(sign_in: SignIn, database: Database) -> None:
    one, two = sign_in("coordinator"), sign_in("coordinator2")
    url = draft(one)
    opened_by_two = two.get(url)
    one.press(one.get(url), "保存草稿", {"editor": "张三"})
    answer = two.press(opened_by_two, "保存草稿", {"editor": "李四", "phone": "000-1234"})
    assert answer.status_code == 409
    assert "已被他人修改" in page(answer).problems[0]
    assert "李四" in answer.get_data(as_text=True)
    assert only_brief(database).editor == "张三"
    assert two.press(answer, "保存草稿").status_code == 303
    assert only_brief(database).editor == "李四"


@pytest.mark.parametrize("scope", ["320200", "320282"])
def test_city_and_region_drafts(sign_in: SignIn, scope: str) -> None:
    c = sign_in("coordinator")
    assert c.get(draft(c, scope)).status_code == 200


def test_each_leader_reads_their_own_scope(sign_in: SignIn) -> None:
    c = sign_in("coordinator")
    urls = {}
    for scope in ("320000", "320200", "320282"):
        urls[scope] = draft(c, scope)
        c.press(c.get(urls[scope]), "保存并定稿")
        passed(sign_in, urls[scope])
        c.press(c.get(urls[scope]), "发布")
    readable = {
        who: [scope for scope, url in urls.items() if sign_in(who).get(url).status_code == 200]
        for who in ("leader", "leader-wuxi", "leader-yixing")
    }
    assert readable == {
        "leader": ["320000", "320200", "320282"],
        "leader-wuxi": ["320200", "320282"],
        "leader-yixing": ["320282"],
    }


def test_the_list_takes_a_fixed_number_of_statements(
    sign_in: SignIn, statements: Callable[[], Any]
) -> None:
    c = sign_in("coordinator")
    counts = []
    for _ in range(2):
        draft(c)
        draft(c, "320200")
        with statements() as seen:
            c.get("/briefs")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_discard(sign_in: SignIn, database: Database) -> None:
    c = sign_in("coordinator")
    url = draft(c)
    assert c.press(c.get(url), "删除草稿").status_code == 303
    assert c.get(url).status_code == 404
    assert events(database) == ["brief.drafted", "brief.discarded"]

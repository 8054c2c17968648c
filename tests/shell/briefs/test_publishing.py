"""Reviewed, numbered, published, corrected, read: over HTTP, with rows and journal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from custody.briefs.models import Brief, Reading
from custody.briefs.rules import Status
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.critic import page
from tests.factories.briefs import SignIn, frozen, passed, published

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def briefs(database: Database) -> list[Brief]:
    with database.reader() as session:
        return list(session.scalars(select(Brief).order_by(Brief.id)))


def test_the_number_is_shown_and_may_be_overridden(sign_in: SignIn, database: Database) -> None:
    c = sign_in("coordinator")
    published(sign_in)
    url = frozen(c)
    passed(sign_in, url)
    offered = c.get(url)
    fields = dict(page(offered).values(page(offered).form("发布")))
    assert (fields["issue"], fields["total"]) == ("2", "2")
    taken = c.press(offered, "发布", {"issue": "1"})
    assert taken.status_code == 422
    assert page(taken).problems == ["本年度第1期已经使用，请改用其他期号。"]
    odd = c.press(offered, "发布", {"issue": "十一"})
    assert odd.status_code == 422
    assert briefs(database)[1].status is Status.REVIEWED
    assert c.press(offered, "发布", {"issue": "8", "total": "30"}).status_code == 303
    brief = briefs(database)[1]
    assert (brief.issue, brief.total) == (8, 30)
    assert brief.snapshot is not None
    assert brief.snapshot["masthead"]["issue_words"] == "〔2026〕第8期（总第30期）"


def test_a_correction_takes_the_place_of_what_it_corrects(
    sign_in: SignIn, database: Database
) -> None:
    c, leader = sign_in("coordinator"), sign_in("leader")
    url = published(sign_in)
    shown = c.get(url)
    silent = c.press(shown, "编制更正版")
    assert silent.status_code == 422
    assert page(silent).problems == ["请写明原因。"]
    reason = {"reason": "第一段的地区数有误。"}
    first = c.press(shown, "编制更正版", reason)
    again = c.press(shown, "编制更正版", reason)
    assert first.location == again.location, "a second click finds it begun"
    new = str(first.location)
    assert "更正版" in page(c.get(new)).text()
    assert leader.get(new).status_code == 404
    c.press(c.get(new), "保存并定稿", {"editor": "改过"})
    # A return does not forget what is corrected.
    second = sign_in("coordinator2")
    second.press(second.get(f"{new}/check"), "退回修改", {"reason": "再看看"})
    c.press(c.get(new), "保存并定稿")
    passed(sign_in, new)
    offered = c.get(new)
    assert "更正版沿用原期号" in page(offered).text()
    assert c.press(offered, "发布").status_code == 303
    old, correction = briefs(database)
    assert (correction.issue, correction.total) == (old.issue, old.total)
    assert correction.snapshot is not None
    assert "更正说明：第一段的地区数有误。" in correction.snapshot["masthead"]["replaces"]
    assert "已被更正版替代" in page(leader.get(url)).text()
    assert "本期为更正版" in page(leader.get(new)).text()
    listed = page(leader.get("/briefs"))
    newest = next(one for one in listed.all("section") if "newest" in one.get("class", ""))
    assert any(a.get("href") == f"{new}.pdf" for a in newest.iter("a"))
    for address in (url, new):
        assert leader.get(f"{address}.pdf").status_code == 200
    # The correction can be corrected in its turn and keeps the number all the same.
    third = str(c.press(c.get(new), "编制更正版", {"reason": "还有一处。"}).location)
    c.press(c.get(third), "保存并定稿")
    passed(sign_in, third)
    assert c.press(c.get(third), "发布").status_code == 303
    assert briefs(database)[2].issue == old.issue


def test_receipts_tell_who_has_read_it(
    sign_in: SignIn, database: Database, statements: Callable[[], Any]
) -> None:
    c, leader = sign_in("coordinator"), sign_in("leader-wuxi")
    url = published(sign_in, "320200")
    c.get(f"{url}/receipts")
    with statements() as before:
        c.get(f"{url}/receipts")
    for _ in range(2):
        leader.get(url)
    leader.get(f"{url}.pdf")
    sign_in("leader").get(f"{url}.pdf")
    with statements() as after:
        found = page(c.get(f"{url}/receipts"))
    assert len(before) == len(after) <= 6
    rows = {
        found.text(next(iter(row.iter("th")))): found.text(row)
        for row in found.all("tr")
        if row.find("td") is not None
    }
    assert "已读" in rows["周领"]
    assert "2 次" in rows["周领"]
    assert "未读" in rows["吴审"]
    assert "1 次" in rows["郑领"]
    assert "宜报" not in rows, "nobody of the region: the brief is the city's"
    with database.reader() as session:
        reading = session.scalars(
            select(Reading).where(Reading.opened > 0).order_by(Reading.opened.desc())
        ).first()
        assert reading is not None
        assert (reading.opened, reading.downloaded) == (2, 1)
        opened = select(func.count()).select_from(Event).where(Event.action == "brief.opened")
        assert session.scalar(opened) == 1, "the first time"
    sheet = c.get(f"{url}/receipts.xlsx")
    assert sheet.mimetype.endswith("spreadsheetml.sheet")
    assert leader.get(f"{url}/receipts").status_code == 403


def test_briefs_are_found_by_place_and_day(sign_in: SignIn) -> None:
    published(sign_in, "320000", period="2026-10")
    published(sign_in, "320200", period="2026-09")
    leader = sign_in("leader")

    def found(**query: str) -> list[str]:
        shown = page(leader.get("/briefs", query_string=query))
        return [
            shown.text(next(iter(row.iter("th"))))
            for row in shown.all("tr")
            if row.find("td") is not None
        ]

    assert len(found()) == 2
    assert len(found(q="无锡")) == 1
    assert len(found(since="2026-10-01")) == 1
    assert len(found(until="2026-10-01")) == 1
    assert found(since="2026-10-01", until="2026-10-02") == []
    odd = page(leader.get("/briefs", query_string={"since": "昨天"})).text()
    assert "无法识别" in odd
    assert leader.get("/briefs/list.xlsx?q=无锡").status_code == 200


def test_what_changed_between_two_briefs(sign_in: SignIn, statements: Callable[[], Any]) -> None:
    leader = sign_in("leader")
    first = published(sign_in, period="2026-09")
    alone = page(leader.get(f"{first}/changes")).text()
    assert "还没有可以比较的往期" in alone
    second = published(sign_in, period="2026-10")
    with statements() as before:
        shown = leader.get(f"{second}/changes")
    text = page(shown).text()
    assert "截至2026年9月30日" in text
    assert "主要指标" in text
    third = published(sign_in, period="2026-11")
    with statements() as after:
        leader.get(f"{third}/changes")
    assert len(before) == len(after)
    chosen = first.rpartition("/")[2]
    assert leader.get(f"{third}/changes?with={chosen}").status_code == 200
    assert leader.get(f"{third}/changes.xlsx?with={chosen}").status_code == 200
    other = published(sign_in, "320200").rpartition("/")[2]
    assert leader.get(f"{third}/changes?with={other}").status_code == 404
    assert leader.get(f"{third}/changes?with=x").status_code == 404

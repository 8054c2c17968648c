"""The page that reads the journal: place, filters, paging, export, the check of the chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from custody.accounts.rules import Role
from custody.audit import queries
from custody.audit.wording import page_name
from custody.infra import journal
from custody.infra.db import Database
from custody.infra.journal import Event, Machine
from custody.infra.sheets import read_csv
from tests.conftest import Clock, SignIn
from tests.critic import page
from tests.factories import people, programme

pytestmark = pytest.mark.parametrize("template", ["lived"])


def last_event(database: Database) -> Event:
    with database.reader() as reading:
        return reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_events_are_told_in_words(sign_in: SignIn) -> None:
    auditor = sign_in(Role.AUDITOR)
    shown = page(auditor.get("/audit?q=M22")).text()
    assert "退回" in shown
    assert "待省核 → 已退回" in shown
    assert "专班文件缺少盖章页" in shown
    assert "milestone." not in auditor.get("/audit?q=M22").text.split("</form>")[-1]


def test_filters(sign_in: SignIn, database: Database) -> None:
    auditor = sign_in(Role.AUDITOR)
    only = page(auditor.get("/audit?action=milestone.returned")).text()
    assert "提交审核" not in only.split("编号")[1].split("更早")[0].replace("全部操作", "")
    assert "没有符合条件的日志" in auditor.get("/audit?person=查无此人").text
    assert "没有符合条件的日志" in auditor.get("/audit?until=2020-01-01").text
    assert auditor.get("/audit?since=昨天&action=nonsense&before=x").status_code == 200
    sign_in(Role.OFFICER).get("/audit")
    refused = page(auditor.get("/audit?refused=1")).text()
    assert "越权访问被拒绝" in refused
    assert "操作日志/audit" in refused.split("未成功")[1], "its name beside its address"
    assert "操作日志（/audit）" in auditor.get("/audit/export.csv?refused=1").text
    assert "确认销号" not in refused.split("对象或说明")[1].split("编号")[1]


def test_every_page_has_a_name_in_the_journal(app: Flask) -> None:
    bare = {"static", "home", "health", "ready"}
    pages = {rule.endpoint for rule in app.url_map.iter_rules()} - bare
    assert {page for page in pages if not page_name(page)} == set()


def test_no_row_offers_empty_details(sign_in: SignIn) -> None:
    shown = page(sign_in(Role.AUDITOR).get("/audit"))
    said = {shown.text(each).strip() for each in shown.all("summary")}
    assert not said & {"", "详情"}


def test_only_what_happened_within_one_s_place(sign_in: SignIn, database: Database) -> None:
    city = sign_in("auditor-wuxi")
    shown = page(city.get("/audit")).text()
    assert "张家港" not in shown
    assert "云山" not in shown
    assert "宜兴市" in shown
    rows = read_csv(city.get("/audit/export.csv").data)
    assert {row["地区"] for row in rows} <= {"无锡市", *(_names(database, people.WUXI))}
    province = page(sign_in("auditor").get("/audit?q=云山")).text()
    assert "没有符合条件的日志" in province


def _names(database: Database, city: str) -> list[str]:
    from custody.regions.models import Region

    with database.reader() as reading:
        return list(reading.scalars(select(Region.name).where(Region.city_code == city)))


def test_paging_by_the_last_event_seen(
    sign_in: SignIn, database: Database, statements: Callable[[], Any]
) -> None:
    auditor = sign_in(Role.AUDITOR)
    with statements() as seen:
        first = page(auditor.get("/audit"))
    assert len(seen) <= 4, str(seen)
    older = next(a for a in first.all("a") if first.text(a) == "更早的日志").get("href")
    assert older
    second = page(auditor.get(older))
    assert "回到最新" in second.text()
    ids = [
        [first.text(td) for td in p.all("td") if "num" in (td.get("class") or "")]
        for p in (first, second)
    ]
    assert min(map(int, ids[0])) > max(map(int, ids[1]))


def test_the_export_has_the_filter_and_is_an_event(sign_in: SignIn, database: Database) -> None:
    auditor = sign_in(Role.AUDITOR)
    answer = auditor.get("/audit/export.csv?q=M22&person=")
    assert answer.mimetype == "text/csv"
    rows = read_csv(answer.data)
    assert rows
    assert all("M22" in row["对象"] + row["说明"] for row in rows)
    assert any("状态：待省核→已退回" in row["变更"] for row in rows)
    event = last_event(database)
    assert (event.action, event.modifies) == ("audit.exported", False)
    assert event.note == f"导出{len(rows)}条；筛选后导出"
    assert sign_in(Role.SYSADMIN).get("/audit/export.csv").status_code == 403


def test_the_check_finds_nothing_on_a_whole_chain(sign_in: SignIn, database: Database) -> None:
    auditor = sign_in(Role.AUDITOR)
    answer = auditor.press(auditor.get("/audit"), "校验日志")
    assert "首尾衔接，未发现改动" in answer.text
    assert last_event(database).action == "audit.verified"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_check_names_what_was_changed_behind_our_back(
    sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        for name in session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
        ).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE event SET note = '改过' WHERE id = 5"))
        session.execute(text("DELETE FROM event WHERE id = 9"))
    auditor = sign_in(Role.AUDITOR)
    answer = auditor.press(auditor.get("/audit"), "校验日志")
    assert "校验发现 2 处异常" in answer.text
    assert "第 5、10 条" in answer.text


def test_the_check_can_be_bounded(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        total = session.scalar(select(func.count()).select_from(Event)) or 0
        part = queries.check(session, newest=10)
        assert (part.count, part.whole, part.broken) == (10, False, ())
        whole = queries.check(session, newest=total)
        assert (whole.count, whole.whole, whole.broken) == (total, True, ())
        journal.record(
            session, actor=Machine(), now=clock.now, action="audit.verified", kind="journal"
        )
        programme.updated(session, people.XISHAN, "M01")
        session.flush()
        assert queries.check(session, newest=total + 9).broken == ()

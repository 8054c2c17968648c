"""What is printed by its content is not printed again: addresses, drafts, ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from custody.briefs import ahead, printing, render
from custody.briefs.models import Brief, Print
from custody.briefs.snapshot import Snapshot
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.pdf import Printed, RenderFailed
from tests.critic import page
from tests.factories import people
from tests.factories import programme as arrange
from tests.shell.briefs.test_editions import FakePress, fake, printing_press  # noqa: F401

SignIn = Callable[..., Any]


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []

    def alone(brief: Snapshot, *, draft: bool = False) -> Printed:
        said.append(brief["title"])
        return fake(render.job(brief, draft=draft))

    monkeypatch.setattr(render, "printed", alone)
    return said


def test_the_address_names_all_it_was_made_from(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {"title": "甲"}
    where = printing.address(content)
    assert where == printing.address({"title": "甲"})
    others = {printing.address({"title": "乙"}), printing.address(content, draft=True)}
    monkeypatch.setattr(printing, "_makers", lambda: b"another template or font")
    others.add(printing.address(content))
    assert len(others) == 3
    assert where not in others


def test_a_draft_is_printed_once_while_nothing_changes(
    sign_in: SignIn, database: Database, store: FileStore, one_by_one: list[str]
) -> None:
    with database.transaction() as session:
        brief = arrange.brief_started(session, people.YIXING)
        session.flush()
        number = brief.id
    c, url = sign_in("coordinator"), f"/briefs/{number}"
    first = c.get(f"{url}.pdf", buffered=True)
    assert first.status_code == 200
    assert c.get(f"{url}.pdf", buffered=True).data == first.data
    assert len(one_by_one) == 1
    assert "已印好，内容截至" in page(c.get(url)).text()
    with database.transaction() as session:
        arrange.passed(session, people.YIXING, "M18")
    assert "已印好" not in page(c.get(url)).text()
    assert c.get(f"{url}.pdf", buffered=True).data != first.data
    assert len(one_by_one) == 2


def test_frozen_from_the_shelf_and_published_from_what_was_frozen(
    sign_in: SignIn, database: Database, store: FileStore, one_by_one: list[str]
) -> None:
    with database.transaction() as session:
        brief = arrange.brief_started(session, people.YIXING)
        session.flush()
        number = brief.id
    c, url = sign_in("coordinator"), f"/briefs/{number}"
    c.press(c.get(url), "保存并定稿")
    again = sign_in("coordinator")
    again.press(again.get(url), "退回草稿")
    c.press(c.get(url), "保存并定稿")
    assert len(one_by_one) == 1, "the same content, so the same file"
    with database.reader() as session:
        row = session.get_one(Brief, number)
        made = session.scalars(select(Print)).one()
        assert made.pdf_digest == row.pdf_digest
    assert store.intact(row.pdf_digest)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_printed_ahead_once_it_is_quiet(
    database: Database,
    store: FileStore,
    clock: Any,
    statements: Any,
    printing_press: FakePress,  # noqa: F811
    sign_in: SignIn,
    one_by_one: list[str],
) -> None:
    memory = ahead.Memory()

    def go() -> int:
        return ahead.print_ahead(database, store, memory, demo=False, base_url="", now=clock.now)

    with database.transaction() as session:
        brief = arrange.brief_started(session, people.YIXING)
        session.flush()
        number = brief.id
    assert go() == 0, "somebody is still at work"
    clock.to(clock.now + timedelta(minutes=1))
    assert go() == 2, "the copy with the mark and the clean one"
    assert go() == 0
    with statements() as seen:
        assert go() == 0
    assert len(seen) == 1
    assert sign_in("coordinator").get(f"/briefs/{number}.pdf", buffered=True).status_code == 200
    assert one_by_one == [], "the download is a stored file"
    with database.transaction() as session:
        arrange.passed(session, people.YIXING, "M18")
        arrange.submitted(session, people.YIXING, "M19")
    clock.to(clock.now + timedelta(minutes=1))
    assert go() == 2, "many changes, one print"
    printing_press.faulty.add("宜兴市")
    with database.transaction() as session:
        arrange.submitted(session, people.YIXING, "M20")
    clock.to(clock.now + timedelta(minutes=1))
    said = len(printing_press.said)
    assert go() == 0
    assert len(printing_press.said) == said + 2
    assert go() == 0
    assert len(printing_press.said) == said + 2, "what cannot be printed is not tried for ever"


def test_a_print_that_fails_is_said_on_the_page(
    sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_brief: Snapshot, *, draft: bool = False) -> Printed:
        raise RenderFailed("died", "文件生成进程意外中止，请稍后重试。")

    monkeypatch.setattr(render, "printed", fails)
    with database.transaction() as session:
        brief = arrange.brief_started(session, people.YIXING)
        session.flush()
        number = brief.id
    answer = sign_in("coordinator").get(f"/briefs/{number}.pdf")
    assert answer.status_code == 503
    assert "文件生成进程意外中止" in page(answer).text()

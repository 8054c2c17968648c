"""Entries put right: a new version beside the old one, which holds until it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from custody.infra import clock as machine
from custody.infra.db import Database
from custody.kernel.problems import Refused
from custody.targets.actions import entries
from custody.targets.models import Entry
from custody.targets.queries import entries as queries
from custody.targets.rules.review import Review
from tests.conftest import Clock, SignIn
from tests.critic import page
from tests.factories import clicks, people, targets
from tests.factories.targets import unseen
from tests.shell.targets.test_tasks import area, events, rows, send, tallied, total


def test_of_two_clicks_at_the_same_moment_the_second_finds_the_first_one_s(
    sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = sign_in("wuxi")

    def twice(form: TestResponse, button: str, fields: Callable[[], dict[str, Any]]) -> None:
        first = city.press(form, button, fields(), content_type="multipart/form-data")
        with monkeypatch.context() as patch:
            unseen(patch, queries)
            second = city.press(form, button, fields(), content_type="multipart/form-data")
        assert second.status_code == 303
        assert second.headers["Location"] == first.headers["Location"]

    def words() -> dict[str, Any]:
        return {"happened_on": "2026-11-10", "words": "已完成方案。"}

    twice(city.get("/tasks/8/entries/new"), "提交", words)
    assert len(rows(database)) == 1
    with database.transaction() as session:
        entry = session.scalars(select(Entry)).one()
        targets.decided(session, people.identity(session, "coordinator"), entry)
    form = city.get(f"/tasks/8/entries/{entry.id}/correct")
    first = city.press(form, "保存更正", {"words": "方案已印发。"})
    with monkeypatch.context() as patch:
        unseen(patch, queries)
        patch.setattr(queries, "open_correction", lambda *_: None)
        second = city.press(form, "保存更正", {"words": "方案已印发。"})
    assert second.headers["Location"] == first.headers["Location"]
    assert len(rows(database)) == 2
    assert len(events(database)) == 3


def test_a_link_holds_when_what_it_names_is_corrected(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        coordinator = people.identity(session, "coordinator")
        first = targets.area(session, people.identity(session, "wuxi"), 46_000, building="行政中心")
        targets.decided(session, coordinator, first)
        linked = targets.area(
            session, people.identity(session, "yixing"), 45_000, link=f"entry-{first.id}"
        )
        targets.decided(session, coordinator, linked)
    city, province = sign_in("wuxi"), sign_in("coordinator")
    address = f"/tasks/8/entries/{first.id}"
    answer = city.press(city.get(f"{address}/correct"), "保存更正", {"quantity": "40000"})
    waiting = page(province.get("/tasks/8/targets/area")).text()
    assert "完成 46,000 平方米" in waiting
    assert "另有" not in waiting, "its correction is no area beside it"
    province.press(province.get(answer.headers["Location"]), "确认")
    assert total(database) == 40_000
    assert tallied(database) == 40_000
    assert "2 行，计入 1 行" in page(province.get("/tasks/8/targets/area")).text()


def test_a_link_goes_on_to_the_version_that_stands(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        coordinator, city = (people.identity(session, one) for one in ("coordinator", "wuxi"))
        first = targets.area(session, city, 46_000, building="行政中心")
        linked = targets.area(session, city, 45_000, link=f"entry-{first.id}")
        for one in (first, linked):
            targets.decided(session, coordinator, one)
    visitor, province = sign_in("wuxi"), sign_in("coordinator")
    form = visitor.get(f"/tasks/8/entries/{first.id}/correct")
    answer = visitor.press(form, "保存更正", {"quantity": "40000"})
    province.press(province.get(answer.headers["Location"]), "确认")
    own = f"/tasks/8/entries/{linked.id}"
    assert "已有填报：行政中心（40,000平方米），面积只计一次" in page(visitor.get(own)).text()
    kept = visitor.press(visitor.get(f"{own}/correct"), "保存更正", {"quantity": "44000"})
    assert kept.status_code == 303
    assert rows(database)[-1].linked_entry_id == rows(database)[-2].id
    province.press(province.get(kept.headers["Location"]), "确认")
    assert total(database) == tallied(database) == 40_000


def test_returned_corrected_and_confirmed(sign_in: SignIn, database: Database) -> None:
    city, coordinator = sign_in("wuxi"), sign_in("coordinator")
    address = send(city, area()).headers["Location"]
    without = coordinator.press(coordinator.get(address), "退回")
    assert without.status_code == 422
    assert "请填写退回理由" in page(without).problems[0]
    coordinator.press(without, "退回", {"reason": "验收单缺盖章页。"})
    assert events(database)[0].note == "验收单缺盖章页。"
    shown = city.get(address)
    assert "验收单缺盖章页。" in shown.text

    form = city.get(f"{address}/correct")
    answer = city.press(form, "保存更正", {"quantity": "12000"})
    assert answer.status_code == 303, page(answer).problems
    old, new = rows(database)
    assert (old.status, new.status, new.revision) == (Review.REPLACED, Review.WAITING, 2)
    assert new.replaces_id == old.id
    assert events(database)[0].changes == {"quantity": ["12500.5", "12000"]}
    assert "已有第2版（待确认）" in page(city.get(address)).text()
    # Its evidence came along.
    assert "竣工验收单.pdf" in city.get(answer.headers["Location"]).text
    coordinator.press(coordinator.get(answer.headers["Location"]), "确认")
    assert total(database) == 12_000


def test_what_is_confirmed_holds_until_its_correction_is(
    sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        entry = targets.area(session, people.identity(session, "wuxi"), 9_000)
        targets.decided(session, people.identity(session, "coordinator"), entry)
        address = f"/tasks/8/entries/{entry.id}"
    city, coordinator = sign_in("wuxi"), sign_in("coordinator")
    answer = city.press(city.get(f"{address}/correct"), "保存更正", {"quantity": "7000"})
    assert total(database) == 9_000
    # Not a second correction beside the first.
    second = city.press(city.get(f"{address}/correct"), "保存更正", {"quantity": "6000"})
    assert second.status_code == 422
    assert "已有一份更正" in page(second).problems[0]
    coordinator.press(coordinator.get(answer.headers["Location"]), "确认")
    assert total(database) == 7_000
    assert [row.status for row in rows(database)] == [Review.REPLACED, Review.CONFIRMED]


@pytest.mark.parametrize("tickets", [("one", "two"), ("same", "same")])
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_of_two_corrections_at_once_there_is_one(
    database: Database, clock: Clock, tickets: tuple[str, str]
) -> None:
    """Two people are refused the second one; the second click of one person finds the first."""
    with database.transaction() as session:
        who = people.identity(session, "wuxi")
        entry = targets.entered(session, who)
        targets.decided(session, people.identity(session, "coordinator"), entry)
        number, version, task = (
            entry.id,
            entry.version,
            queries.get_task(session, people.JIANGSU, 8),
        )

    def correct(session: Session, ticket: str) -> int:
        made = entries.correct(
            session,
            actor=who,
            now=machine.now(),
            task=task,
            number=number,
            version=version,
            target=None,
            told=replace(targets.TOLD, words=f"更正：{ticket}"),
            files=[],
            keep=[],
            ticket=ticket,
        )
        session.flush()
        return made.id

    def other() -> int:
        with database.transaction() as session:
            return correct(session, tickets[1])

    with database.transaction() as session:
        first = correct(session, tickets[0])
        second = clicks.Second(other)
    if tickets[0] == tickets[1]:
        assert second.result() == first
    else:
        with pytest.raises(Refused, match="已有一份更正"):
            second.result()
    assert len(rows(database)) == 2

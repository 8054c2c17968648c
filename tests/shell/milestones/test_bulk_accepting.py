"""A sheet is accepted once and as a whole, or not at all."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.kernel.problems import Conflict
from custody.milestones.actions import bulk as actions
from custody.milestones.bulk import State
from tests.conftest import NOW
from tests.critic import Critic
from tests.factories import bulk
from tests.factories.bulk_sent import accept, events, newest, row, send, sheet_of
from tests.factories.people import YIXING


def test_two_clicks_at_once_accept_once(
    database: Database, sign_in: Callable[..., Critic], store: FileStore
) -> None:
    officer: Any = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    edits = {(YIXING, code): {"percent": 30} for code in ("M18", "M19", "M20")}
    send(officer, bulk.as_xlsx(bulk.filled(data, edits)))
    number, both = newest(database).id, threading.Barrier(2)
    failed: list[BaseException] = []

    def click() -> None:
        both.wait()
        try:
            with database.transaction() as session:
                actions.accept(session, store, actor=officer.who, now=NOW, number=number)
        except BaseException as error:
            failed.append(error)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert failed == []
    assert events(database, "milestone.updated") == 3
    assert events(database, "sheet.accepted") == 1


def test_all_or_nothing(
    database: Database, sign_in: Callable[..., Critic], monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    edits = {(YIXING, code): {"percent": 30} for code in ("M18", "M19", "M20")}
    send(officer, bulk.as_xlsx(bulk.filled(data, edits)))
    update, done = actions.reporting.update, []

    def stumbles(*args: Any, **named: Any) -> Any:
        done.append(named["code"])
        if len(done) == 3:
            raise Conflict
        return update(*args, **named)

    monkeypatch.setattr(actions.reporting, "update", stumbles)
    assert accept(officer, database).status_code == 409
    assert len(done) == 3
    assert [row(database, YIXING, code).percent for code in ("M18", "M19", "M20")] == [0, 0, 0]
    assert events(database, "milestone.updated") == 0
    assert newest(database).state is State.REHEARSED

"""Long files: looked at and stored by the worker, in steps; cancelled, one can go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from custody.accounts.rules import Identity
from custody.energy import runner
from custody.energy.models.bills import Bill, Import
from custody.energy.models.roster import Institution
from custody.energy.rules.states import ImportState
from custody.energy.views import importing as views
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.jobs import actions as jobs
from custody.jobs.models import Job
from custody.jobs.rules import State
from custody.jobs.runner import Work, run_all
from custody.worker import HANDLERS
from tests.factories.energy_files import BILLS, ROSTER, bill, school, send


@pytest.fixture(autouse=True)
def _by_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "SMALL", 0)


@pytest.fixture
def work(database: Database, store: FileStore) -> Callable[[], int]:
    return lambda: run_all(database, store, HANDLERS)


def _import(database: Database) -> Import:
    with database.reader() as reading:
        return reading.scalars(select(Import).order_by(Import.id.desc()).limit(1)).one()


def _job(database: Database) -> Job:
    with database.reader() as reading:
        return reading.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()


def test_steps_are_told_and_a_second_click_is_nothing(
    sign_in: Any, database: Database, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    progress = Work.progress

    def listened(self: Work, done: int, total: int, words: str = "") -> None:
        told.append(f"{done}/{total} {words}")
        progress(self, done, total, words)

    monkeypatch.setattr(Work, "progress", listened)
    client = sign_in("yixing")
    at = send(client, "roster", "k1", ROSTER, school(1, "00123"))
    assert _import(database).state is ImportState.WAITING
    assert "查看进度或取消" in client.get(at).text
    assert client.send(f"{at}/discard").status_code == 422  # under way
    assert client.send(f"{at}/again").status_code == 422
    assert work() == 1
    assert _import(database).state is ImportState.REHEARSED
    for _ in range(2):
        assert client.send(f"{at}/accept").status_code == 303
    assert _import(database).state is ImportState.ACCEPTING
    assert work() == 1
    assert _import(database).state is ImportState.ACCEPTED
    assert client.send(f"{at}/accept").status_code == 303
    assert work() == 0
    assert told == [
        "0/3 正在读取文件、逐格核对",
        "2/3 正在登记核对结果",
        "0/2 正在读取文件、逐格核对",
        "1/2 正在写入1行，全部写完才生效",
    ]
    assert _job(database).words == "已导入：新增1，更新0，未变0"


def test_after_a_cancelled_check_one_goes_on(sign_in: Any, database: Database, work: Any) -> None:
    client = sign_in("yixing")
    at = send(client, "roster", "k1", ROSTER, school(1, "00123"))
    client.send(f"/jobs/{_job(database).id}/cancel")
    assert work() == 0
    assert "核对未完成" in client.get(at).text
    assert "核对未完成" in client.get("/energy/imports").text
    assert client.send(f"{at}/again").status_code == 303
    assert work() == 1
    assert _import(database).state is ImportState.REHEARSED


def test_after_a_cancelled_acceptance_one_goes_on(
    sign_in: Any, database: Database, work: Any, actor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled while the worker reads: it stops at its next step and has stored nothing."""
    client = sign_in("yixing")
    at = send(client, "roster", "k1", ROSTER, school(1, "00123"))
    work()
    who: Identity = actor("yixing")
    prepare = runner._prepare

    def cancelled(job: Work, number: int) -> Any:
        found = prepare(job, number)
        with database.transaction() as writing:
            jobs.cancel(writing, actor=who, now=clock.now(), number=job.job)
        return found

    client.send(f"{at}/accept")
    with monkeypatch.context() as patch:
        patch.setattr(runner, "_prepare", cancelled)
        work()
    assert _job(database).state is State.CANCELLED
    with database.reader() as reading:
        assert reading.scalar(select(func.count(Institution.id))) == 0
    page = client.get(at).text
    assert "导入未完成" in page
    assert "没有留下任何改动" in page
    assert client.send(f"{at}/accept").status_code == 303
    work()
    assert _import(database).state is ImportState.ACCEPTED
    # The work once more, from the page of jobs: it is in already.
    client.send(f"/jobs/{_job(database).id}/retry")
    work()
    with database.reader() as reading:
        assert reading.scalar(select(func.count(Institution.id))) == 1
        told = reading.scalars(select(Event.action).where(Event.action == "import.accepted")).all()
    assert len(told) == 1


def test_what_has_changed_meanwhile_is_said_and_nothing_is_stored(
    sign_in: Any, database: Database, work: Any
) -> None:
    """Its meter went away between the check and the click."""
    client = sign_in("yixing")
    roster = send(client, "roster", "k1", ROSTER, school(1, "00123"))
    work()
    client.send(f"{roster}/accept")
    work()
    at = send(client, "bills", "k2", BILLS, bill("00123", "2026-09", "1000"))
    work()
    client.send(f"{roster}/undo")
    client.send(f"{at}/accept")
    work()
    assert _job(database).state is State.FAILED
    assert _import(database).state is ImportState.REFUSED
    page = client.get(at).text
    assert "没有登记电户号" in page
    with database.reader() as reading:
        assert reading.scalar(select(func.count()).select_from(Bill)) == 0

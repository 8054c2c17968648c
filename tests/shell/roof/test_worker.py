"""The worker's rounds: each at its pace, a failing one holds nobody up, jobs know the calendar."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from config import Config
from custody import worker
from custody.accounts.rules import Identity
from custody.inbox.models import Mail, Message
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.infra.workdays import is_working_day
from custody.jobs import actions as jobs
from custody.jobs.runner import Result, Work, run_all
from custody.supervision.models import Matter
from custody.workdays.rules import Entry
from custody.worker import Round, Rounds, by_the_calendar, rounds_of, turn
from tests.conftest import Clock
from tests.factories import inbox, people, supervision
from tests.factories import programme as arrange


def test_each_at_its_pace_and_a_failing_one_holds_nobody_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[str] = []

    def fails() -> None:
        seen.append("fails")
        raise ZeroDivisionError

    rounds = Rounds([Round("fails", 2, fails), Round("slow", 10, lambda: seen.append("slow"))])
    with caplog.at_level(logging.ERROR):
        for moment in range(100, 111):
            rounds.go(float(moment))
    assert seen.count("fails") == 6
    assert seen.count("slow") == 2
    assert "round fails failed" in caplog.text


def test_without_a_mail_server_nothing_is_mailed(config: Config, database: Database) -> None:
    assert [one.name for one in rounds_of(config, database)] == [
        "overdue orders",
        "post",
        "reminders",
        "sweeping",
        "printing ahead",
    ]


def test_a_day_s_rounds(config: Config, database: Database, clock: Clock) -> None:
    """From an officer's submission to what the reviewer reads, without any page."""
    mailing = replace(
        config, smtp_url="smtp://127.0.0.1:9", mail_from="a@b.cn", base_url="https://x.cn"
    )
    with database.transaction() as session:
        inbox.with_address(session, "wuxi")
        arrange.submitted(session, people.YIXING, "M18")
    rounds = Rounds(rounds_of(mailing, database))

    def counts() -> tuple[int, int]:
        with database.reader() as session:
            told = session.scalar(select(func.count()).select_from(Message))
            return told or 0, len(session.scalars(select(Mail)).all())

    clock.to(machine.at(date(2026, 11, 22), 7, 59))
    rounds.go(0.0)
    assert counts() == (1, 0)
    clock.to(machine.at(date(2026, 11, 23), 8, 0))
    rounds.go(1_000.0)
    told, mails = counts()
    assert told > 1  # reminders
    assert mails == 0
    clock.to(machine.at(date(2026, 11, 23), 8, 30))
    rounds.go(2_000.0)
    with database.reader() as session:
        [mail] = session.scalars(select(Mail)).all()
        assert mail.key == "digest:2026-11-23"
        assert mail.tries == 1  # nobody listens on that port; it will be tried again
    rounds.go(3_000.0)
    assert counts()[0] == told


def test_jobs_count_working_days_as_their_owner_s_province(
    database: Database, store: FileStore, actor: Callable[..., Identity], clock: Clock
) -> None:
    who = actor("officer")
    with database.transaction() as session:
        inbox.entered(session, "admin", [Entry(date(2027, 1, 1), False, "元旦")])
        jobs.order(session, actor=who, now=clock.now, kind="x", key="k", arguments={}, label="试办")
    seen: list[bool] = []

    def handler(_work: Work) -> Result:
        seen.append(is_working_day(date(2027, 1, 1)))
        return Result("已办完。")

    assert run_all(database, store, by_the_calendar({"x": handler})) == 1
    assert seen == [False]
    assert is_working_day(date(2027, 1, 1))


# --- the loop ---------------------------------------------------------------------------------


def test_a_turn_goes_its_rounds_then_does_one_job(
    database: Database, store: FileStore, actor: Callable[..., Identity], clock: Clock
) -> None:
    who = actor("officer")
    with database.transaction() as session:
        for key in ("a", "b"):
            jobs.order(
                session, actor=who, now=clock.now, kind="x", key=key, arguments={}, label="试办"
            )
    seen: list[str] = []

    def handler(_work: Work) -> Result:
        seen.append("job")
        return Result("已办完。")

    rounds = Rounds([Round("always", 0, lambda: seen.append("round"))])
    busy = [turn(database, store, {"x": handler}, rounds) for _ in range(3)]
    assert busy == [True, True, False]
    assert seen == ["round", "job", "round", "job", "round"]


def test_a_turn_that_stumbles_goes_on_after_a_pause(
    database: Database,
    store: FileStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(*_given: object) -> bool:
        raise ConnectionError("the database is away")

    monkeypatch.setattr(worker, "run_one", away)
    with caplog.at_level(logging.ERROR):
        assert not turn(database, store, {}, Rounds([]))
    assert "the worker stumbled" in caplog.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_worker_s_jobs_know_the_calendar_and_it_ends_with_its_parent(
    config: Config,
    database: Database,
    actor: Callable[..., Identity],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`run` itself: the parent is asked for before anything else, and never again as the first one."""
    who = actor("officer")
    with database.transaction() as session:
        inbox.entered(session, "admin", [Entry(date(2027, 1, 1), False, "元旦")])
        jobs.order(session, actor=who, now=clock.now, kind="x", key="k", arguments={}, label="试办")
    seen: list[object] = []

    def handler(_work: Work) -> Result:
        seen.append(is_working_day(date(2027, 1, 1)))
        return Result("已办完。")

    def parent() -> int:
        seen.append("parent")
        return 7 if seen.count("job done") == 0 else 1

    def paused(seconds: float) -> None:
        seen.append("job done")
        assert seconds == worker.PAUSE

    monkeypatch.setattr(worker, "HANDLERS", {"x": handler})
    monkeypatch.setattr(worker, "log_to", lambda _config: seen.append("log"))
    monkeypatch.setattr(worker.setup, "existing_database", lambda _config: database)
    monkeypatch.setattr(worker, "rounds_of", lambda *_given: [])
    monkeypatch.setattr(worker.os, "getppid", parent)
    monkeypatch.setattr(worker.time, "sleep", paused)
    worker.run(config, with_parent=True)
    assert seen == ["parent", "log", "parent", False, "parent", "job done", "parent"]


def test_an_order_nobody_answered_rises_in_the_rounds(
    config: Config, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        number = supervision.issued(session, people.YIXING).id
    rounds = Rounds(rounds_of(config, database))
    clock.to(machine.at(date(2026, 12, 1)))
    for moment in (0.0, 100.0):
        rounds.go(moment)
    with database.reader() as session:
        assert session.get_one(Matter, number).escalated_at == clock.now
        session.scalars(select(Event).where(Event.action == "supervision.escalated")).one()
        told = select(Message).where(Message.title.startswith("逾期未反馈，督办升级"))
        assert session.scalars(told).all() != []  # the post goes after it, in the same turn

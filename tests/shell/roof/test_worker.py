"""The worker's rounds: each at its pace, a failing one holds nobody up, jobs know the calendar."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from config import Config
from custody.accounts.rules import Identity
from custody.inbox.models import Mail, Message
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.workdays import is_working_day
from custody.jobs import actions as jobs
from custody.jobs.runner import Result, Work, run_all
from custody.workdays.rules import Entry
from custody.worker import Round, Rounds, by_the_calendar, rounds_of
from tests.conftest import Clock
from tests.factories import inbox, people
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
    assert [one.name for one in rounds_of(config, database)] == ["post", "reminders"]


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

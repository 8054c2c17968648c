"""What is mailed at once, what waits for the digest, what is not mailed at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from custody.inbox.actions import outbox, post, wishes
from custody.inbox.models import Message
from custody.inbox.rules import Channel, Group
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.workdays.rules import Entry
from tests.conftest import Clock
from tests.factories import inbox, people
from tests.factories import programme as arrange
from tests.factories.inbox import LETTERS
from tests.shell.inbox.conftest import Serve
from tests.shell.inbox.test_mail import mails, send_all, states

YIXING = people.YIXING


def test_a_return_is_mailed_at_once_to_whoever_wants_it(
    database: Database, serve: Serve, clock: Clock
) -> None:
    with database.transaction() as session:
        inbox.with_address(session, "yixing")
        inbox.with_address(session, "yixing2")
        wishes.choose(
            session,
            actor=people.identity(session, "yixing2"),
            now=clock.now,
            choices={Group.RESULT: Channel.NONE},
        )
        arrange.returned(session, YIXING, "M18", reason="缺少盖章页。")
        inbox.delivered(session, letters=LETTERS)
        inbox.delivered(session, letters=LETTERS)
    box = serve()
    send_all(database, box.url)
    assert box.post.to == ["yixing@example.gov.cn"] * 2
    assert [mail["Subject"] for mail in box.post.arrived] == [
        "【整区能源费用托管】市级已通过，报省级核实：宜兴市 M18 节能技术改造",
        "【整区能源费用托管】已退回：宜兴市 M18 节能技术改造",
    ]
    body = box.post.arrived[1].get_body(("plain",))
    assert body is not None
    assert "缺少盖章页。" in body.get_content()
    assert "https://nengyuan.example.gov.cn/regions/320282/milestones/M18" in body.get_content()


def test_nothing_old_is_mailed_and_nothing_without_a_server(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        inbox.with_address(session, "yixing")
        arrange.returned(session, YIXING, "M18", now=clock.now - timedelta(days=3))
        inbox.delivered(session, letters=LETTERS)
        arrange.returned(session, YIXING, "M19")
        inbox.delivered(session)
        assert session.scalars(select(Message)).first() is not None
    assert mails(database) == []


def test_mail_and_message_are_written_together_or_not_at_all(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        inbox.with_address(session, "yixing")
        arrange.returned(session, YIXING, "M18")
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        post.deliver(session, now=clock.now, letters=LETTERS)
        raise ZeroDivisionError
    assert mails(database) == []
    with database.reader() as session:
        assert session.scalars(select(Message)).all() == []


def digests(database: Database) -> list[str]:
    return [mail.subject for mail in mails(database) if mail.key.startswith("digest:")]


def digest(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        outbox.digest(session, now=clock.now, letters=LETTERS)


def test_the_digest_comes_on_working_days_once_and_only_with_something(
    database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        inbox.with_address(session, "wuxi")
        wishes.choose(
            session,
            actor=people.identity(session, "wuxi"),
            now=clock.now,
            choices={Group.REVIEW: Channel.DIGEST, Group.RESULT: Channel.DIGEST},
        )
        arrange.submitted(session, YIXING, "M18")
        arrange.returned(session, YIXING, "M19")
        inbox.delivered(session, letters=LETTERS)
        # What was read before needs no mail.
        read = session.scalars(select(Message).where(Message.title.contains("已退回"))).all()
        for message in read:
            message.read_at = clock.now
    for day, hour, minute, wanted in (
        (22, 9, 0, 0),  # a Sunday
        (23, 8, 29, 0),
        (23, 8, 30, 1),
        (23, 8, 31, 1),
        (24, 8, 30, 1),  # nothing new
    ):
        clock.to(machine.at(date(2026, 11, day), hour, minute))
        digest(database, clock)
        assert len(digests(database)) == wanted, (day, hour, minute)
    assert digests(database) == ["【整区能源费用托管】11月23日消息摘要（1条）"]


def test_the_digest_keeps_the_entered_holidays(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        inbox.with_address(session, "wuxi")
        days = [Entry(date(2027, 1, 1), False, "元旦"), Entry(date(2027, 1, 2), True, "元旦")]
        inbox.entered(session, "admin", days)
    clock.to(machine.at(date(2026, 12, 31), 10))
    with database.transaction() as session:
        arrange.returned(session, YIXING, "M18")
        for message in session.scalars(select(Message)):
            message.digest = True
        wishes.choose(
            session,
            actor=people.identity(session, "wuxi"),
            now=clock.now,
            choices={Group.REVIEW: Channel.DIGEST},
        )
        inbox.delivered(session, letters=LETTERS)
    clock.to(machine.at(date(2027, 1, 1), 8, 30))  # a Friday that is off
    digest(database, clock)
    assert digests(database) == []
    clock.to(machine.at(date(2027, 1, 2), 8, 30))  # a Saturday that is worked
    digest(database, clock)
    assert digests(database) == ["【整区能源费用托管】1月2日消息摘要（1条）"]


def test_a_taken_back_address_gets_nothing_more(
    database: Database, serve: Serve, clock: Clock
) -> None:
    with database.transaction() as session:
        inbox.with_address(session, "yixing")
        arrange.returned(session, YIXING, "M18")
        inbox.delivered(session, letters=LETTERS)
        who = people.identity(session, "yixing")
        wishes.forget_address(session, actor=who, now=clock.now)
    box = serve()
    send_all(database, box.url)
    assert box.post.arrived == []
    assert set(states(database)) == {"failed"}

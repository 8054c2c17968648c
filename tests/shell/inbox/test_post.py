"""The post office: what the journal says reaches whom it concerns, once, whoever delivers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Role
from custody.inbox.actions import post
from custody.inbox.models import Message, PostOffice
from custody.inbox.rules import Group
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.jobs.models import Job
from custody.jobs.rules import State
from custody.milestones.actions import review
from custody.milestones.models import Milestone
from tests.conftest import Clock
from tests.factories import contracts, inbox, people
from tests.factories import programme as arrange

YIXING = people.YIXING


def titles(session: Session, username: str, group: Group | None = None) -> list[str]:
    query = (
        select(Message.title)
        .join(Account, Account.id == Message.account_id)
        .where(Account.username == username)
        .order_by(Message.id)
    )
    return list(session.scalars(query.where(Message.group == group) if group else query))


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Message)) or 0


def test_a_signed_order_leads_to_its_page(session: Session, clock: Clock) -> None:
    order = contracts.ordered(session, contracts.signed(session, YIXING))
    inbox.delivered(session)
    told = session.scalars(select(Message).where(Message.title.startswith("变更单已签署"))).all()
    assert told
    assert {row.page for row in told} == {f"/contracts/{order.contract_id}/orders/{order.number}"}


def test_the_way_of_a_milestone(session: Session, clock: Clock) -> None:
    arrange.returned(session, YIXING, "M18", reason="缺少盖章页，请补充。")
    assert inbox.delivered(session) > 0
    assert titles(session, "wuxi") == [
        "待您审核：宜兴市 M18 节能技术改造",
        "已退回：宜兴市 M18 节能技术改造",
    ]
    assert titles(session, "coordinator2") == ["待您核实：宜兴市 M18 节能技术改造"]
    assert titles(session, "yixing") == [
        "市级已通过，报省级核实：宜兴市 M18 节能技术改造",
        "已退回：宜兴市 M18 节能技术改造",
    ]
    for nobody in ("xishan", "zhangjiagang", "suzhou", "admin", "leader"):
        assert titles(session, nobody) == []
    message = session.scalars(select(Message).where(Message.title.startswith("已退回"))).first()
    assert message is not None
    assert message.page == "/regions/320282/milestones/M18"
    assert message.detail.endswith("：缺少盖章页，请补充。")
    event = session.get_one(Event, message.event_id)
    assert event.action == "milestone.returned"
    assert message.read_at is None


def test_delivering_again_tells_nothing_again(session: Session, clock: Clock) -> None:
    arrange.returned(session, YIXING, "M18")
    inbox.delivered(session)
    before = count(session)
    assert inbox.delivered(session) == 0
    # Not even when the place in the journal is lost.
    session.get_one(PostOffice, 1).event_id = 0
    assert inbox.delivered(session) == 0
    assert count(session) == before


def test_several_confirmed_at_once_are_one_message(session: Session, clock: Clock) -> None:
    rows = [arrange.passed(session, YIXING, code) for code in ("M18", "M19", "M20")]
    inbox.delivered(session)
    session.flush()
    coordinator = arrange.account_at(session, Role.COORDINATOR, people.JIANGSU)
    review.decide(
        session,
        actor=coordinator,
        now=clock.now,
        chosen=[(row.id, row.version) for row in rows],
        verdict=review.Verdict.ACCEPT,
    )
    inbox.delivered(session)
    [title] = [title for title in titles(session, "yixing") if "销号" in title]
    assert title.startswith("已确认销号3项里程碑：宜兴市 M18 ")


def test_what_is_old_is_filed_as_read(session: Session, clock: Clock) -> None:
    arrange.returned(session, YIXING, "M18", now=clock.now - timedelta(days=8))
    arrange.returned(session, YIXING, "M19", now=clock.now - timedelta(days=6))
    inbox.delivered(session)
    rows = session.scalars(select(Message).where(Message.title.startswith("已退回"))).all()
    assert {("M18" in row.title, row.read_at is None) for row in rows} == {
        (True, False),
        (False, True),
    }


def test_closed_accounts_and_newcomers_hear_nothing(session: Session, clock: Clock) -> None:
    inbox.account(session, "yixing2").active = False
    inbox.account(session, "yixing").created_at = clock.now + timedelta(seconds=1)
    arrange.returned(session, YIXING, "M18")
    inbox.delivered(session)
    assert titles(session, "yixing") == titles(session, "yixing2") == []
    assert titles(session, "wuxi") != []


def test_a_job_that_ended_is_told_to_its_owner_once(session: Session, clock: Clock) -> None:
    arrange.jobs_done(session)
    inbox.delivered(session)
    assert titles(session, "yixing") == ["已办完：宜报的后台任务"]
    assert not post.is_waiting(session)
    clock.to(clock.now + timedelta(minutes=1))
    arrange.jobs_done(session)
    job = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert job is not None
    job.state, job.words = State.FAILED, "没有办成。"
    session.flush()
    assert post.is_waiting(session)
    inbox.delivered(session)
    owner = session.get_one(Account, job.owner_id)
    assert titles(session, owner.username)[-1].startswith("未办成：")
    assert len(titles(session, "yixing")) == 2


def test_a_long_journal_is_read_in_pieces_and_batches_stay_whole(
    session: Session, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [arrange.passed(session, YIXING, code) for code in ("M18", "M19", "M20", "M21")]
    session.flush()
    coordinator = arrange.account_at(session, Role.COORDINATOR, people.JIANGSU)
    inbox.delivered(session)
    clock.to(clock.now + timedelta(minutes=1))
    review.decide(
        session,
        actor=coordinator,
        now=clock.now,
        chosen=[(row.id, row.version) for row in rows],
        verdict=review.Verdict.ACCEPT,
    )
    monkeypatch.setattr(post, "_AT_ONCE", 2)
    session.flush()
    post.deliver_all(session, now=clock.now)
    assert [title[:8] for title in titles(session, "yixing") if "销号" in title] == [
        "已确认销号4项里"
    ]
    assert not post.is_waiting(session)


def test_two_workers_at_once_make_no_double(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        for code in ("M18", "M19", "M20"):
            arrange.returned(session, YIXING, code)
    start = threading.Barrier(4)
    failures: list[BaseException] = []
    delivered: list[int] = []

    def work() -> None:
        start.wait()
        try:
            # A new thread has the clock of the machine, so the moment is handed in.
            with database.transaction() as session:
                delivered.append(post.deliver(session, now=moment))
        except BaseException as error:
            failures.append(error)

    moment = clock.now
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reader() as reading:
        assert sorted(delivered) == [0, 0, 0, count(reading)]
        keys = reading.execute(select(Message.account_id, Message.key)).all()
        assert len(keys) == len(set(keys)) > 6


def test_what_cannot_be_delivered_now_is_delivered_later(database: Database, clock: Clock) -> None:
    """All or nothing: a delivery that fails leaves the place in the journal where it was."""
    with database.transaction() as session:
        arrange.returned(session, YIXING, "M18")
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        post.deliver(session, now=clock.now)
        raise ZeroDivisionError
    with database.reader() as reading:
        assert count(reading) == 0
        assert post.is_waiting(reading)
    with database.transaction() as session:
        assert post.deliver(session, now=clock.now) > 0


# --- deadlines --------------------------------------------------------------------------------


def planned(session: Session, code: str, day: date, region: str = YIXING) -> None:
    for row in session.scalars(
        select(Milestone).where(Milestone.region_code == region, Milestone.planned.is_not(None))
    ):
        if row.code == code:
            row.planned = day
    session.flush()


def only(session: Session, *codes: str) -> None:
    """No other milestone of the region has a day."""
    for row in session.scalars(select(Milestone)):
        if row.region_code != YIXING or row.code not in codes:
            row.planned = None
    session.flush()


def test_reminders_come_once_each(session: Session, clock: Clock) -> None:
    only(session, "M18", "M19")
    planned(session, "M18", date(2026, 11, 29))
    planned(session, "M19", date(2026, 12, 5))
    for day in range(22, 31):
        clock.to(machine.at(date(2026, 11, day), 8))
        post.remind(session, now=clock.now)
        post.remind(session, now=clock.now)  # the second worker of the day
    told = titles(session, "yixing", Group.DEADLINE)
    told = [title for title in told if "填报" not in title]
    assert [title.partition("：")[0] for title in told] == [
        "7天后（11月29日）到期",
        "明天到期",
        "7天后（12月5日）到期",
        "已逾期1天",
    ]
    assert [title for title in titles(session, "wuxi", Group.DEADLINE) if "填报" not in title] == []


def test_what_becomes_late_after_the_others_of_its_day_is_told_too(
    session: Session, clock: Clock
) -> None:
    """M18 was told; M19, moved to the same day afterwards, is told alone, and nothing twice."""
    only(session, "M18")
    planned(session, "M18", date(2026, 11, 20))
    post.remind(session, now=clock.now)
    session.scalars(
        select(Milestone).where(Milestone.region_code == YIXING, Milestone.code == "M19")
    ).one().planned = date(2026, 11, 20)
    session.flush()
    for day in (23, 24):
        clock.to(machine.at(date(2026, 11, day), 8))
        post.remind(session, now=clock.now)
    late = [t[:13] for t in titles(session, "yixing", Group.DEADLINE) if "逾期" in t]
    assert late == ["已逾期2天：宜兴市 M18", "已逾期3天：宜兴市 M19"]


def test_what_waits_for_a_reviewer_is_not_reminded_of(session: Session, clock: Clock) -> None:
    only(session, "M18")
    planned(session, "M18", date(2026, 11, 23))
    arrange.submitted(session, YIXING, "M18")
    session.flush()
    post.remind(session, now=clock.now)
    assert [t for t in titles(session, "yixing", Group.DEADLINE) if "M18" in t] == []


def test_silent_regions_are_reminded_towards_the_end_of_the_month(
    session: Session, clock: Clock
) -> None:
    only(session)
    arrange.updated(session, people.XISHAN, "M01", percent=10)
    session.flush()
    for day in (20, 23, 29, 30):
        clock.to(machine.at(date(2026, 11, day), 8))
        post.remind(session, now=clock.now)
    assert titles(session, "yixing") == [
        "7天后（11月30日）到期：宜兴市11月进展尚未填报",
        "明天到期：宜兴市11月进展尚未填报",
    ]
    assert titles(session, "xishan") == []


def test_administrators_are_told_of_a_year_without_holidays(session: Session, clock: Clock) -> None:
    clock.to(machine.at(date(2026, 10, 30), 8))
    post.remind(session, now=clock.now)
    assert titles(session, "admin") == []
    clock.to(machine.at(date(2026, 11, 2), 8))
    post.remind(session, now=clock.now)
    assert [title[:14] for title in titles(session, "admin")] == ["2027年节假日安排尚未录入"]
    assert titles(session, "coordinator") == []


def test_from_the_journal_to_the_page_s_address(
    database: Database, clock: Clock, sign_in: Callable[..., object]
) -> None:
    """Every address in a message is a page that its reader may open, or is not linked to."""
    with database.transaction() as session:
        arrange.lived_in(session)
        rows = session.execute(
            select(Account.username, Message.page)
            .join(Account, Account.id == Message.account_id)
            .where(Message.page != "")
            .distinct()
        ).all()
    known = {one.username for one in people.PEOPLE}
    rows = [row for row in rows if row[0] in known]
    assert len(rows) > 15
    assert any(page.startswith("/baselines/") for _, page in rows)
    for username, page in rows:
        if page.startswith("/jobs") or page == "/admin/calendar":
            continue
        answer = sign_in(username).get(page)  # type: ignore[attr-defined]
        assert answer.status_code == 200, f"{username} {page}: {answer.status_code}"

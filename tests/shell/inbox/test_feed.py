"""The calendar feed over HTTP: whose it is, what is in it, how it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from custody.inbox.models import Preference
from custody.inbox.queries.dues import due_things_of
from custody.inbox.views.settings import FEED_READS
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.milestones.models import Milestone
from custody.regions.models import Region
from tests.conftest import Clock
from tests.core.inbox.test_feed import strictly
from tests.critic import Critic, page
from tests.factories import inbox, people, supervision
from tests.factories import programme as arrange

YIXING = people.YIXING


def feed(database: Database, username: str) -> str:
    with database.transaction() as session:
        return f"/calendar/{inbox.with_feed(session, username)}.ics"


def events(client: Critic, path: str) -> dict[str, str]:
    """{UID: summary} as a calendar program sees them."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    strictly(answer.data)
    book = Calendar.from_ical(answer.data)
    return {str(one["UID"]): str(one["SUMMARY"]) for one in book.walk("VEVENT")}


def test_an_officer_s_calendar_is_the_region_s(
    database: Database, client: Critic, clock: Clock
) -> None:
    with database.transaction() as session:
        arrange.confirmed(session, YIXING, "M18")
        rows = session.scalars(
            select(Milestone).where(Milestone.region_code == YIXING, Milestone.planned.is_not(None))
        ).all()
        wanted = {f"milestone-{row.id}@320000.custody" for row in rows if not row.status.settled}
        done = {f"milestone-{row.id}@320000.custody" for row in rows if row.status.settled}
    found = events(client, feed(database, "yixing"))
    assert wanted
    assert wanted <= set(found)
    assert not done & set(found)
    others = set(found) - wanted
    assert {uid.partition("-")[0] for uid in others} == {"batch", "task"}  # and no month
    assert not any("张家港" in title or "锡山" in title for title in found.values())


def test_supervision_and_payments_are_in_it(
    database: Database, client: Critic, clock: Clock
) -> None:
    with database.transaction() as session:
        arrange.lived_in(session)
    found = events(client, feed(database, "yixing"))
    assert {"supervision", "payment", "settlement"} & {uid.partition("-")[0] for uid in found}
    found = events(client, feed(database, "wuxi"))
    assert "settlement" not in {uid.partition("-")[0] for uid in found}


def test_a_silent_month_is_in_it_until_it_is_answered(
    database: Database, client: Critic, clock: Clock
) -> None:
    path = feed(database, "yixing")
    uid = "month-320282-2026-11@320000.custody"
    assert events(client, path)[uid] == "宜兴市11月进展尚未填报"
    with database.transaction() as session:
        arrange.updated(session, YIXING, "M18", percent=20)
    assert uid not in events(client, path)


@pytest.mark.parametrize("username", ["wuxi", "coordinator", "leader"])
def test_city_and_province_see_gates_and_deadlines(
    database: Database, client: Critic, clock: Clock, username: str
) -> None:
    found = events(client, feed(database, username))
    milestones = {t for uid, t in found.items() if uid.startswith("milestone-")}
    assert milestones
    assert all(" G-" in title for title in milestones)
    regions = {title.split()[0] for title in milestones}
    assert ("张家港市" in regions) is (username != "wuxi")
    assert any(uid.startswith("batch-2026") for uid in found)
    briefs = [title for uid, title in found.items() if uid.startswith("brief-")]
    assert bool(briefs) is (username == "coordinator")


def test_the_brief_s_day_keeps_the_entered_holidays(
    database: Database, client: Critic, clock: Clock
) -> None:
    from custody.workdays.rules import Entry

    path = feed(database, "coordinator")

    def day() -> date:
        book = Calendar.from_ical(client.get(path).data)
        [event] = [e for e in book.walk("VEVENT") if str(e["UID"]).startswith("brief-2027-01")]
        found = event.decoded("dtstart")
        assert isinstance(found, date)
        return found

    assert day() == date(2027, 1, 1)  # nobody has entered that it is a holiday
    with database.transaction() as session:
        days = [Entry(date(2027, 1, 1) + timedelta(days=n), False, "元旦") for n in range(3)]
        inbox.entered(session, "admin", days)
    assert day() == date(2027, 1, 4)


def test_made_changed_and_revoked_on_the_page(
    database: Database, sign_in: Callable[..., Critic], client: Critic, app: Flask
) -> None:
    visitor = sign_in("yixing")

    def shown() -> str:
        inputs = page(visitor.get("/inbox/settings")).all("input")
        values = [i.get("value", "") for i in inputs if i.get("id") == "feed"]
        return values[0].removeprefix("http://localhost") if values else ""

    assert shown() == ""
    assert visitor.press(visitor.get("/inbox/settings"), "生成订阅地址").status_code == 303
    first = shown()
    assert len(first.removeprefix("/calendar/").removesuffix(".ics")) == 43  # 32 bytes
    assert client.get(first).status_code == 200
    assert visitor.press(visitor.get("/inbox/settings"), "更换地址").status_code == 303
    second = shown()
    assert second != first
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    page_before = visitor.get("/inbox/settings")
    for _ in range(2):
        assert visitor.press(page_before, "撤销").status_code == 303
    assert client.get(second).status_code == 404
    assert shown() == ""
    with database.reader() as session:
        acts = session.scalars(select(Event.action).where(Event.kind == "inbox")).all()
    assert acts == ["inbox.feed_renewed", "inbox.feed_renewed", "inbox.feed_revoked"]


def test_the_database_alone_opens_no_feed(database: Database, client: Critic) -> None:
    path = feed(database, "yixing")
    with database.reader() as session:
        row = session.scalars(select(Preference).where(Preference.feed_nonce != "")).one()
        stored = (row.feed_nonce, row.feed_digest or "")
    assert not any(word in path for word in stored)
    for word in stored:
        assert client.get(f"/calendar/{word}.ics").status_code == 404


def test_another_key_of_the_application_says_so(
    database: Database, sign_in: Callable[..., Critic], app: Flask, client: Critic
) -> None:
    with database.transaction() as session:
        who = inbox.account(session, "yixing").identity()
        from custody.inbox.actions import wishes

        wishes.renew_feed(session, actor=who, now=inbox.clock.now(), key="another key")
    text = page(sign_in("yixing").get("/inbox/settings")).text()
    assert "系统密钥已更换" in text


def test_unknown_and_closed(database: Database, client: Critic) -> None:
    assert client.get("/calendar/nothing.ics").status_code == 404
    assert client.get("/calendar/%00.ics").status_code == 404
    path = feed(database, "yixing")
    with database.transaction() as session:
        inbox.account(session, "yixing").active = False
    assert client.get(path).status_code == 404


def test_not_too_often(database: Database, client: Critic, clock: Clock) -> None:
    path = feed(database, "yixing")
    codes = [client.get(path).status_code for _ in range(FEED_READS + 1)]
    assert codes == [200] * FEED_READS + [429]
    answer = client.get(path)
    assert answer.headers["Retry-After"] == "60"
    # Guessing is slowed down too, whatever is guessed.
    codes = [client.get(f"/calendar/guess{n}.ics").status_code for n in range(40)]
    assert codes[0] == 404
    assert codes[-1] == 429
    clock.to(clock.now + timedelta(minutes=1))
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_number_of_statements_is_fixed(
    database: Database, client: Critic, statements: Callable[[], object], clock: Clock
) -> None:
    region, province = feed(database, "yixing"), feed(database, "coordinator")
    counts = []
    for path in (region, province):
        with statements() as seen:  # type: ignore[attr-defined]
            client.get(path)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_a_day_promised_in_time_is_the_day_that_counts(database: Database, clock: Clock) -> None:
    """As in the list of 督办: what went on with a new date is due on that date, not on the first."""
    with database.transaction() as session:
        matter = supervision.answered(session, supervision.issued(session, YIXING), final=False)
        promised, first, number = matter.promised, matter.due, str(matter.id)
        region = session.get_one(Region, YIXING)
        found = {
            due.subject: due.day
            for due in due_things_of(session, region.place, clock.now.date())
            if due.kind == "supervision"
        }
    assert promised is not None
    assert promised != first
    assert found == {number: promised}

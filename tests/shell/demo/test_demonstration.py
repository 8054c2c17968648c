"""The demonstration played into a database."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody import cli, setup
from custody.accounts.actions import verify
from custody.accounts.models import Account
from custody.accounts.rules import Place, Role
from custody.app import create_app
from custody.briefs.models import Brief, Edition, EditionPart, Instruction, Reading, Remark
from custody.briefs.rules import Form
from custody.briefs.rules import Status as BriefStatus
from custody.dashboard.queries import programme_facts
from custody.dashboard.rules.exceptions import KINDS
from custody.demo import people
from custody.infra import clock, journal
from custody.infra.db import plain
from custody.infra.journal import Event
from custody.milestones.actions.record import TRACKED
from custody.milestones.models import Evidence, Milestone, MonthReport
from custody.milestones.rules import Light, Status
from custody.regions.models import Region
from tests.cluster import Cluster
from tests.shell.demo.conftest import DAY, DAYS, Build, Demonstration, build, settings

PROVINCE = Place(people.PROVINCE)


@pytest.fixture
def asking(demonstration: Demonstration) -> Iterator[Session]:
    with demonstration.ask() as session:
        yield session


def test_every_status_and_every_light_is_there(asking: Session) -> None:
    assert set(asking.scalars(select(Milestone.status))) == set(Status)
    facts = programme_facts(asking, PROVINCE, DAY, demo=True)
    assert facts.lights == {
        Light.RED: 5,
        Light.YELLOW: 6,
        Light.BLUE: 9,
        Light.GREEN: 10,
        Light.GREY: 2,
    }
    assert {line.kind for line in facts.exceptions} == set(KINDS)
    assert len(facts.silent) == 5
    assert [batch.done for batch in facts.batches] == [0, 0, 1]


def test_a_third_had_nothing_to_report_this_month(asking: Session) -> None:
    answers = Counter(
        asking.scalars(select(MonthReport.no_change).where(MonthReport.month == "2026-11"))
    )
    assert answers == {True: 9, False: 18}


def test_forecasts_later_than_planned_are_there(asking: Session) -> None:
    late = asking.scalars(select(Milestone).where(Milestone.forecast > Milestone.planned)).all()
    assert len({row.region_code for row in late}) >= 4


def test_accounts_of_every_role_with_the_one_password(asking: Session) -> None:
    accounts = asking.scalars(select(Account).where(Account.active)).all()
    assert len(accounts) == len(people.everybody())
    assert {account.role for account in accounts} == set(Role)
    assert not any(account.must_change_password or account.failures for account in accounts)
    assert verify(accounts[0].password_hash, people.PASSWORD)
    assert len({account.password_hash for account in accounts}) == len(accounts)


def test_every_region_has_its_profile(asking: Session) -> None:
    for region in asking.scalars(select(Region)):
        assert region.lead_unit
        assert region.phone.startswith("000-")
        assert region.institutions
        assert region.floor_area
        assert region.floor_area > region.institutions


def test_every_file_is_kept_and_says_so(demonstration: Demonstration, asking: Session) -> None:
    evidence = asking.scalars(select(Evidence)).all()
    digests = {row.digest for row in evidence}
    assert len(digests) < len(evidence)
    assert all(demonstration.files.intact(digest) for digest in digests)
    assert all("（演示）" in row.name for row in evidence)


def test_briefs_are_published_and_one_is_being_written(asking: Session) -> None:
    briefs = asking.scalars(select(Brief).order_by(Brief.id)).all()
    found = [(brief.scope_name, brief.as_of.isoformat(), brief.status) for brief in briefs]
    published = BriefStatus.PUBLISHED
    assert found == [
        ("江苏省", "2026-09-30", published),
        ("江苏省", "2026-10-31", published),
        ("无锡市", "2026-10-31", published),
        ("宜兴市", "2026-10-31", published),
        ("江苏省", "2026-10-31", published),
        ("宜兴市", "2026-10-31", published),
        ("江苏省", "2026-11-20", BriefStatus.DRAFT),
    ]
    assert [brief.issue for brief in briefs if brief.city_code is None] == [1, 2, 1, None]
    assert briefs[4].form is Form.PAGE
    assert briefs[5].replaces_id == briefs[3].id
    assert briefs[5].issue == briefs[3].issue


def test_an_edition_holds_what_was_published_and_waits_for_the_rest(asking: Session) -> None:
    edition = asking.scalars(select(Edition)).one()
    parts = asking.scalars(select(EditionPart).order_by(EditionPart.ordinal)).all()
    assert edition.finished_at is None
    assert len(parts) == 46
    assert [part.name for part in parts if part.address] == ["江苏省", "无锡市", "宜兴市"]


def test_leaders_have_read_and_instructed(asking: Session) -> None:
    tasks = asking.scalars(select(Instruction).order_by(Instruction.id)).all()
    assert [(row.leader, row.state.value) for row in tasks] == [
        ("方致远", "done"),
        ("方致远", "open"),
        ("蒋太初", "open"),
        ("方致远", "open"),
    ]
    assert tasks[2].answer, "answered once, then opened again"
    assert asking.scalars(select(Reading)).all()
    assert [row.settled_at for row in asking.scalars(select(Remark))] == [None, None]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_journal_tells_all_of_it(demonstrated: Build, day: date) -> None:
    """The chain holds, goes forward in time, and explains every milestone down to each column."""
    now = clock.at(day, 9, 30)
    with demonstrated(day).ask() as session:
        assert list(journal.broken_links(session)) == []
        events = session.scalars(select(Event).order_by(Event.id)).all()
        moments = [event.at for event in events]
        assert moments == sorted(moments)
        assert moments[-1] <= now
        told: dict[str, dict[str, Any]] = {}
        for event in events:
            if event.kind == "milestone":
                news = {name: new for name, (_, new) in event.changes.items()}
                told.setdefault(event.subject, {}).update(news)
        for row in session.scalars(select(Milestone)):
            for name, value in told.get(str(row.id), {}).items():
                if name in TRACKED:
                    assert _same(plain(getattr(row, name)), value), (row.region_code, row.code)
            if str(row.id) not in told:
                assert row.status is Status.NOT_STARTED
                assert row.percent == 0


def _same(now: object, told: object) -> bool:
    return json.dumps(now) == json.dumps(told)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_nothing_lies_in_the_future(demonstrated: Build, day: date) -> None:
    now = clock.at(day, 9, 30)
    with demonstrated(day).ask() as session:
        for row in session.scalars(select(Milestone)):
            assert not row.actual or row.actual < day
            assert not row.started or row.started < day
            for moment in (row.submitted_at, row.awaiting_since, row.decided_at, row.updated_at):
                assert moment is None or moment <= now
        for table, column in ((Evidence, "added_at"), (MonthReport, "reported_at")):
            assert all(getattr(row, column) < now for row in session.scalars(select(table)))
        assert all(brief.as_of < day for brief in session.scalars(select(Brief)))


def test_after_the_year_most_have_reached_their_goal(demonstrated: Build) -> None:
    day = date(2027, 1, 10)
    with demonstrated(day).ask() as session:
        facts = programme_facts(session, PROVINCE, day, demo=True)
    done = {batch.number: batch.done for batch in facts.batches}
    assert done == {1: 3, 2: 4, 3: 21}


def test_the_same_seed_makes_the_same_journal(
    cluster: Cluster, asking: Session, tmp_path: Path
) -> None:
    """The browser's demonstration was made of the same day, by itself."""
    with cluster.copy("sqlite", tmp_path, "demo") as again:
        with again.reader() as session:
            one, two = (
                session.scalars(select(Event.hash).order_by(Event.id)).all()
                for session in (asking, session)
            )
            assert len(one) > 1_000
            assert one == two
        # A second start finds it there and changes nothing.
        third = build(settings(tmp_path, again.url), DAY)
        assert (third.made, third.said) == (False, [])
        with third.ask() as session:
            assert session.scalars(select(Event.hash).order_by(Event.id)).all() == two
        third.database.dispose()


def test_on_postgresql_too(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.empty("postgresql", tmp_path) as database:
        made = build(settings(tmp_path, database.url), date(2026, 5, 1))
        with made.ask() as session:
            assert list(journal.broken_links(session)) == []
            assert Status.CONFIRMED in set(session.scalars(select(Milestone.status)))
        made.database.dispose()


def test_leaves_real_data_alone(tmp_path: Path) -> None:
    config = settings(tmp_path)
    database = setup.open_database(config)
    with database.transaction() as session:
        setup.load_folder(session, setup.JIANGSU, actor=journal.Machine(), now=clock.now())
    assert not build(config, DAY).made
    assert not config.demo_marker.exists()
    with database.reader() as session:
        assert session.scalars(select(Account)).all() == []
    database.dispose()


# --- the shell and the sign-in page -----------------------------------------------------------


def _custody(*words: str) -> str:
    result = CliRunner().invoke(cli.cli, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_shell_prints_the_accounts_again(
    demonstration: Demonstration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(demonstration.config.data, folder)
    monkeypatch.setenv("CUSTODY_DATA", str(folder))
    printed = _custody("init", "--demo").splitlines()
    assert people.PASSWORD in printed[0]
    assert printed[1].split() == ["用户名", "角色", "姓名", "所属"]
    assert len(printed) == 2 + len(people.everybody())
    starts = {
        len(line.encode("gbk")[: line.encode("gbk").index("省".encode("gbk"))])
        for line in printed
        if line.endswith("江苏省") and "省级" not in line
    }
    assert len(starts) == 1


def test_the_shell_does_not_turn_real_data_into_a_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTODY_DATA", str(tmp_path))
    _custody("init")
    said = _custody("init", "--demo")
    assert "未作改动" in said
    assert people.PASSWORD not in said
    assert not (tmp_path / "demo").exists()


def _sign_in_page(demonstration: Demonstration, folder: Path, *, demo: bool) -> FlaskClient:
    shutil.copytree(demonstration.config.data, folder)
    if not demo:
        (folder / "demo").unlink()
    return create_app(settings(folder)).test_client()


def test_the_sign_in_page_lists_the_accounts_in_demonstration_mode_only(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    page = _sign_in_page(demonstration, tmp_path / "demo", demo=True).get("/sign-in").text
    assert people.PASSWORD in page
    for person in people.everybody():
        assert f">{person.username}</button>" in page
    page = _sign_in_page(demonstration, tmp_path / "real", demo=False).get("/sign-in").text
    assert people.PASSWORD not in page
    assert "演示" not in page

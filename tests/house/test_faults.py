"""What breaks outside the program breaks nothing inside: killed processes, locked databases, full disks."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from config import ROOT, Config
from custody.app import create_app
from custody.infra import journal
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.milestones.models import Evidence, Milestone
from custody.milestones.queries.milestones import get_milestone
from custody.regions.models import Region
from tests.critic import Critic, page
from tests.factories import people, programme
from tests.factories.programme import PDF, upload

SignIn = Callable[..., Critic]
HERE = f"/regions/{people.YIXING}/milestones/M19"


def fields(critic: Critic, **typed: str) -> dict[str, str]:
    """What the milestone's form would send, with this typed into it."""
    seen = page(critic.get(HERE))
    form = seen.form("保存")
    return {**dict(seen.values(form, "保存")), **typed}


def notes_of(database: Database) -> str:
    with database.reader() as session:
        place = session.get_one(Region, people.YIXING).place
        return get_milestone(session, people.YIXING, "M19", place=place)[0].notes


# --- killed in the middle -----------------------------------------------------------------------

_VICTIM = """
    import os, sys
    from sqlalchemy import select
    from custody.infra.db import Database
    from custody.infra.journal import Machine, record
    from custody.infra.clock import now
    from custody.regions.models import Region

    database = Database(sys.argv[1])
    with database.transaction() as session:
        session.get_one(Region, "320282").lead_unit = "写到一半"
        record(session, actor=Machine(), now=now(), action="test.half", kind="test")
        session.flush()
        print("half", flush=True)
        sys.stdin.read()
"""


def test_a_process_killed_in_the_middle_leaves_nothing_half(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_VICTIM), url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"half\n"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait(10)
    with database.transaction() as session:
        # The next one is not held up and sees nothing of it.
        assert session.get_one(Region, "320282").lead_unit == ""
        assert session.scalar(select(func.count()).where(Event.action == "test.half")) == 0
        session.get_one(Region, "320282").lead_unit = "下一个人写的"
    with database.reader() as session:
        assert session.get_one(Region, "320282").lead_unit == "下一个人写的"
        assert list(journal.broken_links(session)) == []
        if database.is_sqlite:
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"


# --- locked -------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_locked_database_says_so_and_loses_nothing(
    database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds the write lock longer than a writer waits (ten seconds; here a tenth)."""
    from sqlalchemy import event

    @event.listens_for(database.engine, "begin")
    def _impatient(connection: object) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout=100")  # type: ignore[attr-defined]

    database.engine.dispose()
    officer = sign_in("yixing")
    form = fields(officer, percent="45", notes="这段话不能丢")
    holder = Database(database.url)
    with holder.transaction() as writing:
        writing.get_one(Region, people.YIXING).lead_unit = "占着"
        writing.flush()
        answer = officer.post(HERE, data=form)
        assert answer.status_code == 503
        assert "没有保存" in answer.text
        assert "重试" in answer.text
        # Reading goes on meanwhile.
        assert officer.get(HERE).status_code == 200
    holder.dispose()
    assert notes_of(database) == ""
    assert officer.post(HERE, data=form).status_code == 303
    assert notes_of(database) == "这段话不能丢"


# --- a full disk --------------------------------------------------------------------------------


def test_a_full_disk_is_told_and_leaves_nothing(
    database: Database, sign_in: SignIn, store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in("yixing")
    before = page(officer.get(HERE))

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("custody.infra.files.os.fsync", full)
        answer = officer.send(
            f"{HERE}/evidence",
            {"files": upload(PDF, "验收单.pdf")},
            content_type="multipart/form-data",
        )
    assert answer.status_code in (422, 503, 507)
    assert "验收单.pdf" in answer.text
    assert before.heading == page(answer).heading
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Evidence)) == 0
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    again = officer.send(
        f"{HERE}/evidence",
        {"files": upload(PDF, "验收单.pdf")},
        content_type="multipart/form-data",
    )
    assert again.status_code == 303
    with database.reader() as session:
        assert session.scalars(select(Evidence.name)).all() == ["验收单.pdf"]


# --- two at once --------------------------------------------------------------------------------


def test_two_at_once_one_wins_and_the_other_is_shown_both(
    database: Database, app: Flask, sign_in: SignIn
) -> None:
    one, two = sign_in("yixing"), sign_in("yixing2")
    forms = [fields(one, notes="甲写的话"), fields(two, notes="乙写的话")]
    answers = at_once(
        [lambda: one.post(HERE, data=forms[0]), lambda: two.post(HERE, data=forms[1])], app
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    kept = notes_of(database)
    assert kept in ("甲写的话", "乙写的话")
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert "甲写的话" in refused.text
    assert "乙写的话" in refused.text


def test_the_same_submission_twice_is_one(database: Database, app: Flask, sign_in: SignIn) -> None:
    """A double click: both requests are under way at once."""
    with database.transaction() as session:
        programme.attached(session, people.YIXING, "M19")
    officer, same = sign_in("yixing"), sign_in("yixing")
    form = fields(officer, percent="100", actual="2026-11-20", act="submit")
    twice = [
        lambda: officer.post(HERE, data=form),
        lambda: same.post(HERE, data={**form, "csrf_token": same.token}),
    ]
    answers = at_once(twice, app)
    assert [answer.status_code for answer in answers] == [303, 303]
    with database.reader() as session:
        row = session.scalars(
            select(Milestone).where(Milestone.region_code == people.YIXING, Milestone.code == "M19")
        ).one()
        events = session.scalars(
            select(Event.action).where(Event.subject == str(row.id), Event.kind == "milestone")
        ).all()
    assert events.count("milestone.submitted") == 1


def at_once(acts: list[Callable[[], object]], app: Flask) -> list[object]:
    """The answers of requests that start at the same moment, in threads as the server has them."""
    from custody.infra import clock

    moment = clock.now()
    gate = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        with clock.stopped_at(moment):
            gate.wait()
            answers[number] = acts[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


# --- the unexpected -----------------------------------------------------------------------------


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_error_of_ours_has_a_number_and_no_secrets(
    config: Config, database: Database, clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(config, database)
    app.test_client_class = Critic

    from custody.accounts.access import public

    @app.get("/broken")
    @public
    def broken() -> str:
        raise RuntimeError("geheim")

    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "geheim" not in answer.text
    assert "Traceback" not in answer.text
    number = [word for word in caplog.text.split() if len(word.rstrip(":")) == 8]
    assert any(word.rstrip(":") in answer.text for word in number)
    assert "RuntimeError: geheim" in caplog.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_lost_bytes_are_told_and_not_a_crash(
    database: Database, sign_in: SignIn, store: FileStore
) -> None:
    with database.transaction() as session:
        evidence = programme.attached(session, people.YIXING, "M19", store=store)
    store.path(evidence.digest).unlink()
    answer = sign_in("yixing").get(f"{HERE}/evidence/{evidence.id}")
    assert answer.status_code in (404, 410, 500)
    assert "系统管理员" in answer.text


def test_files_are_written_before_their_rows(tmp_path: Path) -> None:
    """A row never names bytes that are not there: the store flushes and moves before it answers."""
    source = (ROOT / "custody" / "infra" / "files.py").read_text("utf-8")
    assert source.index("os.fsync") < source.index("os.replace") < source.index("return Stored")

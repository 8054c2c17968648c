"""What breaks an import from outside breaks nothing inside: clear words, nothing lost, nothing half-stored."""

from __future__ import annotations

import errno
import io
import os
import signal
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from config import ROOT, Config
from custody.energy.models.bills import Bill, Import, PastBill
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.files import LIMITS
from custody.energy.rules.states import ImportState, Kind
from custody.energy.views import importing as views
from custody.energy.views import imports
from custody.infra import journal
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.jobs.models import Job
from custody.jobs.runner import run_all
from custody.regions.models import Region
from custody.worker import HANDLERS
from tests.conftest import Clock
from tests.critic import Critic, page
from tests.factories import people
from tests.factories.energy_files import (
    BILLS,
    HOME,
    ROSTER,
    as_csv,
    as_xlsx,
    bill,
    school,
    send,
    send_file,
    with_meter,
)
from tests.factories.programme import OLE
from tests.house.test_faults import at_once

SignIn = Callable[..., Critic]


def counted(database: Database, model: type) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def newest(database: Database) -> Import:
    with database.reader() as session:
        return session.scalars(select(Import).order_by(Import.id.desc()).limit(1)).one()


@pytest.fixture
def by_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is long enough for the worker."""
    monkeypatch.setattr(views, "SMALL", 0)


# --- killed -------------------------------------------------------------------------------------

_VICTIM = """
    import sys
    from pathlib import Path
    from custody.energy.actions import ledger
    from custody.infra.db import Database
    from custody.infra.files import FileStore
    from custody.jobs.runner import run_one
    from custody.worker import HANDLERS

    def stop(*_args, **_kwargs):
        print("half", flush=True)
        sys.stdin.read()

    ledger._record = stop
    run_one(Database(sys.argv[1]), FileStore(Path(sys.argv[2])), HANDLERS)
"""


def test_a_worker_killed_while_it_stores_leaves_nothing_half(
    database: Database, store: FileStore, sign_in: SignIn, clock: Clock, by_job: None
) -> None:
    officer = sign_in("yixing")
    at = send(officer, "roster", "k1", ROSTER, school(1, "00123"), school(2, "00124"))
    run_all(database, store, HANDLERS)
    assert officer.send(f"{at}/accept").status_code == 303
    assert newest(database).state is ImportState.ACCEPTING
    url = database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_VICTIM), url, str(store.folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"half\n"
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait(10)
    assert (counted(database, Institution), counted(database, Meter)) == (0, 0)
    assert newest(database).state is ImportState.ACCEPTING
    assert "进行中" in officer.get(at).text
    assert run_all(database, store, HANDLERS) == 0  # it may still live
    with database.reader() as session:
        lease = session.scalars(select(Job.lease_until).where(Job.lease_until.is_not(None))).one()
    assert lease is not None
    clock.to(lease + timedelta(seconds=1))
    assert run_all(database, store, HANDLERS) == 1
    assert newest(database).state is ImportState.ACCEPTED
    assert (counted(database, Institution), counted(database, Meter)) == (2, 2)
    with database.reader() as session:
        assert list(journal.broken_links(session)) == []
        told = session.scalars(select(Event.action).where(Event.action == "import.accepted")).all()
    assert told == ["import.accepted"]


# --- a full disk --------------------------------------------------------------------------------


def full(*_args: object, **_kwargs: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_keeps_nothing_of_a_file(
    database: Database, store: FileStore, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in("yixing")
    data = as_csv(ROSTER, school(1, "00123"))
    with monkeypatch.context() as patch:
        patch.setattr("custody.infra.files.os.fsync", full)
        answer = send_file(officer, "roster", "k1", data, "名录.csv")
    assert answer.status_code == 422
    assert "名录.csv" in answer.text
    assert "存储空间不足" in answer.text
    assert counted(database, Import) == 0
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    assert send_file(officer, "roster", "k1", data, "名录.csv").status_code == 303


def test_a_full_disk_takes_the_annotated_copy_and_not_the_verdict(
    database: Database, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in("yixing")
    with monkeypatch.context() as patch:
        patch.setattr("custody.energy.render.annotated", full)
        at = send(officer, "roster", "k1", ROSTER, ["", "", "教育", "x", ""])
    told = officer.get(at).text
    assert "没有生成批注表" in told
    assert "单位名称没有填写" in told
    assert officer.get(f"{at}/annotated.xlsx").status_code == 404
    assert officer.send(f"{at}/again").status_code == 303
    assert "没有生成批注表" not in officer.get(at).text
    assert officer.get(f"{at}/annotated.xlsx").status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_database_that_cannot_grow_stores_all_or_nothing(
    database: Database, sign_in: SignIn
) -> None:
    officer = sign_in("yixing")
    rows = [school(n, f"1{n:05d}") for n in range(2000)]
    at = send(officer, "roster", "k1", ROSTER, *rows)
    limit = [0]

    @event.listens_for(database.engine, "begin")
    def _no_more(connection: object) -> None:
        now = connection.exec_driver_sql("PRAGMA page_count").scalar()  # type: ignore[attr-defined]
        connection.exec_driver_sql(  # type: ignore[attr-defined]
            f"PRAGMA max_page_count={now + 4 if limit[0] == 0 else 1_000_000}"
        )

    answer = officer.send(f"{at}/accept")
    assert answer.status_code == 507
    assert "存储空间不足" in answer.text
    assert counted(database, Institution) == 0
    assert newest(database).state is ImportState.REHEARSED
    limit[0] = 1
    assert officer.send(f"{at}/accept").status_code == 303
    assert counted(database, Institution) == 2000


# --- locked -------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_locked_database_says_so_and_keeps_the_file(database: Database, sign_in: SignIn) -> None:
    @event.listens_for(database.engine, "begin")
    def _impatient(connection: object) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout=100")  # type: ignore[attr-defined]

    database.engine.dispose()
    officer = sign_in("yixing")
    at = send(officer, "roster", "k1", ROSTER, school(1, "00123"))
    holder = Database(database.url)
    with holder.transaction() as writing:
        writing.get_one(Region, people.YIXING).lead_unit = "占着"
        writing.flush()
        answer = officer.send(f"{at}/accept")
        assert answer.status_code == 503
        assert "重试" in answer.text
        assert officer.get(at).status_code == 200
        assert send_file(officer, "bills", "k2", as_csv(BILLS), "账单.csv").status_code == 503
    holder.dispose()
    assert (counted(database, Institution), counted(database, Import)) == (0, 1)
    assert officer.send(f"{at}/accept").status_code == 303
    assert counted(database, Institution) == 1


# --- two at once --------------------------------------------------------------------------------


def test_two_files_of_one_region_at_once(database: Database, app: Flask, sign_in: SignIn) -> None:
    one, two = sign_in("yixing"), sign_in("yixing2")
    with_meter(one)
    first = send(one, "bills", "k1", BILLS, bill("00123", "2026-09", "1000"))
    second = send(two, "bills", "k2", BILLS, bill("00123", "2026-09", "1100"))
    answers = at_once(
        [lambda: one.send(f"{first}/accept"), lambda: two.send(f"{second}/accept")], app
    )
    assert [answer.status_code for answer in answers] == [303, 303]  # type: ignore[attr-defined]
    with database.reader() as session:
        results = session.scalars(
            select(Import.result).where(Import.kind == Kind.BILLS).order_by(Import.id)
        ).all()
        [stands] = session.scalars(select(Bill)).all()
    counts = [tuple(result["counts"][name] for name in ("new", "changed")) for result in results]
    assert sorted(counts) == [(0, 1), (1, 0)]
    assert (stands.number, counted(database, PastBill)) == (2, 1)
    assert stands.use == (1100 if counts[0] == (1, 0) else 1000)


def test_one_file_accepted_twice_at_once(database: Database, app: Flask, sign_in: SignIn) -> None:
    one, two = sign_in("yixing"), sign_in("yixing2")
    at = send(one, "roster", "k1", ROSTER, school(1, "00123"))
    answers = at_once([lambda: one.send(f"{at}/accept"), lambda: two.send(f"{at}/accept")], app)
    assert [answer.status_code for answer in answers] == [303, 303]  # type: ignore[attr-defined]
    assert (counted(database, Institution), counted(database, Meter)) == (1, 1)
    with database.reader() as session:
        told = session.scalars(select(Event.action).where(Event.action == "import.accepted")).all()
    assert told == ["import.accepted"]


# --- strange files ------------------------------------------------------------------------------


def bomb() -> bytes:
    """Some 300 KB that unpack to more than is taken."""
    out = io.BytesIO(as_xlsx(Kind.BILLS))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/image1.bin", "w") as entry,
    ):
        for _ in range(LIMITS.unpacked // 2**20 + 1):
            entry.write(bytes(2**20))
    return out.getvalue()


def with_macros(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Attribute VB_Name")
    return out.getvalue()


STRANGE = {
    "炸弹.xlsx": (bomb, "解压后超过300 MB"),
    "密码.xlsx": (lambda: OLE + "EncryptedPackage".encode("utf-16-le") + bytes(200), "打开密码"),
    "网页.xls": (lambda: "<html><table><tr><td>户号</td></tr></table>".encode(), "其实是网页"),
    "坏的.xlsx": (lambda: as_xlsx(Kind.BILLS)[:700], "已损坏"),
    "空.csv": (lambda: b"", "空文件"),
    "别的.xlsx": (lambda: as_xlsx(Kind.ROSTER), "这不是本系统模板"),
}


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("name", STRANGE)
def test_strange_files_are_refused_in_words(
    database: Database, store: FileStore, sign_in: SignIn, name: str
) -> None:
    make, words = STRANGE[name]
    officer = sign_in("yixing")
    with_meter(officer)
    answer = send_file(officer, "bills", "k1", make(), name)
    assert answer.status_code == 303
    run_all(database, store, HANDLERS)
    seen = officer.get(answer.location)
    assert words in seen.text
    assert newest(database).state in (ImportState.REFUSED, ImportState.MAPPING)
    assert counted(database, Bill) == 0
    assert officer.send(f"{answer.location}/accept").status_code == 422
    assert officer.send(f"{answer.location}/discard").status_code == 303


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_macros_are_neither_run_nor_kept(database: Database, sign_in: SignIn) -> None:
    officer = sign_in("yixing")
    with_meter(officer)
    row = {"energy": "电", "number": "00123", "month": "2026-09", "use": 1000.0, "cost": 650.0}
    data = with_macros(as_xlsx(Kind.BILLS, row, {**row, "month": "去年"}))
    answer = send_file(officer, "bills", "k1", data, "账单.xlsm")
    assert "文件带有宏" in officer.get(answer.location).text
    copy = officer.get(f"{answer.location}/annotated.xlsx")
    with zipfile.ZipFile(io.BytesIO(copy.data)) as archive:
        assert [one for one in archive.namelist() if "vba" in one.lower()] == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_file_that_is_too_big_is_told_before_it_is_kept(
    database: Database, store: FileStore, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = sign_in("yixing")
    promised = f"不超过 {LIMITS.size // 2**20} MB"
    assert promised in officer.get(HOME).text
    monkeypatch.setattr(imports, "LIMITS", replace(LIMITS, size=100 * 2**10))
    answer = send_file(officer, "bills", "k1", bytes(300 * 2**10), "大.csv")
    assert answer.status_code == 422
    assert "“大.csv”有300 KB，表格不能超过100 KB" in answer.text
    assert counted(database, Import) == 0
    assert not store.folder.exists() or not any(p.is_file() for p in store.folder.rglob("*"))


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_request_that_is_too_big_gets_a_page_in_words(
    app: Flask, config: Config, sign_in: SignIn
) -> None:
    """200 MB; here all is a thousandth."""
    assert LIMITS.size < config.upload_limit < 200 * 2**20
    app.config["MAX_CONTENT_LENGTH"] = config.upload_limit // 1000
    answer = send_file(sign_in("yixing"), "bills", "k1", bytes(200 * 2**10), "很大.csv")
    assert answer.status_code == 413
    assert page(answer).heading == "文件太大"
    assert "单个文件不能超过50 MB" in answer.text

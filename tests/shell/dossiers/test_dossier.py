"""A region's dossier: ordered with one press, complete, checkable, the same again; killed, full, missing."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from python_calamine import load_workbook
from sqlalchemy import select

from config import ROOT
from custody.accounts.rules import Can, may
from custody.dossiers import render, runner
from custody.dossiers.actions import KIND, order
from custody.infra.journal import Event
from custody.infra.pdf import RenderFailed
from custody.jobs.models import Job
from custody.jobs.queries import results
from custody.jobs.rules import LEASE, State
from custody.jobs.runner import run_all, run_one
from custody.worker import HANDLERS
from tests.factories import people
from tests.factories import programme as arrange

M18 = "宜兴市项目档案/里程碑/M18 节能技术改造"
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def printed(monkeypatch):
    """Papers are printed as plain text; what they say is in `printed`."""
    said = []

    def pdfs(pieces, *, issuer, demo):
        for piece in pieces:
            said.append((piece.title, piece.words))
            yield f"{piece.title} {issuer}".encode()

    monkeypatch.setattr(render, "pdfs", pdfs)
    return said


@pytest.fixture
def region(database, store):
    """宜兴市 with two confirmed milestones, one returned before, and one that is still open."""
    with database.transaction() as session:
        arrange.attached(session, people.YIXING, "M18", store=store, data=b"%PDF-1.7 one")
        arrange.attached(session, people.YIXING, "M18", store=store, data=b"%PDF-1.7 two")
        arrange.returned(session, people.YIXING, "M18", reason="缺少盖章页，请补充。")
        arrange.confirmed(session, people.YIXING, "M18")
        arrange.attached(session, people.YIXING, "M20", store=store, data=b"%PDF-1.7 three")
        arrange.confirmed(session, people.YIXING, "M20")
        arrange.attached(session, people.YIXING, "M19", store=store, data=b"%PDF-1.7 open")
    return people.YIXING


def ordered(database, who, clock, region=people.YIXING):
    with database.transaction() as session:
        return order(session, actor=who, now=clock.now, region=region, demo=False).id


def job_of(database, number):
    with database.reader() as session:
        return session.get_one(Job, number)


def files_of(store):
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def opened(database, store, number):
    job = job_of(database, number)
    assert job.state is State.DONE, job.words
    return zipfile.ZipFile(results(store).path(job.result["digest"]))


def test_one_press_and_it_is_there(sign_in, database, store, region, printed):
    officer = sign_in("officer")
    assert "生成项目档案" in officer.get(f"/regions/{region}").text
    answer = officer.send(f"/regions/{region}/dossier")
    assert answer.status_code == 303
    assert officer.send(f"/regions/{region}/dossier").location == answer.location  # pressed twice
    assert run_all(database, store, HANDLERS) == 1
    shown = officer.get(answer.location)
    assert "已生成：上传的材料3份，审核记录等2份。" in shown.text
    got = officer.get(f"{answer.location}/file")
    assert got.mimetype == "application/zip"
    assert "20261122.zip" in got.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(got.data)) as file:
        names = file.namelist()
        assert names[:3] == [
            f"{M18}/专班文件.pdf",
            f"{M18}/专班文件（2）.pdf",
            f"{M18}/M18审核记录.pdf",
        ]
        assert not any("M19" in name for name in names)
        assert file.read(names[1]) == b"%PDF-1.7 two"
    with database.reader() as session:
        events = session.scalars(select(Event.action).where(Event.kind == "job")).all()
    assert events == ["job.ordered", "job.downloaded"]
    # Nobody else gets it.
    assert sign_in("coordinator").get(f"{answer.location}/file").status_code == 404


def test_every_digest_can_be_checked_and_the_index_names_every_file(
    database, store, region, printed, actor, clock, tmp_path
):
    number = ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    out = tmp_path / "out"
    with opened(database, store, number) as file:
        file.extractall(out)
    top = out / "宜兴市项目档案"
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=top, capture_output=True, text=True, check=True
    )
    listed = {line.split("  ", 1)[1] for line in (top / "SHA256SUMS").read_text().splitlines()}
    assert done.stdout.count("OK") == len(listed)
    there = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    assert there == listed | {"SHA256SUMS"}
    book = load_workbook(io.BytesIO((top / "目录.xlsx").read_bytes()))
    rows = book.get_sheet_by_index(0).to_python()[3:]
    index = (top / "目录.html").read_text("utf-8")
    assert "目录.css" in there
    for row in rows:
        path, digest = str(row[1]), str(row[5])
        assert hashlib.sha256((top / path).read_bytes()).hexdigest() == digest
        assert digest in index
    assert len(rows) == len(there) - 4
    assert "M18 节能技术改造　佐证材料" in index


def test_the_record_of_review_tells_the_whole_way(database, store, region, printed, actor, clock):
    ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    title, words = printed[0]
    assert title == "宜兴市M18审核记录"
    steps = [(step["what"], step["note"]) for step in words["steps"]]
    assert [what for what, _ in steps] == [
        *("提交审核", "市级审核通过", "退回"),
        *("提交审核", "市级审核通过", "确认销号"),
    ]
    assert steps[2][1] == "缺少盖章页，请补充。"
    assert all("（" in step["who"] for step in words["steps"])
    assert len(words["files"]) == 2


@pytest.mark.pdf
def test_the_printed_record_is_a_paper(database, store, region, actor, clock):
    from pypdf import PdfReader

    number = ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    with opened(database, store, number) as file:
        found = PdfReader(io.BytesIO(file.read(f"{M18}/M18审核记录.pdf")))
    text = "".join(one.extract_text() for one in found.pages)
    for words in ("审核记录", "缺少盖章页", "确认销号", "专班文件.pdf"):
        assert words in text


def test_the_same_data_give_the_same_bytes(database, store, region, printed, actor, clock):
    first = ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    clock.to(clock.now + timedelta(days=3, hours=5))
    second = ordered(database, actor("coordinator"), clock)
    run_all(database, store, HANDLERS)
    assert first != second
    one, other = (job_of(database, number).result["digest"] for number in (first, second))
    assert one == other


def test_a_missing_file_is_named_and_the_rest_is_there(
    database, store, region, printed, actor, clock
):
    gone = hashlib.sha256(b"%PDF-1.7 two").hexdigest()
    store.path(gone).unlink()
    changed = store.path(hashlib.sha256(b"%PDF-1.7 three").hexdigest())
    changed.write_bytes(b"%PDF-1.7 other")
    number = ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    assert "另有2份没有收入，原因见" in job_of(database, number).words
    with opened(database, store, number) as file:
        assert f"{M18}/专班文件（2）.pdf" not in file.namelist()
        index = file.read("宜兴市项目档案/目录.html").decode()
        assert gone not in file.read("宜兴市项目档案/SHA256SUMS").decode()
    assert "文件在服务器上找不到" in index
    assert "内容与上传时登记的校验值不符" in index


def test_a_paper_that_cannot_be_printed_does_not_stop_the_rest(
    database, store, region, actor, clock, monkeypatch
):
    def fails(pieces, **_kwargs):
        for _ in pieces:
            yield RenderFailed("glyph", "以下字符没有字形，请改用通用字。")

    monkeypatch.setattr(render, "pdfs", fails)
    number = ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    with opened(database, store, number) as file:
        index = file.read("宜兴市项目档案/目录.html").decode()
    assert index.count("没有生成：以下字符没有字形") == 2


def test_a_full_disk_is_said_and_leaves_nothing(
    database, store, region, printed, actor, clock, monkeypatch
):
    before = files_of(store)

    def full(*_args):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("custody.infra.archives.os.fsync", full)
    number = ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    job = job_of(database, number)
    assert job.state is State.FAILED
    assert "服务器存储空间不足" in job.words
    assert "请联系系统管理员清理空间后重试" in job.words
    assert files_of(store) == before


def test_somebody_else_s_region_is_not_made(sign_in, database, store, region, actor, clock):
    stranger = sign_in("officer", "320205")
    assert stranger.send(f"/regions/{region}/dossier").status_code == 404
    assert sign_in("leader").send(f"/regions/{region}/dossier").status_code == 403
    # Nor where the right was lost between order and work.
    number = ordered(database, actor("officer"), clock)
    with database.transaction() as session:
        job = session.get_one(Job, number)
        job.arguments = {"region": people.ZHANGJIAGANG, "demo": False}
    run_all(database, store, HANDLERS)
    assert job_of(database, number).words == "所办事项已不存在或不在您的管辖范围内。"
    assert not may(actor("leader"), Can.MAKE_DOSSIER)


def test_an_empty_region_has_an_index_too(database, store, printed, actor, clock):
    number = ordered(database, actor("officer"), clock)
    run_all(database, store, HANDLERS)
    with opened(database, store, number) as file:
        assert len(file.namelist()) == 4


_SLOW = """
import sys, time
from pathlib import Path
from custody.dossiers import render, runner
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.runner import run_one
from custody.worker import HANDLERS
def slow(*args, **kwargs):
    print("half", flush=True)
    time.sleep(60)
    yield b""
render.pdfs = slow
run_one(Database(sys.argv[1]), FileStore(Path(sys.argv[2])), HANDLERS)
"""


def test_after_a_kill_another_worker_makes_the_whole_of_it(
    database, store, region, printed, actor, clock
):
    number = ordered(database, actor("officer"), clock)
    worker = subprocess.Popen(
        [sys.executable, "-c", _SLOW, str(database.url), str(store.folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "half\n"
    left = results(store).folder / f".dossier-{number}"
    assert left.exists()
    assert "佐证 2/3" in job_of(database, number).words
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    assert job_of(database, number).state is State.RUNNING
    # The worker lived by the real clock, its lease too.
    with database.transaction() as session:
        session.get_one(Job, number).lease_until = clock.now - LEASE
    assert run_one(database, store, HANDLERS)
    with opened(database, store, number) as file:
        assert file.testzip() is None
        assert f"{M18}/M18审核记录.pdf" in file.namelist()
    assert not left.exists()
    assert job_of(database, number).tries == 2


def test_the_worker_knows_the_work(database_kind):
    assert HANDLERS[KIND] is runner.make

"""The real server: what Flask's test client lets pass, gunicorn may refuse (headers above all)."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config import ROOT, load
from custody import setup
from custody.energy.models.bills import Import
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Machine
from tests.factories import people, programme


@dataclass(frozen=True, slots=True)
class Served:
    address: str
    pid: int
    data: Path


@pytest.fixture(scope="module")
def address(served: Served) -> str:
    return served.address


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`custody serve` on an installation with the tests' people, one file of evidence, one brief."""
    data = tmp_path_factory.mktemp("served")
    config = load({"CUSTODY_DATA": str(data)})
    database = setup.open_database(config)
    with clock.stopped_at(date(2026, 11, 20)):
        _fill(database, FileStore(config.files))
    database.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {
        **os.environ,
        "CUSTODY_DATA": str(data),
        "CUSTODY_BIND": bind,
        "CUSTODY_TODAY": "2026-11-22",
        "CUSTODY_WORKERS": "1",
    }
    command = [sys.executable, "-c", "from custody.cli import main; main()", "serve"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        said = server.stdout.readline()
        assert f"http://{bind}" in said, said
        try:
            yield Served(f"http://{bind}", server.pid, data)
        finally:
            server.terminate()
            server.wait(20)


HUGE = 200 * 2**20
PART = (
    b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nbills\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\n"
)
END = b"\r\n--b--\r\n"


def _zeros() -> Iterator[bytes]:
    """200 MB that nobody holds at once."""
    yield PART
    piece = bytes(2**20)
    for _ in range(HUGE // len(piece)):
        yield piece
    yield END


def _peaks(pid: int) -> dict[int, int]:
    """The most memory that each process of the server has held so far, in kB."""
    found = {}
    for one in [pid, *_children(pid)]:
        told = Path(f"/proc/{one}/status").read_text("utf-8")
        found[one] = int(re.search(r"VmHWM:\s+(\d+)", told)[1])  # type: ignore[index]
    return found


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    return [int(one) for one in told.split()]


def _fill(database: Database, store: FileStore) -> None:
    moment = clock.now()
    with database.transaction() as session:
        setup.load_folder(session, setup.JIANGSU, actor=Machine(), now=moment)
        people.add_everybody(session, now=moment)
        programme.attached(session, "320282", "M24", store=store, name="评估报告（终稿）.pdf")


class Browser:
    def __init__(self, address: str, username: str) -> None:
        self.address = address
        self.jar = CookieJar()
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar)).open
        page = self.open(f"{address}/sign-in", timeout=20).read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        form = {"csrf_token": token[1], "username": username, "password": people.PASSWORD}
        self.open(f"{address}/sign-in", urllib.parse.urlencode(form).encode(), timeout=20)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{one.name}={one.value}" for one in self.jar)

    def download(self, path: str) -> tuple[str, bytes]:
        """(file name, bytes)."""
        with self.open(self.address + path, timeout=20) as answer:
            sent = answer.headers["Content-Disposition"]
            name = re.search(r"filename\*=UTF-8''([^;]+)", sent)
            assert name, sent
            assert sent.isascii()
            return urllib.parse.unquote(name[1]), answer.read()


def test_every_export_arrives_with_its_chinese_name(address: str) -> None:
    coordinator = Browser(address, "coordinator")
    name, body = coordinator.download("/board/matrix.csv")
    assert name == "江苏省进展总览20261122.csv"
    assert "淮安经济技术开发区" in body.decode("utf-8-sig")
    assert coordinator.download("/cities/320200/matrix.csv")[0] == "无锡市进展总览20261122.csv"
    name, body = Browser(address, "auditor").download("/audit/export.csv")
    assert name.startswith("操作日志")
    assert "导出" in body.decode("utf-8-sig")


def test_evidence_arrives_with_its_original_name(address: str) -> None:
    officer = Browser(address, "yixing")
    page = officer.open(f"{address}/regions/320282/milestones/M24", timeout=20).read().decode()
    link = re.search(r'href="(/regions/320282/milestones/M24/evidence/\d+)"', page)
    assert link
    name, body = officer.download(link[1])
    assert (name, body) == ("评估报告（终稿）.pdf", programme.PDF)


def test_a_file_that_is_too_large_is_answered_in_words(address: str, tmp_path: Path) -> None:
    officer = Browser(address, "yixing")
    url = f"{address}/regions/320282/milestones/M24/evidence"
    request = urllib.request.Request(url, b"x" * 70_000_000, method="POST")
    request.add_header("Content-Type", "multipart/form-data; boundary=b")
    with pytest.raises(urllib.error.HTTPError) as refused:
        officer.open(request, timeout=60)
    assert refused.value.code == 413
    assert "不能超过" in refused.value.read().decode()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads memory from /proc")
@pytest.mark.parametrize("told", [True, False], ids=["length told", "in pieces"])
def test_two_hundred_megabytes_are_refused_in_words_and_leave_nothing(
    served: Served, told: bool
) -> None:
    """Sent over a socket, as a browser does: a page to read, no file, no row, no memory."""
    officer = Browser(served.address, "yixing")
    officer.open(f"{served.address}/energy/imports", timeout=60).read()
    before, files = _peaks(served.pid), _files(served.data)
    length = {"Content-Length": str(len(PART) + HUGE + len(END))} if told else {}
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Cookie": officer.cookie,
        **length,
    }
    line = http.client.HTTPConnection(served.address.partition("//")[2], timeout=120)
    line.request("POST", "/energy/imports", _zeros(), headers, encode_chunked=not told)
    answer = line.getresponse()
    page = answer.read().decode()
    line.close()
    assert answer.status == 413
    assert "文件太大" in page
    assert "单个文件不能超过50 MB" in page
    assert _files(served.data) == files
    after = _peaks(served.pid)
    grown = {one: after[one] - peak for one, peak in before.items() if one in after}
    assert max(grown.values()) < 40 * 1024, grown
    database = Database(load({"CUSTODY_DATA": str(served.data)}).database_url)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 0
    database.dispose()
    assert officer.open(f"{served.address}/energy/imports", timeout=60).status == 200


def _files(folder: Path) -> set[Path]:
    """Everything but the database and its logs."""
    return {
        one
        for one in folder.rglob("*")
        if one.is_file() and not one.name.startswith("custody.") and one.suffix != ".log"
    }

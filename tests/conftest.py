"""What every test may ask for. See the fixtures' first lines; people are in tests/factories/people."""

from __future__ import annotations

import os
import re
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event
from sqlalchemy.orm import Session

from config import Config
from custody import setup
from custody.accounts.queries import by_username
from custody.accounts.rules import Identity, Role
from custody.app import create_app
from custody.briefs import render
from custody.infra import clock as machine_clock
from custody.infra import migrate
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Machine
from custody.supervision import render as supervision
from tests import thrift
from tests.cluster import Cluster
from tests.critic import Critic
from tests.factories import people, programme, province

TODAY = date(2026, 11, 22)
NOW = machine_clock.at(TODAY, 9, 30)

hypothesis_settings.register_profile(
    "house", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True
)
hypothesis_settings.load_profile("house")


# --- the databases ----------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    thrift.begin()
    worker = getattr(config, "workerinput", None)
    if worker is None:
        folder = Path(tempfile.mkdtemp(prefix="custody-tests-"))
        config.stash[_OWNER] = True
    else:
        folder = Path(worker["cluster"])
    config.stash[_CLUSTER] = Cluster(
        folder,
        {
            "people": _people,
            "lived": _lived,
            "thousand": _thousand,
            "demo": lambda database: _demonstration(database, folder / "demo"),
        },
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = config.stash.get(_CLUSTER, None)
    if cluster is None:
        return
    if config.stash.get(_OWNER, False):
        cluster.stop()
    else:
        cluster.close()


class _ForWorkers:
    """Tells the processes of pytest-xdist where the shared databases are."""

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["cluster"] = str(node.config.stash[_CLUSTER].folder)


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.register(_ForWorkers())


_CLUSTER = pytest.StashKey[Cluster]()
_OWNER = pytest.StashKey[bool]()


def _people(database: Database) -> None:
    """What every test begins with: the notice of Jiangsu, its lifecycles, and one of each role."""
    migrate.upgrade(database, setup.MIGRATIONS)
    start = machine_clock.at(date(2026, 3, 2))
    with database.transaction() as session:
        setup.load_folder(session, setup.JIANGSU, actor=Machine(), now=start)
        people.add_everybody(session, now=start)


def _lived(database: Database) -> None:
    """More than that: something of every kind, and a second province beside the first."""
    _people(database)
    with (
        tempfile.TemporaryDirectory() as folder,
        machine_clock.stopped_at(NOW),
        database.transaction() as session,
    ):
        province.load_province(session, Path(folder), 12, now=NOW)
        programme.lived_in(session)
        programme.next_door(session)


def _thousand(database: Database) -> None:
    """A province of a thousand regions beside the first, an officer in its fifth and a coordinator."""
    _people(database)
    with (
        tempfile.TemporaryDirectory() as folder,
        machine_clock.stopped_at(NOW),
        database.transaction() as session,
    ):
        province.load_province(session, Path(folder), 1_000, now=NOW)
        programme.account_at(session, Role.COORDINATOR, province.CODE)
        programme.account_at(session, Role.OFFICER, province.region_code(5))


def _demonstration(database: Database, folder: Path) -> None:
    """The demonstration as of TODAY. Its files lie in the folder; its briefs are not printed."""
    migrate.upgrade(database, setup.MIGRATIONS)
    config = Config(
        data=folder,
        database_url=database.url,
        bind="",
        secret_key="-",
        today=TODAY,
        demo=True,
        secure_cookie=False,
        workers=1,
    )
    folder.mkdir(exist_ok=True)
    with machine_clock.stopped_at(NOW), unprinted():
        assert setup.demonstrate(config, database, lambda _line: None)


@contextmanager
def unprinted(*, notices: bool = False) -> Iterator[None]:
    """Papers of the demonstration are a few bytes instead of a second's work each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "pdf_here", lambda _brief: programme.PDF)
        if not notices:
            patch.setattr(supervision, "pdf_here", lambda _paper: programme.PDF)
        yield


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """Databases on demand: cluster.copy(kind, folder), cluster.empty(kind, folder)."""
    return request.config.stash[_CLUSTER]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both, one after the other. One only: @pytest.mark.parametrize("database_kind", ["sqlite"])."""
    return str(request.param)


@pytest.fixture
def template() -> str:
    """ "people"; "lived" or "thousand" by @pytest.mark.parametrize("template", ["lived"])."""
    return "people"


@pytest.fixture
def database(
    cluster: Cluster, database_kind: str, template: str, tmp_path: Path
) -> Iterator[Database]:
    """A database of this test's own with the notice and everybody in it."""
    with cluster.copy(database_kind, tmp_path, template) as copied:
        yield copied


@pytest.fixture
def empty_database(cluster: Cluster, database_kind: str, tmp_path: Path) -> Iterator[Database]:
    with cluster.empty(database_kind, tmp_path) as made:
        yield made


@pytest.fixture
def session(database: Database, clock: Clock) -> Iterator[Session]:
    """A writing session for arranging and for looking; commits when the test ends well.

    On SQLite it holds the write lock, so tests of pages use `database.transaction()` instead.
    """
    with database.transaction() as writing:
        yield writing


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """The files of this test's installation."""
    return FileStore(tmp_path / "files")


# --- the clock --------------------------------------------------------------------------------


class Clock:
    """Stands at half past nine on 2026-11-22 until a test moves it."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self.to(NOW)

    @property
    def now(self) -> datetime:
        return machine_clock.now()

    @property
    def today(self) -> date:
        return machine_clock.today()

    def to(self, moment: datetime | date) -> datetime:
        stopped = machine_clock.stopped_at(moment)
        self._stack.append(stopped)
        return stopped.__enter__()

    def back(self) -> None:
        while self._stack:
            self._stack.pop().__exit__(None, None, None)


@pytest.fixture
def clock() -> Iterator[Clock]:
    stopped = Clock()
    yield stopped
    stopped.back()


# --- the application --------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path, database: Database) -> Config:
    return Config(
        data=tmp_path,
        database_url=database.url,
        bind="127.0.0.1:0",
        secret_key="a secret of the tests",
        today=None,
        demo=False,
        secure_cookie=False,
        workers=1,
    )


@pytest.fixture
def app(config: Config, database: Database, clock: Clock) -> Flask:
    """The real application on this test's database; an error is raised instead of hidden."""
    made = create_app(config, database)
    thrift.share_templates(made)
    made.test_client_class = Critic
    made.testing = True
    made.error_handler_spec[None][None].pop(Exception)
    return made


@pytest.fixture
def client(app: Flask) -> Critic:
    """Somebody who is not signed in. Every page is looked at (tests/critic.py)."""
    made = app.test_client()
    assert isinstance(made, Critic)
    return made


SignIn = Callable[..., Critic]


@pytest.fixture
def sign_in(app: Flask, database: Database) -> SignIn:
    """sign_in("officer"), sign_in(Role.OFFICER, "320582"), sign_in("yixing2"): a client of that person.

    The session is made as the sign-in page makes it, without the password's slow check. `client.who`
    is the person's Identity.
    """

    def signed_in(
        role: Role | str, place: str | None = None, client: Critic | None = None
    ) -> Critic:
        client = client or app.test_client()  # type: ignore[assignment]
        with database.reader() as reading:
            account = by_username(reading, people.person(role, place).username)
            assert account is not None
            client.who = account.identity("127.0.0.1")
        with client.session_transaction() as cookie:
            cookie.clear()
            cookie.permanent = True
            cookie["_user_id"] = f"{account.id}.{account.session_epoch}"
            cookie["_fresh"] = True
            cookie["seen"] = int(machine_clock.now().timestamp())
        return client

    return signed_in


@pytest.fixture
def actor(database: Database) -> Callable[..., Identity]:
    """actor("officer", "320282"): the person as an action wants it."""

    def found(role: Role | str, place: str | None = None) -> Identity:
        with database.reader() as reading:
            return people.identity(reading, role, place)

    return found


class Statements(list[str]):
    """The SQL statements of a block, transactions' begin and end left out."""

    def __str__(self) -> str:
        return "\n".join(re.sub(r"\s+", " ", one)[:160] for one in self)


@pytest.fixture
def statements(database: Database) -> Callable[[], Any]:
    """with statements() as seen: …; len(seen), and print(seen) to look at them."""

    @contextmanager
    def counted() -> Iterator[Statements]:
        seen = Statements()

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA")):
                seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return counted


# --- house rules for tests --------------------------------------------------------------------

_connect = socket.socket.connect


def _local_only(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test reached for the network: {address}")
    _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    socket.socket.connect = _local_only  # type: ignore[method-assign]
    yield
    socket.socket.connect = _connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CUSTODY_")]:
        if name != "CUSTODY_FONTS":
            monkeypatch.delenv(name)

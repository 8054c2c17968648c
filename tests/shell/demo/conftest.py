from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import Config
from custody import setup
from custody.demo import bulletins
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore

DAY = date(2026, 11, 22)


@dataclass
class Demonstration:
    config: Config
    database: Database
    said: list[str]
    """The lines printed meanwhile."""
    made: bool

    @property
    def files(self) -> FileStore:
        return FileStore(self.config.files)

    def ask(self) -> Session:
        return self.database.reader()


def settings(folder: Path, url: str = "") -> Config:
    return Config(
        data=folder,
        database_url=url or f"sqlite:///{folder / 'custody.sqlite3'}",
        bind="127.0.0.1:0",
        secret_key="a secret of the tests",
        today=None,
        demo=(folder / "demo").exists(),
        secure_cookie=False,
        workers=1,
    )


def build(config: Config, day: date) -> Demonstration:
    """The demonstration as it is made on a day; briefs are not printed, which takes seconds each."""
    said: list[str] = []
    with clock.stopped_at(clock.at(day, 9, 30)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            bulletins.render, "pdf_here", lambda content: b"%PDF-1.4 not printed in tests"
        )
        database = setup.open_database(config)
        made = setup.demonstrate(config, database, said.append)
    return Demonstration(settings(config.data, config.database_url), database, said, made)


Build = Callable[[date], Demonstration]


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Build]:
    """demonstrated(day): one demonstration a day for all tests, to be read and not changed."""
    built: dict[date, Demonstration] = {}

    def get(day: date) -> Demonstration:
        if day not in built:
            built[day] = build(settings(tmp_path_factory.mktemp("demo")), day)
        return built[day]

    yield get
    for one in built.values():
        one.database.dispose()


@pytest.fixture
def demonstration(demonstrated: Build) -> Demonstration:
    return demonstrated(DAY)

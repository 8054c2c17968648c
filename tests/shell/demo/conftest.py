from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import Config
from custody import setup
from custody.infra import clock
from custody.infra.db import Database
from custody.infra.files import FileStore
from tests.cluster import Cluster
from tests.conftest import TODAY, unprinted

DAY = TODAY
DAYS = [date(2025, 6, 1), date(2026, 5, 1), DAY, date(2027, 1, 10)]


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


def build(config: Config, day: date, *, notices: bool = False) -> Demonstration:
    """The demonstration as it is made on a day; briefs are not printed, notices where asked for."""
    said: list[str] = []
    with clock.stopped_at(clock.at(day, 9, 30)), unprinted(notices=notices):
        database = setup.open_database(config)
        made = setup.demonstrate(config, database, said.append)
    return Demonstration(settings(config.data, config.database_url), database, said, made)


Build = Callable[[date], Demonstration]


@pytest.fixture(scope="session")
def demonstrated(cluster: Cluster) -> Iterator[Build]:
    """demonstrated(day): one demonstration a day for all tests, to be read and not changed."""
    opened: dict[date, Demonstration] = {}

    def get(day: date) -> Demonstration:
        folder = cluster.folder / f"demo-of-{day}"

        def make() -> None:
            folder.mkdir()
            # The longest has every kind of notice: that they can be printed is proven by it.
            build(settings(folder), day, notices=day == DAYS[-1]).database.dispose()

        if day not in opened:
            cluster.once(folder.name, make)
            config = settings(folder)
            opened[day] = Demonstration(config, setup.open_database(config), [], True)
        return opened[day]

    yield get
    for one in opened.values():
        one.database.dispose()


@pytest.fixture
def demonstration(demonstrated: Build) -> Demonstration:
    return demonstrated(DAY)

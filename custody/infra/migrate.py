"""Bring a database to the newest structure (or back), from code: there is no alembic.ini."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from custody.infra.db import Database


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    return config


def head(folder: Path) -> str:
    found = ScriptDirectory.from_config(_config(folder)).get_current_head()
    assert found is not None
    return found


def current(database: Database) -> str | None:
    """The revision the database stands on; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, folder: Path, revision: str = "head") -> None:
    _run(database, folder, revision, up=True)


def downgrade(database: Database, folder: Path, revision: str) -> None:
    _run(database, folder, revision, up=False)


def _run(database: Database, folder: Path, revision: str, *, up: bool) -> None:
    config = _config(folder)
    # A migration of SQLite copies tables; foreign keys are looked at again when it is done.
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # Past SQLAlchemy, which would begin first: within a transaction the pragma does nothing.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        config.attributes["connection"] = connection
        (command.upgrade if up else command.downgrade)(config, revision)
        connection.commit()
        if database.is_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            assert not broken, broken
    if database.is_sqlite:
        database.engine.dispose()

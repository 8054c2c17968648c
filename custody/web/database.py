"""The request's hold on the database: one reading session, and a transaction for what changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from custody.infra import journal
from custody.infra.db import Database
from custody.infra.files import FileStore


def init(app: Flask, database: Database, files: FileStore) -> None:
    app.extensions["custody.database"] = database
    app.extensions["custody.files"] = files
    app.teardown_appcontext(_close)


def database() -> Database:
    found = current_app.extensions["custody.database"]
    assert isinstance(found, Database)
    return found


def files() -> FileStore:
    found = current_app.extensions["custody.files"]
    assert isinstance(found, FileStore)
    return found


def session() -> Session:
    """The request's reading session; it never writes."""
    if "session" not in g:
        g.session = database().reader()
    found: Session = g.session
    return found


def edition() -> str:
    """The journal's name for the state of all the data, asked once a request.

    What is kept from one request to the next is kept under it.
    """
    if "edition" not in g:
        g.edition = journal.edition(session())
    found: str = g.edition
    return found


@contextmanager
def transaction() -> Iterator[Session]:
    """All that one request changes, or nothing. The reading session starts afresh afterwards."""
    _close()
    with database().transaction() as writing:
        yield writing


def _close(_error: BaseException | None = None) -> None:
    g.pop("edition", None)
    reading = g.pop("session", None)
    if reading is not None:
        reading.close()

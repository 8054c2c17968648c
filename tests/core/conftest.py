"""The core is pure: a test here that reaches for a database is in the wrong folder."""

import pytest

from custody.infra import db


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a test of the core reached for a database; move it to tests/shell")

    monkeypatch.setattr(db, "create_engine", refuse)

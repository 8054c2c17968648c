"""The journal's chain, and the database that refuses to change it, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from custody.infra import journal
from custody.infra.db import Database
from custody.infra.journal import Event, Machine
from tests.conftest import NOW
from tests.factories import programme


def write(session: Session, number: int = 1) -> list[Event]:
    return [
        journal.record(
            session,
            actor=Machine(),
            now=NOW + timedelta(seconds=n),
            action="test.happened",
            kind="test",
            subject=n,
            label=f"第{n}件事",
            changes={"percent": (n, n + 1)},
            note="说明：包含 emoji 😀 和换行\n第二行",
        )
        for n in range(number)
    ]


def forge(database: Database, statement: str, **values: object) -> None:
    """Change the table as somebody with the database's own tools would, triggers gone."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE event DISABLE TRIGGER ALL")
        connection.execute(text(statement), values)
        connection.commit()


def broken(database: Database) -> list[int]:
    with database.reader() as session:
        found = list(journal.broken_links(session))
    assert all(sentence.endswith("。") for _, sentence in found)
    return [number for number, _ in found]


def test_the_chain_of_a_lived_programme_holds(database: Database) -> None:
    with database.transaction() as session:
        programme.confirmed(session, "320282", "M15")
        programme.returned(session, "320104", "M01")
    with database.transaction() as session:
        write(session, 3)
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Event)) > 15
    assert broken(database) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("note", "别的说明"),
        ("actor_name", "别人"),
        ("action", "test.other"),
        ("changes", '{"percent": [0, 100]}'),
        ("label", "另一件事"),
        ("at", "2026-11-01 00:00:00.000000"),
        ("address", "10.0.0.9"),
        ("region_code", "320282"),
        ("refused", True),
    ],
)
def test_a_changed_line_is_found(database: Database, column: str, value: object) -> None:
    with database.transaction() as session:
        events = write(session, 3)
    forge(
        database, f"UPDATE event SET {column} = :value WHERE id = :id", value=value, id=events[1].id
    )
    assert broken(database) == [events[1].id]


def test_a_changed_line_with_its_hash_made_anew_is_found_at_the_next(database: Database) -> None:
    with database.transaction() as session:
        events = write(session, 3)
        events[1].note = "别的说明"
        digest = journal.digest_of(events[1])
        session.expunge(events[1])
        session.rollback()
    with database.transaction() as session:
        events = write(session, 3)
    forge(
        database,
        "UPDATE event SET note = '别的说明', hash = :hash WHERE id = :id",
        hash=digest,
        id=events[1].id,
    )
    assert broken(database) == [events[2].id]


def test_a_removed_line_is_found(database: Database) -> None:
    with database.transaction() as session:
        events = write(session, 3)
    forge(database, "DELETE FROM event WHERE id = :id", id=events[1].id)
    assert broken(database) == [events[2].id]


@pytest.mark.parametrize("statement", ["UPDATE event SET note = 'x'", "DELETE FROM event"])
def test_the_database_itself_refuses(database: Database, statement: str) -> None:
    with database.engine.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM event")).scalar()
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(statement))
        connection.rollback()
        assert connection.execute(text("SELECT count(*) FROM event")).scalar() == before
        assert connection.execute(text("SELECT count(*) FROM event WHERE note = 'x'")).scalar() == 0


def test_an_event_is_rolled_back_with_what_it_tells_of(database: Database) -> None:
    with database.reader() as session:
        before = session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        write(session)
        session.flush()
        1 / 0  # noqa: B018
    with database.reader() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == before
    with database.transaction() as session:
        write(session)
    assert broken(database) == []


def test_the_newest_change_is_the_version_of_the_data(database: Database) -> None:
    with database.transaction() as session:
        before = journal.edition(session)
        write(session)
        session.flush()
        written = journal.edition(session)
        assert written != before
        journal.record(
            session, actor=Machine(), now=NOW, action="read", kind="test", modifies=False
        )
        refused = journal.record(
            session, actor=Machine(), now=NOW, action="tried", kind="test", refused=True
        )
        session.flush()
        assert refused.modifies is False
        assert journal.edition(session) == written

"""The migrations make what the models say, on both databases, and go both ways with rows in them."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

import custody.app
import custody.verify  # noqa: F401
from custody import setup
from custody.accounts.rules import Can, Role
from custody.dossiers import actions as dossiers
from custody.infra import migrate
from custody.infra.db import Base, Database
from custody.jobs import actions as jobs
from custody.jobs.models import Job
from tests.conftest import NOW
from tests.factories import contracts, people, programme

FOLDER = setup.MIGRATIONS
SCRIPTS = ScriptDirectory.from_config(migrate._config(FOLDER))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]


def counts(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        tables = connection.dialect.get_table_names(connection)
        return {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in tables
            if name != "alembic_version"
        }


def test_there_is_one_line_of_revisions() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert [f"{n:04}" for n in range(1, len(REVISIONS) + 1)] == REVISIONS
    names = sorted(path.name for path in (FOLDER / "versions").glob("*.py"))
    assert [name[:4] for name in names] == REVISIONS


@pytest.mark.parametrize("path", sorted((FOLDER / "versions").glob("*.py")), ids=lambda p: p.stem)
def test_a_revision_stands_alone(path: Path) -> None:
    """A model imported here would change under a revision that must not."""
    assert "custody" not in path.read_text("utf-8").replace("CUSTODY_", "")


def test_an_empty_database_becomes_what_the_models_say(empty_database: Database) -> None:
    assert migrate.current(empty_database) is None
    migrate.upgrade(empty_database, FOLDER)
    assert migrate.current(empty_database) == migrate.head(FOLDER)
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_sqlite_gives_an_id_once_where_the_models_say_so(empty_database: Database) -> None:
    """compare_metadata does not see it."""
    migrate.upgrade(empty_database, FOLDER)
    with empty_database.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name FROM sqlite_master WHERE sql LIKE '% AUTOINCREMENT%'")
        )
        found = set(rows.scalars())
    wanted = {
        name
        for name, table in Base.metadata.tables.items()
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert found == wanted
    assert {"contract", "change_order", "settlement", "milestone", "brief"} <= wanted


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_ids_of_rows_deleted_long_ago_are_used_up(database: Database, clock: object) -> None:
    """A file or an event may still name them."""
    with database.transaction() as session:
        programme.lived_in(session)
    migrate.downgrade(database, FOLDER, "0011")
    with database.transaction() as session:
        last = session.execute(text("SELECT max(id) FROM contract")).scalar_one()
        session.execute(
            text(
                "UPDATE attachment SET subject = :gone WHERE id ="
                " (SELECT min(id) FROM attachment WHERE kind = 'contract')"
            ),
            {"gone": last + 7},
        )
    migrate.upgrade(database, FOLDER)
    with database.transaction() as session:
        assert contracts.opened(session, people.YIXING, name="新合同").id == last + 8


def test_jobs_of_before_get_the_place_they_are_about(database: Database, clock: object) -> None:
    with database.transaction() as session:
        who = programme.account_at(session, Role.COORDINATOR, people.JIANGSU)
        dossiers.order(session, actor=who, now=NOW, region=people.YIXING, demo=False)
        jobs.order(session, actor=who, now=NOW, kind="x", key="x", arguments={}, label="x")
    migrate.downgrade(database, FOLDER, "0011")
    migrate.upgrade(database, FOLDER)
    with database.reader() as session:
        found = session.scalars(select(Job).order_by(Job.id)).all()
        places = [(one.province_code, one.region_code, one.needs) for one in found]
    assert places == [
        (people.JIANGSU, people.YIXING, Can.MAKE_DOSSIER),
        (people.JIANGSU, None, Can.FOLLOW_JOB),
    ]


def test_a_forgotten_migration_would_be_seen(empty_database: Database) -> None:
    """The test above can fail: a column that only the database has is found."""
    migrate.upgrade(empty_database, FOLDER)
    with empty_database.engine.connect() as connection:
        connection.execute(text("ALTER TABLE region ADD COLUMN forgotten INTEGER"))
        connection.commit()
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert len(compare_metadata(context, Base.metadata)) == 1


def test_down_and_up_again_with_rows(database: Database, clock: object) -> None:
    with database.transaction() as session:
        programme.lived_in(session)
    before = counts(database)
    assert {name: n for name, n in before.items() if not n} == {}
    for revision in REVISIONS[-2::-1]:
        migrate.downgrade(database, FOLDER, revision)
        assert migrate.current(database) == revision
        kept = counts(database)
        assert {n: before[n] for n in kept} == kept
    migrate.upgrade(database, FOLDER)
    assert migrate.current(database) == migrate.head(FOLDER)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_to_nothing(database: Database) -> None:
    migrate.downgrade(database, FOLDER, "base")
    assert counts(database) == {}
    migrate.upgrade(database, FOLDER)
    assert set(counts(database)) == set(Base.metadata.tables)

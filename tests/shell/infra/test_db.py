"""Two writers never lose an update, on either database."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from custody.infra.db import Database
from custody.infra.journal import Event, Machine, broken_links, record
from custody.kernel.problems import Conflict
from custody.milestones.models import Milestone
from custody.regions.models import Region
from tests.conftest import NOW


def together(*acts: object) -> list[BaseException]:
    """Run the acts in threads of their own that start at the same moment; what they raised."""
    gate, raised = threading.Barrier(len(acts)), []

    def run(act: object) -> None:
        gate.wait()
        try:
            act()  # type: ignore[operator]
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return raised


def test_four_writers_lose_no_update(database: Database) -> None:
    """Read, add one, write: the default of the SQLite driver loses more than half of them."""
    rounds = 15

    def count_up() -> None:
        for _ in range(rounds):
            with database.transaction() as session:
                region = session.scalar(
                    select(Region).where(Region.code == "320282").with_for_update()
                )
                assert region is not None
                region.institutions = (region.institutions or 0) + 1

    assert together(*[count_up] * 4) == []
    with database.reader() as session:
        assert session.get_one(Region, "320282").institutions == rounds * 4


def test_events_written_at_once_form_one_chain(database: Database) -> None:
    def write() -> None:
        for _ in range(10):
            with database.transaction() as session:
                record(session, actor=Machine(), now=NOW, action="test", kind="test")

    assert together(*[write] * 4) == []
    with database.reader() as session:
        assert list(broken_links(session)) == []
        assert len(session.scalars(select(Event).where(Event.kind == "test")).all()) == 40


def test_a_stale_row_is_a_conflict_and_changes_nothing(database: Database) -> None:
    with database.reader() as reading:
        old = reading.scalars(select(Region).where(Region.code == "320282")).one()
    with database.transaction() as session:
        session.get_one(Region, "320282").lead_unit = "先到的人"
    with pytest.raises(Conflict), database.transaction() as session:
        session.add(old)
        old.lead_unit = "后到的人"
        session.get_one(Region, "320582").lead_unit = "同一次操作的另一处"
    with database.reader() as session:
        assert session.get_one(Region, "320282").lead_unit == "先到的人"
        assert session.get_one(Region, "320582").lead_unit == ""


def test_an_error_takes_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.get_one(Region, "320282").lead_unit = "改了一半"
        session.flush()
        raise RuntimeError
    with database.reader() as session:
        assert session.get_one(Region, "320282").lead_unit == ""


def test_foreign_keys_are_kept(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.get_one(Region, "320282").city_code = "999999"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 1, 30, 0, 123456, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=8))),
    ],
)
def test_a_moment_comes_back_as_the_same_moment(database: Database, moment: datetime) -> None:
    with database.transaction() as session:
        row = session.scalars(select(Milestone).limit(1)).one()
        row.submitted_at = moment
        number = row.id
    with database.reader() as session:
        kept = session.get_one(Milestone, number).submitted_at
    assert kept == moment
    assert kept is not None
    assert kept.utcoffset() == timedelta(hours=8)


def test_a_moment_without_zone_is_refused(database: Database) -> None:
    from sqlalchemy.exc import StatementError

    with pytest.raises(StatementError, match="time zone"), database.transaction() as session:
        row = session.scalars(select(Milestone).limit(1)).one()
        row.submitted_at = datetime(2026, 11, 22)


def test_states_are_stored_as_words_not_as_a_type_of_the_database(database: Database) -> None:
    with database.engine.connect() as connection:
        values = connection.execute(text("SELECT DISTINCT status FROM milestone")).scalars().all()
        assert values == ["not_started"]
        if not database.is_sqlite:
            kinds = connection.execute(text("SELECT count(*) FROM pg_type WHERE typtype = 'e'"))
            assert kinds.scalar() == 0


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_readers_go_on_while_somebody_writes(database: Database, tmp_path: Path) -> None:
    with database.transaction() as writing:
        writing.get_one(Region, "320282").lead_unit = "正在写"
        writing.flush()
        with database.reader() as session:
            assert session.get_one(Region, "320282").lead_unit == ""


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_writer_that_waits_too_long_is_told(database: Database) -> None:
    """The wait is ten seconds; here a tenth, and the error is the one that gets the busy page."""
    impatient = Database(database.url)
    with impatient.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        connection.exec_driver_sql("PRAGMA busy_timeout=100")
    with database.transaction() as writing:
        writing.get_one(Region, "320282").lead_unit = "正在写"
        with pytest.raises(OperationalError, match="locked"), impatient.transaction() as second:
            second.get_one(Region, "320582")
    impatient.dispose()

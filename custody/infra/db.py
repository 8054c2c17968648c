"""The database: engine, sessions, column types. SQLite (embedded) and PostgreSQL behave alike here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from custody.infra.clock import SHANGHAI
from custody.kernel.problems import Conflict


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored as naive UTC, read back in Asia/Shanghai on both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC).astimezone(SHANGHAI)


class Word(TypeDecorator[StrEnum]):
    """A StrEnum stored as its value in a short text.

    Not a database enum: two domains with a class of the same name would share one PostgreSQL type.
    """

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum], length: int = 24) -> None:
        super().__init__(length)
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment}


IDS_ONCE = {"sqlite_autoincrement": True}
"""For `__table_args__` of a table whose rows are deleted while others know them by number alone
(files, the journal): SQLite would give the number of the last row to the next one."""


class Versioned:
    """Rows that two people may have before them: the second to save is told (Conflict)."""

    version: Mapped[int] = mapped_column(sort_order=999)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


_WRITES = "custody_writes"


class Database:
    """One engine with two kinds of session.

    On SQLite a reader begins plainly and a writer with BEGIN IMMEDIATE: a reader that turned writer
    half-way would lose against another one, however long it waited.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._readers = self.engine
        self._writers = self.engine.execution_options(**{_WRITES: True})

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def reader(self) -> Session:
        """A session to ask questions with; the caller closes it."""
        return Session(self._readers, autoflush=False, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing. Raises `Conflict` when a row was changed by somebody else meanwhile."""
        with Session(self._writers, expire_on_commit=False) as session:
            try:
                with session.begin():
                    yield session
            except StaleDataError as error:
                raise Conflict from error

    def dispose(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8)
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # The driver would begin on its own terms (after the first write); we say BEGIN ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=10000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def plain(value: object) -> object:
    """A column's value as JSON can hold it: dates and moments in ISO form, enums by value, numbers as text."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value

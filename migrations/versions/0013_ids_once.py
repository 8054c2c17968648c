"""SQLite: the number of a deleted row is never given again. PostgreSQL has always done so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLES = {
    "template": "template",
    "milestone": "milestone",
    "brief": "brief",
    "contract": "contract",
    "contract_measure": "",
    "change_order": "order",
    "settlement": "settlement",
}
"""Table → what its rows are called where only their number is kept: in the journal and with files."""


_LINKS = {"contract_measure": "SELECT max(linked_measure) FROM target_entry"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, kind in _TABLES.items():
            _recreate(table, autoincrement=True)
            _begin_above(table, kind)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in reversed(_TABLES):
            _recreate(table, autoincrement=False)


def _recreate(table: str, *, autoincrement: bool) -> None:
    with op.batch_alter_table(
        table, recreate="always", table_kwargs={"sqlite_autoincrement": autoincrement}
    ):
        pass


def _begin_above(table: str, kind: str) -> None:
    """Numbers of rows deleted earlier are used up as well."""
    known = [
        f"SELECT max(id) FROM {table}",  # noqa: S608
        "SELECT max(subject) FROM attachment WHERE kind = :kind",
        "SELECT max(CAST(subject AS INTEGER)) FROM event WHERE kind = :kind",
        *([_LINKS[table]] if table in _LINKS else []),
    ]
    every = ", ".join(f"coalesce(({query}), 0)" for query in known)
    used = op.get_bind().scalar(sa.text(f"SELECT max({every})"), {"kind": kind})
    op.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name").bindparams(name=table))
    op.execute(
        sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :used)").bindparams(
            name=table, used=used
        )
    )

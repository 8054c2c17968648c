"""SQLite: the number of a deleted row is never given again (PostgreSQL has always done so).

Background work: which place its result is about, and which permission it needs.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
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
    for column in _JOB:
        op.add_column("job", sa.Column(column.name, column.type, nullable=True))
    _fill_jobs()
    with op.batch_alter_table("job") as batch:
        for column in _JOB:
            if not column.nullable:
                batch.alter_column(column.name, existing_type=column.type, nullable=False)
    if op.get_bind().dialect.name == "sqlite":
        for table, kind in _TABLES.items():
            _recreate(table, autoincrement=True)
            _begin_above(table, kind)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in reversed(_TABLES):
            _recreate(table, autoincrement=False)
    with op.batch_alter_table("job") as batch:
        for column in reversed(_JOB):
            batch.drop_column(column.name)


_JOB = (
    sa.Column("province_code", sa.String(12), nullable=False),
    sa.Column("city_code", sa.String(12), nullable=True),
    sa.Column("region_code", sa.String(12), nullable=True),
    sa.Column("needs", sa.String(40), nullable=False),
)


def _fill_jobs() -> None:
    """A dossier is about the region that was ordered, everything else about its owner's place."""
    place = ("province_code", "city_code")
    names = ("id", "kind", "owner_id", "needs", "region_code", *place)
    job = sa.table("job", sa.column("arguments", sa.JSON()), *map(sa.column, names))
    account = sa.table("account", *map(sa.column, ("id", "region_code", *place)))
    region = sa.table("region", *map(sa.column, ("code", *place)))
    bind = op.get_bind()
    owners = {row.id: row for row in bind.execute(sa.select(account))}
    regions = {row.code: row for row in bind.execute(sa.select(region))}
    for row in bind.execute(sa.select(job.c.id, job.c.kind, job.c.owner_id, job.c.arguments)).all():
        owner, about = owners[row.owner_id], regions.get(row.arguments.get("region"))
        dossier = row.kind == "dossier"
        values = {
            "province_code": owner.province_code,
            "city_code": owner.city_code,
            "region_code": owner.region_code,
            "needs": "make_dossier" if dossier else "follow_job",
        }
        if dossier and about is not None:
            values |= {
                "province_code": about.province_code,
                "city_code": about.city_code,
                "region_code": about.code,
            }
        bind.execute(sa.update(job).where(job.c.id == row.id).values(values))


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

"""The numbers of the notice, entries on its tasks, and the registry of projects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("task", sa.Column("reporters", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("task_number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("comparison", sa.String(24), nullable=False),
        sa.Column("counting", sa.String(24), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_target_province_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint(
            "province_code",
            "year",
            "task_number",
            "key",
            name=op.f("uq_target_province_code_year_task_number_key"),
        ),
    )
    op.create_table(
        "target_entry",
        *_reported("target_entry"),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("building", sa.String(120), nullable=False),
        sa.Column("category", sa.String(24), nullable=True),
        sa.Column("linked_measure", sa.Integer(), nullable=True),
        sa.Column("linked_entry_id", sa.Integer(), nullable=True),
        sa.Column("distinct", sa.String(200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_target_entry_task_id")),
        sa.ForeignKeyConstraint(
            ["target_id"], ["target.id"], name=op.f("fk_target_entry_target_id")
        ),
        sa.ForeignKeyConstraint(
            ["linked_entry_id"], ["target_entry.id"], name=op.f("fk_target_entry_linked_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["target_entry.id"], name=op.f("fk_target_entry_replaces_id")
        ),
    )
    op.create_index("ix_target_entry_task", "target_entry", ["task_id", "status"])
    op.create_index("ix_target_entry_target", "target_entry", ["target_id", "status"])
    op.create_index(op.f("ix_target_entry_replaces_id"), "target_entry", ["replaces_id"])
    _indexes("target_entry")
    op.create_table(
        "project",
        *_reported("project"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("credit_code", sa.String(18), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("institution", sa.String(24), nullable=False),
        sa.Column("progress", sa.String(24), nullable=False),
        sa.Column("signing_planned", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("completion_planned", sa.Date(), nullable=True),
        sa.Column("amount", sa.Numeric(18, 2), nullable=True),
        sa.Column("area", sa.Numeric(18, 2), nullable=True),
        sa.Column("saving", sa.Numeric(18, 4), nullable=True),
        sa.Column("saving_unit", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_project_signed", "project", ["province_code", "status", "signed_on"])
    _indexes("project")


def _reported(table: str) -> list[sa.schema.SchemaItem]:
    """The columns that everything reported has."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("city_code", sa.String(12), nullable=True),
        sa.Column("region_code", sa.String(12), nullable=True),
        sa.Column("ticket", sa.String(40), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f(f"fk_{table}_province_code")
        ),
        sa.ForeignKeyConstraint(["city_code"], ["city.code"], name=op.f(f"fk_{table}_city_code")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f(f"fk_{table}_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["account.id"], name=op.f(f"fk_{table}_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f(f"fk_{table}_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("ticket", name=op.f(f"uq_{table}_ticket")),
    ]


def _indexes(table: str) -> None:
    for column in ("city_code", "region_code"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    op.drop_table("project")
    op.drop_table("target_entry")
    op.drop_table("target")
    op.drop_column("task", "reporters")

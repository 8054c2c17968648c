"""What institutions reported for a year: area, people, use of each energy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "institution_year",
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("floor_area", sa.Numeric(18, 2), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("uses", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["account.id"], name=op.f("fk_institution_year_edited_by")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_institution_year_institution_id"),
        ),
        sa.PrimaryKeyConstraint("institution_id", "year", name=op.f("pk_institution_year")),
    )


def downgrade() -> None:
    op.drop_table("institution_year")

"""Adjustments of whole institutions and their return; words on doubtful figures of years."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NEW = {"spread": sa.JSON(), "returned_because": sa.Text()}


def upgrade() -> None:
    for name, kind in NEW.items():
        op.add_column("baseline_adjustment", sa.Column(name, kind, nullable=True))
    op.create_table(
        "year_explanation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("doubt", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["given_by"], ["account.id"], name=op.f("fk_year_explanation_given_by")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_year_explanation_institution_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_explanation")),
        sa.UniqueConstraint(
            *("institution_id", "year", "doubt", "digest"),
            name=op.f("uq_year_explanation_institution_id_year_doubt_digest"),
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("year_explanation")
    for name in NEW:
        op.drop_column("baseline_adjustment", name)

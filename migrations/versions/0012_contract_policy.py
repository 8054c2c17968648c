"""Thresholds of contracts, a row a province."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract_policy",
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("term_from", sa.Integer(), nullable=False),
        sa.Column("term_until", sa.Integer(), nullable=False),
        sa.Column("term_source", sa.String(60), nullable=False),
        sa.Column("filing_days", sa.Integer(), nullable=False),
        sa.Column("filing_source", sa.String(60), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_code"],
            ["province.code"],
            name=op.f("fk_contract_policy_province_code"),
        ),
        sa.PrimaryKeyConstraint("province_code", name=op.f("pk_contract_policy")),
    )


def downgrade() -> None:
    op.drop_table("contract_policy")

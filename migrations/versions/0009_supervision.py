"""督办单 and problems, their answers, and how a province supervises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("milestone_code", sa.String(12), nullable=False),
        sa.Column("level", sa.String(24), nullable=False),
        sa.Column("escalated_at", sa.DateTime(), nullable=True),
        sa.Column("prefix", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=True),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("awaiting_since", sa.DateTime(), nullable=True),
        sa.Column("city_passed_at", sa.DateTime(), nullable=True),
        sa.Column("city_passed_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("returned_reason", sa.Text(), nullable=False),
        sa.Column("pdf_digest", sa.String(64), nullable=False),
        sa.Column("pdf_size", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_matter_province_code")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_matter_region_code")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["account.id"], name=op.f(f"fk_matter_{column}"))
            for column in ("created_by", "issued_by", "answered_by", "city_passed_by", "decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter")),
        sa.UniqueConstraint(
            "province_code", "year", "number", name=op.f("uq_matter_province_code_year_number")
        ),
    )
    op.create_index("ix_matter_region", "matter", ["region_code", "status"])
    op.create_index("ix_matter_status", "matter", ["province_code", "status"])
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("promised", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matter.id"], name=op.f("fk_answer_matter_id")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_answer_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("matter_id", "number", name=op.f("uq_answer_matter_id_number")),
    )
    op.create_table(
        "answer_draft",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("matter_id", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_answer_draft_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["matter_id"], ["matter.id"], name=op.f("fk_answer_draft_matter_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "matter_id", name=op.f("pk_answer_draft")),
    )
    op.create_table(
        "supervision_settings",
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("prefix", sa.String(20), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text(), nullable=False),
        sa.Column("days_blue", sa.Integer(), nullable=False),
        sa.Column("days_yellow", sa.Integer(), nullable=False),
        sa.Column("days_red", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_supervision_settings_province_code")
        ),
        sa.PrimaryKeyConstraint("province_code", name=op.f("pk_supervision_settings")),
    )


def downgrade() -> None:
    op.drop_table("supervision_settings")
    op.drop_table("answer_draft")
    op.drop_table("answer")
    op.drop_table("matter")

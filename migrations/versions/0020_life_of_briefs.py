"""Briefs of other forms and periods; reviewed by a second person, remarked on, corrected, read,
instructed upon; printed ahead and in editions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _widen()
    op.create_table(
        "brief_print",
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("pdf_digest", sa.String(length=64), nullable=False),
        sa.Column("pdf_size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_brief_print")),
    )
    op.create_table(
        "brief_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("booklet", sa.String(length=64), nullable=False),
        sa.Column("archive", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_brief_edition_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_brief_edition_province_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_edition")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "brief_edition_part",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("city_code", sa.String(length=12), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_code"], ["city.code"], name=op.f("fk_brief_edition_part_city_code")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["brief_edition.id"],
            name=op.f("fk_brief_edition_part_edition_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_brief_edition_part_region_code")
        ),
        sa.PrimaryKeyConstraint("edition_id", "ordinal", name=op.f("pk_brief_edition_part")),
    )
    op.create_table(
        "brief_instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(length=12), nullable=False),
        sa.Column("city_code", sa.String(length=12), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("leader", sa.String(length=40), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brief_id"], ["brief.id"], name=op.f("fk_brief_instruction_brief_id")
        ),
        sa.ForeignKeyConstraint(
            ["city_code"], ["city.code"], name=op.f("fk_brief_instruction_city_code")
        ),
        sa.ForeignKeyConstraint(
            ["done_by"], ["account.id"], name=op.f("fk_brief_instruction_done_by")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["account.id"], name=op.f("fk_brief_instruction_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_brief_instruction_province_code")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_brief_instruction_region_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_instruction")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_brief_instruction_brief", "brief_instruction", ["brief_id"], unique=False)
    op.create_table(
        "brief_reading",
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("downloaded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_brief_reading_account_id")
        ),
        sa.ForeignKeyConstraint(["brief_id"], ["brief.id"], name=op.f("fk_brief_reading_brief_id")),
        sa.PrimaryKeyConstraint("brief_id", "account_id", name=op.f("pk_brief_reading")),
    )
    op.create_table(
        "brief_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brief_id"], ["brief.id"], name=op.f("fk_brief_remark_brief_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_brief_remark_made_by")),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["account.id"], name=op.f("fk_brief_remark_settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_remark")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_brief_remark_brief", "brief_remark", ["brief_id"], unique=False)


def _widen() -> None:
    with op.batch_alter_table("brief", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("form", sa.String(24), nullable=False, server_default="brief"))
        table.add_column(sa.Column("period", sa.String(8), nullable=False, server_default=""))
        table.add_column(
            sa.Column("ranked", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("frozen_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("reviewed_at", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("reviewed_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("returned", sa.Text(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("mailed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.create_index("ix_brief_digest", ["digest"])
        table.create_index("ix_brief_pdf_digest", ["pdf_digest"])
        table.create_unique_constraint("uq_brief_replaces_id", ["replaces_id"])
        table.create_foreign_key("fk_brief_frozen_by", "account", ["frozen_by"], ["id"])
        table.create_foreign_key("fk_brief_reviewed_by", "account", ["reviewed_by"], ["id"])
        table.create_foreign_key("fk_brief_replaces_id", "brief", ["replaces_id"], ["id"])
    with op.batch_alter_table("mail") as table:
        table.add_column(sa.Column("paper", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("paper_name", sa.String(200), nullable=False, server_default=""))


def downgrade() -> None:
    op.execute("UPDATE brief SET status = 'frozen' WHERE status = 'reviewed'")
    with op.batch_alter_table("mail") as table:
        for name in ("paper_name", "paper"):
            table.drop_column(name)
    for table in (
        "brief_remark",
        "brief_reading",
        "brief_instruction",
        "brief_edition_part",
        "brief_edition",
        "brief_print",
    ):
        op.drop_table(table)
    with op.batch_alter_table("brief", table_kwargs={"sqlite_autoincrement": True}) as table:
        for name in ("replaces_id", "reviewed_by", "frozen_by"):
            table.drop_constraint(f"fk_brief_{name}", type_="foreignkey")
        table.drop_constraint("uq_brief_replaces_id", type_="unique")
        table.drop_index("ix_brief_pdf_digest")
        table.drop_index("ix_brief_digest")
        for name in (
            "mailed",
            "returned",
            "replaces_id",
            "reviewed_by",
            "reviewed_at",
            "frozen_by",
            "ranked",
            "period",
            "form",
        ):
            table.drop_column(name)

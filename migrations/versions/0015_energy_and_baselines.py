"""Energy: institutions, meters, bills, imports, coefficients, temperatures; baselines and their lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "energy_policy",
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_energy_policy_province_code")
        ),
        sa.PrimaryKeyConstraint("province_code", name=op.f("pk_energy_policy")),
    )
    op.create_table(
        "energy_layout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("headings", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(100), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_energy_layout_region_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_layout")),
        sa.UniqueConstraint(
            "region_code",
            "kind",
            "headings",
            name=op.f("uq_energy_layout_region_code_kind_headings"),
        ),
    )
    op.create_table(
        "coefficient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("energy", sa.String(24), nullable=False),
        sa.Column("caliber", sa.String(24), nullable=False),
        sa.Column("value", sa.Numeric(18, 6), nullable=False),
        sa.Column("unit", sa.String(30), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["account.id"], name=op.f("fk_coefficient_edited_by")
        ),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_coefficient_province_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coefficient")),
        sa.UniqueConstraint(
            "province_code",
            "energy",
            "caliber",
            "valid_from",
            name=op.f("uq_coefficient_province_code_energy_caliber_valid_from"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "region_month",
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("completed_by", sa.Integer(), nullable=True),
        sa.Column("locked_at", sa.DateTime(), nullable=True),
        sa.Column("locked_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["completed_by"], ["account.id"], name=op.f("fk_region_month_completed_by")
        ),
        sa.ForeignKeyConstraint(
            ["locked_by"], ["account.id"], name=op.f("fk_region_month_locked_by")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_region_month_region_code")
        ),
        sa.PrimaryKeyConstraint("region_code", "month", name=op.f("pk_region_month")),
    )
    op.create_table(
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("base_from", sa.Integer(), nullable=False),
        sa.Column("base_until", sa.Integer(), nullable=False),
        sa.Column("comparability", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("coefficients", sa.JSON(), nullable=False),
        sa.Column("weather", sa.JSON(), nullable=False),
        sa.Column("method_version", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(), nullable=True),
        sa.Column("adopted_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(), nullable=True),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["adopted_by"], ["account.id"], name=op.f("fk_baseline_adopted_by")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_baseline_created_by")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_baseline_job_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["account.id"], name=op.f("fk_baseline_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_baseline_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["baseline.id"], name=op.f("fk_baseline_supersedes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("key", name=op.f("uq_baseline_key")),
        sa.UniqueConstraint("region_code", "number", name=op.f("uq_baseline_region_code_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "energy_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=True),
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("city_code", sa.String(12), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("annotated", sa.String(64), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_energy_import_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_energy_import_decided_by")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_energy_import_job_id")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_energy_import_region_code")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["account.id"], name=op.f("fk_energy_import_undone_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy_import")),
        sa.UniqueConstraint("key", name=op.f("uq_energy_import_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_energy_import_region", "energy_import", ["region_code", "id"], unique=False)
    op.create_table(
        "baseline_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("party", sa.String(100), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["baseline_id"], ["baseline.id"], name=op.f("fk_baseline_comment_baseline_id")
        ),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_baseline_comment_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_comment")),
        sa.UniqueConstraint("key", name=op.f("uq_baseline_comment_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_baseline_comment_baseline", "baseline_comment", ["baseline_id", "id"], unique=False
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("credit_code", sa.String(18), nullable=False),
        sa.Column("type_code", sa.String(3), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("floor_area", sa.Numeric(18, 2), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("included", sa.Boolean(), nullable=False),
        sa.Column("excluded_because", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edited_by"], ["account.id"], name=op.f("fk_institution_edited_by")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["energy_import.id"], name=op.f("fk_institution_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_institution_region_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("region_code", "key", name=op.f("uq_institution_region_code_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_institution_credit_code", "institution", ["credit_code"], unique=False)
    op.create_index(op.f("ix_institution_import_id"), "institution", ["import_id"], unique=False)
    op.create_table(
        "temperature",
        sa.Column("city_code", sa.String(12), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mean", sa.Numeric(6, 2), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["city_code"], ["city.code"], name=op.f("fk_temperature_city_code")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["account.id"], name=op.f("fk_temperature_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["energy_import.id"], name=op.f("fk_temperature_import_id")
        ),
        sa.PrimaryKeyConstraint("city_code", "month", name=op.f("pk_temperature")),
    )
    op.create_table(
        "meter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("energy", sa.String(24), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("payment", sa.String(24), nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["energy_import.id"], name=op.f("fk_meter_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_meter_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_meter_region_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meter")),
        sa.UniqueConstraint(
            "region_code", "energy", "number", name=op.f("uq_meter_region_code_energy_number")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_meter_import_id"), "meter", ["import_id"], unique=False)
    op.create_index("ix_meter_institution", "meter", ["institution_id"], unique=False)
    op.create_table(
        "baseline_adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("driver", sa.String(24), nullable=False),
        sa.Column("before", sa.Numeric(18, 4), nullable=True),
        sa.Column("after", sa.Numeric(18, 4), nullable=True),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=False),
        sa.Column("until_month", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_baseline_adjustment_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["meter_id"], ["meter.id"], name=op.f("fk_baseline_adjustment_meter_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_baseline_adjustment_region_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_adjustment")),
        sa.UniqueConstraint("key", name=op.f("uq_baseline_adjustment_key")),
        sa.UniqueConstraint(
            "region_code", "number", name=op.f("uq_baseline_adjustment_region_code_number")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_baseline_adjustment_meter", "baseline_adjustment", ["meter_id"], unique=False
    )
    op.create_table(
        "baseline_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("baseline_id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("energy", sa.String(24), nullable=False),
        sa.Column("chosen", sa.String(12), nullable=False),
        sa.Column("rule", sa.String(24), nullable=False),
        sa.Column("rule_use", sa.Numeric(18, 4), nullable=True),
        sa.Column("rule_cost", sa.Numeric(18, 2), nullable=True),
        sa.Column("rule_record", sa.JSON(), nullable=False),
        sa.Column("method", sa.String(12), nullable=False),
        sa.Column("model_use", sa.Numeric(18, 4), nullable=True),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("price", sa.Numeric(18, 4), nullable=True),
        sa.Column("quota", sa.Numeric(18, 4), nullable=True),
        sa.Column("quota_source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["baseline_id"], ["baseline.id"], name=op.f("fk_baseline_line_baseline_id")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_baseline_line_institution_id")
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_baseline_line_meter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_line")),
        sa.UniqueConstraint(
            "baseline_id", "meter_id", name=op.f("uq_baseline_line_baseline_id_meter_id")
        ),
    )
    op.create_index("ix_baseline_line_meter", "baseline_line", ["meter_id"], unique=False)
    op.create_table(
        "bill",
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("use", sa.Numeric(18, 4), nullable=False),
        sa.Column("cost", sa.Numeric(18, 2), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entered_by"], ["account.id"], name=op.f("fk_bill_entered_by")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["energy_import.id"], name=op.f("fk_bill_import_id")
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_bill_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", "month", name=op.f("pk_bill")),
    )
    op.create_index(op.f("ix_bill_import_id"), "bill", ["import_id"], unique=False)
    op.create_table(
        "bill_explanation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("doubt", sa.String(24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["given_by"], ["account.id"], name=op.f("fk_bill_explanation_given_by")
        ),
        sa.ForeignKeyConstraint(
            ["meter_id"], ["meter.id"], name=op.f("fk_bill_explanation_meter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_explanation")),
        sa.UniqueConstraint(
            "meter_id",
            "month",
            "doubt",
            "number",
            name=op.f("uq_bill_explanation_meter_id_month_doubt_number"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bill_past",
        sa.Column("meter_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("use", sa.Numeric(18, 4), nullable=False),
        sa.Column("cost", sa.Numeric(18, 2), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["account.id"], name=op.f("fk_bill_past_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["energy_import.id"], name=op.f("fk_bill_past_import_id")
        ),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.id"], name=op.f("fk_bill_past_meter_id")),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["account.id"], name=op.f("fk_bill_past_replaced_by")
        ),
        sa.PrimaryKeyConstraint("meter_id", "month", "number", name=op.f("pk_bill_past")),
    )


def downgrade() -> None:

    op.drop_table("bill_past")
    op.drop_table("bill_explanation")
    op.drop_index(op.f("ix_bill_import_id"), table_name="bill")
    op.drop_table("bill")
    op.drop_index("ix_baseline_line_meter", table_name="baseline_line")
    op.drop_table("baseline_line")
    op.drop_index("ix_baseline_adjustment_meter", table_name="baseline_adjustment")
    op.drop_table("baseline_adjustment")
    op.drop_index("ix_meter_institution", table_name="meter")
    op.drop_index(op.f("ix_meter_import_id"), table_name="meter")
    op.drop_table("meter")
    op.drop_table("temperature")
    op.drop_index(op.f("ix_institution_import_id"), table_name="institution")
    op.drop_index("ix_institution_credit_code", table_name="institution")
    op.drop_table("institution")
    op.drop_index("ix_baseline_comment_baseline", table_name="baseline_comment")
    op.drop_table("baseline_comment")
    op.drop_index("ix_energy_import_region", table_name="energy_import")
    op.drop_table("energy_import")
    op.drop_table("baseline")
    op.drop_table("region_month")
    op.drop_table("coefficient")
    op.drop_table("energy_layout")
    op.drop_table("energy_policy")

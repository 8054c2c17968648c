"""Contracts: companies, contracts with their lines, change orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(12), nullable=False),
        sa.Column("code", sa.String(18), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("contact", sa.String(60), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_company_province_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("province_code", "code", name=op.f("uq_company_province_code_code")),
    )
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(12), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("termination_reason", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("procurement", sa.String(24), nullable=False),
        sa.Column("project_number", sa.String(60), nullable=False),
        sa.Column("award_price", sa.Numeric(18, 2), nullable=True),
        sa.Column("text_version", sa.String(60), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("filing_number", sa.String(60), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("institutions", sa.Integer(), nullable=True),
        sa.Column("floor_area", sa.Numeric(18, 2), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("energies", sa.String(60), nullable=False),
        sa.Column("mode", sa.String(24), nullable=False),
        sa.Column("boundary", sa.Text(), nullable=False),
        sa.Column("exclusions", sa.Text(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("build_months", sa.Integer(), nullable=True),
        sa.Column("run_months", sa.Integer(), nullable=True),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(18, 2), nullable=True),
        sa.Column("upkeep_fee", sa.Numeric(18, 2), nullable=True),
        sa.Column("tax_rate", sa.Numeric(6, 2), nullable=True),
        sa.Column("discount_rate", sa.Numeric(6, 2), nullable=True),
        sa.Column("ceiling_price", sa.Numeric(18, 2), nullable=True),
        sa.Column("price_mode", sa.String(24), nullable=False),
        sa.Column("price_cap", sa.Numeric(6, 2), nullable=True),
        sa.Column("base_from", sa.Integer(), nullable=True),
        sa.Column("base_until", sa.Integer(), nullable=True),
        sa.Column("base_method", sa.String(24), nullable=False),
        sa.Column("base_annex", sa.String(120), nullable=False),
        sa.Column("base_version", sa.String(60), nullable=False),
        sa.Column("guarantee_price", sa.Numeric(18, 4), nullable=True),
        sa.Column("shortfall", sa.Text(), nullable=False),
        sa.Column("investment", sa.Numeric(18, 2), nullable=True),
        sa.Column("ownership", sa.Text(), nullable=False),
        sa.Column("handover_on", sa.Date(), nullable=True),
        sa.Column("residual_value", sa.Numeric(18, 2), nullable=True),
        sa.Column("pay_period", sa.String(24), nullable=False),
        sa.Column("pay_day", sa.Integer(), nullable=True),
        sa.Column("prepayment", sa.Numeric(6, 2), nullable=True),
        sa.Column("bond", sa.Numeric(18, 2), nullable=True),
        sa.Column("payer", sa.String(24), nullable=False),
        sa.Column("invoice", sa.String(200), nullable=False),
        sa.Column("standards", sa.Text(), nullable=False),
        sa.Column("response_hours", sa.Numeric(6, 2), nullable=True),
        sa.Column("indicators", sa.Text(), nullable=False),
        sa.Column("penalty", sa.Text(), nullable=False),
        sa.Column("termination", sa.Text(), nullable=False),
        sa.Column("mv_method", sa.String(24), nullable=False),
        sa.Column("mv_plan", sa.Text(), nullable=False),
        sa.Column("mv_period", sa.String(24), nullable=False),
        sa.Column("verifier", sa.String(100), nullable=False),
        sa.Column("dispute", sa.Text(), nullable=False),
        sa.Column("data_ownership", sa.Text(), nullable=False),
        sa.Column("data_interface", sa.Text(), nullable=False),
        sa.Column("data_retention", sa.Text(), nullable=False),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.Column("carbon_ownership", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_contract_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_contract_region_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("key", name=op.f("uq_contract_key")),
    )
    op.create_index(op.f("ix_contract_company_id"), "contract", ["company_id"])
    op.create_index("ix_contract_region", "contract", ["region_code", "id"])
    op.create_table(
        "contract_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("code", sa.String(18), nullable=False),
        sa.Column("lead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_party_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_party")),
        sa.UniqueConstraint("contract_id", "line", name=op.f("uq_contract_party_contract_id_line")),
    )
    op.create_table(
        "contract_energy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("energy", sa.String(24), nullable=False),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("price", sa.Numeric(18, 4), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_energy_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_energy")),
        sa.UniqueConstraint(
            "contract_id", "energy", name=op.f("uq_contract_energy_contract_id_energy")
        ),
    )
    op.create_table(
        "contract_fee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(24), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_fee_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_fee")),
        sa.UniqueConstraint(
            "contract_id", "year", "item", name=op.f("uq_contract_fee_contract_id_year_item")
        ),
    )
    op.create_table(
        "contract_driver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("driver", sa.String(24), nullable=False),
        sa.Column("trigger", sa.Numeric(6, 2), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("retroactive", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_driver_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_driver")),
        sa.UniqueConstraint(
            "contract_id", "driver", name=op.f("uq_contract_driver_contract_id_driver")
        ),
    )
    op.create_table(
        "contract_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Numeric(6, 2), nullable=True),
        sa.Column("quantity", sa.Numeric(18, 4), nullable=True),
        sa.Column("share", sa.Numeric(6, 2), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_year_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_year")),
        sa.UniqueConstraint("contract_id", "year", name=op.f("uq_contract_year_contract_id_year")),
    )
    op.create_table(
        "contract_measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("category", sa.String(24), nullable=False),
        sa.Column("area", sa.Numeric(18, 2), nullable=True),
        sa.Column("investment", sa.Numeric(18, 2), nullable=True),
        sa.Column("saving", sa.Numeric(18, 4), nullable=True),
        sa.Column("saving_unit", sa.String(20), nullable=False),
        sa.Column("life_years", sa.Integer(), nullable=True),
        sa.Column("warranty_years", sa.Integer(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_measure_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_measure")),
        sa.UniqueConstraint(
            "contract_id", "line", name=op.f("uq_contract_measure_contract_id_line")
        ),
    )
    op.create_index("ix_measure_done", "contract_measure", ["completed_on"])
    op.create_table(
        "contract_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_amount", sa.Numeric(18, 2), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_payment_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_payment")),
        sa.UniqueConstraint(
            "contract_id", "line", name=op.f("uq_contract_payment_contract_id_line")
        ),
    )
    op.create_index("ix_payment_due", "contract_payment", ["due_on"])
    op.create_table(
        "change_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_change_order_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_order")),
        sa.UniqueConstraint(
            "contract_id", "number", name=op.f("uq_change_order_contract_id_number")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_change_order_key")),
    )


def downgrade() -> None:
    op.drop_table("change_order")
    op.drop_table("contract_payment")
    op.drop_table("contract_measure")
    op.drop_table("contract_year")
    op.drop_table("contract_driver")
    op.drop_table("contract_fee")
    op.drop_table("contract_energy")
    op.drop_table("contract_party")
    op.drop_table("contract")
    op.drop_table("company")

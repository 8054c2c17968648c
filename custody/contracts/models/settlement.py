from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from custody.contracts.rules.contract import Energy
from custody.contracts.rules.life import Status
from custody.infra.db import IDS_ONCE, Base, Versioned, Word

Money = Numeric(18, 2)


class Settlement(Versioned, Base):
    """结算单: what one period of a contract costs. Frozen inputs and statement never change again."""

    __tablename__ = "settlement"
    __table_args__ = (
        UniqueConstraint("contract_id", "period"),
        UniqueConstraint("contract_id", "serial"),
        Index("ix_settlement_status", "status", "due_on"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    serial: Mapped[int]
    """1, 2, … within the contract."""
    period: Mapped[str] = mapped_column(String(8))
    """«2026-Q1»."""
    status: Mapped[Status] = mapped_column(Word(Status))
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was typed (rules.agreed.Draft)."""
    inputs: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Frozen, with their schema number."""
    statement: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the inputs."""
    total: Mapped[Decimal] = mapped_column(Money)
    """To be paid; of a draft as it was last saved."""
    due_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it went back to the draft the last time."""
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    edited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    frozen_at: Mapped[datetime | None]
    frozen_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    signed_on: Mapped[date | None]
    """The day the second side signed."""
    signed_at: Mapped[datetime | None]
    paid_on: Mapped[date | None]
    """The day the sum was reached."""


class SettlementPayment(Base):
    """A payment towards a settlement; its voucher is an attachment of the settlement."""

    __tablename__ = "settlement_payment"
    __table_args__ = (Index("ix_settlement_payment_settlement", "settlement_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Made when the empty form was opened: a double click pays once."""
    paid_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class MonthlyProfile(Base):
    """分月比例: how an energy's annual base is spread over the months, as the annex agrees."""

    __tablename__ = "contract_profile"
    __table_args__ = (UniqueConstraint("contract_id", "energy"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    energy: Mapped[Energy] = mapped_column(Word(Energy))
    shares: Mapped[list[str]] = mapped_column(JSON)
    """Twelve percentages as text, adding up to 100."""

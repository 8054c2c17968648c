from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from custody.contracts.rules.policy import FIELDS, ContractPolicy
from custody.infra.db import Base, Versioned


class PolicyRow(Versioned, Base):
    """When a contract is unusual and a payment is near, as the province set it; one row a province."""

    __tablename__ = "contract_policy"

    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), primary_key=True)
    term_from: Mapped[int]
    term_until: Mapped[int]
    term_source: Mapped[str] = mapped_column(String(60))
    filing_days: Mapped[int]
    filing_source: Mapped[str] = mapped_column(String(60))
    due_days: Mapped[int]

    def as_rule(self) -> ContractPolicy:
        return ContractPolicy(**{name: getattr(self, name) for name in FIELDS})

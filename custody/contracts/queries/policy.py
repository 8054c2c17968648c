"""The thresholds of a province's contracts."""

from __future__ import annotations

from sqlalchemy.orm import Session

from custody.contracts.models.policy import PolicyRow
from custody.contracts.rules.policy import STANDARD, ContractPolicy


def policy_of(session: Session, province: str) -> ContractPolicy:
    return versioned(session, province)[0]


def versioned(session: Session, province: str) -> tuple[ContractPolicy, int]:
    """With its version; 0 while the defaults stand."""
    row = session.get(PolicyRow, province)
    return (row.as_rule(), row.version) if row else (STANDARD, 0)

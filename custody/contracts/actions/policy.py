"""The verb about thresholds: other ones for the province."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.contracts.models.policy import PolicyRow
from custody.contracts.rules.policy import FIELDS, STANDARD, ContractPolicy, problems_of_policy
from custody.infra import journal
from custody.infra.journal import Changes
from custody.kernel.problems import Conflict, refuse_if


def set_policy(
    session: Session, *, actor: Identity, now: datetime, version: int, policy: ContractPolicy
) -> None:
    """`version` is 0 while the defaults stand."""
    refuse_if(problems_of_policy(policy))
    province = actor.place.province
    row = session.get(PolicyRow, province)
    if (row.version if row else 0) != version:
        raise Conflict
    before = row.as_rule() if row else STANDARD
    changes: Changes = {
        name: (getattr(before, name), getattr(policy, name))
        for name in FIELDS
        if getattr(before, name) != getattr(policy, name)
    }
    if not changes:
        return
    if row is None:
        row = PolicyRow(province_code=province)
        session.add(row)
    for name in FIELDS:
        setattr(row, name, getattr(policy, name))
    session.flush()
    journal.record(
        session,
        actor=actor,
        now=now,
        action="contract_policy.edited",
        kind="contract_policy",
        subject=province,
        label="合同提示规则",
        province=province,
        changes=changes,
    )

"""The monthly profile of a contract's energies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.contracts.models.settlement import MonthlyProfile
from custody.contracts.queries import settlements as queries
from custody.contracts.rules.contract import Energy
from custody.infra import journal


def write(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    contract: int,
    shares: Mapping[Energy, Sequence[Decimal]],
) -> None:
    """Keep what the annex agrees; an energy without shares is spread by days again.

    Frozen settlements keep the shares they were made with.
    """
    row, region = queries.contract_and_region(session, contract, place=actor.place, lock=True)
    have = {one.energy: one for one in queries.profiles_of(session, row.id)}
    changes: dict[str, tuple[object, object]] = {}
    for energy, wanted in shares.items():
        old, new = have.get(energy), [f"{share:f}" for share in wanted]
        before = old.shares if old else []
        if before == new:
            continue
        changes[energy.value] = (" ".join(before), " ".join(new))
        if old is None:
            session.add(MonthlyProfile(contract_id=row.id, energy=energy, shares=new))
        elif new:
            old.shares = new
        else:
            session.delete(old)
    if changes:
        journal.record(
            session,
            actor=actor,
            now=now,
            action="profile.edited",
            kind="profile",
            subject=row.id,
            label=f"{region.name} {row.name or row.number} 分月比例",
            province=region.province_code,
            city=region.city_code,
            region=region.code,
            changes=changes,
        )

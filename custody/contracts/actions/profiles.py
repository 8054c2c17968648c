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
from custody.contracts.rules.profiles import fingerprint, problems_of_change
from custody.infra import journal
from custody.infra.journal import Changes
from custody.kernel.problems import Conflict, refuse_if


def write(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    contract: int,
    seen: str,
    shares: Mapping[Energy, Sequence[Decimal]],
) -> None:
    """Keep what the annex agrees; an energy without shares is spread by days again.

    `seen`: the fingerprint of what the page showed. A year is billed by the same shares throughout.
    """
    row, region = queries.contract_and_region(session, contract, place=actor.place, lock=True)
    have = {one.energy: one for one in queries.profiles_of(session, row.id)}
    texts = {energy: [f"{share:f}" for share in wanted] for energy, wanted in shares.items()}
    if all((have[one].shares if one in have else []) == new for one, new in texts.items()):
        return
    if fingerprint({energy: one.shares for energy, one in have.items()}) != seen:
        raise Conflict
    refuse_if(problems_of_change(queries.begun_years_of(session, row)))
    changes: Changes = {}
    for energy, new in texts.items():
        old = have.get(energy)
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

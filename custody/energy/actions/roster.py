"""Institutions and meters by hand: edited, closed, added."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.roster import get_institution, get_meter
from custody.energy.rules.energies import Energy, Payment
from custody.infra import journal
from custody.kernel import credit_code
from custody.kernel.problems import Conflict, Problem, refuse_if
from custody.regions.models import Region


@dataclass(frozen=True, slots=True)
class Facts:
    """An institution as typed."""

    name: str
    credit_code: str
    type_code: str
    address: str
    floor_area: Decimal | None
    people: int | None
    in_custody: bool
    excluded_because: str
    closed_on: date | None


def edit_institution(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, facts: Facts
) -> Institution:
    row, region = get_institution(session, number, place=actor.place)
    if row.version != version:
        raise Conflict
    key = facts.credit_code or facts.name
    found = list(
        credit_code.problems_of(facts.credit_code, "credit_code") if facts.credit_code else ()
    )
    if not facts.in_custody and not facts.excluded_because:
        found.append(Problem("why", "请写明不纳入托管的原因。", "excluded_because"))
    twin = session.scalar(
        select(Institution.id).where(
            Institution.region_code == row.region_code,
            Institution.key == key,
            Institution.id != row.id,
        )
    )
    if twin is not None:
        where = "credit_code" if facts.credit_code else "name"
        found.append(Problem("twin", "本地区已登记同一单位，请核对名称和代码。", where))
    refuse_if(found)
    changes = {
        field.name: (getattr(row, field.name), getattr(facts, field.name))
        for field in fields(facts)
        if getattr(row, field.name) != getattr(facts, field.name)
    }
    if not changes:
        return row
    for name, (_, new) in changes.items():
        setattr(row, name, new)
    row.key, row.import_id, row.edited_at, row.edited_by = key, None, now, actor.id
    _tell(session, actor, now, region, row, "institution.edited", changes)
    return row


def _tell(
    session: Session,
    actor: Identity,
    now: datetime,
    region: Region,
    row: Institution,
    action: str,
    changes: dict[str, tuple[object, object]],
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="institution",
        subject=row.id,
        label=row.name,
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
    )


@dataclass(frozen=True, slots=True)
class Account:
    """A meter as typed."""

    energy: Energy
    number: str
    payment: Payment
    since: int | None
    until: int | None
    note: str


_METER = ("energy", "number", "payment", "since", "until", "note")


def write_meter(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    institution: int,
    meter: int | None,
    version: int,
    account: Account,
) -> Meter:
    """Add a meter (`meter` None) or change one."""
    owner, region = get_institution(session, institution, place=actor.place)
    row = get_meter(session, meter, place=actor.place)[0] if meter else None
    if row is not None and row.version != version:
        raise Conflict
    found = []
    twin = session.scalar(
        select(Institution.name)
        .join(Meter, Meter.institution_id == Institution.id)
        .where(
            Meter.region_code == region.code,
            Meter.energy == account.energy,
            Meter.number == account.number,
            Meter.id != (row.id if row else 0),
        )
    )
    if twin is not None:
        words = f"户号{account.number}已登记在“{twin}”名下，请核对。"
        found.append(Problem("twin", words, "number"))
    if account.since and account.until and account.until < account.since:
        found.append(Problem("until", "停用月份应不早于启用月份，请核对。", "until"))
    refuse_if(found)
    old = {name: getattr(row, name) if row else None for name in _METER}
    action = "meter.edited" if row else "meter.added"
    if row is None:
        row = Meter(region_code=region.code, institution_id=owner.id, note="")
        session.add(row)
    changes = {
        name: (old[name], getattr(account, name))
        for name in _METER
        if old[name] != getattr(account, name)
    }
    if not changes:
        return row
    for name, (_, new) in changes.items():
        setattr(row, name, new)
    row.import_id = None
    session.flush()
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="meter",
        subject=row.id,
        label=f"{owner.name} {row.energy.label}户号{row.number}",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
    )
    return row

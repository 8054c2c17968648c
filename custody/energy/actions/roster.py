"""Institutions and meters by hand: added, edited, closed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.roster import get_institution, get_meter, meters_of
from custody.energy.rules.energies import Energy, Payment
from custody.infra import journal
from custody.infra.journal import Changes
from custody.kernel import credit_code
from custody.kernel.problems import Conflict, NotFound, Problem, Refused, refuse_if
from custody.regions.models import Region
from custody.regions.queries import get_region


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

    @property
    def key(self) -> str:
        return self.credit_code or self.name


def add_institution(
    session: Session, *, actor: Identity, now: datetime, region: str, facts: Facts
) -> Institution:
    """Put an institution on the roster. The same one typed again, word for word, is that one."""
    place = get_region(session, region, place=actor.place)
    twin = _twin(session, region, facts, None)
    if twin is not None and all(getattr(twin, n) == told for n, told in _values(facts).items()):
        return twin
    refuse_if(_problems(facts, twin))
    row = Institution(
        region_code=region,
        key=facts.key,
        edited_at=now,
        edited_by=actor.id,
        **_values(facts),
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise Refused([_TWIN_BY_NAME]) from None
    changes: Changes = {name: (None, told) for name, told in _values(facts).items()}
    _tell(session, actor, now, place, row, "institution.added", changes)
    return row


def edit_institution(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, facts: Facts
) -> Institution:
    row, region = get_institution(session, number, place=actor.place)
    if row.version != version:
        raise Conflict
    refuse_if(_problems(facts, _twin(session, row.region_code, facts, row.id)))
    changes = journal.amend(row, _values(facts))
    if not changes:
        return row
    row.key, row.import_id, row.edited_at, row.edited_by = facts.key, None, now, actor.id
    _tell(session, actor, now, region, row, "institution.edited", changes)
    return row


def close_institution(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    on: date,
    reason: str,
) -> Institution:
    """Merged, moved or dissolved: owes no bills after that month; what there is stays."""
    row, region = get_institution(session, number, place=actor.place)
    if row.closed_on == on:
        return row
    if row.version != version:
        raise Conflict
    found = []
    if on > now.date():
        found.append(Problem("future", "撤并日期应不晚于今天，请核对。", "closed_on"))
    if len(reason.strip()) < SHORTEST:
        words = "请写明撤并、迁出或注销的情况，例如“并入市第一中学”。"
        found.append(Problem("reason", words, "reason"))
    refuse_if(found)
    last = on.year * 100 + on.month
    for meter in meters_of(session, [number])[number]:
        if meter.until is None or meter.until > last:
            meter.until = max(last, meter.since or 0)
    changes: Changes = {"closed_on": (row.closed_on, on)}
    row.closed_on, row.import_id, row.edited_at, row.edited_by = on, None, now, actor.id
    _tell(session, actor, now, region, row, "institution.closed", changes, reason.strip())
    return row


def reopen_institution(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Institution:
    """It was closed by mistake. When its meters are in use again is for their own pages to say."""
    row, region = get_institution(session, number, place=actor.place)
    if row.closed_on is None:
        return row
    if row.version != version:
        raise Conflict
    changes: Changes = {"closed_on": (row.closed_on, None)}
    row.closed_on, row.edited_at, row.edited_by = None, now, actor.id
    _tell(session, actor, now, region, row, "institution.reopened", changes)
    return row


SHORTEST = 2
_TWIN_BY_NAME = Problem("twin", "本地区已登记同一单位，请核对名称和代码。", "name")


def _twin(session: Session, region: str, facts: Facts, own: int | None) -> Institution | None:
    query = select(Institution).where(
        Institution.region_code == region, Institution.key == facts.key
    )
    if own is not None:
        query = query.where(Institution.id != own)
    return session.scalar(query)


def _problems(facts: Facts, twin: Institution | None) -> list[Problem]:
    found = list(
        credit_code.problems_of(facts.credit_code, "credit_code") if facts.credit_code else ()
    )
    if not facts.in_custody and len(facts.excluded_because) < SHORTEST:
        found.append(Problem("why", "请写明不纳入托管的原因。", "excluded_because"))
    if twin is not None and facts.credit_code:
        words = f"本地区“{twin.name}”已登记这个代码，请核对；同一单位请在原有记录上修改。"
        found.append(Problem("twin", words, "credit_code"))
    elif twin is not None:
        found.append(_TWIN_BY_NAME)
    return found


def _values(facts: Facts) -> dict[str, Any]:
    return {one.name: getattr(facts, one.name) for one in fields(facts)}


def _tell(
    session: Session,
    actor: Identity,
    now: datetime,
    region: Region,
    row: Institution,
    action: str,
    changes: Changes,
    note: str = "",
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
        note=note,
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
    """Add a meter (`meter` None) or change one. The same one added again is that one."""
    owner, region = get_institution(session, institution, place=actor.place)
    row = get_meter(session, meter, place=actor.place)[0] if meter else None
    if row is not None and row.institution_id != owner.id:
        raise NotFound
    if row is not None and row.version != version:
        raise Conflict
    twin = session.execute(
        select(Meter, Institution.name)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(
            Meter.region_code == region.code,
            Meter.energy == account.energy,
            Meter.number == account.number,
            Meter.id != (row.id if row else 0),
        )
    ).one_or_none()
    if twin is not None and row is None and _same(twin[0], owner, account):
        return twin[0]
    found = []
    if twin is not None:
        words = f"{account.energy.label}户号{account.number}已登记在“{twin[1]}”名下，请核对。"
        found.append(Problem("twin", words, "number"))
    if account.since and account.until and account.until < account.since:
        found.append(Problem("until", "停用月份应不早于启用月份，请核对。", "until"))
    if row is not None and row.energy is not account.energy and _billed(session, row):
        words = "这个户号已有账单，能源种类不能再改；登记错了的，请停用后另行登记。"
        found.append(Problem("energy", words, "energy"))
    refuse_if(found)
    action = "meter.edited" if row else "meter.added"
    if row is None:
        row = Meter(region_code=region.code, institution_id=owner.id)
        session.add(row)
    changes = journal.amend(row, {name: getattr(account, name) for name in _METER})
    if not changes:
        return row
    row.import_id = None
    try:
        session.flush()
    except IntegrityError:
        words = "这个户号刚刚由他人登记，请刷新页面后核对。"
        raise Refused([Problem("twin", words, "number")]) from None
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


def _same(row: Meter, owner: Institution, account: Account) -> bool:
    """Is this meter what was typed?"""
    return row.institution_id == owner.id and all(
        getattr(row, name) == getattr(account, name) for name in _METER
    )


def _billed(session: Session, row: Meter) -> bool:
    return session.scalar(select(exists().where(Bill.meter_id == row.id))) or False

"""Verbs about a contract: opened, filled in page by page, signed, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.contracts.actions.files import files_dropped
from custody.contracts.actions.record import record, told
from custody.contracts.models.contract import (
    Adjustment,
    Company,
    Contract,
    EnergyBase,
    Fee,
    Guarantee,
    Measure,
    Party,
    Payment,
)
from custody.contracts.queries.contracts import get_contract_and_region, orders_of
from custody.contracts.queries.groups import (
    Line,
    facts_for_checks,
    fingerprint,
    lines_of,
    values_of,
)
from custody.contracts.queries.settlements import profiles_of
from custody.contracts.rules import checks, fields
from custody.contracts.rules.contract import FEE_LINES, Energy
from custody.contracts.rules.fields import Group
from custody.contracts.rules.shown import line_words
from custody.infra.db import Base
from custody.infra.journal import Changes
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.regions.queries import get_region

_ROWS: Mapping[str, type[Base]] = {
    "parties": Party,
    "bases": EnergyBase,
    "drivers": Adjustment,
    "guarantees": Guarantee,
    "measures": Measure,
    "payments": Payment,
}


def add(
    session: Session, *, actor: Identity, now: datetime, region: str, key: str, name: str
) -> Contract:
    """Open a draft. `key` was made with the empty form: a second click finds the first one's draft."""
    place = get_region(session, region, place=actor.place)
    same = select(Contract).where(Contract.key == key, Contract.region_code == place.code)
    known = session.scalar(same)
    if known is not None:
        return known
    contract = Contract(
        region_code=place.code,
        key=key,
        name=name,
        edited_at=now,
        institutions=place.institutions,
    )
    try:
        with session.begin_nested():
            session.add(contract)
    except IntegrityError:
        # The first click was not over yet when this one looked.
        known = session.scalar(same)
        if known is None:
            raise Conflict from None
        return known
    record(
        session,
        actor=actor,
        now=now,
        action="added",
        contract=contract,
        region=place,
        changes={"name": (None, name)},
    )
    return contract


def save(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    group: Group,
    seen: str,
    values: Mapping[str, object],
    lines: Sequence[Line] | None = None,
) -> Contract:
    """Save one page. `seen`: its fingerprint when the person opened it; Conflict where it changed.

    `lines`: None leaves the table as it is. Raises Refused for what does not agree, and for money
    of a signed contract.
    """
    contract, region = get_contract_and_region(session, number, place=actor.place, lock=True)
    if fingerprint(contract, group) != seen:
        raise Conflict
    if group.lines and group.lines.name == "bases" and lines is not None:
        lines = [_completed(line) for line in lines]
    before, lines_before = values_of(contract, group), lines_of(contract, group)
    spec = {one.name: one for one in group.fields}
    changes: Changes = {
        name: (told(spec[name], before[name]), told(spec[name], new))
        for name, new in values.items()
        if name in spec and before[name] != new
    }
    if "company_id" in values and before["company_id"] != values["company_id"]:
        changes["company"] = (_company(session, before), _company(session, values))
    if contract.signed_at is not None:
        refuse_if(_locked(group, changes, lines_before, lines))
    new_lines = {group.lines.name: lines} if group.lines and lines is not None else {}
    facts = facts_for_checks(
        session,
        contract,
        region,
        values=values,
        lines={name: rows for name, rows in new_lines.items() if name != "fees"},
    )
    wrong = _problems_here(group, facts, signed=contract.signed_at is not None)
    if group.code == "identity":
        wrong += checks.problems_of_identity(facts, now.date())
    refuse_if(list(dict.fromkeys(wrong)))
    for name, new in values.items():
        setattr(contract, name, new)
    if group.lines and lines is not None:
        _put(session, contract, group, lines)
        session.flush()
        changes |= _line_changes(group, lines_before, lines_of(contract, group))
    if changes:
        contract.edited_at = now
        record(
            session,
            actor=actor,
            now=now,
            action="edited",
            contract=contract,
            region=region,
            changes=changes,
            note=group.label,
        )
    return contract


def _company(session: Session, values: Mapping[str, object]) -> str | None:
    company = session.get(Company, values["company_id"]) if values["company_id"] else None
    return company.name if company else None


def _completed(line: Line) -> Line:
    """A base without a unit gets its energy's, one without an amount the one it must have."""
    quantity: Any = line["quantity"]
    price: Any = line["price"]
    amount = line["amount"]
    if amount is None:
        amount = checks.amount_of(quantity, price)
    return {**line, "unit": line["unit"] or Energy(str(line["energy"])).unit, "amount": amount}


def _problems_here(group: Group, facts: checks.Facts, *, signed: bool) -> list[Problem]:
    """What of the contract's problems is about this page. The sums wait until it is signed."""
    found = checks.problems_of(facts)
    if signed:
        found = [*checks.missing_to_sign(facts), *found]
    return [
        problem
        for problem in found
        if fields.GROUP_OF.get(problem.where) == group.code and (signed or problem.code != "sum")
    ]


def _locked(
    group: Group,
    changes: Mapping[str, tuple[object, object]],
    before: Sequence[Line],
    after: Sequence[Line] | None,
) -> list[Problem]:
    """Money of a signed contract moves by change orders only."""
    labels = [one.label for one in group.fields if one.name in changes]
    names = [name for name in changes if name in fields.LOCKED]
    if group.lines and group.lines.locked and after is not None:
        locked, key = group.lines.locked, group.lines.key
        kept = [{name: line.get(name) for name in (key, *sorted(locked))} for line in before]
        wanted = [{name: line.get(name) for name in (key, *sorted(locked))} for line in after]
        if kept != wanted:
            names.append(group.lines.name)
            labels.append(group.lines.label)
    if not names:
        return []
    words = f"合同已签订，{'、'.join(labels)}只能通过变更单修改，请到合同页“新增变更单”。"
    return [Problem("locked", words, names[0])]


def _line_changes(group: Group, before: Sequence[Line], after: Sequence[Line]) -> Changes:
    assert group.lines is not None
    old, new = line_words(group.lines, before), line_words(group.lines, after)
    if old == new:
        return {}
    return {
        group.lines.name: (
            [words for words in old if words not in new],
            [words for words in new if words not in old],
        )
    }


def _put(session: Session, contract: Contract, group: Group, lines: Sequence[Line]) -> None:
    """Bring the table to these lines; a line with the same key stays the same row."""
    assert group.lines is not None
    if group.lines.name == "fees":
        _put_fees(contract, lines)
        return
    key, name = group.lines.key, group.lines.name
    rows: list[Any] = getattr(contract, name)
    have = {getattr(row, key): row for row in rows}
    used = {line.get(key) for line in lines if line.get(key) in have}
    last = max([0, *(row.line for row in rows)]) if name != "guarantees" else 0
    for row in [row for row in rows if getattr(row, key) not in used]:
        rows.remove(row)
    for line in lines:
        row = have.get(line.get(key))
        values = {column.name: line[column.name] for column in group.lines.columns}
        if row is None:
            if name == "guarantees":
                values[key] = line[key]
            else:
                last += 1
                values["line"] = last
                if key == "driver":
                    values[key] = line[key]
            rows.append(_ROWS[name](**values))
            continue
        for field, value in values.items():
            setattr(row, field, value)


def _put_fees(contract: Contract, lines: Sequence[Line]) -> None:
    wanted = {
        (int(str(line["year"])), item): line[item]
        for line in lines
        for item in FEE_LINES
        if line.get(item) is not None
    }
    have = {(fee.year, fee.item): fee for fee in contract.fees}
    for key, fee in have.items():
        if key not in wanted:
            contract.fees.remove(fee)
    order = list(FEE_LINES)
    for (year, item), amount in wanted.items():
        fee_or_none = have.get((year, item))
        if fee_or_none is None:
            fee_row = Fee(year=year, line=order.index(item), item=item, amount=amount)
            contract.fees.append(fee_row)
        else:
            fee_or_none.amount = amount  # type: ignore[assignment]


def sign(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Contract:
    """Enter that both sides have signed. From now on money is changed by orders only."""
    contract, region = get_contract_and_region(session, number, place=actor.place, lock=True)
    if contract.signed_at is not None:
        return contract  # a second click
    if contract.version != version:
        raise Conflict
    refuse_if(checks.problems_to_sign(facts_for_checks(session, contract, region), now.date()))
    contract.signed_at = contract.edited_at = now
    record(
        session,
        actor=actor,
        now=now,
        action="signed",
        contract=contract,
        region=region,
        changes={"signed_at": (None, now)},
    )
    return contract


def terminate(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    day: date,
    reason: str,
) -> Contract:
    """解除: the contract ends before its term."""
    contract, region = get_contract_and_region(session, number, place=actor.place, lock=True)
    if contract.terminated_on == day and contract.termination_reason == reason:
        return contract  # a second click
    if contract.version != version:
        raise Conflict
    found = []
    if contract.signed_at is None:
        words = "合同还是草稿，不能解除；不再需要的草稿请删除。"
        found.append(Problem("draft", words))
    elif contract.signed_on and day < contract.signed_on:
        found.append(
            Problem(
                "day",
                f"解除日期{full_day(day)}早于签订日期{full_day(contract.signed_on)}，请改正。",
                "terminated_on",
            )
        )
    if not reason.strip():
        found.append(Problem("reason", "请写明解除的原因和依据。", "reason"))
    refuse_if(found)
    changes: Changes = {
        "terminated_on": (contract.terminated_on, day),
        "termination_reason": (contract.termination_reason, reason),
    }
    contract.terminated_on, contract.termination_reason, contract.edited_at = day, reason, now
    record(
        session,
        actor=actor,
        now=now,
        action="terminated",
        contract=contract,
        region=region,
        changes=changes,
        note=reason,
    )
    return contract


def discard(session: Session, *, actor: Identity, now: datetime, number: int, version: int) -> str:
    """Delete a draft; returns its region. A signed contract stays."""
    contract, region = get_contract_and_region(session, number, place=actor.place, lock=True)
    if contract.version != version:
        raise Conflict
    if contract.signed_at is not None:
        raise Refused([Problem("signed", "合同已签订，不能删除；提前终止请办理解除。")])
    orders = orders_of(session, contract)
    record(
        session,
        actor=actor,
        now=now,
        action="discarded",
        contract=contract,
        region=region,
        changes=files_dropped(session, "contract", [contract.id], now=now),
    )
    files_dropped(session, "order", [order.id for order in orders], now=now)
    for row in [*orders, *profiles_of(session, contract.id)]:
        session.delete(row)
    session.flush()
    session.delete(contract)
    return region.code

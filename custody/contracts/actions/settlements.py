"""Verbs about a settlement: drafted, edited, frozen, thawed, discarded. Its papers have a file beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.attachments import actions as attachments
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.contracts import snapshot
from custody.contracts.models.contract import Contract
from custody.contracts.models.settlement import Settlement
from custody.contracts.queries import settlements as queries
from custody.contracts.queries.saved import bases_of, repriced_of
from custody.contracts.queries.settlements import Found
from custody.contracts.rules import life
from custody.contracts.rules.agreed import Agreed, Draft
from custody.contracts.rules.capitals import LIMIT
from custody.contracts.rules.composing import inputs_of
from custody.contracts.rules.draft_checks import problems_of_draft
from custody.contracts.rules.first_draft import first_draft
from custody.contracts.rules.life import Status, Step
from custody.contracts.rules.periods import Period
from custody.contracts.rules.settlement import settle, yuan
from custody.contracts.rules.statement import Inputs, Paper
from custody.contracts.rules.told import fields_of
from custody.infra import journal
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if

Changes = Mapping[str, tuple[object, object]]
KIND = "settlement"
BASIS, VOUCHER = "basis", "voucher"
SIDES: Mapping[str, str] = {"party_a": "甲方", "party_b": "乙方"}
"""Slots of the signed scans; they, `BASIS` and `VOUCHER` are all there are."""


def draft(
    session: Session, *, actor: Identity, now: datetime, contract: int, period: Period
) -> Settlement:
    """Begin with what the contract, its orders and the last settlement say.

    A second click finds the draft of the first.
    """
    row, region = queries.contract_and_region(session, contract, place=actor.place, lock=True)
    others = queries.of_contract(session, row.id)
    mine = next((one for one in others if one.period == str(period)), None)
    if mine is not None and mine.status is Status.DRAFT:
        return mine
    agreed = queries.agreed_of(session, row)
    _refuse_unsigned(row)
    days = agreed.days(period)
    terms = agreed.at(days[1] if days else period.last)
    refuse_if(
        life.problems_of_period(
            period,
            rhythm=agreed.rhythm,
            days=days,
            others=[Period.parse(one.period) for one in others],
            today=now.date(),
        )
    )
    last = next((one for one in others if Period.parse(one.period).last < period.first), None)
    before = snapshot.kept(last.draft) if last else None
    begun = first_draft(
        *(agreed, period, before, bases_of(session, region)),
        repriced_of(session, region, *days) if days else {},
    )
    typed = _signed_by(begun, actor, now)
    pay_day = terms.get("pay_day")
    settlement = Settlement(
        contract_id=row.id,
        serial=max((one.serial for one in others), default=0) + 1,
        period=str(period),
        status=Status.DRAFT,
        draft=snapshot.keep(typed),
        total=_total(inputs_of(agreed, period, typed)),
        due_on=life.due_on(days[1], pay_day if isinstance(pay_day, int) else None)
        if days
        else None,
        created_at=now,
        edited_at=now,
        edited_by=actor.id,
    )
    session.add(settlement)
    session.flush()
    found = Found(settlement, row, region)
    changes = {"period": ("", period.label), "total": ("", yuan(settlement.total))}
    record(session, actor, now, "drafted", found, changes)
    return settlement


def _total(inputs: Inputs) -> Decimal:
    """What is to be paid. Raises Refused above what a paper can say in capitals."""
    total = settle(inputs).payable
    if abs(total) >= LIMIT:
        words = f"本期合计达{yuan(total)}元，请核对用量、单价和扣减的数值及其单位。"
        raise Refused([Problem("too_much", words)])
    return total


def _refuse_unsigned(contract: Contract) -> None:
    if contract.signed_at is None:
        words = "合同还是草稿，签订后才能结算；请先在合同中登记签订。"
        raise Refused([Problem("unsigned_contract", words)])


def _signed_by(typed: Draft, actor: Identity, now: datetime) -> Draft:
    return replace(typed, who=actor.name, when=f"{now.year}年{now.month}月{now.day}日")


def opened(session: Session, number: int, step: Step, *, actor: Identity, version: int) -> Found:
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    refuse_if(life.problems_of_step(found.row.status, step))
    if found.row.version != version:
        raise Conflict
    return found


def composed(session: Session, found: Found, agreed: Agreed, typed: Draft) -> Inputs:
    """The inputs with the files that lie with the settlement."""
    files = attached_to(session, KIND, [found.row.id])[found.row.id]
    papers = tuple(Paper(file.name, file.digest) for file in files if file.slot == BASIS)
    return replace(inputs_of(agreed, found.period, typed), papers=papers, note=typed.note)


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    typed: Draft,
    due_on: date | None,
) -> Settlement:
    """Save what was typed, whether or not it is complete: only 定稿 asks for everything.

    What is saved already, by a second click, is no conflict.
    """
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    row = found.row
    refuse_if(life.problems_of_step(row.status, Step.EDIT))
    stored = snapshot.kept(row.draft)
    if replace(typed, who=stored.who, when=stored.when) == stored and due_on == row.due_on:
        return row
    if row.version != version:
        raise Conflict
    before = {**fields_of(stored), "payable_on": row.due_on, "total": yuan(row.total)}
    typed = _signed_by(typed, actor, now)
    agreed = queries.agreed_of(session, found.contract)
    row.draft, row.due_on = snapshot.keep(typed), due_on
    row.total = _total(inputs_of(agreed, found.period, typed))
    row.edited_at, row.edited_by = now, actor.id
    after = {**fields_of(typed), "payable_on": due_on, "total": yuan(row.total)}
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    record(session, actor, now, "edited", found, changes)
    return row


def frozen_already(
    session: Session,
    *,
    actor: Identity,
    number: int,
    version: int,
    typed: Draft,
    due_on: date | None,
) -> bool:
    """Was this very form saved and frozen before, by the first of two clicks?

    The first click made one new version, or two where something typed was saved before.
    """
    row = queries.get_settlement(session, number, place=actor.place, lock=True).row
    stored = snapshot.kept(row.draft)
    return (
        row.status is Status.FROZEN
        and row.version in (version + 1, version + 2)
        and replace(typed, who=stored.who, when=stored.when) == stored
        and due_on == row.due_on
    )


def freeze(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Settlement:
    """Keep inputs and statement for good. A second click finds it frozen."""
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    if found.row.status is Status.FROZEN and found.row.version == version + 1:
        return found.row
    found = opened(session, number, Step.FREEZE, actor=actor, version=version)
    row = found.row
    # The shares of a year's months must not change while a part of the year is frozen by them.
    queries.contract_and_region(session, row.contract_id, place=actor.place, lock=True)
    agreed = queries.agreed_of(session, found.contract)
    typed = snapshot.kept(row.draft)
    inputs = composed(session, found, agreed, typed)
    statement = settle(inputs)
    refuse_if(
        [
            *problems_of_draft(agreed, found.period, typed),
            *_missing(found, now.date()),
            *statement.problems,
        ]
    )
    row.status = life.STEPS[row.status, Step.FREEZE]
    row.inputs, row.statement = snapshot.freeze(inputs), snapshot.told(statement)
    row.digest = snapshot.digest(row.inputs)
    row.total = statement.payable
    row.frozen_at, row.frozen_by = now, actor.id
    changes = {
        "status": (Status.DRAFT, row.status),
        "total": ("", yuan(row.total)),
        "digest": ("", row.digest),
    }
    record(session, actor, now, "frozen", found, changes)
    return row


def _missing(found: Found, today: date) -> list[Problem]:
    problems = []
    if found.row.due_on is None:
        problems.append(Problem("due_on", "请填写应付日期。", "due_on"))
    if found.period.last >= today:
        words = f"{found.period.label}还没有结束，期满后才能定稿；草稿已保存。"
        problems.append(Problem("early", words))
    return problems


def thaw(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int, reason: str
) -> Settlement:
    """Back to the draft. What one side had signed by then no longer counts."""
    found = opened(session, number, Step.THAW, actor=actor, version=version)
    refuse_if(life.problems_of_thaw(reason))
    row = found.row
    dropped = [file for file in files_of(session, row) if file.slot in SIDES]
    for file in dropped:
        attachments.remove(file, now=now)
    changes: dict[str, tuple[object, object]] = {
        "status": (row.status, Status.DRAFT),
        "digest": (row.digest, ""),
    }
    if dropped:
        changes["files"] = (attachments.told(dropped), [])
    if row.signed_on is not None:
        changes["signed_on"] = (row.signed_on, "")
        row.signed_on = None
    row.status = life.STEPS[row.status, Step.THAW]
    row.inputs = row.statement = row.frozen_at = row.frozen_by = None
    row.digest, row.reason = "", reason.strip()
    record(session, actor, now, "thawed", found, changes, note=row.reason)
    return row


def discard(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Contract:
    found = opened(session, number, Step.DISCARD, actor=actor, version=version)
    dropped = files_of(session, found.row)
    for file in dropped:
        attachments.remove(file, now=now)
    changes: Changes = {"files": (attachments.told(dropped), [])} if dropped else {}
    record(session, actor, now, "discarded", found, changes)
    session.delete(found.row)
    return found.contract


# --- files ---------------------------------------------------------------------------------------


def files_of(session: Session, row: Settlement) -> list[Attachment]:
    return attached_to(session, KIND, [row.id])[row.id]


def record(
    session: Session,
    actor: Identity,
    now: datetime,
    action: str,
    found: Found,
    changes: Changes | None = None,
    *,
    note: str = "",
    modifies: bool = True,
) -> None:
    region = found.region
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"{KIND}.{action}",
        kind=KIND,
        subject=found.row.id,
        label=f"{region.name} {found.number} {found.period.label}结算单",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
        note=note,
        modifies=modifies,
    )

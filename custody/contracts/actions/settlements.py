"""Verbs about a settlement: drafted, edited, frozen, thawed, signed, paid, discarded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.attachments import actions as attachments
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to, get_attachment
from custody.contracts import snapshot
from custody.contracts.models.contract import Contract
from custody.contracts.models.settlement import Settlement, SettlementPayment
from custody.contracts.queries import settlements as queries
from custody.contracts.queries.settlements import Found
from custody.contracts.rules import life
from custody.contracts.rules.composing import Agreed, Draft, inputs_of, problems_of_draft
from custody.contracts.rules.first_draft import first_draft
from custody.contracts.rules.life import Status, Step
from custody.contracts.rules.periods import Period
from custody.contracts.rules.settlement import Inputs, Paper, settle, yuan
from custody.contracts.rules.told import fields_of
from custody.infra import journal
from custody.infra.uploads import NewFile
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
            cycle=str(terms.get("pay_period") or ""),
            days=days,
            others=[Period.parse(one.period) for one in others],
            today=now.date(),
        )
    )
    last = next((one for one in others if Period.parse(one.period).last < period.first), None)
    before = snapshot.kept(last.draft) if last else None
    typed = _signed_by(first_draft(agreed, period, before), actor, now)
    pay_day = terms.get("pay_day")
    settlement = Settlement(
        contract_id=row.id,
        serial=max((one.serial for one in others), default=0) + 1,
        period=str(period),
        status=Status.DRAFT,
        draft=snapshot.keep(typed),
        total=settle(inputs_of(agreed, period, typed)).payable,
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
    _record(session, actor, now, "drafted", found, changes)
    return settlement


def _refuse_unsigned(contract: Contract) -> None:
    if contract.signed_at is None:
        words = "合同还是草稿，签订后才能结算；请先在合同中登记签订。"
        raise Refused([Problem("unsigned_contract", words)])


def _signed_by(typed: Draft, actor: Identity, now: datetime) -> Draft:
    return replace(typed, who=actor.name, when=f"{now.year}年{now.month}月{now.day}日")


def _open(session: Session, number: int, step: Step, *, actor: Identity, version: int) -> Found:
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
    row.total = settle(inputs_of(agreed, found.period, typed)).payable
    row.edited_at, row.edited_by = now, actor.id
    after = {**fields_of(typed), "payable_on": due_on, "total": yuan(row.total)}
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    _record(session, actor, now, "edited", found, changes)
    return row


def freeze(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Settlement:
    """Keep inputs and statement for good. A second click finds it frozen."""
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    if found.row.status is Status.FROZEN and found.row.version == version + 1:
        return found.row
    found = _open(session, number, Step.FREEZE, actor=actor, version=version)
    row = found.row
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
    _record(session, actor, now, "frozen", found, changes)
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
    found = _open(session, number, Step.THAW, actor=actor, version=version)
    refuse_if(life.problems_of_thaw(reason))
    row = found.row
    dropped = [file for file in _files(session, row) if file.slot in SIDES]
    for file in dropped:
        attachments.remove(file, now=now)
    changes: dict[str, tuple[object, object]] = {
        "status": (row.status, Status.DRAFT),
        "digest": (row.digest, ""),
    }
    if dropped:
        changes["files"] = (attachments.told(dropped), [])
    row.status = life.STEPS[row.status, Step.THAW]
    row.inputs = row.statement = row.frozen_at = row.frozen_by = None
    row.digest, row.reason = "", reason.strip()
    _record(session, actor, now, "thawed", found, changes, note=row.reason)
    return row


def discard(
    session: Session, *, actor: Identity, now: datetime, number: int, version: int
) -> Contract:
    found = _open(session, number, Step.DISCARD, actor=actor, version=version)
    for file in _files(session, found.row):
        attachments.remove(file, now=now)
    _record(session, actor, now, "discarded", found)
    session.delete(found.row)
    return found.contract


# --- files ---------------------------------------------------------------------------------------


def _files(session: Session, row: Settlement) -> list[Attachment]:
    return attached_to(session, KIND, [row.id])[row.id]


def attach(
    session: Session, *, actor: Identity, now: datetime, number: int, files: list[NewFile]
) -> list[Attachment]:
    """Bills and assessments the draft rests on."""
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    refuse_if(life.problems_of_step(found.row.status, Step.EDIT))
    new = attachments.attach(
        session, kind=KIND, subject=found.row.id, slot=BASIS, files=files, now=now, by=actor.id
    )
    if new:
        changes: dict[str, tuple[object, object]] = {"files": ([], attachments.told(new))}
        _record(session, actor, now, "file_added", found, changes)
    return new


def remove(session: Session, *, actor: Identity, now: datetime, number: int, file: int) -> None:
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    refuse_if(life.problems_of_step(found.row.status, Step.EDIT))
    row = get_attachment(session, file, kind=KIND, subject=number)
    if row.removed_at is not None:
        return
    attachments.remove(row, now=now)
    _record(session, actor, now, "file_removed", found, {"files": (attachments.told([row]), [])})


def sign(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    files: Mapping[str, NewFile],
    signed_on: date,
) -> Settlement:
    """Keep scans of the signed paper, one a side; with both it is 双方已签.

    `files`: side → its scan. A side that is sent again replaces its scan until the other is there.
    """
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    row = found.row
    have = {file.slot: file for file in _files(session, row) if file.slot in SIDES}
    sent = {side: file.stored.digest for side, file in files.items()}
    if sent and all(side in have and have[side].digest == sent[side] for side in sent):
        return row  # a second click
    refuse_if(life.problems_of_step(row.status, Step.SIGN))
    refuse_if(_problems_of_signing(row, files, signed_on, now.date()))
    new = []
    for side, file in files.items():
        if side in have:
            attachments.remove(have[side], now=now)
        new += attachments.attach(
            session, kind=KIND, subject=row.id, slot=side, files=[file], now=now, by=actor.id
        )
    changes: dict[str, tuple[object, object]] = {"files": ([], attachments.told(new))}
    both = set(have) | set(files) == set(SIDES)
    # The day counts when it is complete; until then it stands for the side that has signed.
    row.signed_on = max(signed_on, row.signed_on) if row.signed_on else signed_on
    changes["signed_on"] = ("", row.signed_on)
    if both:
        changes["status"] = (row.status, Status.SIGNED)
        row.status = life.STEPS[row.status, Step.SIGN]
        row.signed_at = now
        if row.total == 0:
            row.status, row.paid_on = Status.PAID, row.signed_on
            changes["status"] = (Status.FROZEN, row.status)
    action = "signed" if both else "scan_added"
    _record(session, actor, now, action, found, changes)
    return row


def _problems_of_signing(
    row: Settlement, files: Mapping[str, NewFile], day: date, today: date
) -> list[Problem]:
    found = []
    if not files:
        found.append(Problem("files", "请选择甲方或乙方签字盖章的扫描件。", "party_a"))
    if day > today:
        found.append(Problem("signed_on", "签字日期不能晚于今天，请改正。", "signed_on"))
    if row.frozen_at is not None and day < row.frozen_at.date():
        frozen = f"{row.frozen_at.month}月{row.frozen_at.day}日"
        words = f"签字日期不能早于定稿的{frozen}，请核对。"
        found.append(Problem("signed_on", words, "signed_on"))
    return found


def pay(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    key: str,
    paid_on: date,
    amount: Decimal,
    voucher: NewFile | None,
) -> Settlement:
    """A payment with its voucher; the last one closes the settlement. `key` makes it happen once."""
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    row = found.row
    known = session.scalar(select(SettlementPayment).where(SettlementPayment.key == key))
    if known is not None and known.settlement_id == row.id:
        return row
    refuse_if(life.problems_of_step(row.status, Step.PAY))
    assert row.signed_on is not None
    paid = session.scalar(
        select(func.sum(SettlementPayment.amount)).where(SettlementPayment.settlement_id == row.id)
    ) or Decimal(0)
    left = row.total - paid
    problems = life.problems_of_payment(
        day=paid_on, amount=amount, left=left, signed=row.signed_on, today=now.date()
    )
    if voucher is None:
        words = "请选择支付凭证（回单、发票等）的扫描件。"
        raise Refused([Problem("voucher", words, "voucher"), *problems])
    refuse_if(problems)
    files = attachments.attach(
        session, kind=KIND, subject=row.id, slot=VOUCHER, files=[voucher], now=now, by=actor.id
    )
    if not files:
        words = "这份支付凭证已经登记过，请核对是否重复登记，或上传本次支付的凭证。"
        raise Refused([Problem("voucher", words, "voucher")])
    session.add(
        SettlementPayment(
            settlement_id=row.id,
            key=key,
            paid_on=paid_on,
            amount=amount,
            attachment_id=files[0].id,
            added_at=now,
            added_by=actor.id,
        )
    )
    changes: dict[str, tuple[object, object]] = {
        "paid": (yuan(paid), yuan(paid + amount)),
        "paid_on": ("", paid_on),
        "files": ([], attachments.told(files)),
    }
    if amount == left:
        changes["status"] = (row.status, Status.PAID)
        row.status, row.paid_on = life.STEPS[row.status, Step.PAY], paid_on
    else:
        row.edited_at = now
    _record(session, actor, now, "paid", found, changes)
    return row


def note_download(
    session: Session, *, actor: Identity, now: datetime, found: Found, name: str
) -> None:
    _record(session, actor, now, "downloaded", found, note=name, modifies=False)


def _record(
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

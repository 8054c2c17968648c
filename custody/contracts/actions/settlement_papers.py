"""What lies with a settlement: its basis, the signed scans, payments and their vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from custody.accounts.rules import Identity
from custody.attachments import actions as attachments
from custody.attachments.models import Attachment
from custody.attachments.queries import get_attachment
from custody.contracts.actions.settlements import BASIS, KIND, SIDES, VOUCHER, files_of, record
from custody.contracts.models.settlement import Settlement, SettlementPayment
from custody.contracts.queries import settlements as queries
from custody.contracts.queries.settlements import Found
from custody.contracts.rules import life
from custody.contracts.rules.life import Status, Step
from custody.contracts.rules.settlement import yuan
from custody.infra.journal import Changes
from custody.infra.uploads import NewFile
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if


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
        changes: Changes = {"files": ([], attachments.told(new))}
        record(session, actor, now, "file_added", found, changes)
    return new


def remove(session: Session, *, actor: Identity, now: datetime, number: int, file: int) -> None:
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    refuse_if(life.problems_of_step(found.row.status, Step.EDIT))
    row = get_attachment(session, file, kind=KIND, subject=number, removed=True)
    if row.removed_at is not None:
        return
    attachments.remove(row, now=now)
    record(session, actor, now, "file_removed", found, {"files": (attachments.told([row]), [])})


def sign(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    digest: str,
    files: Mapping[str, NewFile],
    signed_on: date,
    same: bool = False,
) -> Settlement:
    """Keep scans of the signed paper, one a side; with both it is 双方已签.

    `digest`: of the statement the page showed; scans of an older paper sign nothing.
    `files`: side → its scan. A side that is sent again replaces its scan until the other is there.
    `same`: said on purpose that one paper carries both signatures.
    """
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    row = found.row
    have = {file.slot: file for file in files_of(session, row) if file.slot in SIDES}
    sent = {side: file.stored.digest for side, file in files.items()}
    same_paper = digest == row.digest
    if (
        same_paper
        and sent
        and all(side in have and have[side].digest == sent[side] for side in sent)
    ):
        return row  # a second click
    refuse_if(life.problems_of_step(row.status, Step.SIGN))
    if not same_paper:
        raise Conflict
    digests = {side: file.digest for side, file in have.items()} | sent
    twice = len(digests) == len(SIDES) and len(set(digests.values())) == 1
    found_wrong = _problems_of_signing(row, files, signed_on, now.date())
    if twice and not same:
        found_wrong.append(_SAME_SCAN)
    refuse_if(found_wrong)
    new, replaced = [], [have[side] for side in files if side in have]
    for file in replaced:
        attachments.remove(file, now=now)
    for side, sent_ in files.items():
        new += attachments.attach(
            session, kind=KIND, subject=row.id, slot=side, files=[sent_], now=now, by=actor.id
        )
    changes: Changes = {"files": (attachments.told(replaced), attachments.told(new))}
    both = set(have) | set(files) == set(SIDES)
    # The day counts when it is complete; until then it stands for the side that has signed.
    before, others = row.signed_on, set(have) - set(files)
    row.signed_on = max(signed_on, before) if before and others else signed_on
    if row.signed_on != before:
        changes["signed_on"] = (before or "", row.signed_on)
    if both:
        changes["status"] = (row.status, Status.SIGNED)
        row.status = life.STEPS[row.status, Step.SIGN]
        row.signed_at = now
        if row.total == 0:
            row.status, row.paid_on = Status.PAID, row.signed_on
            changes["status"] = (Status.FROZEN, row.status)
    action = "signed" if both else "scan_added"
    record(session, actor, now, action, found, changes)
    return row


_SAME_SCAN = Problem(
    "same_scan",
    "甲方、乙方签字件是同一个文件，请核对；确由双方在同一份文件上签署的，请勾选“同一份文件由双方签署”后重新上传。",
    "party_b",
)


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


def _paid(session: Session, row: Settlement) -> Decimal:
    return session.scalar(
        select(func.sum(SettlementPayment.amount)).where(SettlementPayment.settlement_id == row.id)
    ) or Decimal(0)


def problems_of_payment(
    session: Session, row: Settlement, day: date | None, amount: Decimal | None, today: date
) -> list[Problem]:
    if row.status is not Status.SIGNED or row.signed_on is None:
        return []
    left = row.total - _paid(session, row)
    return life.problems_of_payment(
        day=day, amount=amount, left=left, signed=row.signed_on, today=today
    )


def pay(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    key: str,
    paid_on: date,
    amount: Decimal,
    voucher: NewFile,
) -> Settlement:
    """A payment with its voucher; the last one closes the settlement. `key` makes it happen once.

    Where a payment was entered meanwhile it is a conflict: it may be the same one.
    """
    found = queries.get_settlement(session, number, place=actor.place, lock=True)
    row = found.row
    known = session.scalar(select(SettlementPayment).where(SettlementPayment.key == key))
    if known is not None and known.settlement_id == row.id:
        return row
    refuse_if(life.problems_of_step(row.status, Step.PAY))
    if row.version != version:
        raise Conflict
    assert row.signed_on is not None
    paid = _paid(session, row)
    left = row.total - paid
    refuse_if(problems_of_payment(session, row, paid_on, amount, now.date()))
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
    changes: Changes = {
        "paid": (yuan(paid), yuan(paid + amount)),
        "paid_on": ("", paid_on),
        "files": ([], attachments.told(files)),
    }
    if amount == left:
        changes["status"] = (row.status, Status.PAID)
        row.status, row.paid_on = life.STEPS[row.status, Step.PAY], paid_on
    else:
        row.edited_at = now
        flag_modified(row, "edited_at")  # a new version even within the same second
    record(session, actor, now, "paid", found, changes)
    return row


def note_download(
    session: Session, *, actor: Identity, now: datetime, found: Found, name: str
) -> None:
    record(session, actor, now, "downloaded", found, note=name, modifies=False)

"""Papers of contracts and change orders: put to them, removed, read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.attachments import actions as attachments
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to, get_attachment
from custody.contracts.actions.record import record, record_order
from custody.contracts.queries.contracts import get_contract_and_region, get_order
from custody.contracts.rules.contract import SLOTS
from custody.infra.journal import Changes
from custody.infra.uploads import NewFile
from custody.kernel.problems import Problem, Refused


def attach(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    slot: str,
    files: list[NewFile],
) -> list[Attachment]:
    """Add papers to a slot of a contract."""
    contract, region = get_contract_and_region(session, number, place=actor.place, lock=True)
    if slot not in SLOTS:
        raise Refused([Problem("slot", "请选择附件类别。", "slot")])
    new = attachments.attach(
        session, kind="contract", subject=contract.id, slot=slot, files=files, now=now, by=actor.id
    )
    if new:
        record(
            session,
            actor=actor,
            now=now,
            action="file_added",
            contract=contract,
            region=region,
            changes={"files": (None, attachments.told(new))},
            note=SLOTS[slot],
        )
    return new


def remove(session: Session, *, actor: Identity, now: datetime, number: int, file: int) -> None:
    """Take a paper away. The scan of a signed contract stays while it is the only one."""
    contract, region = get_contract_and_region(session, number, place=actor.place, lock=True)
    paper = get_attachment(session, file, kind="contract", subject=contract.id, removed=True)
    if paper.removed_at is not None:
        return
    if paper.slot == "scan" and contract.signed_at is not None:
        here = attached_to(session, "contract", [contract.id])[contract.id]
        if sum(one.slot == "scan" for one in here) == 1:
            words = "合同已签订，应保留至少一份扫描件；请先上传新的扫描件，再移除旧的。"
            raise Refused([Problem("last_scan", words, "files")])
    attachments.remove(paper, now=now)
    record(
        session,
        actor=actor,
        now=now,
        action="file_removed",
        contract=contract,
        region=region,
        changes={"files": (attachments.told([paper]), None)},
        note=paper.name,
    )


def files_dropped(
    session: Session, kind: str, subjects: Sequence[int], *, now: datetime
) -> Changes:
    """Hide every file of rows that are about to be deleted; returns it as the journal tells it."""
    here = attached_to(session, kind, subjects)
    gone = [file for subject in subjects for file in here[subject]]
    for file in gone:
        attachments.remove(file, now=now)
    return {"files": (attachments.told(gone), None)} if gone else {}


def note_download(
    session: Session, *, actor: Identity, now: datetime, number: int, name: str
) -> None:
    contract, region = get_contract_and_region(session, number, place=actor.place)
    record(
        session,
        actor=actor,
        now=now,
        action="file_downloaded",
        contract=contract,
        region=region,
        note=name,
        modifies=False,
    )


def attach_to_order(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    contract: int,
    number: int,
    files: list[NewFile],
) -> list[Attachment]:
    """The signed paper of a change order."""
    order, row, region = get_order(session, contract, number, place=actor.place, lock=True)
    new = attachments.attach(
        session, kind="order", subject=order.id, slot="signed", files=files, now=now, by=actor.id
    )
    if new:
        record_order(
            session,
            actor=actor,
            now=now,
            action="file_added",
            order=order,
            contract=row,
            region=region,
            changes={"files": (None, attachments.told(new))},
        )
    return new


def note_order_download(
    session: Session, *, actor: Identity, now: datetime, contract: int, number: int, name: str
) -> None:
    order, row, region = get_order(session, contract, number, place=actor.place)
    record_order(
        session,
        actor=actor,
        now=now,
        action="file_downloaded",
        order=order,
        contract=row,
        region=region,
        note=name,
        modifies=False,
    )

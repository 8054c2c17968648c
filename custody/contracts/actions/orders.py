"""Verbs about change orders: drafted, corrected, signed by both sides, dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.attachments.queries import attached_to
from custody.contracts.actions.files import files_dropped
from custody.contracts.actions.record import record_order
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.queries.contracts import get_contract_and_region, get_order, terms_of
from custody.contracts.rules import terms
from custody.infra.journal import Changes
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change order as it was typed."""

    subject: str
    new: str
    reason: str
    effective_on: date | None
    signed_on: date | None = None


def problems_of(
    session: Session, contract: Contract, wanted: Wanted
) -> tuple[list[Problem], str, str]:
    """(problems, the old value, the new value) as texts."""
    found = []
    if contract.signed_at is None:
        found.append(Problem("draft", "合同还是草稿，直接修改即可，不需要变更单。"))
    if not wanted.reason.strip():
        found.append(Problem("reason", "请写明变更的原因和依据。", "reason"))
    if wanted.effective_on is None:
        found.append(Problem("day", "请填写生效日期。", "effective_on"))
    elif contract.signed_on and wanted.effective_on < contract.signed_on:
        found.append(
            Problem(
                "day",
                f"生效日期{full_day(wanted.effective_on)}早于合同签订日期{full_day(contract.signed_on)}，请改正。",
                "effective_on",
            )
        )
    if not terms.known(wanted.subject):
        found.append(Problem("subject", "请选择变更事项。", "subject"))
        return found, "", ""
    day = wanted.effective_on or date.max
    old = terms.text_of(terms_of(session, contract, day).get(wanted.subject))  # type: ignore[arg-type]
    try:
        new = terms.text_of(terms.typed(wanted.subject, wanted.new))
    except ValueError:
        words = (
            f"“{terms.label_of(wanted.subject)}”变更后的内容“{wanted.new.strip()[:40]}”无法采用，"
            f"应为{terms.expected(wanted.subject)}，请改正。"
        )
        return [*found, Problem("new", words, "new")], old, ""
    if new == "":
        found.append(Problem("new", "请填写变更后的内容。", "new"))
    elif new == old:
        found.append(Problem("same", "变更后的内容与现行内容相同，请核对。", "new"))
    return found, old, new


def add(
    session: Session, *, actor: Identity, now: datetime, contract: int, key: str, wanted: Wanted
) -> ChangeOrder:
    """Draft an order. `key` was made with the empty form, so that a second click adds nothing."""
    row, region = get_contract_and_region(session, contract, place=actor.place, lock=True)
    known = session.scalar(
        select(ChangeOrder).where(ChangeOrder.key == key, ChangeOrder.contract_id == row.id)
    )
    if known is not None:
        return known
    found, old, new = problems_of(session, row, wanted)
    refuse_if(found)
    assert wanted.effective_on is not None
    last = session.scalar(
        select(func.max(ChangeOrder.number)).where(ChangeOrder.contract_id == row.id)
    )
    order = ChangeOrder(
        contract_id=row.id,
        key=key,
        number=(last or 0) + 1,
        subject=wanted.subject,
        old=old,
        new=new,
        reason=wanted.reason,
        effective_on=wanted.effective_on,
        created_at=now,
    )
    session.add(order)
    session.flush()
    record_order(
        session,
        actor=actor,
        now=now,
        action="drafted",
        order=order,
        contract=row,
        region=region,
        changes={
            "subject": (None, terms.label_of(order.subject)),
            "value": (
                terms.words_of(order.subject, terms.value_of(order.subject, old)),
                terms.words_of(order.subject, terms.value_of(order.subject, new)),
            ),
            "effective_on": (None, order.effective_on),
        },
        note=wanted.reason,
    )
    return order


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    contract: int,
    number: int,
    version: int,
    wanted: Wanted,
) -> ChangeOrder:
    """Correct a draft."""
    order, row, region = get_order(session, contract, number, place=actor.place, lock=True)
    if order.version != version:
        raise Conflict
    if order.signed_at is not None:
        raise Refused([Problem("signed", "变更单已由双方签署，不能再改；请另行办理新的变更单。")])
    found, old, new = problems_of(session, row, wanted)
    refuse_if(found)
    assert wanted.effective_on is not None
    changes: Changes = {}
    if order.subject != wanted.subject:
        changes["subject"] = (terms.label_of(order.subject), terms.label_of(wanted.subject))
    if (order.subject, order.new) != (wanted.subject, new):
        changes["value"] = (
            terms.words_of(order.subject, terms.value_of(order.subject, order.new)),
            terms.words_of(wanted.subject, terms.value_of(wanted.subject, new)),
        )
    if order.effective_on != wanted.effective_on:
        changes["effective_on"] = (order.effective_on, wanted.effective_on)
    if order.reason != wanted.reason:
        changes["reason"] = (order.reason, wanted.reason)
    order.subject, order.old, order.new = wanted.subject, old, new
    order.reason, order.effective_on = wanted.reason, wanted.effective_on
    if changes:
        record_order(
            session,
            actor=actor,
            now=now,
            action="edited",
            order=order,
            contract=row,
            region=region,
            changes=changes,
        )
    return order


def sign(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    contract: int,
    number: int,
    version: int,
    signed_on: date | None,
) -> ChangeOrder:
    """Enter that both sides have signed the order: from its day on it counts."""
    order, row, region = get_order(session, contract, number, place=actor.place, lock=True)
    if order.signed_at is not None:
        return order  # a second click
    if order.version != version:
        raise Conflict
    found = []
    if signed_on is None:
        found.append(Problem("signed_on", "请填写双方签署的日期。", "signed_on"))
    elif signed_on > now.date():
        found.append(
            Problem(
                "signed_on",
                f"签署日期{full_day(signed_on)}晚于今天，请改为双方实际签署的日期。",
                "signed_on",
            )
        )
    if not attached_to(session, "order", [order.id])[order.id]:
        found.append(Problem("paper", "请先上传双方签署的变更单。", "files"))
    refuse_if(found)
    # What it replaces may have moved since the draft was written.
    before = terms_of(session, row, order.effective_on).get(order.subject)
    order.old = terms.text_of(before)  # type: ignore[arg-type]
    order.signed_on, order.signed_at = signed_on, now
    record_order(
        session,
        actor=actor,
        now=now,
        action="signed",
        order=order,
        contract=row,
        region=region,
        changes={
            "value": (
                terms.words_of(order.subject, terms.value_of(order.subject, order.old)),
                terms.words_of(order.subject, terms.value_of(order.subject, order.new)),
            ),
            "effective_on": (None, order.effective_on),
            "signed_on": (None, signed_on),
        },
        note=order.reason,
    )
    return order


def discard(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    contract: int,
    number: int,
    version: int,
) -> None:
    """Drop a draft; its number is not given again while later ones stand."""
    order, row, region = get_order(session, contract, number, place=actor.place, lock=True)
    if order.version != version:
        raise Conflict
    if order.signed_at is not None:
        raise Refused([Problem("signed", "变更单已由双方签署，不能删除。")])
    record_order(
        session,
        actor=actor,
        now=now,
        action="discarded",
        order=order,
        contract=row,
        region=region,
        changes=files_dropped(session, "order", [order.id], now=now),
    )
    session.delete(order)

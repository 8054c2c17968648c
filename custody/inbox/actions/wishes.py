"""What a person does with their own messages and settings."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.inbox import rules, wording
from custody.inbox.actions.outbox import put, stop_to
from custody.inbox.models import Mail, Message, Preference
from custody.inbox.queries.messages import get_message, preference_of
from custody.inbox.rules import Channel, Group
from custody.infra import journal
from custody.kernel.problems import Problem, refuse_if

# --- reading ----------------------------------------------------------------------------------


def read(session: Session, *, actor: Identity, now: datetime, number: int) -> Message:
    """The person has seen it. Reading is no act on the programme, so the journal does not hear of it."""
    message = get_message(session, number, account=actor.id)
    if message.read_at is None:
        message.read_at = now
    return message


def read_all(
    session: Session, *, actor: Identity, now: datetime, until: int, group: Group | None
) -> int:
    """Everything up to message `until`: what came meanwhile was not on the page and stays new."""
    query = update(Message).where(
        Message.account_id == actor.id, Message.read_at.is_(None), Message.id <= until
    )
    if group:
        query = query.where(Message.group == group)
    done = session.execute(query.values(read_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]


# --- choices ----------------------------------------------------------------------------------


def choose(
    session: Session, *, actor: Identity, now: datetime, choices: Mapping[Group, Channel]
) -> None:
    row = _own(session, actor)
    own = rules.groups_for(actor.role)
    before = {group: rules.channel_of(row.choices, group) for group in own}
    after = {group: choices.get(group, before[group]) for group in own}
    changes = {
        f"channel_{group.value}": (before[group], after[group])
        for group in own
        if before[group] is not after[group]
    }
    row.choices = {group.value: channel.value for group, channel in after.items()}
    if changes:
        _record(session, actor, now, "inbox.chosen", changes=changes)


def _own(session: Session, actor: Identity) -> Preference:
    row = preference_of(session, actor.id, lock=True)
    if row in session:
        return row
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another click made it at the same moment
        return preference_of(session, actor.id, lock=True)
    return row


# --- the address ------------------------------------------------------------------------------


def ask(session: Session, *, actor: Identity, now: datetime, address: str, base: str) -> str:
    """Send a code to an address; only whoever reads it there can make it theirs.

    Returns the code (for the mail alone); "" where one has just gone out to this address (a second
    click), which stays the right one. Raises Refused after too many codes in an hour.
    """
    row = _own(session, actor)
    if row.asked == address and rules.is_new_code(row.code_until, now):
        return ""
    hour = session.scalar(
        select(func.count()).where(
            Mail.account_id == actor.id,
            Mail.key.startswith("code:"),
            Mail.created_at > now - timedelta(hours=1),
        )
    )
    refuse_if(
        [Problem("often", "一小时内已发送多次验证码，请稍后再试。", "address")]
        if (hour or 0) >= rules.CODES_AN_HOUR
        else []
    )
    code = f"{secrets.randbelow(10**6):06d}"
    row.asked, row.code_tries = address, 0
    row.code_digest, row.code_until = _digest_of(actor.id, address, code), now + rules.CODE_LIVES
    minutes = int(rules.CODE_LIVES.total_seconds() // 60)
    text = wording.code(actor.name, code, minutes, base_url=base)
    put(session, actor.id, f"code:{secrets.token_hex(16)}", address, text, now=now)
    return code


def verify(session: Session, *, actor: Identity, now: datetime, code: str) -> bool:
    """The code from the mail makes the address the person's. False for a wrong one.

    A wrong one is counted, so it is no refusal: the caller commits either way. Raises Refused where
    there is nothing to verify (any more).
    """
    row = _own(session, actor)
    refuse_if(
        [Problem("none", "验证码已失效，请重新获取。", "code")]
        if not row.asked or row.code_until is None or now > row.code_until
        else []
    )
    row.code_tries += 1
    if not hmac.compare_digest(row.code_digest, _digest_of(actor.id, row.asked, code)):
        if row.code_tries >= rules.CODE_TRIES:
            row.code_until = None
        return False
    before, row.address = row.address, row.asked
    row.asked = row.code_digest = ""
    row.code_until = None
    _record(
        session, actor, now, "inbox.address_verified", changes={"address": (before, row.address)}
    )
    return True


def forget_address(session: Session, *, actor: Identity, now: datetime) -> None:
    row = _own(session, actor)
    before, row.address = row.address, ""
    row.asked = row.code_digest = ""
    row.code_until = None
    if before:
        stop_to(session, actor.id)
        _record(session, actor, now, "inbox.address_removed", changes={"address": (before, "")})


def _digest_of(account: int, address: str, code: str) -> str:
    return hashlib.sha256(f"{account}\n{address}\n{code}".encode()).hexdigest()


# --- the calendar feed ------------------------------------------------------------------------


def secret_of(row: Preference, key: str) -> str:
    """The feed's secret, 32 bytes as text: the nonce signed with the application's key."""
    if not row.feed_nonce:
        return ""
    signed = hmac.new(key.encode(), f"calendar:{row.feed_nonce}".encode(), hashlib.sha256)
    return urlsafe_b64encode(signed.digest()).decode().rstrip("=")


def digest_of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def renew_feed(session: Session, *, actor: Identity, now: datetime, key: str) -> str:
    """A new address; the one before is dead from now on."""
    row = _own(session, actor)
    row.feed_nonce = secrets.token_hex(16)
    secret = secret_of(row, key)
    row.feed_digest, row.feed_at = digest_of_secret(secret), now
    _record(session, actor, now, "inbox.feed_renewed")
    return secret


def revoke_feed(session: Session, *, actor: Identity, now: datetime) -> None:
    row = _own(session, actor)
    if not row.feed_nonce:
        return
    row.feed_nonce, row.feed_digest, row.feed_at = "", None, None
    _record(session, actor, now, "inbox.feed_revoked")


def _record(
    session: Session,
    actor: Identity,
    now: datetime,
    action: str,
    *,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> None:
    """How a person is told is no part of the programme's data: its editions stay."""
    place = actor.place
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="inbox",
        subject=actor.id,
        label=actor.name,
        province=place.province,
        city=place.city,
        region=place.region,
        changes=changes,
        modifies=False,
    )

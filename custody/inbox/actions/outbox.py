"""The outbox: mails are written in the transaction of what they are about and sent afterwards.

A mail is claimed (SENDING, committed) before the server is talked to, so two workers never send the
same one. A worker that dies between its claim and the outcome leaves it claimed: after a while that
is reported as UNKNOWN, and so is a talk that broke off after the text was out. What is unknown may
have arrived, so it is never sent again by itself; an administrator may.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Identity
from custody.inbox import rules, wording
from custody.inbox.actions.office import office
from custody.inbox.models import Mail, MailState, Message, PostOffice, Preference
from custody.inbox.queries.messages import get_mail
from custody.inbox.wording import Line, Text
from custody.infra import clock, journal
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.mail import Letter, NotSent, Paper, Server
from custody.infra.workdays import consulting, is_working_day
from custody.kernel.problems import Problem, refuse_if
from custody.workdays.queries import overlay_of

log = logging.getLogger(__name__)
CLAIM = timedelta(minutes=10)
"""After that a claimed mail's worker is believed dead; longer than any talk with a server."""


@dataclass(frozen=True, slots=True)
class Letters:
    """What is needed to write mails: the address that links begin with."""

    base_url: str

    def line(self, message: Message) -> Line:
        return Line(
            group=message.group.label,
            title=message.title,
            detail=message.detail,
            url=f"{self.base_url}{message.page}" if message.page else f"{self.base_url}/inbox",
            at=message.at,
        )


def put(
    session: Session,
    account: int,
    key: str,
    address: str,
    text: Text,
    *,
    now: datetime,
    paper: tuple[str, str] = ("", ""),
) -> Mail | None:
    """One mail for one thing; None where there is one already. `paper`: digest and name of a PDF
    that goes with it."""
    known = select(Mail.id).where(Mail.account_id == account, Mail.key == key)
    if session.scalar(known) is not None:
        return None
    mail = Mail(
        account_id=account,
        key=key,
        address=address,
        subject=text.subject[:200],
        text=text.text,
        html=text.html,
        state=MailState.WAITING,
        tries=0,
        created_at=now,
        next_try_at=now,
        error="",
        paper=paper[0],
        paper_name=paper[1][:200],
    )
    session.add(mail)
    return mail


# --- the daily digest -------------------------------------------------------------------------


def digest_is_due(session: Session, now: datetime) -> bool:
    """From half past eight on, once a day; whether the day is worked, the province's calendar says."""
    at = session.scalar(select(PostOffice.digested_at))
    hour, minute = rules.DIGEST_AT
    start = clock.at(now.date(), hour, minute)
    return now >= start and (at is None or at < start)


def digest(session: Session, *, now: datetime, letters: Letters) -> int:
    """A mail to everybody whose unread messages wait for one. Returns how many mails that were.

    On a day off nothing is written: what waits goes into the digest of the next working day.
    """
    row = office(session)
    if not digest_is_due(session, now):
        return 0
    row.digested_at = now
    rows = session.execute(
        select(Message, Account, Preference)
        .join(Account, Account.id == Message.account_id)
        .join(Preference, Preference.account_id == Message.account_id)
        .where(Message.digest, Account.active, Message.at <= now)
        .order_by(Message.account_id, Message.at, Message.id)
    ).all()
    working = _working_provinces(session, {account.province_code for _, account, _ in rows}, now)
    heaps: dict[int, tuple[str, str, list[Message]]] = {}
    for message, account, wish in rows:
        if account.province_code not in working:
            continue
        message.digest = False
        if message.read_at is None and wish.address:
            heaps.setdefault(account.id, (account.name, wish.address, []))[2].append(message)
    for number, (name, address, messages) in heaps.items():
        lines = [letters.line(message) for message in messages]
        text = wording.digest(name, lines, now.date(), base_url=letters.base_url)
        put(session, number, f"digest:{now.date().isoformat()}", address, text, now=now)
    return len(heaps)


def _working_provinces(session: Session, provinces: set[str], now: datetime) -> set[str]:
    found = set()
    for province in sorted(provinces):
        with consulting(overlay_of(session, province)):
            if is_working_day(now.date()):
                found.add(province)
    return found


# --- sending ----------------------------------------------------------------------------------


def send_one(database: Database, server: Server, store: FileStore, *, sender: str) -> bool:
    """Send the oldest mail whose time has come; False when there is none."""
    with database.reader() as reading:
        if reading.scalar(_ready(clock.now()).limit(1)) is None:
            return False
    with database.transaction() as session:
        now = clock.now()
        mail = session.scalar(_ready(now).limit(1).with_for_update(skip_locked=True))
        if mail is None:
            return False
        mail.state, mail.claimed_at = MailState.SENDING, now
        mail.tries += 1
        number, tries, paper = mail.id, mail.tries, (mail.paper, mail.paper_name)
        letter = Letter(
            to=mail.address,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            number=f"custody-{mail.id}",
            at=mail.created_at,
        )
    try:
        server.send(replace(letter, papers=_papers(store, *paper)), sender=sender)
    except NotSent as failure:
        log.warning("mail %s: %s", number, failure)
        _note(database, number, tries, failure)
    except Exception as error:
        log.exception("mail %s", number)
        _note(database, number, tries, NotSent(f"邮件无法组成或发送（{error}）", final=True))
    else:
        _note(database, number, tries, None)
    return True


def _papers(store: FileStore, digest: str, name: str) -> list[Paper]:
    """A file that is no longer there is no reason to keep the letter back: its link leads to it."""
    if not digest:
        return []
    try:
        with store.open(digest) as stream:
            return [Paper(name, stream.read())]
    except FileNotFoundError:
        log.warning("no file %s for a mail", digest)
        return []


def _ready(now: datetime) -> Select[Mail]:
    return (
        select(Mail)
        .where(Mail.state == MailState.WAITING, Mail.next_try_at <= now)
        .order_by(Mail.next_try_at, Mail.id)
    )


def _note(database: Database, number: int, tries: int, failure: NotSent | None) -> None:
    with database.transaction() as session:
        mail = session.get(Mail, number, with_for_update=True)
        if mail is None or mail.state is not MailState.SENDING or mail.tries != tries:
            return
        now = clock.now()
        mail.claimed_at = mail.next_try_at = None
        if failure is None:
            mail.state, mail.sent_at, mail.error = MailState.SENT, now, ""
            mail.text = mail.html = ""  # read where it was sent to; codes are not kept here
            return
        mail.error = str(failure)
        if failure.unsure:
            mail.state = MailState.UNKNOWN
            return
        again = None if failure.final else rules.next_try(mail.tries, now)
        mail.state = MailState.FAILED if again is None else MailState.WAITING
        mail.next_try_at = again


def give_up_lost(session: Session, *, now: datetime) -> int:
    """Mails whose worker died while sending: nobody knows whether they arrived."""
    rows = session.scalars(
        select(Mail).where(Mail.state == MailState.SENDING, Mail.claimed_at < now - CLAIM)
    ).all()
    for mail in rows:
        mail.state, mail.claimed_at = MailState.UNKNOWN, None
        mail.error = "发送过程中程序中断，邮件可能已送达，为免重复没有自动重发"
    return len(rows)


# --- the administrator ------------------------------------------------------------------------


def try_out(session: Session, *, actor: Identity, now: datetime, address: str, base: str) -> None:
    """A mail to see whether mails go; at most one a minute."""
    key = f"test:{now:%Y%m%d%H%M}"
    text = wording.trial(actor.name, base_url=base)
    mail = put(session, actor.id, key, address, text, now=now)
    if mail is None:
        return
    session.flush()
    _record(session, actor, now, "mail.tested", mail)


def retry(session: Session, *, actor: Identity, now: datetime, number: int) -> Mail:
    """Send once more what failed or is unknown. Twice is once: it waits already."""
    mail = get_mail(session, number, place=actor.place, lock=True)
    if mail.state is MailState.WAITING:
        mail.next_try_at = now
        return mail
    refuse_if(
        []
        if mail.state in (MailState.FAILED, MailState.UNKNOWN)
        else [Problem("state", f"这封邮件目前为“{mail.state.label}”，无需重发。")]
    )
    mail.state, mail.tries, mail.next_try_at, mail.error = MailState.WAITING, 0, now, ""
    _record(session, actor, now, "mail.retried", mail)
    return mail


def _record(session: Session, actor: Identity, now: datetime, action: str, mail: Mail) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="mail",
        subject=mail.id,
        label=mail.subject,
        province=actor.place.province,
        note=mail.address,
        modifies=False,
    )


def stop_to(session: Session, account: int) -> None:
    """Nothing more goes to a person's address: what waits is dropped (address taken away)."""
    session.execute(
        update(Mail)
        .where(Mail.account_id == account, Mail.state == MailState.WAITING)
        .values(state=MailState.FAILED, next_try_at=None, error="收件人已取消邮箱，没有发送")
    )

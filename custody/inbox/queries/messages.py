"""Questions about messages, settings and mails, limited to whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.queries import within as accounts_within
from custody.accounts.rules import Identity, Level, Place
from custody.inbox.models import Mail, MailState, Message, Preference
from custody.inbox.rules import Group
from custody.kernel.problems import NotFound
from custody.regions.models import City, Province, Region

# Asked by every request, so put together once.
_UNREAD = (
    select(func.count())
    .select_from(Message)
    .where(Message.account_id == bindparam("account"), Message.read_at.is_(None))
    .scalar_subquery()
)
_TOPS = {
    Level.PROVINCE: select(Province.name, _UNREAD).where(Province.code == bindparam("code")),
    Level.CITY: select(City.name, _UNREAD).where(City.code == bindparam("code")),
    Level.REGION: select(Region.name, _UNREAD).where(Region.code == bindparam("code")),
}


def place_and_unread(session: Session, who: Identity) -> tuple[str, int]:
    """What the top bar shows: the name of the person's place, and how many messages are new."""
    found = {"code": who.place.code, "account": who.id}
    name, new = session.execute(_TOPS[who.place.level], found).one()
    return str(name), int(new)


def _filtered(account: int, group: Group | None, new: bool) -> Select[Message]:
    query = select(Message).where(Message.account_id == account)
    if group:
        query = query.where(Message.group == group)
    return query.where(Message.read_at.is_(None)) if new else query


def count(session: Session, account: int, *, group: Group | None = None, new: bool = False) -> int:
    rows = _filtered(account, group, new).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def listed(
    session: Session,
    account: int,
    *,
    group: Group | None = None,
    new: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Message]:
    """Unread first, then the newest."""
    query = _filtered(account, group, new).order_by(
        Message.read_at.is_not(None), Message.at.desc(), Message.id.desc()
    )
    return session.scalars(query.limit(limit).offset(offset)).all()


def unread_by_group(session: Session, account: int) -> dict[Group, int]:
    rows = session.execute(
        select(Message.group, func.count())
        .where(Message.account_id == account, Message.read_at.is_(None))
        .group_by(Message.group)
    )
    return dict(rows.all())


def newest(session: Session, account: int) -> int:
    """The number of the person's newest message; 0 where there is none."""
    return session.scalar(select(func.max(Message.id)).where(Message.account_id == account)) or 0


def get_message(session: Session, number: int, *, account: int) -> Message:
    """A message of this person; anybody else's does not exist."""
    row = session.scalar(select(Message).where(Message.id == number, Message.account_id == account))
    if row is None:
        raise NotFound
    return row


def preference_of(session: Session, account: int, *, lock: bool = False) -> Preference:
    """The person's, or one as it is before anything was chosen (in no session yet)."""
    row = session.get(Preference, account, with_for_update=lock or None)
    return row or Preference(
        account_id=account,
        address="",
        asked="",
        code_digest="",
        code_tries=0,
        code_until=None,
        choices={},
        feed_nonce="",
        feed_digest=None,
        feed_at=None,
    )


def owner_of_feed(session: Session, digest: str) -> Account | None:
    """The active account whose calendar feed this is."""
    return session.scalar(
        select(Account)
        .join(Preference, Preference.account_id == Account.id)
        .where(Preference.feed_digest == digest, Account.active)
    )


# --- the outbox -------------------------------------------------------------------------------


def _mails(place: Place, state: MailState | None) -> Select[Mail]:
    query = select(Mail).join(Account, Account.id == Mail.account_id).where(accounts_within(place))
    return query.where(Mail.state == state) if state else query


def count_mails(session: Session, place: Place, state: MailState | None) -> int:
    rows = _mails(place, state).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def list_mails(
    session: Session, place: Place, state: MailState | None, *, limit: int, offset: int
) -> list[tuple[Mail, str]]:
    """(mail, name of the person), the newest first; the texts themselves are nobody's business."""
    query = _mails(place, state).add_columns(Account.name).order_by(Mail.id.desc())
    return [(mail, name) for mail, name in session.execute(query.limit(limit).offset(offset))]


def mails_by_state(session: Session, place: Place) -> dict[MailState, int]:
    rows = session.execute(
        select(Mail.state, func.count())
        .join(Account, Account.id == Mail.account_id)
        .where(accounts_within(place))
        .group_by(Mail.state)
    )
    return dict(rows.all())


def get_mail(session: Session, number: int, *, place: Place, lock: bool = False) -> Mail:
    query = _mails(place, None).where(Mail.id == number)
    row = session.scalar(query.with_for_update(of=Mail) if lock else query)
    if row is None:
        raise NotFound
    return row

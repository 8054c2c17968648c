"""Messages, mails, settings and entered days, made by the verbs of the application."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.queries import by_username
from custody.accounts.rules import Role
from custody.inbox.actions import post, wishes
from custody.inbox.actions.outbox import Letters, put
from custody.inbox.models import Mail, MailState, Message
from custody.inbox.wording import Text
from custody.infra import clock
from custody.workdays import actions as workdays
from custody.workdays.queries import days_of, mark_of
from custody.workdays.rules import Entry
from tests.factories import people, province

KEY = "a secret of the tests"
"""The application's key in tests."""
LETTERS = Letters("https://nengyuan.example.gov.cn")


def delivered(session: Session, *, letters: Letters | None = None) -> int:
    """What the post office does every few seconds."""
    session.flush()
    return post.deliver(session, now=clock.now(), letters=letters)


def account(session: Session, username: str) -> Account:
    found = by_username(session, username)
    assert found is not None, username
    return found


def with_address(session: Session, username: str, address: str = "") -> str:
    """The person has a verified address; the mail with the code is gone."""
    actor = account(session, username).identity("127.0.0.1")
    address = address or f"{username}@example.gov.cn"
    now = clock.now()
    code = wishes.ask(session, actor=actor, now=now, address=address, base=LETTERS.base_url)
    assert wishes.verify(session, actor=actor, now=now, code=code)
    session.flush()
    for mail in session.scalars(select(Mail).where(Mail.account_id == actor.id)):
        session.delete(mail)
    session.flush()
    return address


def with_feed(session: Session, username: str) -> str:
    """The secret of the person's new calendar feed."""
    actor = account(session, username).identity("127.0.0.1")
    return wishes.renew_feed(session, actor=actor, now=clock.now(), key=KEY)


def mail_to(
    session: Session, username: str, key: str = "message:0", *, state: MailState | None = None
) -> Mail:
    text = Text("【整区能源费用托管】试", "正文", "<p>正文</p>")
    who = account(session, username)
    mail = put(session, who.id, key, f"{username}@example.gov.cn", text, now=clock.now())
    assert mail is not None
    mail.state = state or mail.state
    session.flush()
    return mail


def entered(
    session: Session, username: str, entries: list[Entry], source: str = "放假通知"
) -> None:
    actor = account(session, username).identity("127.0.0.1")
    year = entries[0].day.year
    workdays.enter_year(
        session,
        actor=actor,
        now=clock.now(),
        year=year,
        entries=entries,
        source=source,
        mark=mark_of(days_of(session, actor.place.province, year)),
    )
    session.flush()


def lived_in(session: Session) -> None:
    """Messages for everybody, somebody's settings with a feed, a mail that failed, a day entered."""
    delivered(session)
    post.remind(session, now=clock.now())
    session.flush()
    _one_each(session)
    with_address(session, "yixing")
    with_feed(session, "yixing")
    mail_to(session, "yixing", state=MailState.FAILED)
    entered(session, "admin", [Entry(date(2027, 1, 1), False, "元旦")])


def _one_each(session: Session) -> None:
    """Somebody who has heard of nothing yet gets a message of the system."""
    told = select(Message.account_id)
    for row in session.scalars(select(Account).where(Account.id.not_in(told))):
        session.add(
            Message(
                account_id=row.id,
                key="system:1",
                group="system",
                title="测试消息",
                detail="",
                page="",
                at=clock.now(),
                read_at=None,
                digest=False,
            )
        )
    session.flush()


def next_door(session: Session) -> None:
    """A failed mail of the other province's administrator."""
    _one_each(session)
    mail_to(session, f"{Role.SYSADMIN.value}-{province.CODE}", state=MailState.FAILED)


Args = dict[str, object]


def things(session: Session, who: people.Person) -> dict[str, tuple[Args, Args]]:
    """For the table of all routes: (theirs, not theirs)."""

    def message(username: str) -> Args:
        number = session.scalars(
            select(Message.id)
            .join(Account, Account.id == Message.account_id)
            .where(Account.username == username)
        ).first()
        return {"number": number}

    def mail(province_code: str) -> Args:
        number = session.scalars(
            select(Mail.id)
            .join(Account, Account.id == Mail.account_id)
            .where(Account.province_code == province_code)
        ).first()
        return {"number": number}

    return {
        "message": (message(who.username), message("xishan")),
        "mail": (mail(people.JIANGSU), mail(province.CODE)),
        "feed": ({"secret": "x" * 43}, {"secret": "y" * 43}),
    }

"""Questions about messages, mails and what is due, limited to whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.queries import within as accounts_within
from custody.accounts.rules import Can, Identity, Level, Place, Role, may
from custody.inbox.models import Mail, MailState, Message, Preference
from custody.inbox.rules import Due, Group, page_of
from custody.infra.workdays import is_working_day
from custody.kernel.periods import Month
from custody.kernel.problems import NotFound
from custody.milestones.models import Milestone, MonthReport, TemplateItem
from custody.milestones.rules import Status
from custody.regions.models import Batch, City, Notice, Province, Region, Task
from custody.regions.queries import within

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


# --- what is due ------------------------------------------------------------------------------


def due_things(session: Session, who: Identity, today: date) -> list[Due]:
    """What a person's calendar shows: a region everything of its own, city and province the gates
    and the deadlines, those who write briefs the days of the brief."""
    found = due_things_of(session, who.place, today)
    if who.place.level is not Level.REGION:
        found = [due for due in found if due.gate]
    if who.role is not Role.OFFICER:
        found = [due for due in found if due.kind != "month"]
    if may(who, Can.DRAFT_BRIEF):
        found += _brief_days(who.place, today)
    return sorted(found, key=lambda due: (due.day, due.kind, due.subject))


def due_things_of(session: Session, place: Place, today: date) -> list[Due]:
    """Everything with a day within the place, from all sources."""
    return [due for source in SOURCES for due in source(session, place, today)]


def _milestones(session: Session, place: Place, today: date) -> Iterable[Due]:
    """Open milestones by their planned day; what waits for a reviewer is not the region's turn."""
    rows = session.execute(
        select(Milestone, TemplateItem, Region)
        .join(TemplateItem, TemplateItem.id == Milestone.item_id)
        .join(Region, Region.code == Milestone.region_code)
        .where(
            within(place),
            Milestone.planned.is_not(None),
            Milestone.status.not_in((Status.CONFIRMED, Status.NOT_APPLICABLE)),
        )
        .order_by(Milestone.planned, Region.code, TemplateItem.order)
    )
    for row, item, region in rows:
        assert row.planned is not None
        yield Due(
            kind="milestone",
            subject=str(row.id),
            day=row.planned,
            title=f"{region.name} {row.code} {item.name}",
            place=region.place,
            page=page_of("milestone", str(row.id), region=region.code, code=row.code),
            gate=item.gate,
            remind=not row.status.awaiting,
            note="请抓紧办理并提交；不能按期的，请更新预计完成日期并说明原因。",
            state=row.status.label,
        )


def _notice_deadlines(session: Session, place: Place, today: date) -> Iterable[Due]:
    """The year's goals of the batches and the tasks of the notice: for calendars, nobody's task."""
    year = select(func.max(Notice.year)).where(Notice.province_code == place.province)
    batches = session.scalars(
        select(Batch)
        .where(Batch.province_code == place.province, Batch.year == year.scalar_subquery())
        .order_by(Batch.number)
    )
    for batch in batches:
        yield Due(
            kind="batch",
            subject=f"{batch.year}-{batch.number}",
            day=batch.deadline,
            title=f"{batch.name}：{batch.goal}",
            place=Place(place.province),
            page="/board",
            gate=True,
            remind=False,
        )
    tasks = session.scalars(
        select(Task)
        .where(Task.province_code == place.province, Task.year == year.scalar_subquery())
        .order_by(Task.number)
    )
    for task in tasks:
        yield Due(
            kind="task",
            subject=f"{task.year}-{task.number}",
            day=task.deadline,
            title=f"年度任务{task.number}：{_short(task.title)}",
            place=Place(place.province),
            page="/tasks",
            gate=True,
            remind=False,
        )


def _short(text: str) -> str:
    first = text.partition("。")[0].partition("\n")[0]
    return first if len(first) <= 40 else f"{first[:39]}…"


def _silent_months(session: Session, place: Place, today: date) -> Iterable[Due]:
    """The month's report of every region that has not answered yet."""
    month = Month.of(today)
    answered = select(MonthReport.region_code).where(MonthReport.month == str(month))
    rows = session.scalars(
        select(Region).where(within(place), Region.code.not_in(answered)).order_by(Region.code)
    )
    day = last_working_day(month)
    for region in rows:
        yield Due(
            kind="month",
            subject=f"{region.code}-{month}",
            day=day,
            title=f"{region.name}{month.number}月进展尚未填报",
            place=region.place,
            page="/todo",
            note="请更新进展；没有变化的，请点“本月无变化”。",
        )


Source = Callable[[Session, Place, date], Iterable[Due]]
SOURCES: tuple[Source, ...] = (_milestones, _notice_deadlines, _silent_months)
"""One function for every kind of thing with a day: (session, place, today) → its open dues there.

A new domain adds its own here (督办 answers, payments); reminders and calendar feed take it up.
"""


def _brief_days(place: Place, today: date) -> list[Due]:
    """The first working day of this and the next months: the brief of the month before."""
    found = []
    for ahead in range(4):
        month = Month.of(today).plus(ahead)
        day = month.first
        while not is_working_day(day):
            day += timedelta(days=1)
        found.append(
            Due(
                kind="brief",
                subject=str(month),
                day=day,
                title=f"编发{month.plus(-1).number}月工作简报",
                place=place,
                page="/briefs",
                gate=True,
                remind=False,
            )
        )
    return found


def last_working_day(month: Month) -> date:
    day = month.last
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day

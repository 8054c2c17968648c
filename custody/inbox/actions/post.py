"""The post office: reads the journal on from where it stopped and tells whom it concerns.

Idempotent, and safe with several workers: whoever delivers holds the one row of `post_office` until
its transaction ends (SQLite lets one writer in at a time anyway), and a message's key is unique for
its person. Messages are no act on the programme, so the journal does not hear of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from custody.accounts.models import Account
from custody.accounts.rules import Place, Role
from custody.briefs.models import Brief
from custody.contracts.models.contract import ChangeOrder
from custody.inbox import rules, wording
from custody.inbox.actions.office import office
from custody.inbox.actions.outbox import Letters, put
from custody.inbox.models import Message, PostOffice, Preference
from custody.inbox.queries.dues import due_things_of
from custody.inbox.rules import Channel, Group, Happened, Person
from custody.infra.journal import Event
from custody.infra.workdays import consulting, is_published
from custody.jobs.models import Job
from custody.jobs.rules import State
from custody.milestones.models import Milestone
from custody.workdays.queries import overlay_of, years_entered
from custody.workdays.rules import missing_words

_AT_ONCE = 2_000
"""Events one delivery reads at most; the rest waits for the next."""


def deliver(session: Session, *, now: datetime, letters: Letters | None = None) -> int:
    """Tell what happened since the last delivery. `letters`: how to write mails; None: none.

    Returns how many messages that were.
    """
    row = office(session)
    events = _new_events(session, row.event_id)
    people = _people(session) if events else []
    told = rules.messages(_happened(session, events), people)
    if events:
        row.event_id = events[-1].id
    told += _finished_jobs(session, row)
    return _put(session, told, now=now, letters=letters)


def deliver_all(session: Session, *, now: datetime, letters: Letters | None = None) -> int:
    """The whole journal, however long (demonstration)."""
    count = 0
    while True:
        before = office(session).event_id
        count += deliver(session, now=now, letters=letters)
        if office(session).event_id == before:
            return count


def is_waiting(session: Session) -> bool:
    """Is there anything new? Asked every few seconds without holding anything."""
    row = session.get(PostOffice, 1)
    if row is None:
        return True
    if session.scalar(select(Event.id).where(Event.id > row.event_id).limit(1)) is not None:
        return True
    ended = select(Job.id).where(Job.state.in_((State.DONE, State.FAILED)))
    if row.jobs_at:
        ended = ended.where(Job.finished_at > row.jobs_at)
    return session.scalar(ended.limit(1)) is not None


def _new_events(session: Session, after: int) -> list[Event]:
    query = select(Event).where(Event.id > after).order_by(Event.id)
    events = list(session.scalars(query.limit(_AT_ONCE)))
    if len(events) == _AT_ONCE:
        # A batch is told as one: what was done at the same moment is not torn apart.
        last = events[-1]
        rest = session.scalars(query.where(Event.id > last.id, Event.at == last.at))
        events += rest.all()
    return events


def _people(session: Session) -> list[Person]:
    rows = session.scalars(select(Account).where(Account.active).order_by(Account.id))
    return [Person(row.id, row.role, row.place, row.created_at) for row in rows]


def _happened(session: Session, events: Sequence[Event]) -> list[Happened]:
    """Those that are told, with the addresses of their pages."""
    wanted = [event for event in events if event.action in rules.TELL and not event.refused]
    codes = _codes(session, _numbers(wanted, "milestone"))
    orders = _orders(session, _numbers(wanted, "order"))
    return [
        Happened(
            id=event.id,
            at=event.at,
            actor=event.actor_id,
            actor_name=event.actor_name,
            action=event.action,
            kind=event.kind,
            subject=event.subject,
            label=event.label,
            place=_place(event),
            note=event.note,
            page=_order_page(event, orders)
            if event.kind == "order"
            else rules.page_of(
                event.kind,
                event.subject,
                region=event.region_code,
                code=codes.get(event.subject, ""),
            ),
        )
        for event in wanted
    ]


def _numbers(events: Iterable[Event], kind: str) -> set[int]:
    return {int(e.subject) for e in events if e.kind == kind and e.subject.isdecimal()}


def _orders(session: Session, numbers: Iterable[int]) -> dict[str, tuple[int, int]]:
    """Change order → (its contract, its number there)."""
    wanted = sorted(numbers)
    if not wanted:
        return {}
    query = select(ChangeOrder.id, ChangeOrder.contract_id, ChangeOrder.number)
    rows = session.execute(query.where(ChangeOrder.id.in_(wanted)) if len(wanted) < 500 else query)
    return {str(one): (contract, number) for one, contract, number in rows}


def _order_page(event: Event, orders: Mapping[str, tuple[int, int]]) -> str:
    if event.subject not in orders:
        return ""
    contract, number = orders[event.subject]
    return rules.page_of("order", event.subject, contract=str(contract), code=str(number))


def _codes(session: Session, numbers: Iterable[int]) -> dict[str, str]:
    wanted = sorted(numbers)
    rows = session.execute(
        select(Milestone.id, Milestone.code).where(Milestone.id.in_(wanted))
        if len(wanted) < 500
        else select(Milestone.id, Milestone.code)
    )
    return {str(number): code for number, code in rows}


def _place(event: Event) -> Place | None:
    if not event.province_code:
        return None
    return Place(event.province_code, event.city_code, event.region_code)


def _put(
    session: Session, told: Sequence[rules.Message], *, now: datetime, letters: Letters | None
) -> int:
    """Write the messages that are new, and the mails their people want at once."""
    if not told:
        return 0
    people = sorted({message.account for message in told})
    keys = sorted({message.key for message in told})
    known = _known(session, people, keys)
    wishes = {
        row.account_id: row
        for row in session.scalars(select(Preference).where(Preference.address != ""))
    }
    names = dict(session.execute(select(Account.id, Account.name)).all()) if wishes else {}
    rows: list[tuple[Message, Channel]] = []
    for message in told:
        if (message.account, message.key) in known:
            continue
        age = now - message.at
        channel = Channel.NONE
        wish = wishes.get(message.account)
        if letters and wish and age <= rules.FRESH:
            channel = rules.channel_of(wish.choices, message.group)
        row = Message(
            account_id=message.account,
            key=message.key,
            about=list(message.about),
            event_id=message.event,
            group=message.group,
            title=message.title,
            detail=message.detail,
            page=message.page,
            at=message.at,
            read_at=message.at if age > rules.FILED else None,
            digest=channel is Channel.DIGEST,
        )
        session.add(row)
        rows.append((row, channel))
    session.flush()
    papers = _papers(session, [row for row, channel in rows if channel is Channel.NOW])
    for row, channel in rows:
        if letters and channel is Channel.NOW:
            paper = papers.get(row.event_id or 0, ("", ""))
            line = letters.line(row)
            if paper[0]:
                line = replace(line, detail=f"{line.detail}　随信附 PDF。")
            text = wording.one(names[row.account_id], line, base_url=letters.base_url)
            address = wishes[row.account_id].address
            key = f"message:{row.id}"
            put(session, row.account_id, key, address, text, now=now, paper=paper)
    return len(rows)


def _papers(session: Session, rows: Sequence[Message]) -> dict[int, tuple[str, str]]:
    """Event of a publication → digest and name of the PDF, where the coordinator wanted it mailed."""
    numbers = sorted({row.event_id for row in rows if row.event_id is not None})
    events = session.execute(
        select(Event.id, Event.subject).where(
            Event.id.in_(numbers), Event.action == "brief.published"
        )
    ).all()
    briefs = {
        brief.id: brief
        for brief in session.scalars(
            select(Brief)
            .where(Brief.id.in_([int(subject) for _, subject in events]), Brief.mailed)
            .options(defer(Brief.snapshot))
        )
    }
    return {
        event: (briefs[int(subject)].pdf_digest, briefs[int(subject)].file_name)
        for event, subject in events
        if int(subject) in briefs
    }


def _known(session: Session, people: Sequence[int], keys: Sequence[str]) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for start in range(0, len(keys), 500):
        rows = session.execute(
            select(Message.account_id, Message.key).where(
                Message.key.in_(keys[start : start + 500])
            )
        )
        found |= {(account, key) for account, key in rows}
    return found


# --- what is no event -------------------------------------------------------------------------


_OVERLAP = timedelta(minutes=5)
"""A job's end may become visible a little after its moment; its key keeps it from being told twice."""


def _finished_jobs(session: Session, row: PostOffice) -> list[rules.Message]:
    query = select(Job).where(Job.state.in_((State.DONE, State.FAILED)))
    if row.jobs_at:
        query = query.where(Job.finished_at > row.jobs_at - _OVERLAP)
    told = []
    for job in session.scalars(query.order_by(Job.finished_at)):
        assert job.finished_at is not None
        row.jobs_at = max(row.jobs_at or job.finished_at, job.finished_at)
        done = job.state is State.DONE
        told.append(
            rules.Message(
                account=job.owner_id,
                key=f"job:{job.id}:{job.finished_at:%Y%m%d%H%M%S}",
                group=Group.SYSTEM,
                title=f"{'已办完' if done else '未办成'}：{job.label}",
                detail=job.words,
                page=rules.page_of("job", str(job.id)),
                at=job.finished_at,
            )
        )
    return told


MORNING = 8
"""Reminders are there when people come to work, and before the digest is written."""


def remind(session: Session, *, now: datetime, letters: Letters | None = None) -> int:
    """Deadlines that come near or have passed, once a day."""
    row = office(session)
    if row.reminded_at and row.reminded_at.date() >= now.date():
        return 0
    row.reminded_at = now
    today = now.date()
    people, before = _people(session), _reminded(session)
    told: list[rules.Message] = []
    for province in sorted({person.place.province for person in people}):
        with consulting(overlay_of(session, province)):
            dues = due_things_of(session, Place(province), today)
        told += rules.reminders(dues, people, today=today, now=now, told=before)
        told += _calendar_missing(session, province, people, now)
    return _put(session, told, now=now, letters=letters)


def _reminded(session: Session) -> set[rules.Told]:
    """What all reminders so far have named."""
    rows = session.execute(
        select(Message.account_id, Message.key, Message.about).where(
            Message.group == Group.DEADLINE
        )
    )
    found: set[rules.Told] = set()
    for account, key, about in rows:
        found |= rules.told_of(account, key, about)
    return found


def _calendar_missing(
    session: Session, province: str, people: Sequence[Person], now: datetime
) -> list[rules.Message]:
    """From November on, next year's holidays: the State Council announces them about then."""
    year = now.year + 1
    if now.month < 11 or is_published(year) or year in years_entered(session, province):
        return []
    return [
        rules.Message(
            account=person.id,
            key=f"calendar:{year}",
            group=Group.SYSTEM,
            title=missing_words(year),
            detail="",
            page="/admin/calendar",
            at=now,
        )
        for person in people
        if person.role is Role.SYSADMIN and person.place.province == province
    ]


def reminder_is_due(session: Session, now: datetime) -> bool:
    """Once a day, in the morning."""
    at = session.scalar(select(PostOffice.reminded_at))
    return now.hour >= MORNING and (at is None or at.date() < now.date())

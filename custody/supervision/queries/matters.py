"""Questions about orders and problems; the place and what may be seen are always in the WHERE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, false, func, or_, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can, Identity, Place, Role, may
from custody.infra import clock
from custody.infra.journal import Event
from custody.infra.workdays import working_days_between
from custody.kernel.problems import NotFound
from custody.regions.models import City, Region
from custody.regions.queries import within
from custody.supervision.models import Answer, Matter, SupervisionSettings
from custody.supervision.rules import OPEN, OWING, Kind, Level, Status
from custody.supervision.wording import Stand, turn_words

FILES = "supervision"
"""The attachments' kind of the files of an answer."""


class Heap(StrEnum):
    """What of the list is looked at."""

    MINE = "mine"
    OPEN = "open"
    DRAFT = "draft"
    CLOSED = "closed"
    ALL = "all"

    @property
    def label(self) -> str:
        return _HEAPS[self]


_HEAPS = {
    Heap.MINE: "待我办理",
    Heap.OPEN: "办理中",
    Heap.DRAFT: "拟办",
    Heap.CLOSED: "已销号",
    Heap.ALL: "全部",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is filtered by; empty means all."""

    heap: Heap = Heap.OPEN
    kind: Kind | None = None
    level: Level | None = None
    city: str = ""
    region: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One order or problem as lists show it."""

    matter: Matter
    stand: Stand
    region: Region
    city: City
    level: Level
    """As shown today: one higher once the answer stayed away."""
    escalated: bool
    turn: str
    days_over: int
    mine: bool


def _seen_by(who: Identity) -> ColumnElement[bool]:
    """Drafts and what was discarded are the business of those who draft."""
    if may(who, Can.SUPERVISE):
        return within(who.place)
    return within(who.place) & Matter.status.not_in((Status.DRAFT, Status.DISCARDED))


def _turn_of(who: Identity) -> ColumnElement[bool]:
    """What waits for this person."""
    if who.role is Role.OFFICER:
        return Matter.status.in_(OWING)
    if who.role is Role.CITY_REVIEWER:
        return Matter.status == Status.AWAITING_CITY
    if who.role is not Role.COORDINATOR:
        return false()
    # Where a city has no reviewer any more, what waits for it is the province's to decide.
    reviewed = select(Account.city_code).where(
        Account.role == Role.CITY_REVIEWER, Account.active, Account.city_code.is_not(None)
    )
    orphaned = and_(Matter.status == Status.AWAITING_CITY, Region.city_code.not_in(reviewed))
    return or_(Matter.status == Status.AWAITING_PROVINCE, orphaned)


def _in_heap(who: Identity, heap: Heap) -> ColumnElement[bool]:
    conditions = {
        Heap.MINE: _turn_of(who),
        Heap.OPEN: Matter.status.in_(OPEN),
        Heap.DRAFT: Matter.status == Status.DRAFT,
        Heap.CLOSED: Matter.status == Status.CLOSED,
        Heap.ALL: Matter.status != Status.DISCARDED,
    }
    return conditions[heap]


def _filtered(who: Identity, wanted: Wanted) -> ColumnElement[bool]:
    condition = _seen_by(who)
    if wanted.kind:
        condition &= Matter.kind == wanted.kind
    if wanted.level:
        condition &= Matter.level == wanted.level
    if wanted.city:
        condition &= Region.city_code == wanted.city
    if wanted.region:
        condition &= Region.code == wanted.region
    if wanted.words:
        condition &= Matter.title.contains(wanted.words, autoescape=True) | Region.name.contains(
            wanted.words, autoescape=True
        )
    return condition


JOINED = (
    select(Matter, Region, City)
    .join(Region, Region.code == Matter.region_code)
    .join(City, City.code == Region.city_code)
)


def _order(who: Identity, today: date) -> tuple[ColumnElement[Any], ...]:
    """Over its deadline first, then what waits for this person, then by deadline."""
    deadline = case(
        (Matter.status == Status.FOLLOWED, func.coalesce(Matter.promised, Matter.due)),
        else_=Matter.due,
    )
    over = and_(Matter.status.in_(OWING), deadline < today)
    rank = case((over, 0), (_turn_of(who), 1), (Matter.status.in_(OPEN), 2), else_=3)
    return rank, func.coalesce(deadline, date.max), Matter.id.desc()


def counts(session: Session, who: Identity, wanted: Wanted) -> Mapping[Heap, int]:
    """How many of each heap, under the other filters; one statement."""
    columns = [func.sum(case((_in_heap(who, heap), 1), else_=0)) for heap in Heap]
    row = session.execute(
        select(*columns)
        .select_from(Matter)
        .join(Region, Region.code == Matter.region_code)
        .where(_filtered(who, wanted))
    ).one()
    return {heap: int(number or 0) for heap, number in zip(Heap, row, strict=True)}


def listed(
    session: Session,
    who: Identity,
    wanted: Wanted,
    *,
    today: date,
    limit: int | None = None,
    offset: int = 0,
) -> list[Line]:
    query = (
        JOINED.where(_filtered(who, wanted), _in_heap(who, wanted.heap))
        .order_by(*_order(who, today))
        .offset(offset)
        .limit(limit)
    )
    return _lines(session, query, who, today)


def waiting_for(session: Session, who: Identity, *, today: date) -> list[Line]:
    """What the desk of this person shows on top."""
    query = JOINED.where(_seen_by(who), _turn_of(who)).order_by(*_order(who, today))
    return _lines(session, query, who, today)


def waiting_count(session: Session, who: Identity) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(Matter)
            .join(Region, Region.code == Matter.region_code)
            .where(_seen_by(who), _turn_of(who))
        )
        or 0
    )


def open_orders(session: Session, place: Place, as_of: date) -> int:
    """How many 督办单 were handed over and not 销号 at the end of a day; one statement.

    The journal knows when each was closed and opened again, so a past day is told as it was.
    """
    until = clock.at(as_of + timedelta(days=1), 0)
    last = (
        select(func.max(Event.id))
        .where(
            Event.kind == FILES,
            Event.action.in_(("supervision.closed", "supervision.reopened")),
            Event.at < until,
        )
        .group_by(Event.subject)
    )
    closed = select(Event.subject).where(Event.id.in_(last), Event.action == "supervision.closed")
    return (
        session.scalar(
            select(func.count())
            .select_from(Matter)
            .join(Region, Region.code == Matter.region_code)
            .where(
                within(place),
                Matter.kind == Kind.ORDER,
                Matter.issued_at < until,
                cast(Matter.id, String).not_in(closed),
            )
        )
        or 0
    )


def open_of_region(session: Session, region: Region, *, today: date) -> list[Line]:
    """What a region's page shows everybody: everything handed over and open, most pressing first."""
    query = JOINED.where(Matter.region_code == region.code, Matter.status.in_(OPEN)).order_by(
        Matter.due, Matter.id
    )
    return _lines(session, query, None, today)


def _lines(
    session: Session, query: Select[Matter, Region, City], who: Identity | None, today: date
) -> list[Line]:
    rows = session.execute(query).all()
    reviewed = cities_with_reviewer(session)
    return [
        line_of(*row, stand=row[0].stand, who=who, reviewed=reviewed, today=today) for row in rows
    ]


def line_of(
    matter: Matter,
    region: Region,
    city: City,
    *,
    stand: Stand,
    who: Identity | None,
    reviewed: frozenset[str],
    today: date,
    since: datetime | None = None,
) -> Line:
    """`stand`, `since`: the matter as it stood on a past day, and when it came onto its desk then."""
    since = since or matter.awaiting_since
    return Line(
        matter=matter,
        stand=stand,
        region=region,
        city=city,
        level=stand.level_on(today),
        escalated=stand.escalated or stand.to_escalate(today),
        turn=turn_words(
            stand,
            region=region.name,
            city=city.short_name,
            city_reviews=city.code in reviewed,
            waited=working_days_between(since.date(), today) if since else 0,
            today=today,
        ),
        days_over=stand.days_over(today),
        mine=who is not None and _is_turn_of(who, stand, city.code in reviewed),
    )


def _is_turn_of(who: Identity, stand: Stand, city_reviews: bool) -> bool:
    """The same as `_turn_of`, of one that was read already."""
    if who.role is Role.OFFICER:
        return stand.status in OWING
    if who.role is Role.CITY_REVIEWER:
        return stand.status is Status.AWAITING_CITY
    if who.role is not Role.COORDINATOR:
        return False
    orphaned = stand.status is Status.AWAITING_CITY and not city_reviews
    return stand.status is Status.AWAITING_PROVINCE or orphaned


# --- one of them ---------------------------------------------------------------------------------


def get_matter(
    session: Session, number: int, *, who: Identity, lock: bool = False
) -> tuple[Matter, Region]:
    """NotFound outside the place, and for drafts of others' offices."""
    query = (
        select(Matter, Region)
        .join(Region, Region.code == Matter.region_code)
        .where(Matter.id == number, _seen_by(who))
    )
    if lock:
        query = query.with_for_update(of=Matter)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def by_ids(
    session: Session, ids: Sequence[int], *, who: Identity, lock: bool = True
) -> list[tuple[Matter, Region]]:
    """Those asked for, in the order of asking; NotFound when one is not to be seen."""
    query = (
        select(Matter, Region)
        .join(Region, Region.code == Matter.region_code)
        .where(Matter.id.in_(ids), _seen_by(who))
    )
    if lock:
        query = query.with_for_update(of=Matter)
    rows = {matter.id: (matter, region) for matter, region in session.execute(query)}
    if len(rows) != len(set(ids)):
        raise NotFound
    return [rows[number] for number in dict.fromkeys(ids)]


def last_answers(session: Session, matters: Sequence[int]) -> Mapping[int, Answer]:
    """The newest answer of each; one statement."""
    rows = session.scalars(
        select(Answer)
        .join(Matter, and_(Matter.id == Answer.matter_id, Matter.answers == Answer.number))
        .where(Answer.matter_id.in_(matters))
    )
    return {row.matter_id: row for row in rows}


def next_matter(session: Session, who: Identity, *, today: date, but: int) -> Line | None:
    """The next that waits for this reviewer."""
    return next(
        (line for line in waiting_for(session, who, today=today) if line.matter.id != but), None
    )


def settings_of(session: Session, province: str) -> SupervisionSettings | None:
    return session.get(SupervisionSettings, province)


def next_number(session: Session, province: str, year: int) -> int:
    last = session.scalar(
        select(func.max(Matter.number)).where(Matter.province_code == province, Matter.year == year)
    )
    return (last or 0) + 1

"""What the daily pages show: an officer's desk, one milestone with all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Identity, Place
from custody.infra.journal import Event
from custody.infra.workdays import working_days_between
from custody.kernel.periods import Month
from custody.kernel.problems import NotFound
from custody.milestones import rules, wording
from custody.milestones.models import Draft, Evidence, Milestone, MonthReport, TemplateItem
from custody.milestones.queries.lifecycles import policy_of
from custody.milestones.queries.milestones import (
    Waiting,
    evidence_of,
    get_milestone,
    history,
    of_region,
    queue_of,
)
from custody.milestones.rules import LightPolicy, Signal, State, Status
from custody.milestones.wording import Group
from custody.regions.models import City, Region
from custody.regions.queries import within


def state_of(milestone: Milestone) -> State:
    """The milestone (with its item) as the rules know it."""
    item = milestone.item
    submitted, decided = milestone.submitted_at, milestone.decided_at
    return State(
        code=milestone.code,
        name=item.name,
        stage=item.stage,
        gate=item.gate,
        required=item.required,
        weight=item.weight,
        order=item.order,
        status=milestone.status,
        percent=milestone.percent,
        plan_start=milestone.plan_start,
        planned=milestone.planned,
        forecast=milestone.forecast,
        actual=milestone.actual,
        submitted_on=submitted.date() if submitted else None,
        decided_on=decided.date() if decided else None,
        unit=milestone.unit,
    )


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of the to-do list."""

    milestone: Milestone
    group: Group
    signal: Signal
    waiting: str
    """待无锡市局审核，已3个工作日; empty unless submitted."""
    evidence: int


@dataclass(frozen=True, slots=True)
class Desk:
    """An officer's day: everything open in the region, and the answer for this month."""

    region: Region
    city: City
    open: Sequence[Todo]
    settled: int
    total: int
    month: Month
    reported: MonthReport | None
    reported_by: str

    @property
    def groups(self) -> list[tuple[Group, list[Todo]]]:
        heaps: dict[Group, list[Todo]] = {}
        for todo in self.open:
            heaps.setdefault(todo.group, []).append(todo)
        return [(group, heaps[group]) for group in wording.GROUPS if group in heaps]


def desk_of(session: Session, who: Identity, today: date) -> Desk:
    """NotFound for people who are bound to no region."""
    if not who.place.region:
        raise NotFound
    found = session.execute(
        select(Region, City)
        .join(City, City.code == Region.city_code)
        .where(Region.code == who.place.region, within(who.place))
    ).one_or_none()
    if found is None:
        raise NotFound
    region, city = found
    policy = policy_of(session, region.province_code)
    reviews = city.code in cities_with_reviewer(session)
    rows = of_region(session, region.code)
    files = _evidence_counts(session, region.code)
    month = Month.of(today)
    answer = session.execute(
        select(MonthReport, Account.name)
        .join(Account, Account.id == MonthReport.reported_by)
        .where(MonthReport.region_code == region.code, MonthReport.month == str(month))
    ).one_or_none()
    todos = []
    for row in rows:
        group = wording.group_of(row.status, row.planned, today, policy.near_days)
        if group:
            todos.append(
                Todo(
                    milestone=row,
                    group=group,
                    signal=rules.signal_of(state_of(row), today, policy),
                    waiting=_waiting(row, city, reviews, today),
                    evidence=files.get(row.id, 0),
                )
            )
    todos.sort(key=lambda todo: (todo.milestone.planned or date.max, todo.milestone.item.order))
    return Desk(
        region=region,
        city=city,
        open=todos,
        settled=sum(row.status.settled for row in rows),
        total=len(rows),
        month=month,
        reported=answer[0] if answer else None,
        reported_by=answer[1] if answer else "",
    )


def _evidence_counts(session: Session, region: str) -> Mapping[int, int]:
    rows = session.execute(
        select(Evidence.milestone_id, func.count())
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .where(Milestone.region_code == region, Evidence.removed_at.is_(None))
        .group_by(Evidence.milestone_id)
    )
    return dict(rows.all())


def _waiting(milestone: Milestone, city: City, city_reviews: bool, today: date) -> str:
    if not milestone.status.awaiting or milestone.awaiting_since is None:
        return ""
    desk = wording.desk_name(milestone.status, city.short_name, city_reviews=city_reviews)
    return wording.waiting_words(desk, working_days_between(milestone.awaiting_since.date(), today))


@dataclass(frozen=True, slots=True)
class Predecessor:
    code: str
    name: str
    status: Status | None
    """None: the region came in later than this milestone and never had it."""
    confirmed_on: date | None
    lag: int
    """Days that must pass since it was finished."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One milestone of one region with all that a page about it needs."""

    milestone: Milestone
    region: Region
    city: City
    policy: LightPolicy
    signal: Signal
    waiting: str
    city_reviews: bool
    predecessors: Sequence[Predecessor]
    evidence: Sequence[tuple[Evidence, str]]
    events: Sequence[Event]
    people: Mapping[int, str]
    draft: Draft | None

    @property
    def last_return(self) -> Event | None:
        """The newest time it was sent back, also after it was submitted again."""
        kinds = ("milestone.returned", "milestone.reopened")
        return next((event for event in self.events if event.action in kinds), None)

    @property
    def last_change(self) -> Event | None:
        """The newest change of the milestone itself; its files are no part of the form."""
        files = ("milestone.evidence_added", "milestone.evidence_removed")
        return next((event for event in self.events if event.action not in files), None)

    @property
    def files_left(self) -> frozenset[int]:
        """Ids of the files that were not removed: the history marks the others."""
        return frozenset(evidence.id for evidence, _ in self.evidence)


def dossier(
    session: Session, region_code: str, code: str, *, place: Place, account: int, today: date
) -> Dossier:
    milestone, region = get_milestone(session, region_code, code, place=place)
    city = session.get_one(City, region.city_code)
    policy = policy_of(session, region.province_code)
    reviews = city.code in cities_with_reviewer(session)
    numbers = {milestone.submitted_by, milestone.city_passed_by, milestone.decided_by} - {None}
    people = session.execute(select(Account.id, Account.name).where(Account.id.in_(numbers)))
    return Dossier(
        milestone=milestone,
        region=region,
        city=city,
        policy=policy,
        signal=rules.signal_of(state_of(milestone), today, policy),
        waiting=_waiting(milestone, city, reviews, today),
        city_reviews=reviews,
        predecessors=_predecessors(session, milestone),
        evidence=evidence_of(session, milestone.id),
        events=history(session, milestone.id),
        people=dict(people.all()),
        draft=session.get(Draft, (account, milestone.id)),
    )


def _predecessors(session: Session, milestone: Milestone) -> list[Predecessor]:
    codes, lags = rules.read_after(milestone.item.after.split())
    rows = session.execute(
        select(TemplateItem.code, TemplateItem.name, Milestone.status, Milestone.decided_at)
        .outerjoin(
            Milestone,
            and_(
                Milestone.region_code == milestone.region_code, Milestone.code == TemplateItem.code
            ),
        )
        .where(
            TemplateItem.template_id == milestone.item.template_id,
            TemplateItem.code.in_(codes),
        )
        .order_by(TemplateItem.order)
    )
    return [
        Predecessor(code, name, status, _day_settled(status, decided), lags.get(code, 0))
        for code, name, status, decided in rows
    ]


def _day_settled(status: Status | None, decided: datetime | None) -> date | None:
    return decided.date() if status and status.settled and decided else None


def next_in_queue(
    session: Session, who: Identity, *, after: Milestone | None = None, city: str | None = None
) -> Waiting | None:
    """The submission to look at next: the one that came after this one, else the oldest of all."""
    if after is not None and after.submitted_at is not None:
        later = queue_of(who, city).where(
            tuple_(Milestone.submitted_at, Milestone.id) > tuple_(after.submitted_at, after.id)
        )
        row = session.execute(later.limit(1)).first()
        if row:
            return Waiting(*row)
    query = queue_of(who, city)
    if after is not None:
        query = query.where(Milestone.id != after.id)
    row = session.execute(query.limit(1)).first()
    return Waiting(*row) if row else None


def cities_waiting(session: Session, who: Identity) -> Sequence[tuple[City, int]]:
    """The cities with something in this reviewer's queue, and how many."""
    waiting = queue_of(who, None).with_only_columns(Milestone.id).order_by(None).subquery()
    rows = session.execute(
        select(City, func.count())
        .join(Region, Region.city_code == City.code)
        .join(Milestone, Milestone.region_code == Region.code)
        .join(waiting, waiting.c.id == Milestone.id)
        .group_by(City.code)
        .order_by(City.code)
    )
    return [(city, count) for city, count in rows]

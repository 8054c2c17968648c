"""The questions behind board and brief: a fixed number of statements, however many regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, case, func, select, type_coerce
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.dashboard.rules import ProgrammeFacts
from custody.dashboard.rules.ahead import ahead
from custody.dashboard.rules.facts import Scope, programme
from custody.dashboard.rules.past import rewound
from custody.dashboard.rules.rows import (
    ActivityRow,
    BatchRow,
    HeadRow,
    LineRow,
    RegionRow,
    Rows,
    Undo,
    part_of,
)
from custody.forecast.rules import Outlook
from custody.forecast.rules.montecarlo import odds
from custody.forecast.rules.outlook import Simulated as Odds
from custody.infra import clock
from custody.infra.journal import Event
from custody.infra.workdays import working_days_between
from custody.kernel.periods import Month
from custody.kernel.problems import NotFound
from custody.milestones.models import Lifecycle, Milestone, Passage, Policy, Template, TemplateItem
from custody.milestones.rules import Item, LightPolicy, Stage, Status, read_after
from custody.regions.models import Batch, City, Notice, Province, Region
from custody.regions.queries import within

OWN_ACTS = (
    "milestone.updated",
    "milestone.submitted",
    "milestone.withdrawn",
    "milestone.evidence_added",
    "milestone.evidence_removed",
    "month.reported",
    "month.no_change",
)
"""What a region itself does; a reviewer's decision does not make its report any fresher."""
MONTHLY = ("month.reported", "month.no_change")
_UNDONE = ("milestone", "region", "batch", "policy", "notice")


def programme_facts(
    session: Session, place: Place, as_of: date, *, demo: bool = False
) -> ProgrammeFacts:
    """Everything a board or a brief says of a province, a city or a region as of one day.

    Seven statements, and an eighth for a past day: then what happened since is undone with the
    journal, so that the answer equals what was shown at the end of that day. A region added to the
    notice later is shown with the state its lifecycle began with.
    """
    return _told(_rows_of(session, place, as_of), place, as_of, demo)


def programme_facts_each(
    session: Session, province: Place, as_of: date, *, demo: bool = False
) -> Callable[[Place], ProgrammeFacts]:
    """The same for any place of a province, from one set of statements for all of them."""
    rows = _rows_of(session, province, as_of)

    def facts(place: Place) -> ProgrammeFacts:
        own = part_of(rows, city=place.city, region=place.region)
        return _told(own, place, as_of, demo)

    return facts


def programme_ahead(
    session: Session, province: Place, as_of: date, *, demo: bool = False, odds: Odds = odds
) -> tuple[ProgrammeFacts, Outlook]:
    """The facts of a province and what they say of the end of the year, from the same statements."""
    rows = _rows_of(session, province, as_of)
    return _told(rows, province, as_of, demo), ahead(rows, as_of, odds)


def outlook_of(session: Session, province: Place, as_of: date, *, odds: Odds = odds) -> Outlook:
    """Of a whole province always: what its regions have done teaches what the others will take."""
    return ahead(_rows_of(session, province, as_of), as_of, odds)


def _rows_of(session: Session, place: Place, as_of: date) -> Rows:
    rows = _rows(session, place, as_of)
    if as_of < clock.today():
        rows = rewound(rows, _events_after(session, place, as_of), as_of)
    return rows


def _told(rows: Rows, place: Place, as_of: date, demo: bool) -> ProgrammeFacts:
    return programme(
        rows,
        scope=_scope(place, rows),
        as_of=as_of,
        working_days=cache(lambda since: working_days_between(since, as_of)),
        demo=demo,
    )


def _scope(place: Place, rows: Rows) -> Scope:
    name = rows.head.province_name
    if place.region and rows.regions:
        name = rows.regions[0].name
    elif place.city:
        name = rows.regions[0].city_name if rows.regions else ""
    return Scope(place.level.value, place.code, name)


def _rows(session: Session, place: Place, as_of: date) -> Rows:
    items = list(_items(session, place))
    templates: dict[int, dict[str, Item]] = {}
    versions: dict[str, int] = {}
    for _, template, version, item in items:
        templates.setdefault(template, {})[item.code] = item
        versions[f"第{version}版"] = template
    return Rows(
        head=_head(session, place.province),
        batches=_batches(session, place.province),
        regions=list(_regions(session, place)),
        items={number: item for number, _, _, item in items},
        templates=templates,
        versions=versions,
        lines=list(_lines(session, place)),
        passed=_passed(session, place, as_of),
        activity=_activity(session, place, as_of),
    )


def _head(session: Session, province: str) -> HeadRow:
    row = session.execute(
        select(
            Province.code,
            Province.name,
            Notice.title,
            Notice.year,
            Policy.near_days,
            Policy.late_days,
            Policy.lag_yellow,
            Policy.lag_red,
            Policy.stale_days,
            Policy.review_working_days,
        )
        .join(Notice, Notice.province_code == Province.code)
        .outerjoin(Policy, Policy.province_code == Province.code)
        .where(Province.code == province)
        .order_by(Notice.year.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    code, name, title, year, near, late, yellow, red, stale, review = row
    known = near is not None
    policy = LightPolicy(near, late, yellow, red, stale, review) if known else LightPolicy()
    return HeadRow(code, name, title, year, policy)


def _batches(session: Session, province: str) -> dict[int, BatchRow]:
    rows = session.execute(
        select(Batch.number, Batch.name, Batch.goal, Batch.deadline, Batch.gate, Batch.pilot)
        .where(Batch.province_code == province)
        .order_by(Batch.number)
    )
    return {row[0]: BatchRow(*row) for row in rows}


def _regions(session: Session, place: Place) -> Iterator[RegionRow]:
    rows = session.execute(
        select(
            Region.code,
            Region.name,
            Region.short_name,
            Region.seq,
            Region.batch_number,
            Region.lead_unit,
            City.code,
            City.name,
            City.short_name,
            City.column,
            City.row,
            Lifecycle.template_id,
            Lifecycle.started_at,
        )
        .join(City, City.code == Region.city_code)
        .outerjoin(Lifecycle, Lifecycle.region_code == Region.code)
        .where(within(place))
        .order_by(Region.batch_number, Region.seq)
    )
    today = clock.today()
    for row in rows:
        started = row[12].date() if row[12] else today
        yield RegionRow(*row[:9], row[9], row[10], row[11] or 0, started)


def _items(session: Session, place: Place) -> Iterator[tuple[int, int, int, Item]]:
    """(id, template, its version, item) of every published version: a past day may need an old one."""
    rows = session.execute(
        select(
            TemplateItem.id,
            TemplateItem.template_id,
            Template.number,
            TemplateItem.code,
            TemplateItem.name,
            TemplateItem.phase,
            TemplateItem.stage,
            TemplateItem.owner,
            TemplateItem.after,
            TemplateItem.weight,
            TemplateItem.gate,
            TemplateItem.order,
            TemplateItem.required,
            TemplateItem.days_low,
            TemplateItem.days_likely,
            TemplateItem.days_high,
        )
        .join(Template, Template.id == TemplateItem.template_id)
        .where(Template.province_code == place.province, Template.published_at.is_not(None))
        .order_by(TemplateItem.template_id, TemplateItem.order)
    )
    for row in rows:
        after, lags = read_after(row[8].split())
        item = Item(
            code=row[3],
            name=row[4],
            phase=row[5],
            stage=row[6],
            evidence="",
            owner=row[7],
            after=after,
            weight=row[9],
            gate=row[10],
            order=row[11],
            due={},
            required=row[12],
            lags=lags,
            days_low=row[13],
            days_likely=row[14],
            days_high=row[15],
        )
        yield row[0], row[1], row[2], item


_STATUS = {status.value: status for status in Status}


def _lines(session: Session, place: Place) -> Iterator[LineRow]:
    # Bare text and moments: the types' own conversion costs more than all else at 40,000 rows.
    rows = session.execute(
        select(
            Milestone.id,
            Milestone.region_code,
            Milestone.item_id,
            type_coerce(Milestone.status, String),
            Milestone.percent,
            Milestone.plan_start,
            Milestone.planned,
            Milestone.started,
            Milestone.forecast,
            Milestone.actual,
            Milestone.unit,
            Milestone.submitted_at,
            Milestone.awaiting_since,
            Milestone.decided_at,
            Milestone.opened_at,
        )
        .join(Region, Region.code == Milestone.region_code)
        .where(within(place))
    )
    for row in rows:
        yield LineRow(
            row[0],
            row[1],
            row[2],
            _STATUS[row[3]],
            row[4],
            row[5],
            row[6],
            row[7],
            row[8],
            row[9],
            row[10],
            _day(row[11]),
            _day(row[12]),
            _day(row[13]),
            row[14].date(),
        )


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _passed(session: Session, place: Place, as_of: date) -> dict[str, set[Stage]]:
    rows = session.execute(
        select(Passage.region_code, Passage.stage)
        .join(Region, Region.code == Passage.region_code)
        .where(within(place), Passage.passed_on.is_(None) | (Passage.passed_on <= as_of))
    )
    passed: dict[str, set[Stage]] = {}
    for region, stage in rows:
        passed.setdefault(region, set()).add(stage)
    return passed


def _inside(place: Place) -> ColumnElement[bool]:
    """Events of regions within the place."""
    condition: ColumnElement[bool] = Event.province_code == place.province
    if place.city:
        condition &= Event.city_code == place.city
    if place.region:
        condition &= Event.region_code == place.region
    return condition


def _activity(session: Session, place: Place, as_of: date) -> dict[str, ActivityRow]:
    """When each region last did something, and whether it has answered for the month."""
    until = clock.at(as_of + timedelta(days=1), 0)
    month = clock.at(Month.of(as_of).first, 0)
    answered = case((Event.action.in_(MONTHLY) & (Event.at >= month), Event.at))
    rows = session.execute(
        select(Event.region_code, func.max(Event.at), func.max(answered))
        .where(
            _inside(place),
            Event.region_code.is_not(None),
            Event.modifies,
            Event.action.in_(OWN_ACTS),
            Event.at < until,
        )
        .group_by(Event.region_code)
    )
    return {row[0]: ActivityRow(row[0], row[1].date(), _day(row[2])) for row in rows}


def _events_after(session: Session, place: Place, day: date) -> Iterator[Undo]:
    """What happened after the day within the place, newest first."""
    condition: ColumnElement[bool] = Event.province_code == place.province
    if place.region:
        condition &= (Event.region_code == place.region) | Event.region_code.is_(None)
    elif place.city:
        condition &= (Event.city_code == place.city) | Event.city_code.is_(None)
    rows = session.execute(
        select(
            Event.kind, Event.subject, Event.action, Event.region_code, Event.note, Event.changes
        )
        .where(
            condition,
            Event.at >= clock.at(day + timedelta(days=1), 0),
            Event.modifies,
            Event.kind.in_(_UNDONE),
        )
        .order_by(Event.id.desc())
    )
    for kind, subject, action, region, note, changes in rows:
        yield Undo(kind, subject, action, region or "", note, _old(changes))


def _old(changes: dict[str, Any]) -> dict[str, object]:
    return {field: pair[0] for field, pair in changes.items()}


CONTRACT_KINDS = ("contract", "order", "settlement")
UNTOLD = ("supervision.drafted", "supervision.edited", "supervision.discarded")
"""A 督办单 is the province's own paper until it is issued."""


def history_of_region(
    session: Session,
    region: str,
    *,
    until: date,
    limit: int = 20,
    contracts: bool = False,
    supervision: bool = False,
) -> Sequence[Event]:
    """What was done about a region up to the end of a day, newest first; accounts left out.

    `contracts`, `supervision`: theirs too, for whoever may see them. One statement.
    """
    kinds = ["milestone", "region"]
    kinds += CONTRACT_KINDS if contracts else ()
    kinds += ("supervision",) if supervision else ()
    return session.scalars(
        select(Event)
        .where(
            Event.region_code == region,
            Event.kind.in_(kinds),
            Event.action.not_in(UNTOLD),
            Event.modifies,
            Event.at < clock.at(until + timedelta(days=1), 0),
        )
        .order_by(Event.id.desc())
        .limit(limit)
    ).all()

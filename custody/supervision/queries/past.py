"""Matters as they stood at the end of a past day: the journal told up to then."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Place
from custody.infra import clock
from custody.infra.journal import Event
from custody.regions.models import Region
from custody.regions.queries import within
from custody.supervision.models import Matter
from custody.supervision.queries.matters import FILES, JOINED, Line, line_of
from custody.supervision.rules import OPEN, Kind, Level, Status
from custody.supervision.wording import Stand

_ANSWERS = ("supervision.reported", "supervision.answered")


@dataclass(slots=True)
class _Told:
    """What the journal had told of a matter by then."""

    values: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    """When its status last changed: since then it lies where it lies."""
    answers: int = 0
    escalated: bool = False


def open_of_region_on(session: Session, region: Region, day: date) -> list[Line]:
    """What was handed over and open at the end of a past day. Three statements.

    Its title is today's; whether a city reviews is told by the reviewers of today.
    """
    return _open_on(session, region.place, day)


def open_orders_on(session: Session, place: Place, day: date) -> list[Line]:
    """The 督办单 of a place that were handed over and open at the end of a day, today's too.

    In the order of the notice. Three statements.
    """
    lines = [line for line in _open_on(session, place, day) if line.matter.kind is Kind.ORDER]
    return sorted(lines, key=lambda line: (line.region.batch_number, line.region.seq))


def _open_on(session: Session, place: Place, day: date) -> list[Line]:
    until = clock.at(day + timedelta(days=1), 0)
    told = _told(session, place, until)
    rows = session.execute(
        JOINED.where(within(place), Matter.created_at < until).order_by(Matter.id)
    ).all()
    reviewed = cities_with_reviewer(session)
    found = []
    for matter, region, city in rows:
        one = told.get(str(matter.id))
        stand = _stand(matter, one) if one else None
        if one and stand and stand.status in OPEN:
            found.append(
                line_of(
                    matter,
                    region,
                    city,
                    stand=stand,
                    who=None,
                    reviewed=reviewed,
                    today=day,
                    since=one.since,
                )
            )
    return sorted(found, key=lambda line: (line.stand.due or date.max, line.matter.id))


def _told(session: Session, place: Place, until: datetime) -> dict[str, _Told]:
    own = select(Region.code).where(within(place))
    rows = session.execute(
        select(Event.subject, Event.action, Event.at, Event.changes)
        .where(
            Event.region_code == place.region if place.region else Event.region_code.in_(own),
            Event.kind == FILES,
            Event.modifies,
            Event.at < until,
        )
        .order_by(Event.id)
    )
    found: defaultdict[str, _Told] = defaultdict(_Told)
    for subject, action, at, changes in rows:
        one = found[subject]
        one.values |= {name: pair[1] for name, pair in changes.items()}
        if "status" in changes:
            one.since = at
        one.answers += action in _ANSWERS
        one.escalated |= action == "supervision.escalated"
    return dict(found)


def _stand(matter: Matter, told: _Told) -> Stand | None:
    if not told.values.get("status"):
        return None
    return Stand(
        kind=matter.kind,
        status=Status(told.values["status"]),
        level=Level(told.values.get("level") or matter.level.value),
        due=_day(told.values.get("due")),
        promised=_day(told.values.get("promised")),
        escalated=told.escalated,
        answers=told.answers,
    )


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None

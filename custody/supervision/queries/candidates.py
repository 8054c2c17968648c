"""Milestones whose light asks for an order and that have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, contains_eager

from custody.accounts.rules import Place
from custody.milestones.models import Milestone, TemplateItem
from custody.milestones.queries.lifecycles import policy_of
from custody.milestones.queries.work import state_of
from custody.milestones.rules import Light, Signal, State, Status, signal_of
from custody.regions.models import City, Region
from custody.regions.queries import within
from custody.supervision.models import Matter
from custody.supervision.rules import OPEN, Kind
from custody.supervision.rules import Status as MatterStatus

PRESSING = (Light.RED, Light.YELLOW)
NEAR = (Light.BLUE,)

_ORDERED = exists().where(
    Matter.region_code == Milestone.region_code,
    Matter.milestone_code == Milestone.code,
    Matter.kind == Kind.ORDER,
    Matter.status.in_((MatterStatus.DRAFT, *OPEN)),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    milestone: Milestone
    region: Region
    city: City
    state: State
    signal: Signal


def candidates(
    session: Session,
    place: Place,
    *,
    today: date,
    lights: Sequence[Light] = PRESSING,
    city: str = "",
) -> list[Candidate]:
    """Worst light first, then most days late. Two statements, however many milestones."""
    found = [one for one in _read(session, place, today, city) if one.signal.light in lights]
    found.sort(
        key=lambda one: (
            -one.signal.light.severity,
            -one.signal.days_late,
            one.region.batch_number,
            one.region.seq,
            one.state.order,
        )
    )
    return found


def _read(
    session: Session, place: Place, today: date, city: str, ids: Sequence[int] | None = None
) -> Iterator[Candidate]:
    policy = policy_of(session, place.province)
    query = (
        select(Milestone, Region, City)
        .join(Region, Region.code == Milestone.region_code)
        .join(City, City.code == Region.city_code)
        .join(TemplateItem, TemplateItem.id == Milestone.item_id)
        .options(contains_eager(Milestone.item))
        .where(within(place), Milestone.planned.is_not(None))
        .order_by(Milestone.id)
    )
    if ids is None:
        query = query.where(
            Milestone.status.not_in((Status.CONFIRMED, Status.NOT_APPLICABLE)), ~_ORDERED
        )
        if city:
            query = query.where(Region.city_code == city)
    else:
        query = query.where(Milestone.id.in_(ids))
    for milestone, region, its_city in session.execute(query):
        state = state_of(milestone)
        yield Candidate(milestone, region, its_city, state, signal_of(state, today, policy))


def chosen(session: Session, place: Place, ids: Sequence[int], *, today: date) -> list[Candidate]:
    """Those that were ticked, whatever has become of them meanwhile; in the order of ticking."""
    found = {one.milestone.id: one for one in _read(session, place, today, "", ids)}
    return [found[number] for number in dict.fromkeys(ids) if number in found]


def order_for(session: Session, region: str, code: str) -> Matter | None:
    """The draft or open order about a milestone."""
    return session.scalars(
        select(Matter)
        .where(
            Matter.region_code == region,
            Matter.milestone_code == code,
            Matter.kind == Kind.ORDER,
            Matter.status.in_((MatterStatus.DRAFT, *OPEN)),
        )
        .order_by(Matter.id)
        .limit(1)
    ).first()

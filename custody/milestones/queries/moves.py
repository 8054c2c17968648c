"""Where regions stand on their lifecycle, as the pure rules of moving want it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from custody.accounts.rules import Place
from custody.infra.journal import Event
from custody.milestones.models import (
    Draft,
    Evidence,
    Lifecycle,
    Milestone,
    Passage,
    Template,
)
from custody.milestones.move import Position, Standing
from custody.milestones.rules import Item, Stage, Status
from custody.regions.models import Batch, Region
from custody.regions.queries import within

_CHUNK = 500
_OURS = ("milestone.opened", "milestone.moved")
"""What earlier moves wrote: not somebody's work on the milestone."""


@dataclass(frozen=True, slots=True)
class Stand:
    """A region, the version it stands on, and its position there."""

    region: Region
    template_id: int
    template_number: int
    position: Position
    milestones: tuple[Milestone, ...]


def standing(
    session: Session,
    place: Place,
    *,
    batch: int | None = None,
    city: str = "",
    codes: Sequence[str] | None = None,
) -> Sequence[tuple[Region, int]]:
    """(region, number of its version) in the order of the notice."""
    query = (
        select(Region, Template.number)
        .join(Lifecycle, Lifecycle.region_code == Region.code)
        .join(Template, Template.id == Lifecycle.template_id)
        .where(within(place))
        .order_by(Region.batch_number, Region.seq)
    )
    if batch is not None:
        query = query.where(Region.batch_number == batch)
    if city:
        query = query.where(Region.city_code == city)
    if codes is not None:
        query = query.where(Region.code.in_(codes))
    return [(region, number) for region, number in session.execute(query)]


def positions(
    session: Session, place: Place, codes: Sequence[str], *, lock: bool = False
) -> list[Stand]:
    """The regions asked for that lie within the place and are on a lifecycle, in the notice's order.

    A fixed number of statements for every 500 regions, and one for each version they stand on.
    """
    wanted = list(dict.fromkeys(codes))
    found: list[Stand] = []
    items: dict[int, tuple[Item, ...]] = {}
    for start in range(0, len(wanted), _CHUNK):
        found += _chunk(session, place, wanted[start : start + _CHUNK], items, lock=lock)
    return sorted(found, key=lambda stand: (stand.region.batch_number, stand.region.seq))


def _chunk(
    session: Session,
    place: Place,
    codes: Sequence[str],
    items: dict[int, tuple[Item, ...]],
    *,
    lock: bool,
) -> Iterator[Stand]:
    query = (
        select(Region, Lifecycle.template_id, Batch.year)
        .join(Lifecycle, Lifecycle.region_code == Region.code)
        .join(
            Batch,
            (Batch.province_code == Region.province_code) & (Batch.number == Region.batch_number),
        )
        .where(Region.code.in_(codes), within(place))
    )
    if lock:
        query = query.with_for_update(of=Lifecycle)
    regions = [(region, number, year) for region, number, year in session.execute(query)]
    own = [region.code for region, _, _ in regions]
    new = {number for _, number, _ in regions} - items.keys()
    numbers = {}
    for template in session.scalars(
        select(Template)
        .where(Template.id.in_({number for _, number, _ in regions}))
        .options(selectinload(Template.items))
    ):
        numbers[template.id] = template.number
        if template.id in new:
            items[template.id] = tuple(item.as_rule() for item in template.items)
    rows: dict[str, list[Milestone]] = defaultdict(list)
    for milestone in session.scalars(
        select(Milestone).where(Milestone.region_code.in_(own)).order_by(Milestone.id)
    ):
        rows[milestone.region_code].append(milestone)
    passed: dict[str, dict[Stage, bool]] = defaultdict(dict)
    for passage in session.scalars(select(Passage).where(Passage.region_code.in_(own))):
        passed[passage.region_code][passage.stage] = passage.passed_on is not None
    worked, replanned = _worked_on(session, own)
    for region, number, year in regions:
        milestones = tuple(rows[region.code])
        yield Stand(
            region,
            number,
            numbers[number],
            Position(
                region=region.code,
                batch=region.batch_number,
                year=year,
                items=items[number],
                rows=tuple(
                    Standing(
                        code=row.code,
                        status=row.status,
                        planned=row.planned,
                        plan_start=row.plan_start,
                        unit=row.unit,
                        replanned=row.id in replanned,
                        touched=row.id in worked or row.status is not Status.NOT_STARTED,
                    )
                    for row in milestones
                ),
                passed=passed[region.code],
            ),
            milestones,
        )


def _worked_on(session: Session, regions: Sequence[str]) -> tuple[set[int], set[int]]:
    """(milestones somebody has worked on, those whose date the coordinator set)."""
    worked: set[int] = set()
    replanned: set[int] = set()
    for subject, action in session.execute(
        select(Event.subject, Event.action)
        .where(
            Event.region_code.in_(regions),
            Event.kind == "milestone",
            Event.modifies,
            Event.action.not_in(_OURS),
        )
        .distinct()
    ):
        worked.add(int(subject))
        if action == "milestone.replanned":
            replanned.add(int(subject))
    for kind in (Draft, Evidence):
        worked |= set(
            session.scalars(
                select(kind.milestone_id)
                .join(Milestone, Milestone.id == kind.milestone_id)
                .where(Milestone.region_code.in_(regions))
            )
        )
    return worked, replanned

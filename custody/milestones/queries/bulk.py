"""What many milestones in one sheet need: the rows to fill in, the rows as they are, the sheets sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from custody.accounts.rules import Place
from custody.infra.journal import Event
from custody.kernel.problems import NotFound
from custody.milestones.bulk import Key, Known, State
from custody.milestones.models import BulkSheet, Milestone, TemplateItem
from custody.milestones.rules import Report, Status
from custody.regions.models import City, Region
from custody.regions.queries import within

OPEN = tuple(status for status in Status if status.editable)


def open_rows(session: Session, place: Place) -> Sequence[tuple[Milestone, Region]]:
    """Every milestone of the place that may be reported on, in the order of the notice."""
    rows = session.execute(
        select(Milestone, Region)
        .join(Region, Region.code == Milestone.region_code)
        .join(City, City.code == Region.city_code)
        .join(Milestone.item)
        .options(contains_eager(Milestone.item))
        .where(within(place), Milestone.status.in_(OPEN))
        .order_by(Region.batch_number, Region.seq, Region.code, TemplateItem.order)
    )
    return [(milestone, region) for milestone, region in rows]


def report_of(milestone: Milestone) -> Report:
    return Report(
        percent=milestone.percent,
        started=milestone.started,
        forecast=milestone.forecast,
        actual=milestone.actual,
        unit=milestone.unit,
        notes=milestone.notes,
    )


def known(
    session: Session, regions: Iterable[str], *, place: Place, lock: bool = False
) -> dict[Key, Known]:
    """All milestones of these regions as far as they lie within the place; one statement."""
    query = (
        select(Milestone, Region)
        .join(Region, Region.code == Milestone.region_code)
        .join(Milestone.item)
        .options(contains_eager(Milestone.item))
        .where(Region.code.in_(sorted(set(regions))), within(place))
        .order_by(Milestone.id)
    )
    if lock:
        query = query.with_for_update(of=Milestone)
    return {
        (row.region_code, row.code): Known(
            id=row.id,
            region=region.code,
            region_name=region.name,
            code=row.code,
            name=row.item.name,
            status=row.status,
            version=row.version,
            planned=row.planned,
            report=report_of(row),
        )
        for row, region in session.execute(query)
    }


def last_changes(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, datetime]]:
    """Who changed each milestone last, and when; one statement."""
    newest = (
        select(func.max(Event.id))
        .where(
            Event.kind == "milestone",
            Event.modifies,
            Event.subject.in_([str(number) for number in sorted(set(ids))]),
            Event.action.not_in(("milestone.evidence_added", "milestone.evidence_removed")),
        )
        .group_by(Event.subject)
    )
    rows = session.scalars(select(Event).where(Event.id.in_(newest)))
    return {int(event.subject): (event.actor_name, event.at) for event in rows}


def get_sheet(session: Session, number: int, *, owner: int, lock: bool = False) -> BulkSheet:
    """A sheet this person sent; anybody else's does not exist."""
    query = select(BulkSheet).where(BulkSheet.id == number, BulkSheet.account_id == owner)
    sheet = session.scalar(query.with_for_update() if lock else query)
    if sheet is None:
        raise NotFound
    return sheet


def sheets_of(session: Session, owner: int, *, limit: int = 20) -> Sequence[BulkSheet]:
    """The person's own, newest first."""
    return session.scalars(
        select(BulkSheet)
        .where(BulkSheet.account_id == owner)
        .order_by(BulkSheet.id.desc())
        .limit(limit)
    ).all()


def waiting_of(session: Session, owner: int, digest: str) -> BulkSheet | None:
    """The same file, sent already and neither accepted nor discarded."""
    return session.scalar(
        select(BulkSheet)
        .where(
            BulkSheet.account_id == owner,
            BulkSheet.digest == digest,
            BulkSheet.state == State.REHEARSED,
        )
        .order_by(BulkSheet.id.desc())
        .limit(1)
    )

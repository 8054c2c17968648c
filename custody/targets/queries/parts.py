"""The rows behind a number, as people read them: what is counted, what is not, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Place
from custody.attachments.queries import attached_to
from custody.milestones.models import Milestone
from custody.regions.models import City, Region, Target
from custody.regions.queries import batches_of, regions_of
from custody.regions.rules import Counting
from custody.targets.models import Entry
from custody.targets.queries import projects
from custody.targets.queries.quantities import Behind
from custody.targets.rules.projects import counts
from custody.targets.rules.review import Review


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    """gate, project, measure or entry."""
    id: int
    name: str
    where: str
    quantity: Decimal
    counted: bool
    state: str
    look: str
    """The style of its state."""
    on: date | None
    note: str
    by: str = ""
    files: int = 0
    region: str = ""
    code: str = ""
    """Of a gate: the milestone's region and code."""
    contract: int = 0
    """Of a measure."""


def parts_of(
    session: Session, target: Target, found: Behind, place: Place, today: date
) -> list[Part]:
    """Every row behind a number; the sum of the counted ones is what the number says."""
    how = {
        Counting.GATES: lambda: _gates(session, target, found, place),
        Counting.PROJECTS: lambda: _projects(session, target, place),
        Counting.AREA: lambda: _areas(session, target, found),
        Counting.ENTRIES: lambda: _entries(session, target, found),
    }
    return list(how[target.counting]())


def _gates(session: Session, target: Target, found: Behind, place: Place) -> Iterator[Part]:
    number = target.batch_number or 0
    names = {region.code: region for region in regions_of(session, place)}
    gate = next(
        (one.gate for one in batches_of(session, place.province) if one.number == number), ""
    )
    states = found.gates.get(number, [])
    rows = session.execute(
        select(Milestone.region_code, Milestone.actual).where(
            Milestone.code == gate, Milestone.region_code.in_([one.region for one in states])
        )
    )
    actual = dict(rows.all())
    for state in states:
        region = names[state.region]
        yield Part(
            kind="gate",
            id=0,
            name=region.name,
            where=region.name,
            quantity=Decimal(1),
            counted=state.passed,
            state="已通过" if state.passed else "未通过",
            look="confirmed" if state.passed else "in_progress",
            on=actual.get(state.region) if state.passed else state.expected_on,
            note=f"{gate}已确认" if state.passed else f"{gate}预计完成日期",
            region=region.code,
            code=gate if state.region in actual else "",
        )


def _projects(session: Session, target: Target, place: Place) -> Iterator[Part]:
    """Those of the place: what the province itself registered, all may read, but it counts there."""
    listed = projects.list_projects(session, place, projects.Wanted(), limit=10_000)
    lines = [line for line in listed if place.covers(line.project.place)]
    files = attached_to(session, "project", [line.project.id for line in lines])
    for line in lines:
        one = line.project
        if one.signed_on is not None and one.signed_on.year != target.year:
            continue
        counted = counts(one.progress, one.signed_on, one.status, target.year)
        yield Part(
            kind="project",
            id=one.id,
            name=f"{one.unit}　{one.name}",
            where=line.where,
            quantity=Decimal(1),
            counted=counted,
            state=one.status.label,
            look=one.status.look,
            on=one.signed_on or one.signing_planned,
            note=one.progress.label + ("" if one.signed_on else "，计划签约日期"),
            by=line.by,
            files=len(files[one.id]),
        )


def _areas(session: Session, target: Target, found: Behind) -> Iterator[Part]:
    sums = found.area(target.id)
    for measure in found.measures:
        yield Part(
            kind="measure",
            id=measure.id,
            name=measure.name,
            where=measure.region,
            quantity=measure.area,
            counted=True,
            state="已完工",
            look="confirmed",
            on=measure.completed_on,
            note="托管合同改造措施",
            contract=measure.contract,
        )
    for part in _entries(session, target, found):
        why = sums.left_out.get(part.id, "")
        yield replace(part, counted=False, note=why) if why else part


def _entries(session: Session, target: Target, found: Behind) -> Iterator[Part]:
    told = {one.id: one for one in found.told if one.target == target.id}
    rows = session.execute(
        select(Entry, Region.name, City.name, Account.name)
        .join(Account, Account.id == Entry.entered_by)
        .outerjoin(City, City.code == Entry.city_code)
        .outerjoin(Region, Region.code == Entry.region_code)
        .where(Entry.id.in_(told))
        .order_by(Entry.happened_on.desc(), Entry.id.desc())
    )
    files = attached_to(session, "target", told)
    for entry, region, city, by in rows:
        confirmed = entry.status is Review.CONFIRMED
        yield Part(
            kind="entry",
            id=entry.id,
            name=entry.building or entry.words,
            where=region or city or "省级",
            quantity=told[entry.id].quantity,
            counted=confirmed,
            state=entry.status.label,
            look=entry.status.look,
            on=entry.happened_on,
            note=(entry.category.label if entry.category else "") if confirmed else "确认后计入",
            by=by,
            files=len(files[entry.id]),
        )

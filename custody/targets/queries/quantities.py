"""The numbers of the notice and where they stand, for a province or a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Level, Place
from custody.contracts.models.contract import Measure as ContractMeasure
from custody.milestones.models import Lifecycle, Milestone, Passage, TemplateItem
from custody.regions.models import Batch, Region, Target, Task
from custody.regions.queries import targets_of, within
from custody.regions.rules import Counting
from custody.targets.models import Entry, Project
from custody.targets.queries import measures
from custody.targets.rules import forecasts
from custody.targets.rules.forecasts import GateState, ProjectState
from custody.targets.rules.projects import counts
from custody.targets.rules.retrofits import (
    AreaEntry,
    Counted,
    Measure,
    counted,
    versions_before,
)
from custody.targets.rules.review import Review
from custody.targets.rules.tasks import Quantity

_NONE: Mapping[str, float] = {}


def inside(model: type[Any], place: Place) -> ColumnElement[bool]:
    """Rows of offices within the place."""
    condition: ColumnElement[bool] = model.province_code == place.province
    if place.city:
        condition &= model.city_code == place.city
    if place.region:
        condition &= model.region_code == place.region
    return condition


def visible(model: type[Any], place: Place) -> ColumnElement[bool]:
    """Rows of offices within the place, and what the province itself said: that is for everybody."""
    if place.level is Level.PROVINCE:
        return inside(model, place)
    of_province = (model.province_code == place.province) & model.city_code.is_(None)
    either: ColumnElement[bool] = inside(model, place) | of_province
    return either


@dataclass(frozen=True, slots=True)
class Told:
    """An entry that says a number."""

    id: int
    target: int
    status: Review
    quantity: Decimal
    building: str
    measure: int | None
    entry: int | None
    gone: bool
    replaces: tuple[int, ...]

    @property
    def as_area(self) -> AreaEntry:
        return AreaEntry(
            self.id,
            self.quantity,
            self.building,
            self.measure,
            self.entry,
            self.gone,
            self.replaces,
        )


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows that the numbers are made of."""

    gates: dict[int, list[GateState]]
    """By batch."""
    projects: Sequence[ProjectState]
    told: Sequence[Told]
    measures: Sequence[Measure]

    def of(self, target: int, status: Review) -> list[Told]:
        return [one for one in self.told if one.target == target and one.status is status]

    def area(self, target: int, *, waiting: bool = False) -> Counted:
        """What is counted; `waiting`: as if all that waits were confirmed."""
        entries = self.of(target, Review.CONFIRMED)
        if waiting:
            entries += self.of(target, Review.WAITING)
        return counted(self.measures, [one.as_area for one in entries])


def behind(session: Session, place: Place, year: int) -> Behind:
    """Everything that is counted for a place in a year: four statements."""
    return Behind(
        gates=_gates(session, place),
        projects=_projects(session, place, year),
        told=_told(session, place, year),
        measures=measures.completed(session, place, year),
    )


def _gates(session: Session, place: Place) -> dict[int, list[GateState]]:
    """Every region before its batch's gate of the year; passed as the board says it."""
    batch = (Batch.province_code == Region.province_code) & (Batch.number == Region.batch_number)
    rows = session.execute(
        select(
            Region.batch_number,
            Region.code,
            Passage.region_code,
            Milestone.forecast,
            Milestone.planned,
        )
        .join(Batch, batch)
        .join(Lifecycle, Lifecycle.region_code == Region.code)
        .join(
            TemplateItem,
            (TemplateItem.template_id == Lifecycle.template_id) & (TemplateItem.code == Batch.gate),
        )
        .outerjoin(
            Passage,
            (Passage.region_code == Region.code) & (Passage.stage == TemplateItem.stage),
        )
        .outerjoin(
            Milestone, (Milestone.region_code == Region.code) & (Milestone.code == Batch.gate)
        )
        .where(within(place))
        .order_by(Region.batch_number, Region.seq)
    )
    found: dict[int, list[GateState]] = {}
    for number, code, passed, forecast, planned in rows:
        state = GateState(code, passed is not None, forecast or planned)
        found.setdefault(number, []).append(state)
    return found


def _projects(session: Session, place: Place, year: int) -> list[ProjectState]:
    rows = session.execute(
        select(Project.status, Project.progress, Project.signing_planned, Project.signed_on).where(
            inside(Project, place),
            Project.status.in_((Review.WAITING, Review.CONFIRMED)),
            Project.signed_on.is_(None)
            | Project.signed_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    return [ProjectState(*row) for row in rows]


def _told(session: Session, place: Place, year: int) -> list[Told]:
    """What waits and what is confirmed. The others are read too: links may name an earlier version."""
    rows = session.execute(
        select(
            Entry.id,
            Entry.target_id,
            Entry.status,
            Entry.quantity,
            Entry.building,
            Entry.linked_measure,
            Entry.linked_entry_id,
            Entry.replaces_id,
            ContractMeasure.id,
        )
        .join(Task, Task.id == Entry.task_id)
        .outerjoin(ContractMeasure, ContractMeasure.id == Entry.linked_measure)
        .where(
            inside(Entry, place),
            Task.year == year,
            Entry.target_id.is_not(None),
        )
        .order_by(Entry.id)
    ).all()
    replaces = {number: before for number, *_, before, _ in rows}
    return [
        Told(
            number,
            target,
            status,
            quantity,
            building,
            measure,
            entry,
            gone=measure is not None and known is None,
            replaces=versions_before(number, replaces),
        )
        for number, target, status, quantity, building, measure, entry, _, known in rows
        if status in (Review.WAITING, Review.CONFIRMED)
        and target is not None
        and quantity is not None
    ]


def of_year(
    session: Session, place: Place, year: int, today: date, chances: Mapping[str, float] = _NONE
) -> list[Quantity]:
    """All numbers of the year's notice: five statements, whatever the number of rows.

    `chances`: of regions, as ahead.py tells them; without them gates go by the dates regions name.
    """
    rows = targets_of(session, place.province, year)
    return stand(rows, behind(session, place, year), place, today, chances) if rows else []


def stand(
    rows: Iterable[Target],
    found: Behind,
    place: Place,
    today: date,
    chances: Mapping[str, float] = _NONE,
) -> list[Quantity]:
    """Every target with what is done; gates of batches that the place has no region of left out."""
    quantities = []
    for row in rows:
        if row.counting is Counting.GATES and row.batch_number not in found.gates:
            continue
        quantities.append(_stand(row, found, place, today, chances))
    return quantities


def _stand(
    row: Target, found: Behind, place: Place, today: date, chances: Mapping[str, float]
) -> Quantity:
    deadline, waiting = date(row.year, 12, 31), Decimal(0)
    target = row.quantity if place.level is Level.PROVINCE else None
    if row.counting is Counting.GATES:
        gates = found.gates[row.batch_number or 0]
        done = Decimal(sum(gate.passed for gate in gates))
        target = target or Decimal(len(gates))
        if any(gate.region in chances for gate in gates):
            forecast = forecasts.by_chances(gates, chances, deadline, today)
        else:
            forecast = forecasts.by_expected_dates(gates, deadline, today)
    elif row.counting is Counting.PROJECTS:
        held = [one for one in found.projects if one.progress.is_signed]
        of_year = [counts(one.progress, one.signed_on, one.status, row.year) for one in held]
        done = Decimal(sum(of_year))
        waiting = Decimal(len(held)) - done
        forecast = forecasts.by_pipeline(found.projects, deadline, today)
    elif row.counting is Counting.AREA:
        done = found.area(row.id).total
        waiting = found.area(row.id, waiting=True).total - done
        forecast = forecasts.straight_line(done, row.year, deadline, today)
    else:
        done = sum((one.quantity for one in found.of(row.id, Review.CONFIRMED)), Decimal(0))
        waiting = sum((one.quantity for one in found.of(row.id, Review.WAITING)), Decimal(0))
        forecast = forecasts.with_waiting(done, waiting)
    return Quantity(
        id=row.id,
        task=row.task_number,
        key=row.key,
        name=row.name,
        unit=row.unit,
        comparison=row.comparison.label,
        counting=row.counting,
        basis=row.basis,
        target=target,
        done=done,
        waiting=waiting,
        forecast=forecast,
    )

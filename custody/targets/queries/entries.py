"""Entries on tasks: one, those of a task, the newest of each, what looks like one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Place
from custody.kernel.problems import NotFound
from custody.regions.models import City, Province, Region, Task
from custody.targets.models import Entry
from custody.targets.queries import measures
from custody.targets.queries.quantities import inside, visible
from custody.targets.rules.retrofits import Alike
from custody.targets.rules.review import Review


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a list shows it."""

    entry: Entry
    where: str
    by: str


def _lines(session: Session, query: Select[Entry, str, str, str, str]) -> list[Line]:
    return [
        Line(entry, region or city or province, by)
        for entry, region, city, province, by in session.execute(query)
    ]


def _named() -> Select[Entry, str, str, str, str]:
    return (
        select(Entry, Region.name, City.name, Province.name, Account.name)
        .join(Province, Province.code == Entry.province_code)
        .join(Account, Account.id == Entry.entered_by)
        .outerjoin(City, City.code == Entry.city_code)
        .outerjoin(Region, Region.code == Entry.region_code)
    )


def get_task(session: Session, province: str, number: int) -> Task:
    """A task of the newest notice by its number."""
    task = session.scalar(
        select(Task)
        .where(Task.province_code == province, Task.number == number)
        .order_by(Task.year.desc())
        .limit(1)
    )
    if task is None:
        raise NotFound
    return task


def get_entry(
    session: Session, number: int, *, task: Task, place: Place, lock: bool = False
) -> Entry:
    """An entry the person may read: of their place, or of the province."""
    query = select(Entry).where(Entry.id == number, Entry.task_id == task.id, visible(Entry, place))
    entry = session.scalar(query.with_for_update() if lock else query)
    if entry is None:
        raise NotFound
    return entry


def by_ticket(session: Session, ticket: str, who: int) -> Entry | None:
    return session.scalar(select(Entry).where(Entry.ticket == ticket, Entry.entered_by == who))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter of a task's entries."""

    status: Review | None = None
    city: str = ""
    target: int | None = None


def _of_task(task: Task, place: Place, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Entry.task_id == task.id, visible(Entry, place)]
    if wanted.status:
        conditions.append(Entry.status == wanted.status)
    else:
        conditions.append(Entry.status.not_in((Review.WITHDRAWN, Review.REPLACED)))
    if wanted.city:
        conditions.append(Entry.city_code == wanted.city)
    if wanted.target is not None:
        conditions.append(Entry.target_id == wanted.target)
    return conditions


def count_entries(session: Session, task: Task, place: Place, wanted: Wanted) -> int:
    query = select(func.count()).select_from(Entry).where(*_of_task(task, place, wanted))
    return session.scalar(query) or 0


def entries_of(
    session: Session, task: Task, place: Place, wanted: Wanted, *, limit: int, offset: int = 0
) -> list[Line]:
    """What was reported on a task, newest first; withdrawn and corrected ones only when asked for."""
    query = (
        _named()
        .where(*_of_task(task, place, wanted))
        .order_by(Entry.happened_on.desc(), Entry.id.desc())
    )
    return _lines(session, query.limit(limit).offset(offset))


def newest(session: Session, place: Place, year: int) -> dict[int, Line]:
    """Task id → its newest entry that was not returned."""
    rank = func.row_number().over(
        partition_by=Entry.task_id, order_by=(Entry.happened_on.desc(), Entry.id.desc())
    )
    ranked = (
        select(Entry.id.label("id"), rank.label("rank"))
        .join(Task, Task.id == Entry.task_id)
        .where(
            visible(Entry, place),
            Task.year == year,
            Entry.status.in_((Review.WAITING, Review.CONFIRMED)),
        )
        .subquery()
    )
    query = _named().join(ranked, ranked.c.id == Entry.id).where(ranked.c.rank == 1)
    return {line.entry.task_id: line for line in _lines(session, query)}


def percents(session: Session, province: str, year: int) -> dict[int, int]:
    """Task id → how far the whole of it is, as the province itself said last."""
    rows = session.execute(
        select(Entry.task_id, Entry.percent)
        .join(Task, Task.id == Entry.task_id)
        .where(
            Entry.province_code == province,
            Entry.city_code.is_(None),
            Task.year == year,
            Entry.percent.is_not(None),
            Entry.status == Review.CONFIRMED,
        )
        .order_by(Entry.happened_on, Entry.id)
    )
    return {task: percent for task, percent in rows if percent is not None}


def waiting_of(session: Session, place: Place, year: int) -> dict[int, int]:
    """Task id → entries that wait for the province."""
    rows = session.execute(
        select(Entry.task_id, func.count())
        .join(Task, Task.id == Entry.task_id)
        .where(inside(Entry, place), Task.year == year, Entry.status == Review.WAITING)
        .group_by(Entry.task_id)
    )
    return dict(rows.all())


def versions_of(session: Session, entry: Entry) -> list[Line]:
    """All versions of an entry, newest first. One statement a step of a chain that is short."""
    found = [entry]
    while found[-1].replaces_id is not None:
        found.append(session.get_one(Entry, found[-1].replaces_id))
    while (later := _replacing(session, found[0])) is not None:
        found.insert(0, later)
    lines = _lines(session, _named().where(Entry.id.in_([one.id for one in found])))
    return sorted(lines, key=lambda line: -line.entry.revision)


def _replacing(session: Session, entry: Entry) -> Entry | None:
    """The version that follows, unless it was withdrawn."""
    return session.scalar(
        select(Entry)
        .where(Entry.replaces_id == entry.id, Entry.status != Review.WITHDRAWN)
        .order_by(Entry.id.desc())
        .limit(1)
    )


def standing(session: Session, number: int) -> int:
    """The version that stands today for one that may have been corrected since."""
    entry = session.get_one(Entry, number)
    while entry.status is Review.REPLACED and (later := _replacing(session, entry)) is not None:
        entry = later
    return entry.id


def open_correction(session: Session, entry: Entry) -> Entry | None:
    """A correction of the entry that waits or was returned."""
    return session.scalar(
        select(Entry).where(
            Entry.replaces_id == entry.id,
            Entry.status.in_((Review.WAITING, Review.RETURNED)),
        )
    )


def similar(
    session: Session, place: Place, year: int, *, target: int, besides: Sequence[int]
) -> Iterator[Alike]:
    """What an area may be the same as: contracts' measures, entries of the place and, for a region,
    those its city made itself."""
    there = inside(Entry, place)
    if place.region:
        there |= (Entry.city_code == place.city) & Entry.region_code.is_(None)
    for measure in measures.completed(session, place, year):
        yield Alike("measure", measure.id, measure.name, measure.area)
    rows = session.execute(
        select(Entry.id, Entry.building, Entry.quantity)
        .where(
            there,
            Entry.target_id == target,
            Entry.id.not_in(besides),
            Entry.status.in_((Review.WAITING, Review.CONFIRMED)),
        )
        .order_by(Entry.id)
    )
    for number, building, quantity in rows:
        if quantity is not None:
            yield Alike("entry", number, building, quantity)


def name_of(session: Session, account: int) -> str:
    return session.scalar(select(Account.name).where(Account.id == account)) or ""

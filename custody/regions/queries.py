"""Questions about provinces, cities, regions, batches and tasks, limited to a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from custody.accounts.rules import Level, Place
from custody.kernel.problems import NotFound
from custody.regions.models import Batch, City, Notice, Province, Region, Target, Task

T = TypeVar("T", str, int)


def within(place: Place) -> ColumnElement[bool]:
    """Regions that are the place or lie inside it."""
    condition = Region.province_code == place.province
    if place.city:
        condition &= Region.city_code == place.city
    if place.region:
        condition &= Region.code == place.region
    return condition


def get_region(session: Session, code: str, *, place: Place) -> Region:
    region = session.scalar(select(Region).where(Region.code == code, within(place)))
    if region is None:
        raise NotFound
    return region


def get_city(session: Session, code: str, *, place: Place) -> City:
    """A city the person may see as a whole, or the city of their own region."""
    query = select(City).where(City.code == code, City.province_code == place.province)
    if place.city:
        query = query.where(City.code == place.city)
    city = session.scalar(query)
    if city is None:
        raise NotFound
    return city


def get_province(session: Session, code: str) -> Province:
    province = session.get(Province, code)
    if province is None:
        raise NotFound
    return province


def provinces(session: Session) -> Sequence[Province]:
    return session.scalars(select(Province).order_by(Province.code)).all()


def notice_of(session: Session, province: str) -> Notice:
    """The newest notice of a province."""
    notice = session.scalar(
        select(Notice).where(Notice.province_code == province).order_by(Notice.year.desc()).limit(1)
    )
    if notice is None:
        raise NotFound
    return notice


def programme_began(session: Session, province: str) -> date:
    """The first day of the year of the province's first notice."""
    year = session.scalar(select(func.min(Notice.year)).where(Notice.province_code == province))
    if year is None:
        raise NotFound
    return date(year, 1, 1)


def cities_of(session: Session, place: Place) -> Sequence[City]:
    query = select(City).where(City.province_code == place.province)
    if place.city:
        query = query.where(City.code == place.city)
    return session.scalars(query.order_by(City.code)).all()


def regions_of(session: Session, place: Place) -> Sequence[Region]:
    return session.scalars(
        select(Region).where(within(place)).order_by(Region.batch_number, Region.seq)
    ).all()


def _listing(place: Place, city: str, batch: int | None, words: str) -> Select[Region]:
    query = select(Region).where(within(place))
    if city:
        query = query.where(Region.city_code == city)
    if batch is not None:
        query = query.where(Region.batch_number == batch)
    if words:
        name = Region.name.contains(words, autoescape=True)
        query = query.where(name | Region.code.startswith(words, autoescape=True))
    return query


def count_regions(
    session: Session, place: Place, *, city: str = "", batch: int | None = None, words: str = ""
) -> int:
    rows = _listing(place, city, batch, words).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0


def list_regions(
    session: Session,
    place: Place,
    *,
    city: str = "",
    batch: int | None = None,
    words: str = "",
    limit: int = 50,
    offset: int = 0,
) -> Sequence[Region]:
    """A page of the regions in the order of the notice."""
    query = _listing(place, city, batch, words).order_by(Region.batch_number, Region.seq)
    return session.scalars(query.limit(limit).offset(offset)).all()


def regions_per_city(session: Session, province: str) -> Mapping[str, int]:
    return _counts(session, Region.city_code, province)


def regions_per_batch(session: Session, province: str) -> Mapping[int, int]:
    return _counts(session, Region.batch_number, province)


def _counts(session: Session, by: InstrumentedAttribute[T], province: str) -> Mapping[T, int]:
    rows = session.execute(
        select(by, func.count()).where(Region.province_code == province).group_by(by)
    )
    return dict(rows.all())


def batches_of(session: Session, province: str) -> Sequence[Batch]:
    return session.scalars(
        select(Batch).where(Batch.province_code == province).order_by(Batch.number)
    ).all()


def get_batch(session: Session, province: str, number: int) -> Batch:
    batch = session.get(Batch, (province, number))
    if batch is None:
        raise NotFound
    return batch


def tasks_of(session: Session, province: str) -> Sequence[Task]:
    """The tasks of the newest notice."""
    newest = (
        select(Notice.year)
        .where(Notice.province_code == province)
        .order_by(Notice.year.desc())
        .limit(1)
        .scalar_subquery()
    )
    return session.scalars(
        select(Task)
        .where(Task.province_code == province, Task.year == newest)
        .order_by(Task.number)
    ).all()


def get_task(session: Session, task_id: int, *, place: Place) -> Task:
    task = session.scalar(
        select(Task).where(Task.id == task_id, Task.province_code == place.province)
    )
    if task is None:
        raise NotFound
    return task


def targets_of(session: Session, province: str, year: int) -> Sequence[Target]:
    """The numbers a year's notice asks for, in the order of the tasks."""
    return session.scalars(
        select(Target)
        .where(Target.province_code == province, Target.year == year)
        .order_by(Target.task_number, Target.id)
    ).all()


def get_target(session: Session, target_id: int, *, place: Place) -> Target:
    target = session.scalar(
        select(Target).where(Target.id == target_id, Target.province_code == place.province)
    )
    if target is None:
        raise NotFound
    return target


def place_of_code(session: Session, code: str) -> Place:
    """The place a province, city or region code stands for (the code alone, no person behind it)."""
    region = session.get(Region, code)
    if region:
        return region.place
    city = session.get(City, code)
    if city:
        return Place(city.province_code, city.code)
    return Place(get_province(session, code).code)


def search(session: Session, words: str, *, place: Place, limit: int = 20) -> Sequence[Region]:
    """Regions by part of their name or code."""
    text = words.strip()
    return session.scalars(
        select(Region)
        .where(
            within(place),
            Region.name.icontains(text, autoescape=True)
            | Region.code.startswith(text, autoescape=True),
        )
        .order_by(Region.batch_number, Region.seq)
        .limit(limit)
    ).all()


def names_of(session: Session, codes: Sequence[str]) -> Mapping[str, str]:
    """Code → name of cities and regions; nothing is asked for no codes."""
    if not codes:
        return {}
    names = union_all(
        select(City.code, City.name).where(City.code.in_(codes)),
        select(Region.code, Region.name).where(Region.code.in_(codes)),
    )
    return dict(session.execute(names).all())


def place_name(session: Session, place: Place) -> str:
    """江苏省, 无锡市 or 宜兴市."""
    return session.scalar(_NAMES[place.level], {"code": place.code}) or ""


# Asked by every request, so put together once.
_NAMES = {
    Level.PROVINCE: select(Province.name).where(Province.code == bindparam("code")),
    Level.CITY: select(City.name).where(City.code == bindparam("code")),
    Level.REGION: select(Region.name).where(Region.code == bindparam("code")),
}

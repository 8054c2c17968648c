"""The registry of projects: one, a page of them, their twins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Place
from custody.kernel.problems import NotFound
from custody.regions.models import City, Province, Region
from custody.targets.models import Project
from custody.targets.queries.quantities import inside, visible
from custody.targets.rules.projects import Institution, Progress, ProjectKind, twin_key, twins
from custody.targets.rules.review import Review


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter of the list."""

    city: str = ""
    kind: ProjectKind | None = None
    institution: Institution | None = None
    progress: Progress | None = None
    status: Review | None = None
    year: int | None = None
    """Of the contract."""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    project: Project
    where: str
    by: str


def get_project(session: Session, number: int, *, place: Place) -> Project:
    project = session.scalar(select(Project).where(Project.id == number, visible(Project, place)))
    if project is None:
        raise NotFound
    return project


def by_ticket(session: Session, ticket: str, who: int) -> Project | None:
    return session.scalar(
        select(Project).where(Project.ticket == ticket, Project.entered_by == who)
    )


def _conditions(place: Place, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [visible(Project, place)]
    if wanted.status:
        found.append(Project.status == wanted.status)
    else:
        found.append(Project.status != Review.WITHDRAWN)
    if wanted.city:
        found.append(Project.city_code == wanted.city)
    for column, word in (
        (Project.kind, wanted.kind),
        (Project.institution, wanted.institution),
        (Project.progress, wanted.progress),
    ):
        if word:
            found.append(column == word)
    if wanted.year:
        found.append(Project.signed_on.between(date(wanted.year, 1, 1), date(wanted.year, 12, 31)))
    if wanted.words:
        found.append(
            Project.unit.contains(wanted.words, autoescape=True)
            | Project.name.contains(wanted.words, autoescape=True)
        )
    return found


def count_projects(session: Session, place: Place, wanted: Wanted) -> int:
    query = select(func.count()).select_from(Project).where(*_conditions(place, wanted))
    return session.scalar(query) or 0


def list_projects(
    session: Session, place: Place, wanted: Wanted, *, limit: int, offset: int = 0
) -> list[Line]:
    """Newest contract first; those in talks before them."""
    rows = session.execute(
        select(Project, Region.name, City.name, Province.name, Account.name)
        .join(Province, Province.code == Project.province_code)
        .join(Account, Account.id == Project.entered_by)
        .outerjoin(City, City.code == Project.city_code)
        .outerjoin(Region, Region.code == Project.region_code)
        .where(*_conditions(place, wanted))
        .order_by(Project.signed_on.is_not(None), Project.signed_on.desc(), Project.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        Line(project, region or city or province, by)
        for project, region, city, province, by in rows
    ]


def twins_within(session: Session, place: Place) -> frozenset[int]:
    """Projects that look as if they had been entered twice: same unit, same year, same kind."""
    rows = session.execute(
        select(
            Project.id, Project.unit, Project.credit_code, Project.kind, Project.signed_on
        ).where(
            inside(Project, place),
            Project.status.in_((Review.WAITING, Review.CONFIRMED)),
            Project.signed_on.is_not(None),
        )
    )
    return twins(
        {
            number: twin_key(unit, code, kind, signed.year)
            for number, unit, code, kind, signed in rows
            if signed is not None
        }
    )


def twin_of(
    session: Session, *, place: Place, key: tuple[str, str, int], besides: int | None
) -> Project | None:
    """A project of the province with the same unit, year and kind; named to everybody by its unit."""
    year = key[2]
    rows = session.scalars(
        select(Project).where(
            Project.province_code == place.province,
            Project.kind == ProjectKind(key[1]),
            Project.signed_on.between(date(year, 1, 1), date(year, 12, 31)),
            Project.status.in_((Review.WAITING, Review.CONFIRMED)),
        )
    )
    for project in rows:
        if project.id != besides and key == twin_key(
            project.unit, project.credit_code, project.kind, year
        ):
            return project
    return None

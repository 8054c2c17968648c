"""Questions about briefs: drafts only for those who draft, published ones for whoever may read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session, defer

from custody.accounts.rules import Can, Identity, Place, may
from custody.briefs.models import Brief, Edition, EditionPart, Instruction, Print
from custody.briefs.rules import Form, Status
from custody.kernel.problems import NotFound


def _readable(who: Identity) -> ColumnElement[bool]:
    """Briefs about the person's place or something inside it; unpublished ones only for drafters."""
    place = who.place
    condition = Brief.province_code == place.province
    if place.city:
        condition &= Brief.city_code == place.city
    if place.region:
        condition &= Brief.region_code == place.region
    if not may(who, Can.DRAFT_BRIEF):
        condition &= Brief.status == Status.PUBLISHED
    return condition


def get_brief(session: Session, brief_id: int, who: Identity, *, lock: bool = False) -> Brief:
    query = select(Brief).where(Brief.id == brief_id, _readable(who))
    brief = session.scalar(query.with_for_update() if lock else query)
    if brief is None:
        raise NotFound
    return brief


def get_instruction(
    session: Session, number: int, who: Identity, *, lock: bool = False
) -> Instruction:
    """A 批示 about the person's place, or on a brief they may read."""
    query = (
        select(Instruction)
        .join(Brief, Brief.id == Instruction.brief_id)
        .where(Instruction.id == number, _readable(who) | _asked(who.place))
    )
    found = session.scalar(query.with_for_update(of=Instruction) if lock else query)
    if found is None:
        raise NotFound
    return found


def _asked(place: Place) -> ColumnElement[bool]:
    condition = Instruction.province_code == place.province
    if place.city:
        condition &= Instruction.city_code == place.city
    if place.region:
        condition &= Instruction.region_code == place.region
    return condition


def count(session: Session, who: Identity, *, words: str = "") -> int:
    query = select(func.count()).select_from(Brief).where(_readable(who), _named(words))
    return session.scalar(query) or 0


def listed(
    session: Session, who: Identity, *, words: str = "", limit: int = 30, offset: int = 0
) -> Sequence[Brief]:
    """Unpublished first, then the newest; the snapshots themselves are left in the database."""
    return session.scalars(
        select(Brief)
        .where(_readable(who), _named(words))
        .options(defer(Brief.snapshot))
        .order_by(
            Brief.published_at.is_not(None), Brief.published_at.desc(), Brief.created_at.desc()
        )
        .limit(limit)
        .offset(offset)
    ).all()


def _named(words: str) -> ColumnElement[bool]:
    text = words.strip()
    return Brief.scope_name.icontains(text, autoescape=True) | Brief.title.icontains(
        text, autoescape=True
    )


def _of_place(place: Place) -> ColumnElement[bool]:
    return (
        (Brief.province_code == place.province)
        & (Brief.city_code.is_(None) if place.city is None else Brief.city_code == place.city)
        & (
            Brief.region_code.is_(None)
            if place.region is None
            else Brief.region_code == place.region
        )
    )


def numbers_taken(session: Session, brief: Brief) -> list[int]:
    """Issue numbers of its year and form that other briefs of the very place carry, published or
    about to be; a correction shares the number of what it corrects."""
    return [
        number
        for number in session.scalars(
            select(Brief.issue).where(
                _alike(brief), Brief.year == brief.year, Brief.status != Status.DRAFT
            )
        )
        if number is not None
    ]


def next_numbers(session: Session, brief: Brief) -> tuple[int, int]:
    """(issue of the year, running total) it would carry as the next of its place and form."""
    issue = max(numbers_taken(session, brief), default=0) + 1
    highest = session.scalar(
        select(func.max(Brief.total)).where(_alike(brief), Brief.status != Status.DRAFT)
    )
    return issue, (highest or 0) + 1


def _alike(brief: Brief) -> ColumnElement[bool]:
    return (
        _of_place(brief.place)
        & (Brief.form == brief.form)
        & (Brief.id != brief.id)
        & (Brief.id != (brief.replaces_id or 0))
    )


def latest_like(session: Session, place: Place) -> Brief | None:
    """The newest brief of the place: its masthead is where the next one starts."""
    return session.scalar(
        select(Brief).where(_of_place(place)).order_by(Brief.created_at.desc()).limit(1)
    )


# --- editions ---------------------------------------------------------------------------------


def editions(session: Session, who: Identity, *, limit: int = 200) -> Sequence[Edition]:
    return session.scalars(
        select(Edition)
        .where(Edition.province_code == who.place.province)
        .order_by(Edition.id.desc())
        .limit(limit)
    ).all()


def get_edition(session: Session, number: int, who: Identity, *, lock: bool = False) -> Edition:
    query = select(Edition).where(Edition.id == number, Edition.province_code == who.place.province)
    edition = session.scalar(query.with_for_update() if lock else query)
    if edition is None:
        raise NotFound
    return edition


def parts_of(session: Session, edition: Edition) -> Sequence[tuple[EditionPart, Print | None]]:
    """In order, each with its print once there is one."""
    rows = session.execute(
        select(EditionPart, Print)
        .outerjoin(Print, Print.address == EditionPart.address)
        .where(EditionPart.edition_id == edition.id)
        .order_by(EditionPart.ordinal)
    )
    return [(part, made) for part, made in rows]


def progress_of(session: Session, editions: Sequence[Edition]) -> dict[int, tuple[int, int, int]]:
    """(done, failed, all) of each. One statement."""
    rows = session.execute(
        select(
            EditionPart.edition_id,
            func.sum(case((EditionPart.address != "", 1), else_=0)),
            func.sum(case((EditionPart.failure != "", 1), else_=0)),
            func.count(),
        )
        .where(EditionPart.edition_id.in_([one.id for one in editions]))
        .group_by(EditionPart.edition_id)
    )
    return {number: (int(done), int(failed), whole) for number, done, failed, whole in rows}


_NEAREST = (Status.PUBLISHED, Status.REVIEWED, Status.FROZEN, Status.DRAFT)


def briefs_of_period(session: Session, province: str, period: str, as_of: date) -> Sequence[Brief]:
    """Those of a province and all in it, of the period or of that very day; the nearest to the readers
    first: the published before the draft, a correction before what it corrects."""
    rows = session.scalars(
        select(Brief)
        .where(
            Brief.province_code == province,
            Brief.form == Form.BRIEF,
            (Brief.period == period) | ((Brief.period == "") & (Brief.as_of == as_of)),
        )
        .order_by(Brief.id.desc())
    ).all()
    return sorted(rows, key=lambda row: _NEAREST.index(row.status))


def latest_of_each(session: Session, province: str) -> Sequence[Brief]:
    """The newest brief of every place there is one of. One statement, without the snapshots."""
    newest = (
        select(func.max(Brief.id))
        .where(Brief.province_code == province)
        .group_by(Brief.city_code, Brief.region_code)
    )
    return session.scalars(
        select(Brief).where(Brief.id.in_(newest)).options(defer(Brief.snapshot))
    ).all()


def open_briefs(session: Session, *, limit: int) -> Sequence[Brief]:
    """Not yet published, of every province, the newest first."""
    return session.scalars(
        select(Brief).where(Brief.status != Status.PUBLISHED).order_by(Brief.id.desc()).limit(limit)
    ).all()

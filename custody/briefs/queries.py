"""Questions about briefs: drafts only for those who draft, published ones for whoever may read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, defer

from custody.accounts.rules import Can, Identity, Place, may
from custody.briefs.models import Brief
from custody.briefs.rules import Status
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


def numbers_taken(session: Session, place: Place, year: int) -> list[int]:
    """Issue numbers of the year that frozen or published briefs of this very place carry."""
    return [
        number
        for number in session.scalars(
            select(Brief.issue).where(
                _of_place(place), Brief.year == year, Brief.status != Status.DRAFT
            )
        )
        if number is not None
    ]


def next_numbers(session: Session, place: Place, year: int) -> tuple[int, int]:
    """(issue of the year, running total) the next brief of this place would carry."""
    issue = max(numbers_taken(session, place, year), default=0) + 1
    highest = session.scalar(
        select(func.max(Brief.total)).where(_of_place(place), Brief.status != Status.DRAFT)
    )
    return issue, (highest or 0) + 1


def latest_like(session: Session, place: Place) -> Brief | None:
    """The newest brief of the place: its masthead is where the next one starts."""
    return session.scalar(
        select(Brief).where(_of_place(place)).order_by(Brief.created_at.desc()).limit(1)
    )

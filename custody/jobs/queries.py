from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, may
from custody.jobs.models import Job
from custody.kernel.problems import NotFound


def get_job(session: Session, number: int, *, who: Identity) -> Job:
    """A job of this person; anybody else's does not exist."""
    job = session.scalar(select(Job).where(Job.id == number, _open_to(who)))
    if job is None:
        raise NotFound
    return job


def _open_to(who: Identity) -> ColumnElement[bool]:
    """Ordered by them, and about what they may still see: people change their place and their role."""
    condition = (
        (Job.owner_id == who.id)
        & (Job.province_code == who.place.province)
        & Job.needs.in_([can for can in Can if may(who, can)])
    )
    if who.place.city:
        condition &= Job.city_code == who.place.city
    if who.place.region:
        condition &= Job.region_code == who.place.region
    return condition


def jobs_of(session: Session, who: Identity, *, limit: int = 30) -> Sequence[Job]:
    """The person's own, newest first."""
    return session.scalars(
        select(Job).where(_open_to(who)).order_by(Job.id.desc()).limit(limit)
    ).all()

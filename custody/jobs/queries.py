from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.jobs.models import Job
from custody.kernel.problems import NotFound


def get_job(session: Session, number: int, *, owner: int) -> Job:
    """A job of this person; anybody else's does not exist."""
    job = session.scalar(select(Job).where(Job.id == number, Job.owner_id == owner))
    if job is None:
        raise NotFound
    return job


def jobs_of(session: Session, owner: int, *, limit: int = 30) -> Sequence[Job]:
    """The person's own, newest first."""
    return session.scalars(
        select(Job).where(Job.owner_id == owner).order_by(Job.id.desc()).limit(limit)
    ).all()

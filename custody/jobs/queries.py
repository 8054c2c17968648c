from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, may
from custody.infra.files import FileStore
from custody.jobs.models import Job
from custody.jobs.rules import State
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


def is_worked(session: Session, now: datetime) -> bool:
    """Is somebody's work being done at this moment?"""
    alive = (Job.state == State.RUNNING) & (Job.lease_until >= now)
    return bool(session.scalar(select(exists().where(alive))))


def results(files: FileStore) -> FileStore:
    """Where the files that jobs make are kept, apart from what people upload: they can be made again
    and are swept away after some time."""
    return FileStore(files.folder / "results")


def has_file(job: Job, files: FileStore) -> bool:
    digest = job.result.get("digest", "")
    return bool(digest) and results(files).path(digest).exists()


def results_of(session: Session) -> Iterator[tuple[str, str]]:
    """(digest, what it is) of every file that a job has made."""
    for job in session.scalars(select(Job).order_by(Job.id)):
        if job.result.get("digest"):
            yield job.result["digest"], f"任务{job.id}《{job.label}》"


def latest_job(session: Session, kind: str, key: str) -> Job | None:
    """The newest about a thing, whoever ordered it."""
    return session.scalar(
        select(Job).where(Job.kind == kind, Job.key == key).order_by(Job.id.desc()).limit(1)
    )

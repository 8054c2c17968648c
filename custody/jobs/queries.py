from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from custody.infra.files import FileStore
from custody.jobs.models import Job
from custody.jobs.rules import State
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

"""Order work, cancel it, order it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Can, Identity, Place
from custody.infra import journal
from custody.infra.files import FileStore
from custody.jobs.models import Job
from custody.jobs.queries import get_job, results
from custody.jobs.rules import State
from custody.kernel.problems import Problem, refuse_if


def order(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    kind: str,
    key: str,
    arguments: Mapping[str, Any],
    label: str,
    place: Place | None = None,
    needs: Can = Can.FOLLOW_JOB,
) -> Job:
    """Put work into the queue. Ordered twice (a double click) it is one job while it is under way.

    `place`: what the result is about, the person's own place unless it is named; `needs`: the
    permission. Both are asked again of whoever comes for the result.
    """
    about = place or actor.place
    # Of two clicks at once the second waits here until the first one's job is there to be found.
    session.get(Account, actor.id, with_for_update={"key_share": True})
    same = session.scalar(
        select(Job).where(
            Job.kind == kind,
            Job.key == key,
            Job.owner_id == actor.id,
            Job.state.in_((State.QUEUED, State.RUNNING)),
        )
    )
    if same is not None:
        return same
    job = Job(
        kind=kind,
        key=key,
        arguments=dict(arguments),
        label=label[:200],
        owner_id=actor.id,
        province_code=about.province,
        city_code=about.city,
        region_code=about.region,
        needs=needs,
        state=State.QUEUED,
        done=0,
        total=0,
        words="",
        result={},
        cancel=False,
        tries=0,
        created_at=now,
    )
    session.add(job)
    session.flush()
    _record(session, job, actor=actor, now=now, action="job.ordered")
    return job


def cancel(session: Session, *, actor: Identity, now: datetime, number: int) -> Job:
    """Stop it at its next step; what is over stays as it is."""
    job = get_job(session, number, who=actor)
    if job.state.over or job.cancel:
        return job
    job.cancel = True
    if job.state is State.QUEUED:
        job.state, job.finished_at = State.CANCELLED, now
    _record(session, job, actor=actor, now=now, action="job.cancelled")
    return job


def retry(session: Session, *, actor: Identity, now: datetime, number: int) -> Job:
    """The same work once more, from the beginning. Raises Refused while it is under way."""
    job = get_job(session, number, who=actor)
    refuse_if(
        []
        if job.state.over
        else [Problem("under_way", "这项工作还在进行中，请等它结束或先取消。", "")]
    )
    job.state, job.cancel, job.tries = State.QUEUED, False, 0
    job.created_at = now
    job.done = job.total = 0
    job.words, job.result = "", {}
    job.started_at = job.finished_at = job.lease_until = None
    _record(session, job, actor=actor, now=now, action="job.ordered")
    return job


def sweep(session: Session, files: FileStore, *, now: datetime, days: int) -> int:
    """Remove the files of jobs that ended more than so many days ago. Returns how many went.

    What a younger job names stays, and what was written since then, also for a job that is about to
    say so; what killed workers left half-written goes too.
    """
    since = now - timedelta(days=days)
    young = Job.finished_at.is_(None) | (Job.finished_at >= since)
    wanted = {result.get("digest") for result in session.scalars(select(Job.result).where(young))}
    store = results(files)
    count = 0
    for path in [*store.folder.glob("??/*"), *store.folder.glob(".*")]:
        if path.parent.name + path.name in wanted or path.stat().st_mtime >= since.timestamp():
            continue
        path.unlink(missing_ok=True)
        count += 1
    return count


def _record(session: Session, job: Job, *, actor: Identity, now: datetime, action: str) -> None:
    place = actor.place
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="job",
        subject=job.id,
        label=job.label,
        province=place.province,
        city=place.city,
        region=place.region,
        modifies=False,
    )

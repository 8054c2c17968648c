"""How far background work is; what came out of it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.jobs import actions, tables
from custody.jobs.models import Job
from custody.jobs.queries import get_job, has_file, is_worked, jobs_of, results
from custody.jobs.rules import State, running_words, waiting_words
from custody.kernel.problems import NotFound
from custody.web import kept
from custody.web.database import files, session, transaction
from custody.web.downloads import stored_file
from custody.web.exports import note_taken, table_file

blueprint = Blueprint("jobs", __name__)
kept.call(
    blueprint,
    "后台任务",
    {"cancel": "取消", "retry": "重试"},
    "jobs.show",
)
Page = str | Response


@blueprint.get("/jobs")
@requires(Can.FOLLOW_JOB)
def index() -> Page:
    jobs = jobs_of(session(), identity())
    return render_template("jobs/index.html", jobs=list(_told(*jobs)))


@blueprint.get("/jobs.xlsx")
@requires(Can.FOLLOW_JOB)
def table() -> Page:
    """What the page lists. Recorded."""
    who = identity()
    rows = list(_told(*jobs_of(session(), who)))
    count = f"{len(rows)}项任务"
    return table_file(
        tables.jobs(rows, under=f"{who.name}　{clock.today():%Y-%m-%d}　共{count}"),
        actor=who,
        place=who.place,
        name="后台任务",
        plain="jobs",
        note=count,
    )


@blueprint.get("/jobs/<int:number>")
@requires(Can.FOLLOW_JOB)
def show(number: int) -> Page:
    """The page, or its facts as JSON for the page's script."""
    job = get_job(session(), number, who=identity())
    [(_, words)] = _told(job)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            state=job.state.value,
            label=job.state.label,
            over=job.state.over,
            done=job.done,
            total=job.total,
            words=words,
        )
    return render_template("jobs/show.html", job=job, words=words, there=has_file(job, files()))


def _told(*jobs: Job) -> Iterator[tuple[Job, str]]:
    """Each with how far it is, or why it does not go on, in a sentence."""
    now = clock.now()
    busy = is_worked(session(), now)
    for job in jobs:
        if job.state is State.QUEUED:
            yield job, waiting_words(now - job.created_at, busy=busy)
        elif job.state is State.RUNNING:
            lost = job.lease_until is not None and job.lease_until < now
            yield job, running_words(job.words, job.done, job.total, lost=lost)
        else:
            yield job, job.words


@blueprint.get("/jobs/<int:number>/file")
@requires(Can.FOLLOW_JOB)
def download(number: int) -> Page:
    """The file a job made. Recorded."""
    who = identity()
    job = get_job(session(), number, who=who)
    if not job.result.get("digest"):
        raise NotFound
    try:
        stream = results(files()).open(job.result["digest"])
    except FileNotFoundError:
        return redirect(url_for("jobs.show", number=number), 303)
    note_taken(job.label, actor=who, place=who.place, action="job.downloaded", subject=number)
    result = job.result
    return stored_file(
        stream, name=result["name"], size=result["size"], media_type=result["media_type"]
    )


@blueprint.post("/jobs/<int:number>/cancel")
@requires(Can.FOLLOW_JOB)
def cancel(number: int) -> Page:
    with transaction() as writing:
        actions.cancel(writing, actor=identity(), now=clock.now(), number=number)
    return redirect(url_for("jobs.show", number=number), 303)


@blueprint.post("/jobs/<int:number>/retry")
@requires(Can.FOLLOW_JOB)
def retry(number: int) -> Page:
    with transaction() as writing:
        job = get_job(writing, number, who=identity())
        if job.state.over:
            actions.retry(writing, actor=identity(), now=clock.now(), number=number)
    return redirect(url_for("jobs.show", number=number), 303)

"""How far background work is; what came out of it."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock, journal
from custody.jobs import actions
from custody.jobs.models import Job
from custody.jobs.queries import get_job, jobs_of
from custody.kernel.problems import NotFound
from custody.web.database import files, session, transaction
from custody.web.downloads import stored_file

blueprint = Blueprint("jobs", __name__)
Page = str | Response


@blueprint.get("/jobs")
@requires(Can.FOLLOW_JOB)
def index() -> Page:
    return render_template("jobs/index.html", jobs=jobs_of(session(), identity()))


@blueprint.get("/jobs/<int:number>")
@requires(Can.FOLLOW_JOB)
def show(number: int) -> Page:
    """The page, or its facts as JSON for the page's script."""
    job = get_job(session(), number, who=identity())
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            state=job.state.value,
            over=job.state.over,
            done=job.done,
            total=job.total,
            words=_words(job),
        )
    return render_template("jobs/show.html", job=job, words=_words(job))


def _words(job: Job) -> str:
    if job.words:
        return job.words
    return f"共{job.total}项，已完成{job.done}" if job.total else job.state.label


@blueprint.get("/jobs/<int:number>/file")
@requires(Can.FOLLOW_JOB)
def download(number: int) -> Page:
    """The file a job made. Recorded."""
    who = identity()
    job = get_job(session(), number, who=who)
    if not job.result.get("digest"):
        raise NotFound
    try:
        stream = files().open(job.result["digest"])
    except FileNotFoundError:
        raise NotFound from None
    label = job.label
    with transaction() as writing:
        journal.record(
            writing,
            actor=who,
            now=clock.now(),
            action="job.downloaded",
            kind="job",
            subject=number,
            label=label,
            province=who.place.province,
            city=who.place.city,
            region=who.place.region,
            modifies=False,
        )
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

"""All briefs of a period printed in one go: ordered, followed, downloaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import (
    Blueprint,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
)
from flask import url_for as to
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.briefs import printing, queries, rules, tables
from custody.briefs.actions import editions
from custody.briefs.forms import EditionForm
from custody.briefs.models import Edition, EditionPart, Print
from custody.briefs.rules import Status
from custody.infra import clock
from custody.jobs import actions as jobs
from custody.jobs.models import Job
from custody.jobs.queries import is_worked, latest_job
from custody.jobs.rules import State, running_words, waiting_words
from custody.kernel.days import full_day
from custody.kernel.periods import Month
from custody.kernel.problems import NotFound, Refused
from custody.regions.queries import programme_began
from custody.web import kept
from custody.web.database import files, session, transaction
from custody.web.downloads import name_file
from custody.web.exports import table_file

blueprint = Blueprint("editions", __name__, url_prefix="/briefs/editions")
kept.call(
    blueprint,
    "成套简报",
    {"order": "开始印制", "resume": "继续印制", "cancel": "取消"},
    "editions.show",
)
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Can.DRAFT_BRIEF)
def index() -> Page:
    form = EditionForm(formdata=None, period=str(Month.of(clock.today())))
    return _index(form, 200)


def _index(form: EditionForm, status: int) -> Page:
    s = session()
    since = programme_began(s, identity().place.province)
    form.period.choices = [
        (one, rules.period_words(one)) for one in rules.periods_of(since, clock.today())
    ]
    rows = queries.editions(s, identity())
    page = render_template(
        "briefs/editions.html",
        form=form,
        editions=rows,
        progress=queries.progress_of(s, rows),
        words=rules.period_words,
        sizes=_sizes(rows),
    )
    return page, status


def _sizes(rows: Iterable[Edition]) -> dict[str, int]:
    """Of the files that are there, by their digest."""
    kept_files = printing.store(files())
    found = {}
    for row in rows:
        for digest in (row.archive, row.booklet):
            if digest and kept_files.path(digest).exists():
                found[digest] = kept_files.path(digest).stat().st_size
    return found


@blueprint.get("/list.xlsx")
@requires(Can.DRAFT_BRIEF)
def table() -> Page:
    who = identity()
    rows = queries.editions(session(), who)
    progress = queries.progress_of(session(), rows)
    return table_file(
        tables.editions(rows, progress, under=f"截至{full_day(clock.today())}　共{len(rows)}套"),
        actor=who,
        place=who.place,
        name="成套简报目录",
        plain="editions",
        note=f"{len(rows)}套",
    )


@blueprint.post("")
@requires(Can.DRAFT_BRIEF)
def order() -> Page:
    form = EditionForm()
    try:
        with transaction() as writing:
            edition = editions.order(
                writing,
                actor=identity(),
                now=clock.now(),
                period=form.period.data or "",
                demo=_demo(),
            )
            number = edition.id
    except Refused as refusal:
        form.take(refusal.problems)
        return _index(form, 422)
    return redirect(to("editions.show", number=number), 303)


def _demo() -> bool:
    return bool(current_app.config["DEMO"])


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an edition is, in words and numbers."""

    label: str
    words: str
    over: bool
    done: int
    total: int
    mine: bool
    """Ordered by whoever looks at it: they may stop it."""


@blueprint.get("/<int:number>")
@requires(Can.DRAFT_BRIEF)
def show(number: int) -> Page:
    """The page, or how far it is as JSON for the page's script."""
    edition = queries.get_edition(session(), number, identity())
    parts = queries.parts_of(session(), edition)
    job = latest_job(session(), editions.KIND, str(number))
    standing = _standing(edition, [part for part, _ in parts], job)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            label=standing.label,
            words=standing.words,
            over=standing.over,
            done=standing.done,
            total=standing.total,
        )
    return render_template(
        "briefs/edition.html",
        edition=edition,
        parts=parts,
        standing=standing,
        period=rules.period_words(edition.period),
        sizes=_sizes([edition]),
        missing=sum(not part.address for part, _ in parts),
        Status=Status,
    )


def _standing(edition: Edition, parts: Sequence[EditionPart], job: Job | None) -> Standing:
    done = sum(bool(part.address) for part in parts)
    failed = sum(bool(part.failure) for part in parts)
    words = rules.edition_words(done=done, failed=failed, total=len(parts))
    mine = job is not None and job.owner_id == identity().id
    if job is None or (job.state is State.DONE and edition.finished_at is not None):
        label = "已印毕" if edition.finished_at else "未完成"
        words = job.words if job is not None else f"{words}。"
        return Standing(label, words, True, done, len(parts), mine)
    now = clock.now()
    if job.state is State.QUEUED:
        words = waiting_words(now - job.created_at, busy=is_worked(session(), now))
    elif job.state is State.RUNNING:
        lost = job.lease_until is not None and job.lease_until < now
        words = running_words(job.words, job.done, job.total, lost=lost)
    else:
        words = job.words or f"{words}。"
    return Standing(
        job.state.label, words, job.state.over, job.done, job.total or len(parts) + 1, mine
    )


@blueprint.post("/<int:number>/resume")
@requires(Can.DRAFT_BRIEF)
def resume(number: int) -> Page:
    with transaction() as writing:
        editions.resume(writing, actor=identity(), now=clock.now(), number=number, demo=_demo())
    return redirect(to("editions.show", number=number), 303)


@blueprint.post("/<int:number>/cancel")
@requires(Can.DRAFT_BRIEF)
def cancel(number: int) -> Page:
    with transaction() as writing:
        queries.get_edition(writing, number, identity())
        job = latest_job(writing, editions.KIND, str(number))
        if job is None:
            flash("这套简报没有在印，无需取消；要接着印请点击“继续印制”。")
            return redirect(to("editions.show", number=number), 303)
        jobs.cancel(writing, actor=identity(), now=clock.now(), number=job.id)
    flash("已提交取消；正在印的一份停下后即告结束，已印好的保留。")
    return redirect(to("editions.show", number=number), 303)


@blueprint.get("/<int:number>.xlsx")
@requires(Can.DRAFT_BRIEF)
def parts_table(number: int) -> Page:
    """The parts of one edition."""
    who = identity()
    edition = queries.get_edition(session(), number, who)
    parts = queries.parts_of(session(), edition)
    title = f"{rules.period_words(edition.period)}成套简报"
    return table_file(
        tables.parts(parts, title=title, under=f"截至{full_day(edition.as_of)}　共{len(parts)}份"),
        actor=who,
        place=who.place,
        name=f"{title}目录",
        plain=f"edition-{edition.period}",
        note=f"{len(parts)}份",
    )


@blueprint.get("/<int:number>.zip")
@requires(Can.DRAFT_BRIEF)
def archive(number: int) -> Page:
    edition = queries.get_edition(session(), number, identity())
    name = rules.edition_name(edition.period)
    return _file(edition, edition.archive, f"{name}.zip", f"briefs-{edition.period}.zip", "全部")


@blueprint.get("/<int:number>/booklet.pdf")
@requires(Can.DRAFT_BRIEF)
def booklet(number: int) -> Page:
    edition = queries.get_edition(session(), number, identity())
    name = f"整区能源费用托管工作简报合订本（{rules.period_words(edition.period)}）.pdf"
    return _file(edition, edition.booklet, name, f"booklet-{edition.period}.pdf", "合订本")


@blueprint.get("/<int:number>/<int:ordinal>.pdf")
@requires(Can.DRAFT_BRIEF)
def part(number: int, ordinal: int) -> Page:
    edition = queries.get_edition(session(), number, identity())
    found: tuple[EditionPart, Print | None] | None = next(
        (pair for pair in queries.parts_of(session(), edition) if pair[0].ordinal == ordinal), None
    )
    if found is None:
        raise NotFound
    one, made = found
    name = rules.part_name(one.ordinal, one.name, edition.as_of)
    digest = made.pdf_digest if made else ""
    return _file(edition, digest, name, f"brief-{edition.period}-{ordinal}.pdf", one.name)


def _file(edition: Edition, digest: str, name: str, plain: str, note: str) -> Page:
    """A file from the shelf; what is not there is said on the edition's page. Recorded."""
    if not digest:
        flash(f"{note}还没有印好，请等印制完成，或点击“继续印制”。")
        return redirect(to("editions.show", number=edition.id), 303)
    try:
        stream = printing.store(files()).open(digest)
    except FileNotFoundError:
        flash("文件已清理或缺失，请点击“继续印制”重新生成。")
        return redirect(to("editions.show", number=edition.id), 303)
    with transaction() as writing:
        editions.record(
            writing, edition, "downloaded", actor=identity(), now=clock.now(), note=note
        )
    media = "application/zip" if name.endswith(".zip") else "application/pdf"
    response = send_file(stream, mimetype=media, etag=digest)
    name_file(response, name, plain)
    response.headers["Cache-Control"] = "private, no-cache"
    return response

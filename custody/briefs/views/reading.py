"""Briefs found, read and downloaded; who has read them."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.briefs import printing, queries, tables, word
from custody.briefs import receipts as asked
from custody.briefs.actions import drafting, readings
from custody.briefs.forms import ListForm
from custody.briefs.models import Brief
from custody.briefs.queries import Wanted
from custody.briefs.rules import Status, period_words
from custody.briefs.views.pages import Page, blueprint, brief_page, draft_page, form_of, is_demo
from custody.infra import clock
from custody.infra.kinds import WORD
from custody.infra.pdf import RenderFailed
from custody.kernel.days import full_day
from custody.kernel.problems import NotFound, Problem
from custody.web.database import files, session, transaction
from custody.web.downloads import name_file
from custody.web.exports import table_file
from custody.web.paging import page_of

__all__ = ["blueprint"]
MOST_LISTED = 20_000


@blueprint.get("")
@requires(Can.READ_BRIEF)
def index() -> Page:
    """The newest ones big, the earlier ones below, to be found by place and day."""
    who, s = identity(), session()
    form, wanted = _wanted()
    page = page_of(queries.count(s, who, wanted), 30)
    rows = queries.listed(s, who, wanted, limit=page.size, offset=page.offset)
    first = not wanted.any and page.number == 1
    return render_template(
        "briefs/index.html",
        briefs=rows,
        newest=queries.newest(s, who) if first else [],
        superseded=queries.superseded(s, [row.id for row in rows]),
        page=page,
        form=form,
        wanted=wanted,
        period_words=period_words,
        Status=Status,
    )


def _wanted() -> tuple[ListForm, Wanted]:
    """The filters of the address; a day that cannot be read is told and left out."""
    form = ListForm(request.args)
    form.validate()
    words = request.args.get("q", "").strip()[:40]
    return form, Wanted(words, form.since.data, form.until.data)


@blueprint.get("/list.xlsx")
@requires(Can.READ_BRIEF)
def table() -> Page:
    """The briefs this person may read, as filtered."""
    who, (_, wanted) = identity(), _wanted()
    rows = queries.listed(session(), who, wanted, limit=MOST_LISTED)
    gone = queries.superseded(session(), [row.id for row in rows])
    return table_file(
        tables.briefs(rows, gone, under=f"截至{full_day(clock.today())}　共{len(rows)}期"),
        actor=who,
        place=who.place,
        name="工作简报目录",
        plain="briefs",
        note=f"{len(rows)}期",
    )


@blueprint.get("/<int:brief_id>")
@requires(Can.READ_BRIEF)
def show(brief_id: int) -> Page:
    """The brief on screen; for those who draft, with what to do next. Opening it is its receipt."""
    who = identity()
    brief = queries.get_brief(session(), brief_id, who)
    if brief.status is Status.DRAFT:
        return draft_page(brief, form_of(brief), brief.words)
    if brief.status is Status.PUBLISHED:
        with transaction() as writing:
            readings.opened(writing, actor=who, now=clock.now(), brief=brief)
        brief = queries.get_brief(session(), brief_id, who)
    return brief_page(brief)


def _published(brief_id: int) -> Brief:
    brief = queries.get_brief(session(), brief_id, identity())
    if brief.status is not Status.PUBLISHED:
        raise NotFound
    return brief


@blueprint.get("/<int:brief_id>/receipts")
@requires(Can.DRAFT_BRIEF)
def receipts(brief_id: int) -> Page:
    """Who has read it, who not yet."""
    brief = _published(brief_id)
    rows = asked.receipts(session(), brief)
    read = sum(row.reading is not None for row in rows)
    return render_template("briefs/receipts.html", brief=brief, rows=rows, read=read)


@blueprint.get("/<int:brief_id>/receipts.xlsx")
@requires(Can.DRAFT_BRIEF)
def receipts_table(brief_id: int) -> Page:
    brief = _published(brief_id)
    rows = asked.receipts(session(), brief)
    return table_file(
        tables.receipts(rows, under=drafting.label_of(brief)),
        actor=identity(),
        place=brief.place,
        name="简报阅读情况",
        plain="brief-receipts",
        note=f"{drafting.label_of(brief)}，{len(rows)}人",
    )


@blueprint.get("/<int:brief_id>.pdf")
@requires(Can.READ_BRIEF)
def pdf(brief_id: int) -> Page:
    """The stored bytes, never a fresh rendering; a draft is rendered with its mark for the drafter."""
    who = identity()
    brief = queries.get_brief(session(), brief_id, who)
    inline = "view" in request.args
    if brief.status is Status.DRAFT:
        return _draft_pdf(brief)
    name = brief.file_name
    try:
        stream = files().open(brief.pdf_digest)
    except FileNotFoundError:
        return render_template("briefs/missing.html", brief=brief), 500
    with transaction() as writing:
        readings.downloaded(writing, actor=who, now=clock.now(), brief=brief)
    response = send_file(stream, mimetype="application/pdf", etag=brief.pdf_digest)
    plain = f"brief-{brief.place.code}-{brief.year}-{brief.issue}.pdf"
    name_file(response, name, plain, inline=inline)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _draft_pdf(brief: Brief) -> Page:
    content = drafting.content_of(session(), brief, demo=is_demo())
    try:
        sheet = printing.printed(session(), files(), content, draft=True)
    except RenderFailed as failure:
        problem = Problem("render", failure.message)
        return draft_page(brief, form_of(brief), brief.words, [problem], 503)
    if sheet.fresh:
        # Like the journal's note of a download: it changes nothing that anybody sees.
        with transaction() as writing:
            printing.keep(writing, files(), sheet, now=clock.now())
    response = send_file(BytesIO(sheet.pdf), mimetype="application/pdf")
    return name_file(response, f"草稿-{brief.file_name}", f"draft-{brief.id}.pdf", inline=True)


@blueprint.get("/<int:brief_id>.docx")
@requires(Can.DRAFT_BRIEF)
def draft_word(brief_id: int) -> Page:
    """The draft for Word and WPS; what is published is the PDF and nothing else."""
    who = identity()
    brief = queries.get_brief(session(), brief_id, who)
    if brief.status is Status.PUBLISHED:
        flash("简报已发布，请下载 PDF；Word 草稿只在发布前提供。")
        return redirect(url_for("briefs.show", brief_id=brief_id), 303)
    content = brief.snapshot or drafting.content_of(session(), brief, demo=is_demo())
    data = word.docx(content)
    with transaction() as writing:
        readings.downloaded(writing, actor=who, now=clock.now(), brief=brief)
    name = f"草稿-{brief.file_name.removesuffix('.pdf')}.docx"
    response = send_file(BytesIO(data), mimetype=WORD.media_type)
    return name_file(response, name, f"draft-{brief.id}.docx")

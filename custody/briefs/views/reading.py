"""Briefs found, read and downloaded."""

from __future__ import annotations

from io import BytesIO

from flask import render_template, request, send_file

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.briefs import printing, queries, render, tables
from custody.briefs.actions import drafting, readings
from custody.briefs.models import Brief
from custody.briefs.rules import Status
from custody.briefs.views.pages import Page, blueprint, draft_page, form_of, is_demo
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.kernel.days import full_day
from custody.kernel.problems import Problem
from custody.web.database import files, session, transaction
from custody.web.downloads import name_file
from custody.web.exports import table_file
from custody.web.paging import page_of

__all__ = ["blueprint"]


@blueprint.get("")
@requires(Can.READ_BRIEF)
def index() -> Page:
    who, words = identity(), request.args.get("q", "")
    page = page_of(queries.count(session(), who, words=words), 30)
    rows = queries.listed(session(), who, words=words, limit=page.size, offset=page.offset)
    published = [row for row in rows if row.status is Status.PUBLISHED]
    own = [row for row in published if row.place == who.place]
    newest = next(iter([*own, *published]), None)
    return render_template(
        "briefs/index.html", briefs=rows, newest=newest, page=page, words=words, Status=Status
    )


@blueprint.get("/list.xlsx")
@requires(Can.READ_BRIEF)
def table() -> Page:
    """The briefs this person may read, as filtered."""
    who, words = identity(), request.args.get("q", "")
    rows = queries.listed(session(), who, words=words, limit=MOST_LISTED)
    return table_file(
        tables.briefs(rows, under=f"截至{full_day(clock.today())}　共{len(rows)}期"),
        actor=who,
        place=who.place,
        name="工作简报目录",
        plain="briefs",
        note=f"{len(rows)}期",
    )


MOST_LISTED = 20_000


@blueprint.get("/<int:brief_id>")
@requires(Can.READ_BRIEF)
def show(brief_id: int) -> Page:
    """The brief on screen; for those who draft, with what to do next."""
    brief = queries.get_brief(session(), brief_id, identity())
    if brief.status is Status.DRAFT:
        return draft_page(brief, form_of(brief), brief.words)
    assert brief.snapshot is not None
    article = render.article(brief.snapshot)
    second = brief.frozen_by != identity().id
    return render_template(
        "briefs/show.html", brief=brief, article=article, second=second, Status=Status
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

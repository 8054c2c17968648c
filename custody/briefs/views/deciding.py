"""A frozen brief read by a second person, passed or sent back, published, corrected."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask import current_app, flash, redirect, render_template, request
from flask import url_for as to

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.briefs import numbers, printing, queries, receipts, render, rules, snapshot
from custody.briefs.actions import drafting, publishing, remarks
from custody.briefs.forms import PublishForm, ReasonForm, RemarkForm
from custody.briefs.models import Brief
from custody.briefs.rules import Status, Step
from custody.briefs.views.pages import (
    Page,
    Typed,
    back,
    blueprint,
    brief_page,
    is_demo,
    refused,
    version,
)
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.infra.signing import Seal, SigningFailed, sign
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.web.database import files, session, transaction

__all__ = ["blueprint"]
WHOLE = "whole"
"""The paragraph a remark on the whole brief is sent for."""


# --- read by a second person ------------------------------------------------------------------


@blueprint.get("/<int:brief_id>/check")
@requires(Can.REVIEW_BRIEF)
def check(brief_id: int) -> Page:
    brief = queries.get_brief(session(), brief_id, identity())
    if brief.status is Status.PUBLISHED:
        return back(brief_id)
    return _check_page(brief)


def _check_page(
    brief: Brief,
    *,
    typed: RemarkForm | None = None,
    at: str = "",
    reason: ReasonForm | None = None,
    status: int = 200,
) -> Page:
    """Paragraph by paragraph, with what was remarked; `typed` and `at`: a remark that was refused."""
    s = session()
    found = drafting.gathered_for(s, brief, demo=is_demo())
    drafted = drafting.content_of(s, brief, demo=is_demo(), words={}, found=found)
    content = brief.snapshot or drafting.content_of(s, brief, demo=is_demo(), found=found)
    said = receipts.remarks_on(s, brief.id)
    page = render_template(
        "briefs/check.html",
        brief=brief,
        sections=content["sections"],
        article=render.article(content, draft=brief.status is Status.DRAFT),
        names=numbers.paragraph_names(content),
        remarks=said,
        waiting=sum(one.remark.settled_at is None for one in said),
        doubts=drafting.checked(drafted, brief.words).doubts,
        second=brief.frozen_by != identity().id,
        typed=typed,
        at=at,
        reason=reason or ReasonForm(formdata=None),
        whole=WHOLE,
        Status=Status,
        period=rules.period_words(brief.period),
    )
    return page, status


@blueprint.post("/<int:brief_id>/remarks")
@requires(Can.REVIEW_BRIEF)
def remark(brief_id: int) -> Page:
    brief = queries.get_brief(session(), brief_id, identity())
    form, at = RemarkForm(), request.form.get("paragraph", WHOLE)[:40]
    if not form.validate_on_submit():
        return _check_page(brief, typed=form, at=at, status=422)
    try:
        with transaction() as writing:
            remarks.remark(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                paragraph="" if at == WHOLE else at,
                text=form.text.data or "",
            )
    except Refused as refusal:
        if brief.status is Status.PUBLISHED:
            return refused(brief_id, refusal.problems)
        form.take(refusal.problems)
        return _check_page(brief, typed=form, at=at, status=422)
    flash("意见已记下，编稿人会收到消息。")
    return redirect(to("briefs.check", brief_id=brief_id, _anchor=f"at-{at}"), 303)


@blueprint.post("/<int:brief_id>/remarks/<int:number>/settle")
@requires(Can.REVIEW_BRIEF)
def settle(brief_id: int, number: int) -> Page:
    with transaction() as writing:
        remarks.settle(
            writing, actor=identity(), now=clock.now(), brief_id=brief_id, remark_id=number
        )
    flash("已标为处理完毕。")
    return redirect(to("briefs.check", brief_id=brief_id), 303)


@blueprint.post("/<int:brief_id>/thaw")
@requires(Can.DRAFT_BRIEF)
def thaw(brief_id: int) -> Page:
    return _stepped(brief_id, publishing.thaw, "已退回草稿，可继续修改。")


@blueprint.post("/<int:brief_id>/review")
@requires(Can.REVIEW_BRIEF)
def review(brief_id: int) -> Page:
    return _stepped(brief_id, publishing.review, "已审核：内容与定稿一致，可以发布。")


def _stepped(brief_id: int, step: Callable[..., object], words: str) -> Page:
    """A step that needs nothing but the version that was seen."""
    try:
        with transaction() as writing:
            step(writing, actor=identity(), now=clock.now(), brief_id=brief_id, version=version())
    except Refused as refusal:
        return refused(brief_id, refusal.problems)
    flash(words)
    return back(brief_id)


@blueprint.post("/<int:brief_id>/return")
@requires(Can.REVIEW_BRIEF)
def give_back(brief_id: int) -> Page:
    brief, form = queries.get_brief(session(), brief_id, identity()), ReasonForm()
    try:
        with transaction() as writing:
            publishing.give_back(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                version=version(),
                reason=form.reason.data or "",
            )
    except Refused as refusal:
        if form.take(refusal.problems):
            return refused(brief_id, refusal.problems)
        return _check_page(brief, reason=form, status=422)
    flash("已退回草稿，退回原因写在草稿上方。")
    return back(brief_id)


# --- 发布 ------------------------------------------------------------------------------------


@blueprint.post("/<int:brief_id>/publish")
@requires(Can.DRAFT_BRIEF)
def publish(brief_id: int) -> Page:
    """The reviewed snapshot gets its number and its file; printed before the transaction begins."""
    brief, form = queries.get_brief(session(), brief_id, identity()), PublishForm()
    if brief.status is Status.PUBLISHED:
        flash("已发布：有权查看的领导和单位现在可以阅读和下载。")
        return back(brief_id)
    if not form.validate_on_submit():
        return _not_published(brief, Typed(publish=form), 422)
    try:
        refuse_if(rules.problems_of_step(brief.status, Step.PUBLISH))
        _publish(brief, form)
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return _not_published(brief, Typed(publish=form, problems=rest), 422)
    except (RenderFailed, SigningFailed) as failure:
        problem = Problem("render", failure.message)
        return _not_published(brief, Typed(publish=form, problems=[problem]), 503)
    flash("已发布：有权查看的领导和单位现在可以阅读和下载。")
    return back(brief_id)


def _not_published(brief: Brief, typed: Typed, status: int) -> Page:
    if brief.status is not Status.REVIEWED:
        return refused(brief.id, rules.problems_of_step(brief.status, Step.PUBLISH))
    return brief_page(brief, typed, status)


def _publish(brief: Brief, form: PublishForm) -> None:
    assert brief.snapshot is not None
    chosen = {"issue": form.issue.data, "total": form.total.data}
    issue, total = publishing.numbers_of(session(), brief, **chosen)
    publishing.problems_of_number(session(), brief, issue)
    config = current_app.config["CONFIG"]
    content = snapshot.numbered(brief.snapshot, issue=issue, total=total, base_url=config.base_url)
    sheet = printing.printed(session(), files(), content)
    data = sheet.pdf
    if config.sign_p12 is not None:
        seal = Seal(config.sign_p12, config.sign_password)
        data = sign(data, seal, reason=f"发布{content['masthead']['issue_words']}")
    stored = files().put(BytesIO(data))
    with transaction() as writing:
        printing.keep(writing, files(), sheet, now=clock.now())
        publishing.publish(
            writing,
            actor=identity(),
            now=clock.now(),
            brief_id=brief.id,
            version=version(),
            content=content,
            pdf=stored,
            mailed=bool(form.mailed.data),
            **chosen,
        )


@blueprint.post("/<int:brief_id>/correct")
@requires(Can.DRAFT_BRIEF)
def correct(brief_id: int) -> Page:
    """更正: a draft of its own that will take the place of this one."""
    brief, form = queries.get_brief(session(), brief_id, identity()), ReasonForm()
    try:
        with transaction() as writing:
            new = publishing.correct(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                reason=form.reason.data or "",
            )
    except Refused as refusal:
        if form.take(refusal.problems):
            return refused(brief_id, refusal.problems)
        return brief_page(brief, Typed(correct=form), 422)
    flash("已按原文起草更正版：请改正差错后定稿，经审核发布后替代原简报。")
    return back(new.id)

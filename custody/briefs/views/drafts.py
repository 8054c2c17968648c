"""A brief begun, worded, frozen, decided on and published."""

from __future__ import annotations

from io import BytesIO

from flask import flash, redirect, render_template, request
from flask import url_for as to
from sqlalchemy.orm import Session

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Place
from custody.briefs import printing, queries, rules, snapshot
from custody.briefs.actions import drafting, publishing
from custody.briefs.actions.drafting import Wanted
from custody.briefs.forms import MastheadForm, StartForm
from custody.briefs.models import Brief
from custody.briefs.rules import Status, Step
from custody.briefs.views.pages import (
    WORDS,
    Page,
    blueprint,
    draft_page,
    form_of,
    is_demo,
    version,
)
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.regions.queries import cities_of, place_name, place_of_code, regions_of
from custody.web.database import files, session, transaction

__all__ = ["blueprint"]


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Can.DRAFT_BRIEF)
def start() -> Page:
    form = StartForm(scope=request.args.get("scope"), as_of=clock.today())
    choices = _scopes(identity().place)
    if not form.validate_on_submit():
        return _start_page(form, choices, 422 if form.is_submitted() else 200)
    known = {code for _, options in choices for code, _ in options}
    if form.scope.data not in known:
        form.scope.errors = ["没有这个范围，请重新选择。"]
        return _start_page(form, choices, 422)
    place = place_of_code(session(), form.scope.data)
    wanted = drafting.first_wishes(
        session(),
        place,
        as_of=form.as_of.data or clock.today(),
        today=clock.today(),
        editor=identity().name,
    )
    try:
        with transaction() as writing:
            brief = drafting.start(
                writing, actor=identity(), now=clock.now(), place=place, wanted=wanted
            )
    except Refused as refusal:
        form.take(refusal.problems)
        return _start_page(form, choices, 422)
    return redirect(to("briefs.show", brief_id=brief.id), 303)


def _scopes(place: Place) -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(code, name)]) of every scope the coordinator may write about."""
    s = session()
    return [
        ("全省", [(place.province, place_name(s, Place(place.province)))]),
        ("设区市", [(city.code, city.name) for city in cities_of(s, place)]),
        ("县（市、区）", [(region.code, region.name) for region in regions_of(s, place)]),
    ]


def _start_page(
    form: StartForm, choices: list[tuple[str, list[tuple[str, str]]]], status: int
) -> Page:
    return render_template("briefs/start.html", form=form, choices=choices), status


@blueprint.post("/<int:brief_id>")
@requires(Can.DRAFT_BRIEF)
def edit(brief_id: int) -> Page:
    brief = queries.get_brief(session(), brief_id, identity())
    form = MastheadForm()
    words = _typed_words(session(), brief)
    copies, problems = rules.copies_of(form.copies.data or "")
    if not form.validate_on_submit() or problems:
        return draft_page(brief, form, words, form.take(problems), 422)
    wanted = Wanted(
        as_of=form.as_of.data or brief.as_of,
        title=(form.title.data or "").strip(),
        issuer=(form.issuer.data or "").strip(),
        issue=form.issue.data,
        total=form.total.data,
        day=form.day.data or brief.day,
        salutation=(form.salutation.data or "").strip(),
        copies=copies,
        editor=(form.editor.data or "").strip(),
        phone=(form.phone.data or "").strip(),
        words=words,
    )
    try:
        with transaction() as writing:
            drafting.edit(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                version=version(),
                wanted=wanted,
            )
    except Refused as refusal:
        return draft_page(brief, form, words, form.take(refusal.problems), 422)
    except Conflict:
        changed = Problem(
            "conflict",
            "您编辑期间，这份草稿已被他人修改。您填写的内容保留在下方，尚未保存；"
            "请与右侧最新内容核对后，再次点击“保存草稿”。",
        )
        current = queries.get_brief(session(), brief_id, identity())
        return draft_page(current, form, words, [changed], 409)
    if request.form.get("then") == "freeze":
        return _freeze(brief_id)
    flash("草稿已保存。")
    return redirect(to("briefs.show", brief_id=brief_id), 303)


def _typed_words(s: Session, brief: Brief) -> dict[str, str]:
    """Only the paragraphs that differ from the draft, so that the others follow the facts."""
    content = drafting.content_of(s, brief, demo=is_demo(), words={})
    drafted = {one["key"]: one["text"] for one in snapshot.paragraphs_of(content)}
    typed = {
        name.removeprefix(WORDS): value.replace("\r\n", "\n").strip()
        for name, value in request.form.items()
        if name.startswith(WORDS)
    }
    return {key: text for key, text in typed.items() if text != drafted.get(key, "").strip()}


@blueprint.post("/<int:brief_id>/freeze")
@requires(Can.DRAFT_BRIEF)
def freeze(brief_id: int) -> Page:
    return _freeze(brief_id)


def _freeze(brief_id: int) -> Page:
    """Snapshot, PDF and state in this order: what cannot be printed is not frozen."""
    brief = queries.get_brief(session(), brief_id, identity())
    try:
        publishing.problems_before_freezing(session(), brief)
        content = drafting.content_of(session(), brief, demo=is_demo())
        sheet = printing.printed(session(), files(), content)
        stored = files().put(BytesIO(sheet.pdf))
        with transaction() as writing:
            printing.keep(writing, files(), sheet, now=clock.now())
            publishing.freeze(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                version=brief.version,
                content=content,
                pdf=stored,
            )
    except Refused as refusal:
        form = form_of(brief)
        rest = form.take(refusal.problems)
        return draft_page(brief, form, brief.words, rest, 422)
    except RenderFailed as failure:
        problem = Problem("render", failure.message)
        return draft_page(brief, form_of(brief), brief.words, [problem], 503)
    flash("已定稿：内容和版式已固定，请核对后发布。")
    return redirect(to("briefs.show", brief_id=brief_id), 303)


@blueprint.post("/<int:brief_id>/thaw")
@requires(Can.DRAFT_BRIEF)
def thaw(brief_id: int) -> Page:
    return _step(brief_id, "thaw", "已退回草稿，可继续修改。")


@blueprint.post("/<int:brief_id>/publish")
@requires(Can.DRAFT_BRIEF)
def publish(brief_id: int) -> Page:
    """The reviewed snapshot gets its number and its file; printed before the transaction begins."""
    brief = queries.get_brief(session(), brief_id, identity())
    try:
        if brief.status is not Status.PUBLISHED:
            refuse_if(rules.problems_of_step(brief.status, Step.PUBLISH))
            _publish(brief)
    except Refused as refusal:
        flash("".join(problem.message for problem in refusal.problems))
        return redirect(to("briefs.show", brief_id=brief_id), 303)
    except RenderFailed as failure:
        flash(failure.message)
        return redirect(to("briefs.show", brief_id=brief_id), 303)
    flash("已发布：有权查看的领导和单位现在可以阅读和下载。")
    return redirect(to("briefs.show", brief_id=brief_id), 303)


def _publish(brief: Brief) -> None:
    assert brief.snapshot is not None
    issue, total = publishing.numbers_of(session(), brief)
    content = snapshot.numbered(brief.snapshot, issue=issue, total=total)
    sheet = printing.printed(session(), files(), content)
    stored = files().put(BytesIO(sheet.pdf))
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
        )


@blueprint.post("/<int:brief_id>/review")
@requires(Can.REVIEW_BRIEF)
def review(brief_id: int) -> Page:
    return _step(brief_id, "review", "已审核：内容与定稿一致，可以发布。")


@blueprint.post("/<int:brief_id>/return")
@requires(Can.REVIEW_BRIEF)
def give_back(brief_id: int) -> Page:
    try:
        with transaction() as writing:
            publishing.give_back(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                version=version(),
                reason=request.form.get("reason", ""),
            )
    except Refused as refusal:
        flash("".join(problem.message for problem in refusal.problems))
        return redirect(to("briefs.show", brief_id=brief_id), 303)
    flash("已退回草稿，退回原因写在草稿上方。")
    return redirect(to("briefs.show", brief_id=brief_id), 303)


@blueprint.post("/<int:brief_id>/discard")
@requires(Can.DRAFT_BRIEF)
def discard(brief_id: int) -> Page:
    return _step(brief_id, "discard", "草稿已删除。")


def _step(brief_id: int, verb: str, words: str) -> Page:
    act = {"thaw": publishing.thaw, "review": publishing.review, "discard": drafting.discard}[verb]
    try:
        with transaction() as writing:
            act(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                version=version(),
            )
    except Refused as refusal:
        flash("".join(problem.message for problem in refusal.problems))
        return redirect(to("briefs.show", brief_id=brief_id), 303)
    flash(words)
    if verb == "discard":
        return redirect(to("briefs.index"), 303)
    return redirect(to("briefs.show", brief_id=brief_id), 303)

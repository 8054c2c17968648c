"""A brief begun, worded, remarked on, frozen, discarded."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from flask import flash, redirect, render_template, request
from flask import url_for as to
from sqlalchemy.orm import Session

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Place
from custody.briefs import numbers, printing, queries, rules, snapshot
from custody.briefs.actions import drafting, publishing, remarks
from custody.briefs.actions.drafting import Wanted
from custody.briefs.forms import MastheadForm, StartForm
from custody.briefs.gathering import Gathered
from custody.briefs.models import Brief
from custody.briefs.rules import Form, Status, Step
from custody.briefs.views.pages import (
    WORDS,
    Page,
    back,
    blueprint,
    draft_page,
    form_of,
    is_demo,
    refused,
    version,
)
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.kernel.problems import Conflict, Problem, Refused, refuse_if
from custody.regions.queries import (
    cities_of,
    place_name,
    place_of_code,
    programme_began,
    regions_of,
)
from custody.web.database import files, session, transaction
from custody.web.formkit import Difference, whole

__all__ = ["blueprint"]
Groups = list[tuple[str, list[tuple[str, str]]]]
"""Of a select: (group, [(value, words)])."""


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Can.DRAFT_BRIEF)
def start() -> Page:
    today, since = clock.today(), programme_began(session(), identity().place.province)
    form = StartForm(scope=request.args.get("scope"), period=rules.last_full_month(today, since))
    periods = rules.periods(today, since)
    choices = _scopes(identity().place)
    if not form.validate_on_submit():
        return _start_page(form, choices, periods, 422 if form.is_submitted() else 200)
    known = {code for _, options in choices for code, _ in options}
    if form.scope.data not in known:
        form.scope.errors = ["没有这个范围，请重新选择。"]
        return _start_page(form, choices, periods, 422)
    period = form.period.data or ""
    try:
        refuse_if(_unknown(period, periods))
        place = place_of_code(session(), form.scope.data)
        wanted = drafting.first_wishes(
            session(),
            place,
            as_of=form.as_of.data or rules.default_as_of(period, today),
            today=today,
            editor=identity().name,
        )
        with transaction() as writing:
            brief = drafting.start(
                writing,
                actor=identity(),
                now=clock.now(),
                place=place,
                wanted=wanted,
                form=Form(form.form.data),
                period=period,
            )
    except Refused as refusal:
        form.take(refusal.problems)
        return _start_page(form, choices, periods, 422)
    return back(brief.id)


def _unknown(period: str, periods: Groups) -> list[Problem]:
    if any(period == value for _, options in periods for value, _ in options):
        return []
    return [Problem("period", "没有这个统计期，请重新选择。", "period")]


def _scopes(place: Place) -> Groups:
    """(group, [(code, name)]) of every scope the coordinator may write about."""
    s = session()
    return [
        ("全省", [(place.province, place_name(s, Place(place.province)))]),
        ("设区市", [(city.code, city.name) for city in cities_of(s, place)]),
        ("县（市、区）", [(region.code, region.name) for region in regions_of(s, place)]),
    ]


def _start_page(form: StartForm, scopes: Groups, periods: Groups, status: int) -> Page:
    page = render_template("briefs/start.html", form=form, scopes=scopes, periods=periods)
    return page, status


# --- words ------------------------------------------------------------------------------------


@blueprint.post("/<int:brief_id>")
@requires(Can.DRAFT_BRIEF)
def edit(brief_id: int) -> Page:
    """保存草稿; with a remark that this deals with; or at once 定稿."""
    brief = queries.get_brief(session(), brief_id, identity())
    form = MastheadForm()
    words = _typed_words(session(), brief)
    copies, problems = rules.copies_of(form.copies.data or "")
    if not form.validate_on_submit() or problems:
        return draft_page(brief, form, words, form.take(problems), 422)
    try:
        with transaction() as writing:
            drafting.edit(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                version=version(),
                wanted=_wanted(brief, form, copies, words),
            )
            if request.form.get("settle"):
                remarks.settle(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    brief_id=brief_id,
                    remark_id=whole(request.form.get("settle")),
                )
    except Refused as refusal:
        return draft_page(brief, form, words, form.take(refusal.problems), 422)
    except Conflict:
        return _conflict(brief_id, form, words)
    if request.form.get("then") == "freeze":
        return _freeze(brief_id)
    flash("草稿已保存。")
    return back(brief_id)


def _wanted(
    brief: Brief, form: MastheadForm, copies: list[tuple[str, str]], words: Mapping[str, str]
) -> Wanted:
    return Wanted(
        as_of=form.as_of.data or brief.as_of,
        title=(form.title.data or "").strip(),
        issuer=(form.issuer.data or "").strip(),
        issue=brief.issue if brief.replaces_id else form.issue.data,
        total=brief.total if brief.replaces_id else form.total.data,
        day=form.day.data or brief.day,
        salutation=(form.salutation.data or "").strip(),
        copies=copies,
        editor=(form.editor.data or "").strip(),
        phone=(form.phone.data or "").strip(),
        words=words,
        ranked=bool(form.ranked.data),
    )


def _conflict(brief_id: int, form: MastheadForm, words: Mapping[str, str]) -> Page:
    changed = Problem(
        "conflict",
        "您编辑期间，这份草稿已被他人修改。您填写的内容保留在下方，尚未保存；"
        "请核对以下不同之处后再次保存，保存后以您填写的为准。",
    )
    current = queries.get_brief(session(), brief_id, identity())
    if current.status is not Status.DRAFT:
        return refused(brief_id, rules.problems_of_step(current.status, Step.EDIT))
    stored = {field.name: field.data for field in form_of(current) if field.name != "csrf_token"}
    found = [*form.differences(stored), *_unlike(current, words)]
    return draft_page(current, form, words, [changed], 409, differences=found)


def _unlike(brief: Brief, words: Mapping[str, str]) -> list[Difference]:
    """Paragraphs that the two people worded differently."""
    drafted = drafting.content_of(session(), brief, demo=is_demo(), words={})
    texts = {one["key"]: one["text"] for one in snapshot.paragraphs_of(drafted)}
    return [
        Difference(name, words.get(key, texts[key]), brief.words.get(key, texts[key]))
        for key, name in numbers.paragraph_names(drafted).items()
        if words.get(key, texts[key]) != brief.words.get(key, texts[key])
    ]


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


# --- 定稿 ------------------------------------------------------------------------------------


@blueprint.post("/<int:brief_id>/freeze")
@requires(Can.DRAFT_BRIEF)
def freeze(brief_id: int) -> Page:
    return _freeze(brief_id)


def _freeze(brief_id: int) -> Page:
    """Snapshot, PDF and state in this order: what cannot be printed is not frozen."""
    brief = queries.get_brief(session(), brief_id, identity())
    try:
        publishing.problems_before_freezing(session(), brief)
        found = drafting.gathered_for(session(), brief, demo=is_demo())
        _look_at_figures(brief, found)
        content = drafting.content_of(session(), brief, demo=is_demo(), found=found)
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
        if brief.status is not Status.DRAFT:
            return refused(brief_id, refusal.problems)
        form = form_of(brief)
        rest = form.take(refusal.problems)
        return draft_page(brief, form, brief.words, rest, 422)
    except RenderFailed as failure:
        problem = Problem("render", failure.message)
        return draft_page(brief, form_of(brief), brief.words, [problem], 503)
    flash("已定稿：内容和版式已固定，请另一位同事审核后发布。")
    return back(brief_id)


def _look_at_figures(brief: Brief, gathered: Gathered) -> None:
    """Fields that name nothing stop; figures typed otherwise only until somebody says they are right."""
    drafted = drafting.content_of(session(), brief, demo=is_demo(), words={}, found=gathered)
    found = drafting.checked(drafted, brief.words)
    refuse_if(found.problems)
    if found.doubts and not request.form.get("sure"):
        refuse_if(
            [
                *(Problem("figure", doubt.message) for doubt in found.doubts),
                Problem(
                    "sure",
                    "草稿已保存，尚未定稿：请改正上述数字，或勾选“已核对，按所写定稿”后再次定稿。",
                ),
            ]
        )


@blueprint.post("/<int:brief_id>/discard")
@requires(Can.DRAFT_BRIEF)
def discard(brief_id: int) -> Page:
    try:
        with transaction() as writing:
            drafting.discard(
                writing,
                actor=identity(),
                now=clock.now(),
                brief_id=brief_id,
                version=version(),
            )
    except Refused as refusal:
        return refused(brief_id, refusal.problems)
    flash("草稿已删除。")
    return redirect(to("briefs.index"), 303)

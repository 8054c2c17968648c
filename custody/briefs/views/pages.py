"""The pages of one brief, which several views answer with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask import url_for as to
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from custody.accounts.access import identity, may
from custody.accounts.rules import Level, Place, Role
from custody.briefs import evidence, printing, queries, receipts, render, rules, tasks
from custody.briefs.actions import drafting, publishing
from custody.briefs.forms import InstructForm, MastheadForm, PublishForm, ReasonForm
from custody.briefs.models import Brief
from custody.briefs.rules import Status
from custody.infra import clock
from custody.kernel.problems import Problem
from custody.regions.queries import cities_of, place_name, regions_of
from custody.web import kept
from custody.web.database import files, session
from custody.web.formkit import Difference, whole

blueprint = Blueprint("briefs", __name__, url_prefix="/briefs")
kept.call(
    blueprint,
    "工作简报",
    {
        "start": "起草",
        "edit": {"save": "保存草稿", "freeze": "保存并定稿"},
        "freeze": "定稿",
        "thaw": "退回草稿",
        "review": "审核通过",
        "give_back": "退回修改",
        "publish": "发布",
        "discard": "删除草稿",
        "remark": "提出意见",
        "settle": "标为已处理",
        "correct": "编制更正版",
        "instruct": "登记批示",
        "answer": "办结",
        "reopen": "恢复办理",
    },
    "briefs.show",
)
Page = str | Response | tuple[str, int]
WORDS = "words."


def back(brief_id: int) -> Response:
    return redirect(to("briefs.show", brief_id=brief_id), 303)


def refused(brief_id: int, problems: Sequence[Problem]) -> Response:
    """A step that is no longer possible: said on the page as it is now."""
    flash("".join(problem.message for problem in problems))
    return back(brief_id)


def version() -> int:
    return whole(request.form.get("version"))


def is_demo() -> bool:
    return bool(current_app.config["DEMO"])


# --- the draft --------------------------------------------------------------------------------


def form_of(brief: Brief) -> MastheadForm:
    form = MastheadForm(formdata=None, obj=brief)
    form.copies.data = rules.copies_text(brief.copies)
    return form


def draft_page(
    brief: Brief,
    form: MastheadForm,
    words: Mapping[str, str],
    problems: Sequence[Problem] = (),
    status: int = 200,
    *,
    differences: Sequence[Difference] = (),
) -> Page:
    """The editor beside what it gives. `words` are the texts as typed so far; `differences`: to what
    somebody else saved while the page was open here."""
    s, demo = session(), is_demo()
    found = drafting.gathered_for(s, brief, demo=demo)
    drafted = drafting.content_of(s, brief, demo=demo, words={}, found=found)
    content = drafting.content_of(s, brief, demo=demo, words=words, found=found)
    checked = drafting.checked(drafted, words)
    said = receipts.remarks_on(session(), brief.id)
    page = render_template(
        "briefs/draft.html",
        brief=brief,
        form=form,
        sections=drafted["sections"],
        words=words,
        prefix=WORDS,
        title=drafted["title"],
        article=render.article(content, draft=True),
        ready=printing.ready(session(), files(), content, draft=True),
        problems=list(problems),
        checked=checked,
        remarks=said,
        open_remarks=[one for one in said if one.remark.settled_at is None],
        differences=differences,
        period=rules.period_words(brief.period),
    )
    return page, status


# --- frozen, reviewed, published --------------------------------------------------------------


@dataclass(slots=True)
class Typed:
    """What the person has in hand when the page comes again."""

    publish: PublishForm | None = None
    correct: ReasonForm | None = None
    instruct: InstructForm | None = None
    problems: Sequence[Problem] = ()


def brief_page(brief: Brief, typed: Typed | None = None, status: int = 200) -> Page:
    """The brief as it is printed, with what can be done about it."""
    assert brief.snapshot is not None
    s, typed = session(), typed or Typed()
    published = brief.status is Status.PUBLISHED
    old, new = queries.linked(s, brief)
    page = render_template(
        "briefs/show.html",
        brief=brief,
        article=render.article(brief.snapshot),
        code=evidence.code_of(brief.digest),
        second=brief.frozen_by != identity().id,
        Status=Status,
        old=old,
        new=new,
        superseded=new is not None and new.status is Status.PUBLISHED,
        tasks=tasks.tasks_on(s, brief.id) if published else [],
        typed=typed,
        instruct=_instruct_form(brief, typed) if published and may("instruct") else None,
        publish=_publish_form(brief, typed),
        correct=typed.correct or ReasonForm(formdata=None),
        period=rules.period_words(brief.period),
        readers=receipts.receipts(s, brief) if published and may("draft_brief") else [],
        today=clock.today(),
    )
    return page, status


def _publish_form(brief: Brief, typed: Typed) -> PublishForm | None:
    """With the numbers it will get; None where it cannot be published."""
    if brief.status is not Status.REVIEWED or not may("draft_brief"):
        return None
    if typed.publish is not None:
        return typed.publish
    issue, total = publishing.numbers_of(session(), brief)
    return PublishForm(formdata=None, issue=issue, total=total)


def _instruct_form(brief: Brief, typed: Typed) -> InstructForm:
    form = typed.instruct
    if form is None:
        who = identity()
        form = InstructForm(
            formdata=None,
            leader=who.name if who.role is Role.LEADER else "",
            given_on=clock.today(),
            place=brief.place.code,
        )
    form.place.choices = places_within(brief.place)
    return form


def places_within(place: Place) -> list[SelectChoice]:
    """The place itself and whatever lies in it."""
    s = session()
    found = [SelectChoice(place.code, place_name(s, place))]
    if place.level is Level.PROVINCE:
        found += [
            SelectChoice(city.code, city.name, optgroup="设区市") for city in cities_of(s, place)
        ]
    if place.level is not Level.REGION:
        found += [
            SelectChoice(region.code, region.name, optgroup="县（市、区）")
            for region in regions_of(s, place)
        ]
    return found

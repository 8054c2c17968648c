"""The pages of one brief, which several views answer with."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from custody.briefs import printing, render, rules
from custody.briefs.actions import drafting
from custody.briefs.forms import MastheadForm
from custody.briefs.models import Brief
from custody.kernel.problems import Problem
from custody.web import kept
from custody.web.database import files, session
from custody.web.formkit import whole

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
        "give_back": "审核退回",
        "publish": "发布",
        "discard": "删除草稿",
    },
    "briefs.show",
)
Page = str | Response | tuple[str, int]
WORDS = "words."


def form_of(brief: Brief) -> MastheadForm:
    form = MastheadForm(formdata=None, obj=brief)
    form.copies.data = rules.copies_text(brief.copies)
    return form


def draft_page(
    brief: Brief,
    form: MastheadForm,
    words: Mapping[str, str],
    problems: list[Problem] | None = None,
    status: int = 200,
) -> Page:
    """The editor beside what it gives. `words` are the texts as typed so far."""
    drafted = drafting.content_of(session(), brief, demo=is_demo(), words={})
    content = drafting.content_of(session(), brief, demo=is_demo(), words=words)
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
        problems=problems or [],
    )
    return page, status


def is_demo() -> bool:
    return bool(current_app.config["DEMO"])


def version() -> int:
    return whole(request.form.get("version"))

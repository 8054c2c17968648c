"""One order or problem: shown, answered, decided on, reopened; its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.attachments.models import Attachment
from custody.attachments.queries import get_attachment
from custody.infra import clock
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.supervision.actions import answering, deciding
from custody.supervision.actions.answering import Given, Reply
from custody.supervision.actions.deciding import Verdict
from custody.supervision.forms import DRAFTED, AnswerForm, DecideForm, ReopenForm, draft_fields
from custody.supervision.queries import matters as queries
from custody.supervision.queries.dossier import dossier
from custody.supervision.queries.matters import FILES, Heap
from custody.supervision.rules import Status
from custody.supervision.views.lists import MEANWHILE, accept_word, decided_words
from custody.supervision.views.pages import Answer, Typed, matter_page
from custody.web import attached, kept
from custody.web.database import session, transaction
from custody.web.formkit import whole
from custody.web.kept import About

blueprint = Blueprint("matters", __name__)
ONE = "/supervision/<int:number>"
Page = Response | Answer


@blueprint.get(ONE)
@requires(Can.SEE_SUPERVISION)
def show(number: int) -> Page:
    return matter_page(number)


# --- answers ---------------------------------------------------------------------------------


@blueprint.post(ONE)
@requires(Can.ANSWER_SUPERVISION)
def answer(number: int) -> Page:
    """阶段反馈, or the answer that asks for 销号; what could not be sent stays as a draft."""
    form = AnswerForm()
    final = request.form.get("act") == "final"
    if not form.validate_on_submit():
        _keep(number)
        return matter_page(number, Typed(answer=form), 422)
    reply = Reply(
        measures=form.notes.data,
        promised=form.forecast.data,
        final=final,
        forecast=form.move.data,
    )
    try:
        with transaction() as writing:
            given = answering.answer(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=form.version_seen,
                reply=reply,
            )
    except Refused as refusal:
        _keep(number)
        return matter_page(number, Typed(answer=form, problems=form.take(refusal.problems)), 422)
    except Conflict:
        _keep(number)
        return _conflict(number, form)
    flash(_said(given))
    return redirect(url_for("matters.show", number=number), 303)


def _said(given: Given) -> str:
    matter = given.matter
    said = {
        Status.AWAITING_CITY: "反馈已报送并申请销号，等待设区市审核。",
        Status.AWAITING_PROVINCE: "反馈已报送并申请销号；所在设区市未设审核员，已直接报省级核实。",
    }.get(matter.status, "阶段反馈已报送，请按新的时限推进，办结后申请销号。")
    if given.forecast:
        said += f"{matter.milestone_code}的预计完成日期已同时更新。"
    return said


def _conflict(number: int, form: AnswerForm) -> Answer:
    """Somebody else answered meanwhile: their words beside one's own, which are still to be sent."""
    found = dossier(session(), number, who=identity(), today=clock.today())
    form.version.data = str(found.matter.version)
    form.base.data = str(found.matter.answers)
    theirs = found.answers[0].answer if found.answers else None
    stored = {
        "notes": theirs.measures if theirs else "",
        "forecast": theirs.promised if theirs else None,
    }
    typed = Typed(answer=form, differences=form.differences(stored))
    return matter_page(number, typed, 409)


def _keep(number: int) -> None:
    with transaction() as writing:
        answering.keep_draft(
            writing,
            actor=identity(),
            now=clock.now(),
            number=number,
            fields=draft_fields(request.form),
        )


@blueprint.post(f"{ONE}/draft")
@requires(Can.ANSWER_SUPERVISION)
def draft(number: int) -> Response:
    """For the page's script: keep what is typed so far; emptied again, it is dropped."""
    fields, now, who = draft_fields(request.form), clock.now(), identity()
    with transaction() as writing:
        if any(fields[name].strip() for name in DRAFTED):
            answering.keep_draft(writing, actor=who, now=now, number=number, fields=fields)
        else:
            matter, _ = queries.get_matter(writing, number, who=who)
            answering.forget_draft(writing, actor=who, matter=matter)
    return jsonify(saved=f"{now:%H:%M}")


@blueprint.post(f"{ONE}/draft/discard")
@requires(Can.ANSWER_SUPERVISION)
def forget(number: int) -> Response:
    with transaction() as writing:
        matter, _ = queries.get_matter(writing, number, who=identity())
        answering.forget_draft(writing, actor=identity(), matter=matter)
    flash("草稿已放弃。")
    return redirect(url_for("matters.show", number=number), 303)


# --- decisions -------------------------------------------------------------------------------


@blueprint.post(f"{ONE}/decide")
@requires(Can.REVIEW_FOR_CITY, Can.SUPERVISE)
def decide(number: int) -> Page:
    """Pass, close or return; then the next that waits."""
    queries.get_matter(session(), number, who=identity())
    form = DecideForm()
    try:
        verdict = Verdict(request.form.get("verdict", ""))
    except ValueError:
        problem = Problem("verdict", f"请选择“{accept_word()}”或“退回”。")
        return matter_page(number, Typed(decide=form, problems=[problem]), 422)
    if not form.validate_on_submit():
        return matter_page(number, Typed(decide=form), 422)
    try:
        with transaction() as writing:
            [matter] = deciding.decide(
                writing,
                actor=identity(),
                now=clock.now(),
                chosen=[(number, whole(form.version.data))],
                verdict=verdict,
                reason=form.reason.data or "",
            )
    except Refused as refusal:
        return matter_page(number, Typed(decide=form, problems=form.take(refusal.problems)), 422)
    except Conflict:
        return matter_page(number, Typed(decide=form, problems=[MEANWHILE]), 409)
    flash(f"已{decided_words(matter.status)}：{matter.title}。")
    following = queries.next_matter(session(), identity(), today=clock.today(), but=number)
    if following is None:
        return redirect(url_for("supervision.index", heap=Heap.MINE.value), 303)
    return redirect(url_for("matters.show", number=following.matter.id), 303)


@blueprint.post(f"{ONE}/reopen")
@requires(Can.SUPERVISE)
def reopen(number: int) -> Page:
    queries.get_matter(session(), number, who=identity())
    form = ReopenForm()
    if not form.validate_on_submit():
        return matter_page(number, Typed(reopen=form), 422)
    try:
        with transaction() as writing:
            deciding.reopen(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                reason=form.reason.data or "",
            )
    except Refused as refusal:
        return matter_page(number, Typed(reopen=form, problems=form.take(refusal.problems)), 422)
    except Conflict:
        return matter_page(number, Typed(reopen=form, problems=[MEANWHILE]), 409)
    flash("已重新打开，责任单位将在待办中看到理由。")
    return redirect(url_for("matters.show", number=number), 303)


# --- files -----------------------------------------------------------------------------------


@blueprint.post(f"{ONE}/files")
@requires(Can.ANSWER_SUPERVISION)
def add_files(number: int) -> Page | Response:
    """A batch of files for the next answer: the good ones are kept, every bad one is named."""
    who = identity()
    queries.get_matter(session(), number, who=who)
    received = attached.taken()
    problems, names = list(received.problems), []
    if received.files:
        try:
            with transaction() as writing:
                answering.attach(
                    writing, actor=who, now=clock.now(), number=number, files=received.files
                )
            names = [one.name for one in received.files]
        except Refused as refusal:
            problems += refusal.problems
    if request.accept_mimetypes.best == "application/json":
        reply = jsonify(kept=names, problems=[problem.message for problem in problems])
        reply.status_code = 422 if problems else 200
        return reply
    if problems:
        return matter_page(number, Typed(upload_problems=problems, uploaded=names), 422)
    flash(f"已上传{len(names)}份材料：{'、'.join(names)}。")
    return redirect(url_for("matters.show", number=number, _anchor="evidence"), 303)


@blueprint.post(f"{ONE}/files/<int:file>/remove")
@requires(Can.ANSWER_SUPERVISION)
def remove_file(number: int, file: int) -> Page:
    _the_file(number, file)
    try:
        with transaction() as writing:
            answering.remove_file(
                writing, actor=identity(), now=clock.now(), number=number, file=file
            )
    except Refused as refusal:
        return matter_page(number, Typed(upload_problems=refusal.problems), 422)
    flash("已移除该份材料；办理记录中仍可查到。")
    return redirect(url_for("matters.show", number=number, _anchor="evidence"), 303)


@blueprint.get(f"{ONE}/files/<int:file>")
@requires(Can.READ_EVIDENCE)
def download(number: int, file: int) -> Page:
    """The file with its original name; `?view=1` shows PDF and pictures in place. Recorded."""
    row = _the_file(number, file)

    def note(writing: Session, _name: str, inline: bool) -> None:
        answering.note_file_download(
            writing, actor=identity(), now=clock.now(), number=number, file=file, inline=inline
        )

    return attached.hand_out(row, note)


def _the_file(number: int, file: int) -> Attachment:
    """A file of this matter; NotFound for any other."""
    matter, _ = queries.get_matter(session(), number, who=identity())
    return get_attachment(session(), file, kind=FILES, subject=matter.id)


# --- forms that are offered again ------------------------------------------------------------

_ACTS = {
    "matters.decide": "审核",
    "matters.reopen": "重新打开",
    "matters.remove_file": "移除材料",
    "matters.forget": "放弃草稿",
}


def _described(endpoint: str, args: Mapping[str, Any], fields: Mapping[str, str]) -> About:
    act = _ACTS.get(endpoint, "")
    if endpoint == "matters.answer":
        act = "反馈并申请销号" if fields.get("act") == "final" else "报送阶段反馈"
    try:
        matter, _ = queries.get_matter(session(), args["number"], who=identity())
    except NotFound:
        return About(act=act)
    return About(matter.title, act, url_for("matters.show", number=matter.id))


kept.describe(blueprint, _described)

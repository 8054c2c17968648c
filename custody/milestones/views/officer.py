from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.kernel.problems import Conflict, Problem, Refused
from custody.milestones import tables
from custody.milestones.actions import reporting
from custody.milestones.forms import DRAFTED, ReportForm, as_text, draft_fields
from custody.milestones.models import Milestone
from custody.milestones.queries.milestones import get_milestone
from custody.milestones.queries.work import desk_of
from custody.milestones.rules import Claim, Status
from custody.milestones.views.described import described
from custody.milestones.views.pages import Answer, Typed, conflict_page, milestone_page
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import whole

blueprint = Blueprint("milestones", __name__)
kept.describe(blueprint, described)
ONE = "/regions/<region>/milestones/<code>"
Page = Response | Answer | str

ACTS = ("save", "submit", "not_applicable", "edit")
"""The buttons of the form: 保存, 提交审核, 申请不适用, and back into the form from a conflict."""


@blueprint.get("/todo")
@requires(Can.REPORT_MILESTONE)
def todo() -> str:
    desk = desk_of(session(), identity(), clock.today())
    return render_template("milestones/todo.html", desk=desk)


@blueprint.get("/todo.xlsx")
@requires(Can.REPORT_MILESTONE)
def todo_table() -> Page:
    who, today = identity(), clock.today()
    desk = desk_of(session(), who, today)
    return table_file(
        tables.desk(desk, today),
        actor=who,
        place=who.place,
        name=f"{desk.region.name}待办里程碑",
        plain=f"todo-{desk.region.code}",
        note=f"{len(desk.open)}项",
    )


@blueprint.post("/todo/no-change")
@requires(Can.REPORT_MONTH)
def no_change() -> Page:
    with transaction() as writing:
        report = reporting.report_no_change(writing, actor=identity(), now=clock.now())
    done = "已记录“本月无变化”。" if report.no_change else "本月已有更新记录，无需再报“无变化”。"
    flash(done)
    return redirect(url_for("milestones.todo"), 303)


@blueprint.get(ONE)
@requires(Can.SEE_PROGRAMME)
def show(region: str, code: str) -> Answer:
    return milestone_page(region, code)


@blueprint.post(ONE)
@requires(Can.REPORT_MILESTONE)
def report(region: str, code: str) -> Page:
    """Save, submit or declare not applicable; the same form and the same fields for all three."""
    form = ReportForm()
    act = request.form.get("act", "save")
    if not form.validate_on_submit():
        _keep(region, code)
        return milestone_page(region, code, Typed(report=form), 422)
    if act not in ACTS or act == "edit":
        _keep(region, code)
        return milestone_page(region, code, Typed(report=form))
    try:
        with transaction() as writing:
            milestone = _carry_out(writing, act, region, code, form)
    except Refused as refusal:
        _keep(region, code)
        typed = Typed(report=form, problems=form.take(refusal.problems))
        return milestone_page(region, code, typed, 422)
    except Conflict:
        _keep(region, code)
        return conflict_page(region, code, form, act)
    flash(_said(act, milestone))
    return redirect(url_for("milestones.show", region=region, code=code), 303)


def _carry_out(writing: Session, act: str, region: str, code: str, form: ReportForm) -> Milestone:
    who, now, version = identity(), clock.now(), form.version_seen
    if act == "save":
        return reporting.update(
            writing,
            actor=who,
            now=now,
            region=region,
            code=code,
            version=version,
            report=form.report,
        )
    return reporting.submit(
        writing,
        actor=who,
        now=now,
        region=region,
        code=code,
        version=version,
        claim=Claim.DONE if act == "submit" else Claim.NOT_APPLICABLE,
        report=form.report,
        reason=form.reason.data,
    )


def _said(act: str, milestone: Milestone) -> str:
    if act == "save":
        return f"{milestone.code}的进展已保存。"
    turn = "等待设区市审核" if milestone.status is Status.AWAITING_CITY else "等待省级核实"
    return f"{milestone.code}已提交，正在{turn}；结果会显示在“我的待办”中。"


def _keep(region: str, code: str) -> None:
    """What could not be saved stays as a draft, whatever happens to the page."""
    with transaction() as writing:
        reporting.keep_draft(
            writing,
            actor=identity(),
            now=clock.now(),
            region=region,
            code=code,
            fields=draft_fields(request.form),
        )


@blueprint.post(f"{ONE}/draft")
@requires(Can.REPORT_MILESTONE)
def draft(region: str, code: str) -> Response:
    """For the page's script: keep what is typed so far. Typed back to what is saved, it is dropped."""
    fields, now, who = draft_fields(request.form), clock.now(), identity()
    with transaction() as writing:
        milestone, _ = get_milestone(writing, region, code, place=who.place, lock=True)
        saved = {**as_text(milestone), "reason": ""}
        if all(fields[name].strip() == saved[name].strip() for name in DRAFTED):
            reporting.forget_draft(writing, actor=who, milestone=milestone)
        else:
            reporting.keep_draft(
                writing, actor=who, now=now, region=region, code=code, fields=fields
            )
    return jsonify(saved=f"{now:%H:%M}")


@blueprint.post(f"{ONE}/draft/discard")
@requires(Can.REPORT_MILESTONE)
def discard(region: str, code: str) -> Response:
    with transaction() as writing:
        milestone, _ = get_milestone(writing, region, code, place=identity().place)
        reporting.forget_draft(writing, actor=identity(), milestone=milestone)
    flash("草稿已放弃，表中为最近一次保存的内容。")
    return redirect(url_for("milestones.show", region=region, code=code), 303)


@blueprint.post(f"{ONE}/withdraw")
@requires(Can.REPORT_MILESTONE)
def withdraw(region: str, code: str) -> Page:
    try:
        with transaction() as writing:
            reporting.withdraw(
                writing,
                actor=identity(),
                now=clock.now(),
                region=region,
                code=code,
                version=whole(request.form.get("version")),
            )
    except Refused as refusal:
        return milestone_page(region, code, Typed(problems=refusal.problems), 422)
    except Conflict:
        return milestone_page(region, code, Typed(problems=[_MEANWHILE]), 409)
    flash("已撤回，修改后请重新提交。")
    return redirect(url_for("milestones.show", region=region, code=code), 303)


_MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，审核情况有了变化，本次撤回没有生效；请查看下方最新情况后再操作。",
)

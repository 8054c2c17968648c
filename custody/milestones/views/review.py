from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.infra.workdays import working_days_between
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, Refused
from custody.milestones import rules, tables, wording
from custody.milestones.actions import review
from custody.milestones.actions.review import Decided, Verdict
from custody.milestones.forms import ReopenForm, ReplanForm, ReviewForm
from custody.milestones.models import Milestone
from custody.milestones.queries import milestones as queries
from custody.milestones.queries.lifecycles import policy_of
from custody.milestones.queries.milestones import Waiting, get_milestone
from custody.milestones.queries.work import cities_waiting, next_in_queue, state_of
from custody.milestones.rules import STAGES
from custody.milestones.views.described import accept_word, described
from custody.milestones.views.officer import ONE
from custody.milestones.views.pages import (
    Answer,
    Typed,
    history_of,
    milestone_page,
    open_dossier,
)
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.downloads import PICTURES, SHOWN
from custody.web.exports import table_file
from custody.web.formkit import whole
from custody.web.paging import page_of

blueprint = Blueprint("review", __name__)
kept.describe(blueprint, described)
Page = Response | Answer

_MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，所选提交中有的已被他人处理或由填报单位更新，本次没有办理；"
    "请核对最新内容后再操作，您填写的理由仍保留。",
)


@blueprint.get("/queue")
@requires(Can.REVIEW_FOR_CITY, Can.REVIEW_FOR_PROVINCE)
def queue() -> Answer:
    return _queue_page(ReviewForm(formdata=None))


def _queue_page(
    form: ReviewForm,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> Answer:
    who, today = identity(), clock.today()
    cities = cities_waiting(session(), who)
    city = _city()
    total = sum(count for one, count in cities if city in (None, one.code))
    page = page_of(total)
    policy = policy_of(session(), who.place.province)
    rows = queries.queue(session(), who, city=city, limit=page.size, offset=page.offset)
    answer = render_template(
        "milestones/queue.html",
        rows=[_line(row, today, policy) for row in rows],
        names={one.code: one.name for one, _ in cities},
        cities=cities,
        city=city,
        page=page,
        form=form,
        problems=problems or [],
        chosen=set(request.form.getlist("chosen")),
        accept=accept_word(),
        overdue_after=policy.review_working_days,
    )
    return answer, status


@blueprint.get("/queue.xlsx")
@requires(Can.REVIEW_FOR_CITY, Can.REVIEW_FOR_PROVINCE)
def table() -> Page:
    """Everything that waits for this reviewer, as filtered."""
    who, today = identity(), clock.today()
    policy = policy_of(session(), who.place.province)
    rows = queries.queue(session(), who, city=_city(), limit=MOST_LISTED)
    return table_file(
        tables.queue(
            [
                (row, _days(row, today), rules.signal_of(state_of(row.milestone), today, policy))
                for row in rows
            ],
            title="待审核里程碑",
            under=f"截至{full_day(today)}　共{len(rows)}项",
        ),
        actor=who,
        place=who.place,
        name="待审核里程碑",
        plain="queue",
        note=f"{len(rows)}项",
    )


MOST_LISTED = 20_000


def _days(row: Waiting, today: date) -> int:
    since = row.milestone.awaiting_since or row.milestone.submitted_at
    return working_days_between(since.date(), today) if since else 0


def _line(row: Waiting, today: date, policy: rules.LightPolicy) -> dict[str, object]:
    days = _days(row, today)
    return {
        "w": row,
        "m": row.milestone,
        "region": row.region,
        "days": days,
        "overdue": wording.overdue_review(days, policy),
        "signal": rules.signal_of(state_of(row.milestone), today, policy),
        "own": row.milestone.submitted_by == identity().id,
    }


def _city() -> str | None:
    return request.values.get("city", "")[:12] or None


@blueprint.post("/queue")
@requires(Can.REVIEW_FOR_CITY, Can.REVIEW_FOR_PROVINCE)
def decide_several() -> Page:
    """One verdict for every submission that is ticked; all of them or none."""
    form = ReviewForm()
    chosen = [_pair(text) for text in request.form.getlist("chosen")]
    if not chosen:
        return _queue_page(form, [Problem("none", "请先勾选要办理的提交。")], 422)
    answer = _decide(form, chosen)
    if isinstance(answer, Decided):
        flash(_said(answer))
        return redirect(url_for("review.queue", city=_city()), 303)
    problems, status = answer
    return _queue_page(form, problems, status)


def _pair(text: str) -> tuple[int, int]:
    number, _, version = text.partition(".")
    return whole(number), whole(version)


def _decide(form: ReviewForm, chosen: list[tuple[int, int]]) -> Decided | tuple[list[Problem], int]:
    """Carry the verdict out, or the problems that belong to no field and the page's status."""
    try:
        verdict = Verdict(request.form.get("verdict", ""))
    except ValueError:
        return [Problem("verdict", f"请选择“{accept_word()}”或“退回”。")], 422
    if not form.validate_on_submit():
        return [], 422
    try:
        with transaction() as writing:
            return review.decide(
                writing,
                actor=identity(),
                now=clock.now(),
                chosen=chosen,
                verdict=verdict,
                reason=form.reason.data or "",
            )
    except Refused as refusal:
        return form.take(refusal.problems), 422
    except Conflict:
        return [_MEANWHILE], 409


def _said(decided: Decided) -> str:
    """已确认销号2项 …, and which regions moved on by it."""
    first = decided.milestones[0]
    if len(decided.milestones) == 1:
        said = f"已{wording.DECIDED[first.status]}：{first.code} {first.item.name}。"
    else:
        said = wording.decided_words(one.status for one in decided.milestones) + "。"
    for region, stage in decided.moved:
        following = STAGES[stage.order + 1].label()
        said += f"{region.name}已通过“{stage.label()}”，进入“{following}”，后续里程碑已开启。"
    return said


# --- one submission ---------------------------------------------------------------------------


@blueprint.get(f"{ONE}/review")
@requires(Can.REVIEW_FOR_CITY, Can.REVIEW_FOR_PROVINCE)
def show(region: str, code: str) -> Page:
    milestone, _ = get_milestone(session(), region, code, place=identity().place)
    if not milestone.status.awaiting:
        return redirect(url_for("milestones.show", region=region, code=code), 303)
    return _review_page(region, code, ReviewForm(formdata=None))


def _review_page(
    region: str,
    code: str,
    form: ReviewForm,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> Answer:
    found = open_dossier(region, code)
    who = identity()
    wanted = request.args.get("file", "")
    shown = [one for one, _ in found.evidence if one.media_type in SHOWN]
    preview = next((one for one in shown if str(one.id) == wanted), shown[0] if shown else None)
    answer = render_template(
        "milestones/review.html",
        d=found,
        m=found.milestone,
        told=history_of(found),
        form=form,
        problems=problems or [],
        obstacles=review.obstacles(
            session(), actor=who, milestone=found.milestone, region=found.region
        ),
        preview=preview,
        pictures=PICTURES,
        shown=SHOWN,
        city=_city(),
        accept=accept_word(),
        following=next_in_queue(session(), who, after=found.milestone, city=_city()),
    )
    return answer, status


@blueprint.post(f"{ONE}/review")
@requires(Can.REVIEW_FOR_CITY, Can.REVIEW_FOR_PROVINCE)
def decide(region: str, code: str) -> Page:
    """Pass, confirm or return; then the next in the queue."""
    milestone, _ = get_milestone(session(), region, code, place=identity().place)
    form = ReviewForm()
    answer = _decide(form, [(milestone.id, whole(form.version.data))])
    if isinstance(answer, Decided):
        flash(_said(answer))
        return redirect(_next_url(milestone), 303)
    problems, status = answer
    if not milestone.status.awaiting:
        typed = Typed(problems=problems, reason=form.reason.data or "")
        return milestone_page(region, code, typed, status)
    return _review_page(region, code, form, problems, status)


def _next_url(milestone: Milestone) -> str:
    following = next_in_queue(session(), identity(), after=milestone, city=_city())
    if following is None:
        return url_for("review.queue", city=_city())
    return url_for(
        "review.show",
        region=following.region.code,
        code=following.milestone.code,
        city=_city(),
    )


# --- the coordinator's corrections ------------------------------------------------------------


@blueprint.post(f"{ONE}/reopen")
@requires(Can.REVIEW_FOR_PROVINCE)
def reopen(region: str, code: str) -> Page:
    form = ReopenForm()
    if not form.validate_on_submit():
        return milestone_page(region, code, Typed(reopen=form), 422)
    try:
        with transaction() as writing:
            review.reopen(
                writing,
                actor=identity(),
                now=clock.now(),
                region=region,
                code=code,
                version=whole(form.version.data),
                reason=form.reason.data or "",
            )
    except Refused as refusal:
        typed = Typed(reopen=form, problems=form.take(refusal.problems))
        return milestone_page(region, code, typed, 422)
    except Conflict:
        return milestone_page(region, code, Typed(reopen=form, problems=[_MEANWHILE]), 409)
    flash(f"{code}已退回重报，填报单位将在待办中看到退回理由。")
    return redirect(url_for("milestones.show", region=region, code=code), 303)


@blueprint.post(f"{ONE}/replan")
@requires(Can.REPLAN)
def replan(region: str, code: str) -> Page:
    form = ReplanForm()
    if not form.validate_on_submit():
        return milestone_page(region, code, Typed(replan=form), 422)
    try:
        with transaction() as writing:
            review.replan(
                writing,
                actor=identity(),
                now=clock.now(),
                region=region,
                code=code,
                version=whole(form.version.data),
                planned=form.planned.data,
                reason=form.reason.data or "",
            )
    except Refused as refusal:
        typed = Typed(replan=form, problems=form.take(refusal.problems))
        return milestone_page(region, code, typed, 422)
    except Conflict:
        return milestone_page(region, code, Typed(replan=form, problems=[_MEANWHILE]), 409)
    flash(f"{code}的计划完成日期已调整。")
    return redirect(url_for("milestones.show", region=region, code=code), 303)

"""批示: entered on a published brief, followed, answered, opened again."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask import url_for as to

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.briefs import queries, rules, tables, tasks
from custody.briefs.actions import instructions as acts
from custody.briefs.actions.instructions import Given
from custody.briefs.forms import AnswerForm, InstructForm, ReasonForm
from custody.briefs.rules import InstructionState, Status
from custody.briefs.tasks import Task
from custody.briefs.views.pages import Page, Typed, blueprint, brief_page, refused, version
from custody.infra import clock
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.queries import place_of_code
from custody.web import asides
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import clean
from custody.web.paging import page_of

__all__ = ["blueprint"]
_STATES = {"open": InstructionState.OPEN, "done": InstructionState.DONE}


@blueprint.post("/<int:brief_id>/instructions")
@requires(Can.INSTRUCT)
def instruct(brief_id: int) -> Page:
    brief, form = queries.get_brief(session(), brief_id, identity()), InstructForm()
    if brief.status is not Status.PUBLISHED:
        return refused(brief_id, [Problem("unpublished", "简报尚未发布，发布后才能登记批示。")])
    code = form.place.data or brief.place.code
    if not form.validate_on_submit():
        return brief_page(brief, Typed(instruct=form), 422)
    given_on = form.given_on.data
    assert given_on is not None
    given = Given(
        leader=form.leader.data or "",
        given_on=given_on,
        text=clean(form.text.data),
        place=place_of_code(session(), code),
        due=form.due.data,
    )
    try:
        with transaction() as writing:
            acts.instruct(
                writing, actor=identity(), now=clock.now(), brief_id=brief_id, given=given
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return brief_page(brief, Typed(instruct=form, problems=rest), 422)
    flash("批示已登记，承办单位会收到消息。")
    return redirect(to("briefs.show", brief_id=brief_id, _anchor="instructions"), 303)


# --- all of them ------------------------------------------------------------------------------


def _state() -> tuple[str, InstructionState | None]:
    asked = request.args.get("state", "open")
    return (asked, _STATES[asked]) if asked in _STATES else ("all", None)


@blueprint.get("/instructions")
@requires(Can.READ_BRIEF)
def instructions() -> Page:
    name, state = _state()
    who, s = identity(), session()
    page = page_of(tasks.count_tasks(s, who, state), 50)
    return render_template(
        "briefs/instructions.html",
        tasks=tasks.tasks(s, who, state, limit=page.size, offset=page.offset),
        page=page,
        state=name,
        turn=turn,
        today=clock.today(),
    )


def turn(task: Task) -> str:
    """Whose turn it is, in words."""
    if task.instruction.state is InstructionState.DONE:
        return "—"
    return rules.whose_turn(task.instruction.place.level, task.place)


@blueprint.get("/instructions.xlsx")
@requires(Can.EXPORT)
def instructions_table() -> Page:
    _, state = _state()
    who = identity()
    rows = tasks.tasks(session(), who, state)
    return table_file(
        tables.tasks(
            [(row, turn(row)) for row in rows],
            under=f"截至{full_day(clock.today())}　共{len(rows)}条",
        ),
        actor=who,
        place=who.place,
        name="领导批示",
        plain="instructions",
        note=f"{len(rows)}条",
    )


# --- one --------------------------------------------------------------------------------------


@blueprint.get("/instructions/<int:number>")
@requires(Can.READ_BRIEF)
def instruction(number: int) -> Page:
    return _page(number)


def _page(
    number: int,
    *,
    answer: AnswerForm | None = None,
    reason: ReasonForm | None = None,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> Page:
    who = identity()
    task = tasks.get_task(session(), number, who)
    given = task.instruction
    page = render_template(
        "briefs/instruction.html",
        task=task,
        turn=turn(task),
        open=given.state is InstructionState.OPEN,
        may_read=who.place.covers(task.brief.place),
        may_answer=may("answer_instruction", given.place),
        may_reopen=may("instruct", task.brief.place),
        answer=answer or AnswerForm(formdata=None, answer=given.answer),
        reason=reason or ReasonForm(formdata=None),
        problems=problems or [],
        today=clock.today(),
    )
    return page, status


@blueprint.post("/instructions/<int:number>/answer")
@requires(Can.ANSWER_INSTRUCTION)
def answer(number: int) -> Page:
    form = AnswerForm()
    try:
        with transaction() as writing:
            acts.finish(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=version(),
                answer=clean(form.answer.data),
            )
    except Refused as refusal:
        return _page(number, answer=form, problems=form.take(refusal.problems), status=422)
    except Conflict:
        return _page(number, answer=form, problems=[_MEANWHILE], status=409)
    flash("已办结，登记批示的领导和协调员会收到消息。")
    return redirect(to("briefs.instruction", number=number), 303)


_MEANWHILE = Problem(
    "meanwhile",
    "您打开页面之后，这条批示已被他人办理；您填写的内容保留在下方，请核对现有内容后再办。",
)


@blueprint.post("/instructions/<int:number>/reopen")
@requires(Can.INSTRUCT)
def reopen(number: int) -> Page:
    form = ReasonForm()
    try:
        with transaction() as writing:
            acts.reopen(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=version(),
                reason=clean(form.reason.data),
            )
    except Refused as refusal:
        return _page(number, reason=form, problems=form.take(refusal.problems), status=422)
    except Conflict:
        return _page(number, reason=form, problems=[_MEANWHILE], status=409)
    flash("已恢复办理，承办单位会收到消息。")
    return redirect(to("briefs.instruction", number=number), 303)


# --- on the pages of others -------------------------------------------------------------------


def _waiting() -> str:
    """On top of 我的待办 and of the reviewers' queue: what leaders wrote and nobody has answered."""
    found = tasks.waiting_tasks(session(), identity())
    if not found:
        return ""
    return render_template("briefs/todo.html", tasks=found, today=clock.today())


asides.offer(blueprint, "todo", _waiting)
asides.offer(blueprint, "queue", _waiting)

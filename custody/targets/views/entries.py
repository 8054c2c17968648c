"""Entries on a task: enter, read, correct, confirm or return, withdraw; their evidence."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.attachments.queries import attached_to, get_attachment
from custody.infra import clock
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.regions.models import Target, Task
from custody.regions.rules import Counting
from custody.targets.actions import entries as acts
from custody.targets.forms import AreaForm, EntryForm, QuantityForm
from custody.targets.models import Entry
from custody.targets.queries import entries as queries
from custody.targets.queries.quantities import of_year
from custody.targets.rules.retrofits import Alike
from custody.targets.rules.review import STEPS, Review, Step
from custody.targets.views.decided import STALE, act, take_files
from custody.targets.views.tasks import TYPED_IN, find, reports, targets_of
from custody.web import attached, kept
from custody.web.database import session, transaction
from custody.web.downloads import SHOWN
from custody.web.filters import quantity
from custody.web.formkit import whole

blueprint = Blueprint("entries", __name__, url_prefix="/tasks/<int:number>/entries")
kept.call(
    blueprint,
    "任务进展",
    {
        "enter": "提交",
        "correct": "保存更正",
        "decide": {"confirm": "确认", "return": "退回"},
        "withdraw": "撤回",
    },
    "entries.show",
)
Page = str | Response | tuple[str, int]
AnyForm = EntryForm | QuantityForm | AreaForm


def _target(task: Task, key: str) -> Target | None:
    """The number an entry is for; NotFound for one that is not typed in."""
    if not key:
        return None
    for one in targets_of(task):
        if one.key == key and one.counting in TYPED_IN:
            return one
    raise NotFound


def _form(target: Target | None, besides: Sequence[int], old: Entry | None = None) -> AnyForm:
    if target is None:
        return EntryForm(obj=old)
    if target.counting is not Counting.AREA:
        form = QuantityForm(obj=old)
        form.quantity.label.text = f"完成数量（{target.unit}）"
        return form
    area = AreaForm(obj=old)
    there = queries.similar(
        session(), identity().place, target.year, target=target.id, besides=besides
    )
    area.link.choices = {"": "不关联"} | {one.key: _choice(one) for one in there}
    if old is not None and not area.is_submitted():
        area.link.data = _link_of(old)
    return area


def _choice(one: Alike) -> str:
    kind = "合同措施" if one.source == "measure" else "已有填报"
    return f"{kind}：{one.name}（{quantity(one.area)}平方米）"


def _link_of(entry: Entry) -> str:
    """How the form names what it is the same as: in the version that stands today."""
    if entry.linked_measure is not None:
        return f"measure-{entry.linked_measure}"
    if entry.linked_entry_id is None:
        return ""
    return f"entry-{queries.standing(session(), entry.linked_entry_id)}"


def _form_page(
    task: Task,
    target: Target | None,
    form: AnyForm,
    *,
    rest: Sequence[Problem] = (),
    old: Entry | None = None,
    status: int = 200,
) -> Page:
    page = render_template(
        "targets/entry_form.html",
        task=task,
        target=target,
        form=form,
        rest=rest,
        old=old,
        kept=attached_to(session(), "target", [old.id])[old.id] if old else [],
        keep=_kept() if form.is_submitted() else None,
    )
    return page, status


def _kept() -> list[int]:
    return [int(one) for one in request.form.getlist("keep") if one.isdecimal() and len(one) < 10]


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Can.REPORT_TARGET)
def enter(number: int) -> Page:
    task = find(number)
    if not reports(task):
        raise NotFound
    target = _target(task, request.args.get("target", ""))
    form = _form(target, ())
    if not form.is_submitted():
        return _form_page(task, target, form)
    if form.validate():
        try:
            files = take_files(form)
            with transaction() as writing:
                entry = acts.enter(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    task=task,
                    target=target,
                    told=form.told,
                    files=files,
                    ticket=form.ticket.data,
                )
            flash("已填报。" if entry.status is Review.CONFIRMED else "已填报，等待省级确认。")
            return redirect(url_for("entries.show", number=number, entry=entry.id), 303)
        except Refused as refusal:
            return _form_page(task, target, form, rest=form.take(refusal.problems), status=422)
    return _form_page(task, target, form, status=422)


@blueprint.route("/<int:entry>/correct", methods=["GET", "POST"])
@requires(Can.REPORT_TARGET)
def correct(number: int, entry: int) -> Page:
    """A new version of an entry; the old one stays readable."""
    task = find(number)
    old = queries.get_entry(session(), entry, task=task, place=identity().place)
    if not _own(old):
        raise NotFound
    target = next((one for one in targets_of(task) if one.id == old.target_id), None)
    form = _form(target, (old.id,), old)
    if not form.is_submitted():
        form.version.data = str(old.version)
        if old.status.over:
            return redirect(url_for("entries.show", number=number, entry=entry))
        return _form_page(task, target, form, old=old)
    if not form.validate():
        return _form_page(task, target, form, old=old, status=422)
    try:
        files = take_files(form)
        with transaction() as writing:
            new = acts.correct(
                writing,
                actor=identity(),
                now=clock.now(),
                task=task,
                number=entry,
                version=form.seen,
                target=target,
                told=form.told,
                files=files,
                keep=_kept(),
                ticket=form.ticket.data,
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return _form_page(task, target, form, rest=rest, old=old, status=422)
    except Conflict:
        form.version.data = str(old.version)
        return _form_page(task, target, form, rest=[STALE], old=old, status=409)
    flash(f"已更正为第{new.revision}版{'，等待省级确认' if new.status is Review.WAITING else ''}。")
    return redirect(url_for("entries.show", number=number, entry=new.id), 303)


def _own(entry: Entry) -> bool:
    return may(Can.REPORT_TARGET) and entry.place == identity().place


# --- reading and deciding ------------------------------------------------------------------------


@blueprint.get("/<int:entry>")
@requires(Can.SEE_PROGRAMME)
def show(number: int, entry: int) -> Page:
    return _page(number, entry)


def _page(
    number: int,
    entry: int,
    problems: Sequence[Problem] = (),
    status: int = 200,
    *,
    reason: str = "",
) -> Page:
    task = find(number)
    found = queries.get_entry(session(), entry, task=task, place=identity().place)
    versions = queries.versions_of(session(), found)
    target = next((one for one in targets_of(task) if one.id == found.target_id), None)
    files = attached_to(session(), "target", [line.entry.id for line in versions])
    own = _own(found)
    page = render_template(
        "targets/entry.html",
        task=task,
        e=found,
        line=next(line for line in versions if line.entry.id == found.id),
        target=target,
        versions=versions,
        files=files,
        shown=SHOWN,
        problems=problems,
        reason=reason,
        same_as=_same_as(found, target),
        decided=_decider(found),
        may_confirm=may(Can.CONFIRM_TARGET) and (found.status, Step.CONFIRM) in STEPS,
        may_return=may(Can.CONFIRM_TARGET) and (found.status, Step.RETURN) in STEPS and not own,
        may_correct=own and (found.status, Step.CORRECT) in STEPS,
        may_withdraw=own and (found.status, Step.WITHDRAW) in STEPS,
        total=_total(task, target),
    )
    return page, status


LOST = "关联的合同措施或填报已不在清单中，请核对；如有变化，请更正填报。"


def _same_as(entry: Entry, target: Target | None) -> str:
    """What the entry says it is the same as, in words."""
    link = _link_of(entry)
    if not link or target is None:
        return ""
    there = queries.similar(
        session(), identity().place, target.year, target=target.id, besides=(entry.id,)
    )
    return next((f"{_choice(one)}，面积只计一次" for one in there if one.key == link), LOST)


def _decider(entry: Entry) -> str:
    return queries.name_of(session(), entry.decided_by) if entry.decided_by else ""


def _total(task: Task, target: Target | None) -> str:
    """Where the number stands now, for whoever is about to confirm."""
    if target is None:
        return ""
    for one in of_year(session(), identity().place, task.year, clock.today()):
        if one.id == target.id:
            whole = f" / {quantity(one.target)}" if one.target is not None else ""
            return f"{one.name}已计入 {quantity(one.done)}{whole} {one.unit}"
    return ""


@blueprint.post("/<int:entry>/decide")
@requires(Can.CONFIRM_TARGET)
def decide(number: int, entry: int) -> Page:
    task = find(number)
    queries.get_entry(session(), entry, task=task, place=identity().place)
    step = Step.RETURN if request.form.get("act") == "return" else Step.CONFIRM
    reason = request.form.get("reason", "")[:500]

    def do(writing: Session) -> None:
        acts.decide(
            writing,
            actor=identity(),
            now=clock.now(),
            task=task,
            number=entry,
            version=whole(request.form.get("version")),
            step=step,
            reason=reason,
        )

    problems, status = act(do)
    if problems:
        return _page(number, entry, problems, status, reason=reason)
    flash("已确认，计入完成数。" if step is Step.CONFIRM else "已退回，填报单位会看到理由。")
    return redirect(url_for("entries.show", number=number, entry=entry), 303)


@blueprint.post("/<int:entry>/withdraw")
@requires(Can.REPORT_TARGET)
def withdraw(number: int, entry: int) -> Page:
    task = find(number)
    queries.get_entry(session(), entry, task=task, place=identity().place)

    def do(writing: Session) -> None:
        acts.withdraw(
            writing,
            actor=identity(),
            now=clock.now(),
            task=task,
            number=entry,
            version=whole(request.form.get("version")),
        )

    problems, status = act(do)
    if problems:
        return _page(number, entry, problems, status)
    flash("已撤回；记录仍可查阅，不再计入。")
    return redirect(url_for("entries.show", number=number, entry=entry), 303)


@blueprint.get("/<int:entry>/files/<int:file>")
@requires(Can.READ_EVIDENCE)
def download(number: int, entry: int, file: int) -> Page:
    task = find(number)
    found = queries.get_entry(session(), entry, task=task, place=identity().place)
    one = get_attachment(session(), file, kind="target", subject=found.id)

    def note(writing: Session, name: str, inline: bool) -> None:
        words = f"在线查看：{name}" if inline else name
        acts.note_download(
            writing, actor=identity(), now=clock.now(), task=task, entry=found, name=words
        )

    return attached.hand_out(one, note)

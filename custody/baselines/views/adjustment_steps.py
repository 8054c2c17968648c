"""One non-routine adjustment: looked at, signed by both sides, returned, withdrawn."""

from __future__ import annotations

from flask import flash, render_template, request

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.attachments.queries import attached_to
from custody.baselines.actions import adjustments as actions
from custody.baselines.adjusted import ADJUSTMENT, adjustments_of_region, get_adjustment
from custody.baselines.forms.adjustments import ReturnForm, WithdrawForm
from custody.baselines.rules import adjusting
from custody.baselines.rules.states import AdjustmentState
from custody.baselines.views.adjustment_pages import (
    MEANWHILE,
    ONE,
    Page,
    Typed,
    back_to,
    blueprint,
    page_of_one,
)
from custody.infra import clock
from custody.kernel.problems import Conflict, Refused
from custody.web import asides
from custody.web.database import session, transaction
from custody.web.formkit import whole


@blueprint.get(ONE)
@requires(Can.SEE_ENERGY)
def show(number: int) -> Page:
    return page_of_one(number, Typed(), 200)


@blueprint.post(f"{ONE}/sign")
@requires(Can.PROPOSE_BASELINE)
def sign(number: int) -> Page:
    try:
        with transaction() as writing:
            actions.sign(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(request.form.get("version")),
            )
    except Refused as refusal:
        return page_of_one(number, Typed(problems=list(refusal.problems)), 422)
    except Conflict:
        return page_of_one(number, Typed(problems=[MEANWHILE]), 409)
    flash("已登记生效，自生效月份起计入节能量的调整后基准。")
    return back_to(number)


@blueprint.post(f"{ONE}/return")
@requires(Can.COMMENT_BASELINE)
def send_back(number: int) -> Page:
    get_adjustment(session(), number, who=identity())
    form = ReturnForm()
    if not form.validate_on_submit():
        return page_of_one(number, Typed(returning=form), 422)
    try:
        with transaction() as writing:
            actions.send_back(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                reason=form.returned_because.data,
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return page_of_one(number, Typed(returning=form, problems=rest), 422)
    except Conflict:
        return page_of_one(number, Typed(returning=form, problems=[MEANWHILE]), 409)
    flash("已退回，登记人会收到消息。")
    return back_to(number)


@blueprint.post(f"{ONE}/withdraw")
@requires(Can.PROPOSE_BASELINE)
def withdraw(number: int) -> Page:
    get_adjustment(session(), number, who=identity())
    form = WithdrawForm()
    if not form.validate_on_submit():
        return page_of_one(number, Typed(withdrawal=form), 422)
    try:
        with transaction() as writing:
            actions.withdraw(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                reason=form.withdrawn_because.data,
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return page_of_one(number, Typed(withdrawal=form, problems=rest), 422)
    except Conflict:
        return page_of_one(number, Typed(withdrawal=form, problems=[MEANWHILE]), 409)
    flash("已撤回，不再计入节能量。")
    return back_to(number)


def _on_todo() -> str:
    """On top of 我的待办: adjustments that wait for a side's signature or for being put right."""
    region = identity().place.region
    if region is None:
        return ""
    rows = adjustments_of_region(session(), region, AdjustmentState.DRAFT)
    if not rows:
        return ""
    papers = attached_to(session(), ADJUSTMENT, [one.row.id for one in rows])
    waiting = [
        (
            one,
            adjusting.waits_for(
                {each.slot for each in papers[one.row.id]}, one.row.returned_because
            ),
        )
        for one in rows
    ]
    return render_template("adjustments/todo.html", waiting=waiting, code=region)


asides.offer(blueprint, "todo", _on_todo)

"""Change orders: drafted, corrected, signed by both sides, dropped."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.attachments.queries import attached_to, get_attachment
from custody.contracts.actions import files as papers
from custody.contracts.actions import orders
from custody.contracts.forms.orders import OrderForm, SignOrderForm
from custody.contracts.models.contract import ChangeOrder
from custody.contracts.queries.contracts import as_rules, get_order, original_terms
from custody.contracts.rules import checks, terms
from custody.contracts.rules.orders import once_signed
from custody.contracts.views.pages import Answer, Open, open_contract, order_words
from custody.infra import clock
from custody.infra.uploads import ACCEPTED, MAX_FILE
from custody.kernel.problems import Conflict, Problem, Refused
from custody.web import attached, kept
from custody.web.database import session, transaction
from custody.web.downloads import SHOWN
from custody.web.formkit import Difference, whole

blueprint = Blueprint("changes", __name__)
kept.call(
    blueprint,
    "变更单",
    {
        "new": "登记变更单",
        "edit": "保存修改",
        "discard": "删除草稿",
        "attach": "上传文件",
        "sign": "登记双方已签署",
    },
    "changes.show",
)
Page = str | Response | Answer
ONE = "/contracts/<int:number>/orders/<int:order>"


def _choices(found: Open) -> dict[str, str]:
    """Every term the contract has, with what it says today."""
    return {
        key: f"{terms.label_of(key)}：现为 {terms.words_of(key, value)}"  # type: ignore[arg-type]
        for key, value in found.terms.items()
    }


def _offered(form: OrderForm, found: Open) -> OrderForm:
    form.subject.choices = {"": "请选择", **_choices(found)}
    return form


@blueprint.route("/contracts/<int:number>/orders/new", methods=["GET", "POST"])
@requires(Can.EDIT_CONTRACT)
def new(number: int) -> Page:
    found = open_contract(number)
    form = _offered(OrderForm(), found)
    rest: list[Problem] = []
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                order = orders.add(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    contract=number,
                    key=str(form.key.data or "")[:40] or secrets.token_hex(16),
                    wanted=form.wanted,
                )
                at = order.number
            flash("变更单草稿已保存；双方签署后请上传签署件并登记签署。")
            return redirect(url_for("changes.show", number=number, order=at), 303)
        except Refused as refusal:
            rest = form.take(refusal.problems)
            found = open_contract(number)
    if not form.is_submitted():
        form.key.data = secrets.token_hex(16)
    page = render_template("contracts/order_new.html", found=found, form=form, rest=rest)
    return page, 422 if form.is_submitted() else 200


@blueprint.get(ONE)
@requires(Can.SEE_CONTRACTS)
def show(number: int, order: int) -> Page:
    return _page(number, order)


def _page(
    number: int,
    order: int,
    *,
    form: OrderForm | None = None,
    signing: SignOrderForm | None = None,
    rest: list[Problem] | None = None,
    differences: list[Difference] | None = None,
    status: int = 200,
) -> Answer:
    found = open_contract(number)
    row, _, _ = get_order(session(), number, order, place=identity().place)
    draft = row.signed_at is None
    if form is None:
        form = OrderForm(
            formdata=None,
            data={
                "subject": row.subject,
                "new": _typed_again(row),
                "effective_on": row.effective_on,
                "reason": row.reason,
                "version": str(row.version),
            },
        )
    page = render_template(
        "contracts/order.html",
        found=found,
        o=row,
        words=order_words(row),
        unequal=_unequal(found, row),
        form=_offered(form, found) if draft and found.editable else None,
        signing=signing or SignOrderForm(formdata=None),
        rest=rest or [],
        differences=differences,
        files=attached_to(session(), "order", [row.id])[row.id],
        accepted=ACCEPTED,
        limit=MAX_FILE,
        shown=SHOWN,
    )
    return page, status


def _unequal(found: Open, row: ChangeOrder) -> list[Problem]:
    """What no longer adds up from the order's day on, with all orders of the contract signed."""
    original, own = original_terms(found.contract), as_rules(found.orders)
    after = checks.problems_of_terms(once_signed(original, own, row.effective_on))
    without = [one for one in own if one.number != row.number]
    before = checks.problems_of_terms(once_signed(original, without, row.effective_on))
    return [one for one in after if one not in before]


def _typed_again(row: ChangeOrder) -> str:
    """The new value as a person would type it."""
    value = terms.value_of(row.subject, row.new)
    if isinstance(value, bool) or terms.shape_of(row.subject) is terms.Shape.TEXT:
        return terms.words_of(row.subject, value)
    return row.new


@blueprint.post(ONE)
@requires(Can.EDIT_CONTRACT)
def edit(number: int, order: int) -> Page:
    found = open_contract(number)
    row, _, _ = get_order(session(), number, order, place=identity().place)
    if row.signed_at is not None:
        return _page(number, order, rest=[_SIGNED], status=422)
    form = _offered(OrderForm(), found)
    if not form.validate_on_submit():
        return _page(number, order, form=form, status=422)
    try:
        with transaction() as writing:
            orders.edit(
                writing,
                actor=identity(),
                now=clock.now(),
                contract=number,
                number=order,
                version=whole(form.version.data),
                wanted=form.wanted,
            )
    except Refused as refusal:
        return _page(number, order, form=form, rest=form.take(refusal.problems), status=422)
    except Conflict:
        row, _, _ = get_order(session(), number, order, place=identity().place)
        stored = {
            "subject": row.subject,
            "new": _typed_again(row),
            "effective_on": row.effective_on,
            "reason": row.reason,
        }
        differences = form.differences(stored)
        form.version.data = str(row.version)
        return _page(number, order, form=form, differences=differences, status=409)
    flash("变更单草稿已保存。")
    return redirect(url_for("changes.show", number=number, order=order), 303)


@blueprint.post(f"{ONE}/sign")
@requires(Can.EDIT_CONTRACT)
def sign(number: int, order: int) -> Page:
    row, _, _ = get_order(session(), number, order, place=identity().place)
    if row.signed_at is not None:  # a second click
        return redirect(url_for("changes.show", number=number, order=order), 303)
    form = SignOrderForm()
    if not form.validate_on_submit():
        return _page(number, order, signing=form, status=422)
    try:
        with transaction() as writing:
            orders.sign(
                writing,
                actor=identity(),
                now=clock.now(),
                contract=number,
                number=order,
                version=whole(form.version.data),
                signed_on=form.signed_on.data,
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return _page(number, order, signing=form, rest=rest, status=422)
    except Conflict:
        return _page(number, order, signing=form, rest=[_MEANWHILE], status=409)
    flash("变更单已登记签署，自生效日期起计入合同。")
    return redirect(url_for("changes.show", number=number, order=order), 303)


_SIGNED = Problem("signed", "变更单已由双方签署，不能再改；请另行办理新的变更单。")
_MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，变更单有了变化，本次操作没有生效；请查看最新内容后再操作。",
)


@blueprint.post(f"{ONE}/discard")
@requires(Can.EDIT_CONTRACT)
def discard(number: int, order: int) -> Page:
    try:
        with transaction() as writing:
            orders.discard(
                writing,
                actor=identity(),
                now=clock.now(),
                contract=number,
                number=order,
                version=whole(request.form.get("version")),
            )
    except Refused as refusal:
        return _page(number, order, rest=list(refusal.problems), status=422)
    except Conflict:
        return _page(number, order, rest=[_MEANWHILE], status=409)
    flash("变更单草稿已删除。")
    return redirect(url_for("contracts.show", number=number, _anchor="orders"), 303)


@blueprint.post(f"{ONE}/files")
@requires(Can.EDIT_CONTRACT)
def attach(number: int, order: int) -> Page:
    who = identity()
    get_order(session(), number, order, place=who.place)
    received = attached.taken()
    problems = list(received.problems)
    if received.files:
        try:
            with transaction() as writing:
                papers.attach_to_order(
                    writing,
                    actor=who,
                    now=clock.now(),
                    contract=number,
                    number=order,
                    files=received.files,
                )
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        return _page(number, order, rest=problems, status=422)
    flash("已上传签署件。")
    return redirect(url_for("changes.show", number=number, order=order), 303)


@blueprint.get(f"{ONE}/files/<int:file>")
@requires(Can.SEE_CONTRACTS)
def download(number: int, order: int, file: int) -> Page:
    """The signed paper. Recorded."""
    who = identity()
    row, _, _ = get_order(session(), number, order, place=who.place)
    paper = get_attachment(session(), file, kind="order", subject=row.id)

    def note(writing: Session, name: str, _inline: bool) -> None:
        papers.note_order_download(
            writing, actor=who, now=clock.now(), contract=number, number=order, name=name
        )

    return attached.hand_out(paper, note)

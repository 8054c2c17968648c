"""One settlement: its page, the draft with its live statement, 定稿. Its papers have a file beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can, Identity
from custody.attachments.queries import attached_to
from custody.audit import rules as journal_words
from custody.audit.queries import history
from custody.contracts import render, snapshot
from custody.contracts.actions import settlements as actions
from custody.contracts.forms.settlements import PayForm, SettlementForm, SignForm, ThawForm
from custody.contracts.queries import settlements as queries
from custody.contracts.queries.saved import Saving, saving_of
from custody.contracts.queries.settlements import Found
from custody.contracts.rules.agreed import Agreed, Draft
from custody.contracts.rules.composing import promised
from custody.contracts.rules.draft_checks import problems_of_draft
from custody.contracts.rules.life import Status
from custody.contracts.rules.settlement import settle
from custody.contracts.rules.statement import Statement
from custody.contracts.rules.told import FIELDS, fields_of
from custody.infra import clock
from custody.infra.papers import day_words
from custody.infra.uploads import ACCEPTED
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.downloads import SHOWN
from custody.web.formkit import Difference, whole

blueprint = Blueprint("settlement", __name__)
ONE = "/settlements/<int:number>"
Page = str | Response | tuple[str, int]

_ACTS = {
    "settlement.edit": "保存",
    "settlement.thaw": "退回草稿",
    "settlement.sign": "上传签字件",
    "settlement.pay": "登记支付",
    "settlement.discard": "删除草稿",
    "settlement.attach": "上传附件",
    "settlement.remove": "移除附件",
}


def _describe(endpoint: str, args: Mapping[str, Any], _fields: Mapping[str, str]) -> kept.About:
    act = _ACTS.get(endpoint, "")
    try:
        found = queries.get_settlement(session(), args["number"], place=identity().place)
    except NotFound:
        return kept.About(act=act)
    page = url_for("settlement.show", number=args["number"])
    return kept.About(f"{found.region.name} {found.period.label}结算单", act, page)


kept.describe(blueprint, _describe)


# --- the page ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Typed:
    """What the person has in hand when the page comes again."""

    form: SettlementForm | None = None
    thaw: ThawForm | None = None
    sign: SignForm | None = None
    pay: PayForm | None = None
    problems: Sequence[Problem] = ()
    differences: list[Difference] | None = None


@blueprint.get(ONE)
@requires(Can.SEE_CONTRACTS)
def show(number: int) -> Page:
    return settlement_page(number)


def settlement_page(number: int, typed: Typed | None = None, status: int = 200) -> Page:
    typed = typed or Typed()
    found = queries.get_settlement(session(), number, place=identity().place)
    row, acts = found.row, may(Can.SETTLE, found.region.place)
    agreed = queries.agreed_of(session(), found.contract)
    draft = typed.form.draft if typed.form else snapshot.kept(row.draft)
    form = _form(found, agreed, typed, draft) if acts and row.status is Status.DRAFT else None
    attached = attached_to(session(), actions.KIND, [row.id])[row.id]
    payments = queries.payments_of(session(), row.id)
    left = row.total - sum(payment.amount for payment in payments)
    statement = statement_of(found, agreed, draft)
    answer = render_template(
        "settlements/show.html",
        f=found,
        s=row,
        statement=statement,
        capitals=render.in_capitals(statement.payable),
        missing=_missing(found, agreed, draft, statement) if form else [],
        form=form,
        typed=typed,
        energies={base.energy.value: base.energy for base in found.contract.bases},
        promised=promised(agreed, found.period),
        reckoned=_reckoned(found, agreed) if form else None,
        files=attached,
        sides=actions.SIDES,
        payments=payments,
        vouchers={file.id: file for file in attached},
        left=left,
        thaw=_own(typed.thaw, acts and row.status is Status.FROZEN, _thaw_form, row.version),
        sign=_own(typed.sign, acts and row.status is Status.FROZEN, _sign_form, row.digest),
        pay=_own(typed.pay, acts and row.status is Status.SIGNED, _pay_form, row.version, left),
        steps=list(Status),
        told=journal_words.told(history(session(), "settlement", row.id)),
        shown=SHOWN,
        accepted=ACCEPTED,
        acts=acts,
    )
    return answer, status


def _form(found: Found, agreed: Agreed, typed: Typed, draft: Draft) -> SettlementForm:
    form = typed.form or SettlementForm.of(
        draft, version=found.row.version, due_on=found.row.due_on
    )
    if not typed.form:
        form.add_empty("add_adjustment")
        form.add_empty("add_deduction")
    form.offer(
        [
            (order.number, f"{order.number}号变更单{'' if order.signed else '（未签）'}")
            for order in agreed.orders
        ]
    )
    return form


def _reckoned(found: Found, agreed: Agreed) -> Saving | None:
    """What the adopted baseline and the bills say was saved in the period."""
    days = agreed.days(found.period)
    return saving_of(session(), found.region, *days) if days else None


def _own(typed: Any, wanted: bool, make: Callable[..., Any], *given: Any) -> Any:
    """The form just sent, else a fresh one where the state asks for it."""
    return typed or (make(*given) if wanted else None)


def _thaw_form(version: int) -> ThawForm:
    return ThawForm(formdata=None, data={"version": str(version)})


def _sign_form(digest: str) -> SignForm:
    return SignForm(formdata=None, data={"digest": digest, "signed_on": clock.today()})


def _pay_form(version: int, left: object) -> PayForm:
    values = {"key": token_hex(16), "paid_on": clock.today(), "amount": left}
    return PayForm(formdata=None, data={"version": str(version), **values})


def statement_of(found: Found, agreed: Agreed, draft: Draft) -> Statement:
    """The frozen one, or what the draft comes to now."""
    if found.row.statement is not None:
        return snapshot.read_statement(found.row.statement)
    return settle(actions.composed(session(), found, agreed, draft))


def _missing(found: Found, agreed: Agreed, draft: Draft, statement: Statement) -> list[Problem]:
    return [*problems_of_draft(agreed, found.period, draft), *statement.problems]


# --- drafting ------------------------------------------------------------------------------------


@blueprint.post(ONE)
@requires(Can.SETTLE)
def edit(number: int) -> Page:
    """保存, 重新计算, 增加一行, 定稿: one form, told apart by its button."""
    act = request.form.get("act", "save")
    found = queries.get_settlement(session(), number, place=identity().place)
    form, read = _read(found)
    if act == "take_saved":
        agreed = queries.agreed_of(session(), found.contract)
        if offered := _reckoned(found, agreed):
            form.take_saved(promised(agreed, found.period), offered.coal, offered.words)
        return settlement_page(number, Typed(form=form))
    if act.startswith("add_"):
        form.add_empty(act)
        return settlement_page(number, Typed(form=form))
    if not read:
        return settlement_page(number, Typed(form=form), 422)
    if act == "preview":
        return settlement_page(number, Typed(form=form))
    try:
        with transaction() as writing:
            _save(writing, number, form, freeze=act == "freeze")
    except Conflict:
        return _conflict(number, form)
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return settlement_page(number, Typed(form=form, problems=rest), 422)
    flash(
        "已定稿：金额和依据已固定。请下载结算单，送双方签字盖章后上传扫描件。"
        if act == "freeze"
        else "草稿已保存。"
    )
    return redirect(url_for("settlement.show", number=number), 303)


def _save(writing: Session, number: int, form: SettlementForm, *, freeze: bool) -> None:
    if freeze and actions.frozen_already(
        writing,
        actor=identity(),
        number=number,
        version=form.seen,
        typed=form.draft,
        due_on=form.due_on.data,
    ):
        return
    row = actions.edit(
        writing,
        actor=identity(),
        now=clock.now(),
        number=number,
        version=form.seen,
        typed=form.draft,
        due_on=form.due_on.data,
    )
    if freeze:
        writing.flush()
        actions.freeze(
            writing, actor=identity(), now=clock.now(), number=number, version=row.version
        )


def _read(found: Found) -> tuple[SettlementForm, bool]:
    """The form as it was sent, and whether every field could be read."""
    form = SettlementForm()
    orders = queries.agreed_of(session(), found.contract).orders
    form.offer([(order.number, f"{order.number}号变更单") for order in orders])
    return form, form.validate_on_submit()


def _conflict(number: int, form: SettlementForm) -> Page:
    """Both versions field by field; saving again is saving upon the newer one."""
    found = queries.get_settlement(session(), number, place=identity().place)
    form.version.data = str(found.row.version)
    mine = {**fields_of(form.draft), "payable_on": day_words(form.due_on.data)}
    theirs = {
        **fields_of(snapshot.kept(found.row.draft)),
        "payable_on": day_words(found.row.due_on),
    }
    differences = [
        Difference(label, mine[name] or "—", theirs[name] or "—")
        for name, label in FIELDS.items()
        if mine[name] != theirs[name]
    ]
    return settlement_page(number, Typed(form=form, differences=differences), 409)


@blueprint.post(f"{ONE}/preview")
@requires(Can.SETTLE)
def preview(number: int) -> Page:
    """The statement of what is typed right now as JSON for the page's script. Writes nothing."""
    found = queries.get_settlement(session(), number, place=identity().place)
    form, read = _read(found)
    if not read or found.row.status is not Status.DRAFT:
        words = "有内容无法识别，改正后自动重新计算。"
        return jsonify(html=render_template("settlements/waiting.html", words=words))
    agreed = queries.agreed_of(session(), found.contract)
    draft = replace(form.draft, who=identity().name, when=day_words(clock.today()))
    statement = statement_of(found, agreed, draft)
    html = render_template(
        "settlements/preview.html",
        statement=statement,
        capitals=render.in_capitals(statement.payable),
        missing=_missing(found, agreed, draft, statement),
    )
    return jsonify(html=html)


@blueprint.post(f"{ONE}/discard")
@requires(Can.SETTLE)
def discard(number: int) -> Page:
    def act(writing: Session, who: Identity) -> str:
        contract = actions.discard(
            writing, actor=who, now=clock.now(), number=number, version=version_sent()
        )
        return url_for("settlements.index", contract=contract.id)

    return step(number, act, "草稿已删除；需要时可重新起草。")


@blueprint.post(f"{ONE}/thaw")
@requires(Can.SETTLE)
def thaw(number: int) -> Page:
    form = ThawForm()
    queries.get_settlement(session(), number, place=identity().place)
    if not form.validate_on_submit():
        return settlement_page(number, Typed(thaw=form), 422)

    def act(writing: Session, who: Identity) -> str:
        actions.thaw(
            writing,
            actor=who,
            now=clock.now(),
            number=number,
            version=version_sent(),
            reason=form.reason.data.strip(),
        )
        return ""

    return step(number, act, "已退回草稿，可继续修改；修改后须重新定稿。")


def step(number: int, act: Callable[[Session, Identity], str], words: str) -> Page:
    """One verb, then to the page it names, or back to the settlement."""
    queries.get_settlement(session(), number, place=identity().place)
    try:
        with transaction() as writing:
            target = act(writing, identity())
    except Refused as refusal:
        return settlement_page(number, Typed(problems=refusal.problems), 422)
    except Conflict:
        changed = Problem(
            "changed", "在您打开页面之后，结算单有了变化；请核对下面的最新内容后再办理。"
        )
        return settlement_page(number, Typed(problems=[changed]), 409)
    flash(words)
    return redirect(target or url_for("settlement.show", number=number), 303)


def version_sent() -> int:
    return whole(request.form.get("version"))

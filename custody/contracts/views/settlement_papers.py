"""What lies with a settlement: its basis, signatures, payments, the printed paper."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from secrets import token_hex

from flask import current_app, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Identity
from custody.attachments.queries import get_attachment
from custody.contracts import render, snapshot
from custody.contracts.actions import settlement_papers as papers
from custody.contracts.actions import settlements as actions
from custody.contracts.forms.settlements import PayForm, SignForm
from custody.contracts.queries import settlements as queries
from custody.contracts.rules.life import Status
from custody.contracts.views.settlement import (
    ONE,
    Page,
    Typed,
    blueprint,
    settlement_page,
    statement_of,
    step,
)
from custody.infra import clock
from custody.infra.pdf import RenderFailed
from custody.infra.uploads import NewFile, receive
from custody.kernel.problems import Conflict, Problem, Refused
from custody.web import attached
from custody.web.database import files, session, transaction
from custody.web.downloads import pdf_file
from custody.web.formkit import whole


def _received(field: FileStorage | None, where: str) -> tuple[NewFile | None, list[Problem]]:
    """A single file of a form; its problems at its field."""
    if field is None or not field.filename:
        return None, []
    taken = receive(files(), [(field.filename, field.stream)])
    file = taken.files[0] if taken.files else None
    return file, [replace(one, where=where) for one in taken.problems]


@blueprint.post(f"{ONE}/files")
@requires(Can.SETTLE)
def attach(number: int) -> Page:
    """Bills and assessments: the good ones are kept, every bad one is named."""
    queries.get_settlement(session(), number, place=identity().place)
    received = attached.taken()
    problems = list(received.problems)
    if received.files:
        try:
            with transaction() as writing:
                papers.attach(
                    writing,
                    actor=identity(),
                    now=clock.now(),
                    number=number,
                    files=received.files,
                )
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        return settlement_page(number, Typed(problems=problems), 422)
    flash(f"已上传{len(received.files)}份附件。")
    return redirect(url_for("settlement.show", number=number, _anchor="papers"), 303)


@blueprint.post(f"{ONE}/files/<int:file>/remove")
@requires(Can.SETTLE)
def remove(number: int, file: int) -> Page:
    def act(writing: Session, who: Identity) -> str:
        papers.remove(writing, actor=who, now=clock.now(), number=number, file=file)
        return url_for("settlement.show", number=number, _anchor="papers")

    return step(number, act, "已移除该份附件；历史记录中仍可查到。")


@blueprint.get(f"{ONE}/files/<int:file>")
@requires(Can.SEE_CONTRACTS)
def download(number: int, file: int) -> Page:
    """A file of this settlement with its original name. Recorded."""
    queries.get_settlement(session(), number, place=identity().place)
    row = get_attachment(session(), file, kind=actions.KIND, subject=number)
    return attached.hand_out(row, lambda writing, name, _inline: _note(writing, number, name))


def _note(writing: Session, number: int, name: str) -> None:
    found = queries.get_settlement(writing, number, place=identity().place)
    papers.note_download(writing, actor=identity(), now=clock.now(), found=found, name=name)


@blueprint.post(f"{ONE}/sign")
@requires(Can.SETTLE)
def sign(number: int) -> Page:
    """Scans of the signed paper: one side or both at once."""
    queries.get_settlement(session(), number, place=identity().place)
    form = SignForm()
    valid = form.validate_on_submit()
    scans, problems = {}, []
    for side in actions.SIDES:
        file, wrong = _received(form[side].data, side)
        problems += wrong
        if file:
            scans[side] = file
    if not valid or problems:
        rest = form.take(problems)
        return settlement_page(number, Typed(sign=form, problems=rest), 422)
    assert form.signed_on.data is not None
    try:
        with transaction() as writing:
            row = papers.sign(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                digest=form.digest.data or "",
                files=scans,
                signed_on=form.signed_on.data,
                same=form.same.data,
            )
            both = row.status is not Status.FROZEN
    except Conflict:
        form.digest.data = queries.get_settlement(
            session(), number, place=identity().place
        ).row.digest
        words = (
            "在您打开页面之后，结算单退回修改并重新定稿，金额或依据可能已变；请核对签字件上的"
            "数据校验值与本页一致，不一致的请重新打印送签，一致的请重新选择文件上传。"
        )
        return settlement_page(number, Typed(sign=form, problems=[Problem("changed", words)]), 409)
    except Refused as refusal:
        return settlement_page(number, Typed(sign=form, problems=form.take(refusal.problems)), 422)
    flash("双方已签，可以支付。" if both else "已上传签字件，还差另一方。")
    return redirect(url_for("settlement.show", number=number), 303)


@blueprint.post(f"{ONE}/pay")
@requires(Can.SETTLE)
def pay(number: int) -> Page:
    found = queries.get_settlement(session(), number, place=identity().place)
    form = PayForm()
    valid = form.validate_on_submit()
    voucher, problems = _received(form.voucher.data, "voucher")
    if voucher is None and not problems:
        problems = [Problem("voucher", "请选择支付凭证（回单、发票等）的扫描件。", "voucher")]
    if not valid or problems or voucher is None:
        # All that is wrong at once, not the day and the amount only after the voucher.
        problems += papers.problems_of_payment(
            session(), found.row, form.paid_on.data, form.amount.data, clock.today()
        )
        return settlement_page(number, Typed(pay=form, problems=form.take(problems)), 422)
    assert form.paid_on.data is not None
    assert form.amount.data is not None
    try:
        with transaction() as writing:
            row = papers.pay(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=whole(form.version.data),
                key=(form.key.data or "")[:40] or token_hex(16),
                paid_on=form.paid_on.data,
                amount=form.amount.data,
                voucher=voucher,
            )
            over = row.status is Status.PAID
    except Conflict:
        found = queries.get_settlement(session(), number, place=identity().place)
        form.version.data = str(found.row.version)
        words = (
            "在您打开页面之后，有人登记了支付；请对照“支付记录”核对是否为同一笔，"
            "不是同一笔的，请重新选择凭证后再登记。"
        )
        return settlement_page(number, Typed(pay=form, problems=[Problem("changed", words)]), 409)
    except Refused as refusal:
        return settlement_page(number, Typed(pay=form, problems=form.take(refusal.problems)), 422)
    flash("已登记支付，本期结算完毕。" if over else "已登记支付；尚未付清，余款支付后请继续登记。")
    return redirect(url_for("settlement.show", number=number), 303)


# --- the paper -----------------------------------------------------------------------------------


@blueprint.get(f"{ONE}.pdf")
@requires(Can.SEE_CONTRACTS)
def pdf(number: int) -> Page:
    """The same bytes for the same frozen settlement; a draft carries its mark. Recorded."""
    found = queries.get_settlement(session(), number, place=identity().place)
    agreed = queries.agreed_of(session(), found.contract)
    inputs = (
        snapshot.thaw(found.row.inputs)
        if found.row.inputs is not None
        else actions.composed(session(), found, agreed, snapshot.kept(found.row.draft))
    )
    statement = statement_of(found, agreed, snapshot.kept(found.row.draft))
    name = f"{found.region.name}{found.period.label}结算单.pdf"
    try:
        body = render.pdf(found, inputs, statement, demo=bool(current_app.config["DEMO"]))
    except RenderFailed as failure:
        return settlement_page(number, Typed(problems=[Problem("render", failure.message)]), 503)
    with transaction() as writing:
        _note(writing, number, name)
    plain = f"settlement-{found.row.id}.pdf"
    return pdf_file(BytesIO(body).getvalue(), name, plain, inline="view" in request.args)

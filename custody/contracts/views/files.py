"""Papers of a contract: taken in by slot, handed out, taken away."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.attachments.queries import get_attachment
from custody.contracts.actions import files as acts
from custody.contracts.queries.contracts import get_contract
from custody.contracts.rules.contract import SLOTS
from custody.contracts.views.pages import Answer, Typed, contract_page
from custody.infra import clock
from custody.kernel.problems import Refused
from custody.web import attached, kept
from custody.web.database import session, transaction

blueprint = Blueprint("contract_files", __name__)
kept.call(
    blueprint,
    "合同文件",
    {"add": "上传", "remove": "移除"},
    "contracts.show",
)
Page = Response | Answer


@blueprint.post("/contracts/<int:number>/files")
@requires(Can.EDIT_CONTRACT)
def add(number: int) -> Page:
    """A batch of files for one slot: the good ones are kept, every bad one is named."""
    who, slot = identity(), request.form.get("slot", "")
    get_contract(session(), number, place=who.place)
    received = attached.taken()
    problems = list(received.problems)
    if received.files:
        try:
            with transaction() as writing:
                acts.attach(
                    writing,
                    actor=who,
                    now=clock.now(),
                    number=number,
                    slot=slot,
                    files=received.files,
                )
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        return contract_page(number, Typed(upload_problems=problems, slot=slot), 422)
    flash(f"已上传：{SLOTS[slot]}。")
    return redirect(url_for("contracts.show", number=number, _anchor="files"), 303)


@blueprint.post("/contracts/<int:number>/files/<int:file>/remove")
@requires(Can.EDIT_CONTRACT)
def remove(number: int, file: int) -> Page:
    try:
        with transaction() as writing:
            acts.remove(writing, actor=identity(), now=clock.now(), number=number, file=file)
    except Refused as refusal:
        return contract_page(number, Typed(upload_problems=refusal.problems), 422)
    flash("已移除该附件；操作日志中仍可查到。")
    return redirect(url_for("contracts.show", number=number, _anchor="files"), 303)


@blueprint.get("/contracts/<int:number>/files/<int:file>")
@requires(Can.SEE_CONTRACTS)
def download(number: int, file: int) -> Page:
    """The paper with its original name; `?view=1` shows PDF and pictures in place. Recorded."""
    who = identity()
    contract = get_contract(session(), number, place=who.place)
    paper = get_attachment(session(), file, kind="contract", subject=contract.id)

    def note(writing: Session, name: str, _inline: bool) -> None:
        acts.note_download(writing, actor=who, now=clock.now(), number=number, name=name)

    return attached.hand_out(paper, note)

"""The papers of a non-routine adjustment: put to it, taken away, read."""

from __future__ import annotations

from flask import flash, request
from sqlalchemy.orm import Session

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.attachments.queries import get_attachment
from custody.baselines.actions import adjustments as actions
from custody.baselines.adjusted import ADJUSTMENT, get_adjustment
from custody.baselines.views.adjustment_pages import (
    ONE,
    Page,
    Typed,
    back_to,
    blueprint,
    page_of_one,
)
from custody.infra import clock
from custody.kernel.problems import Refused
from custody.web import attached
from custody.web.database import session, transaction


@blueprint.post(f"{ONE}/files")
@requires(Can.PROPOSE_BASELINE)
def attach(number: int) -> Page:
    who = identity()
    get_adjustment(session(), number, who=who)
    received = attached.taken()
    problems = list(received.problems)
    if received.files:
        try:
            with transaction() as writing:
                actions.attach(
                    writing,
                    actor=who,
                    now=clock.now(),
                    number=number,
                    slot=request.form.get("slot", ""),
                    files=received.files,
                )
        except Refused as refusal:
            problems += refusal.problems
    if problems:
        return page_of_one(number, Typed(problems=problems), 422)
    flash("材料已上传。")
    return back_to(number)


@blueprint.post(f"{ONE}/files/<int:file>/remove")
@requires(Can.PROPOSE_BASELINE)
def remove(number: int, file: int) -> Page:
    try:
        with transaction() as writing:
            actions.remove(writing, actor=identity(), now=clock.now(), number=number, file=file)
    except Refused as refusal:
        return page_of_one(number, Typed(problems=list(refusal.problems)), 422)
    flash("材料已移除。")
    return back_to(number)


@blueprint.get(f"{ONE}/files/<int:file>")
@requires(Can.SEE_ENERGY)
def download(number: int, file: int) -> Page:
    """A paper. Recorded."""
    who = identity()
    row, _ = get_adjustment(session(), number, who=who)
    paper = get_attachment(session(), file, kind=ADJUSTMENT, subject=row.id)

    def note(writing: Session, name: str, _inline: bool) -> None:
        actions.note_download(writing, actor=who, now=clock.now(), number=number, name=name)

    return attached.hand_out(paper, note)

"""Files of evidence: taken in, shown, handed out."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.infra import clock
from custody.kernel.problems import NotFound, Problem, Refused
from custody.milestones.actions import evidence as acts
from custody.milestones.models import Evidence
from custody.milestones.queries.milestones import get_evidence, get_milestone
from custody.milestones.views.described import described
from custody.milestones.views.officer import ONE
from custody.milestones.views.pages import Answer, Typed, milestone_page
from custody.web import attached, kept
from custody.web.database import session, transaction

blueprint = Blueprint("evidence", __name__)
kept.describe(blueprint, described)


@blueprint.post(f"{ONE}/evidence")
@requires(Can.REPORT_MILESTONE)
def add(region: str, code: str) -> Response | Answer:
    """A batch of files: the good ones are kept, every bad one is named with the reason."""
    who = identity()
    get_milestone(session(), region, code, place=who.place)
    received = attached.taken()
    problems, names = list(received.problems), []
    if received.files:
        try:
            with transaction() as writing:
                acts.attach(
                    writing,
                    actor=who,
                    now=clock.now(),
                    region=region,
                    code=code,
                    files=received.files,
                )
            # The same bytes again (a second click) are kept once, and there all the same.
            names = [one.name for one in received.files]
        except Refused as refusal:
            problems += refusal.problems
    return _answer(region, code, names, problems)


def _answer(region: str, code: str, names: list[str], problems: list[Problem]) -> Response | Answer:
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(kept=names, problems=[problem.message for problem in problems])
        answer.status_code = 422 if problems else 200
        return answer
    if problems:
        typed = Typed(upload_problems=problems, uploaded=names)
        return milestone_page(region, code, typed, 422)
    flash(f"已上传{len(names)}份佐证材料：{'、'.join(names)}。")
    page = url_for("milestones.show", region=region, code=code, _anchor="evidence")
    return redirect(page, 303)


@blueprint.post(f"{ONE}/evidence/<int:number>/remove")
@requires(Can.REPORT_MILESTONE)
def remove(region: str, code: str, number: int) -> Response | Answer:
    _the_file(region, code, number)
    try:
        with transaction() as writing:
            acts.remove_evidence(writing, actor=identity(), now=clock.now(), evidence_id=number)
    except Refused as refusal:
        return milestone_page(region, code, Typed(upload_problems=refusal.problems), 422)
    flash("已移除该份佐证材料；历史记录中仍可查到。")
    page = url_for("milestones.show", region=region, code=code, _anchor="evidence")
    return redirect(page, 303)


@blueprint.get(f"{ONE}/evidence/<int:number>")
@requires(Can.READ_EVIDENCE)
def download(region: str, code: str, number: int) -> Response | Answer:
    """The file with its original name; `?view=1` shows PDF and pictures in place. Recorded."""
    evidence = _the_file(region, code, number)

    def note(writing: Session, _name: str, inline: bool) -> None:
        found, milestone, place = get_evidence(writing, number, place=identity().place)
        acts.note_download(
            writing,
            actor=identity(),
            now=clock.now(),
            evidence=found,
            milestone=milestone,
            region=place,
            inline=inline,
        )

    return attached.hand_out(evidence, note)


def _the_file(region: str, code: str, number: int) -> Evidence:
    """A file of this milestone; NotFound for any other."""
    evidence, milestone, place = get_evidence(session(), number, place=identity().place)
    if (place.code, milestone.code) != (region, code):
        raise NotFound
    return evidence

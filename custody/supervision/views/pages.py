"""The page of one order or problem, which several views answer with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from custody.accounts.access import identity, may
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.attachments.models import Attachment
from custody.audit import rules as journal_words
from custody.infra import clock
from custody.infra.journal import Event
from custody.infra.uploads import ACCEPTED, MAX_FILE
from custody.kernel.problems import NotFound, Problem
from custody.milestones.models import Milestone
from custody.milestones.queries.milestones import get_milestone, of_region
from custody.regions.models import Region
from custody.supervision.actions.deciding import obstacles
from custody.supervision.actions.drafting import may_change
from custody.supervision.forms import DRAFTED, AnswerForm, DecideForm, ReopenForm
from custody.supervision.queries import matters as queries
from custody.supervision.queries.dossier import Dossier, dossier
from custody.supervision.rules import OWING, STEPS, Kind, Status, Step
from custody.supervision.views.lists import accept_word
from custody.web.database import session
from custody.web.downloads import PICTURES, SHOWN
from custody.web.filters import NOTHING
from custody.web.formkit import Difference

Answer = tuple[str, int]


@dataclass(slots=True)
class Typed:
    """What the person has in hand when the page comes again."""

    answer: AnswerForm | None = None
    decide: DecideForm | None = None
    reopen: ReopenForm | None = None
    problems: Sequence[Problem] = ()
    upload_problems: Sequence[Problem] = ()
    uploaded: Sequence[str] = ()
    differences: Sequence[Difference] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the history, in words."""

    event: Event
    label: str
    changes: Sequence[journal_words.Change]
    files: str


def milestone_choices(region: Region) -> dict[str, str]:
    """The region's milestones for a choice; "" for none."""
    rows = of_region(session(), region.code)
    return {"": "不涉及"} | {row.code: f"{row.code} {row.item.name}" for row in rows}


def matter_page(number: int, typed: Typed | None = None, status: int = 200) -> Answer:
    typed = typed or Typed()
    who, today = identity(), clock.today()
    found = dossier(session(), number, who=who, today=today)
    matter, region = found.matter, found.line.region
    milestone = _milestone(found)
    owing = may(Can.ANSWER_SUPERVISION, region.place) and matter.status in OWING
    form, restored = typed.answer, None
    if owing and form is None:
        form, restored = _filled(found)
    steps = STEPS[matter.kind]
    changeable = may_change(who, matter)
    desk = _is_desk(found)
    reopen = _reopen(found, typed)
    sent, problems = _sent(typed, answer=owing, decide=desk, reopen=reopen is not None)
    page = render_template(
        "supervision/show.html",
        d=found,
        m=matter,
        line=found.line,
        region=region,
        city=found.line.city,
        told=history_of(found),
        form=form if owing else None,
        lost=typed.answer if not owing else None,
        restored=restored,
        milestone=milestone,
        movable=milestone is not None and milestone.status.editable,
        may_edit=changeable and (matter.status, Step.EDIT) in steps,
        may_discard=changeable and (matter.status, Step.DISCARD) in steps,
        may_issue=may(Can.SUPERVISE) and (matter.status, Step.ISSUE) in steps,
        desk=desk,
        decide=typed.decide or DecideForm(formdata=None),
        accept=accept_word(),
        reopen=reopen,
        sent=sent,
        problems=problems,
        unused=_unused(typed, sent),
        preview=_preview(found) if desk else None,
        following=queries.next_matter(session(), who, today=today, but=number) if desk else None,
        typed=typed,
        accepted=ACCEPTED,
        limit=MAX_FILE,
        shown=SHOWN,
        pictures=PICTURES,
        is_order=matter.kind is Kind.ORDER,
    )
    return page, status


_Sent = AnswerForm | DecideForm | ReopenForm


def _sent(
    typed: Typed, *, answer: bool, decide: bool, reopen: bool
) -> tuple[_Sent | None, list[Problem]]:
    """The form that was sent, where the page still has it, and the problems that stand by no field."""
    pairs = ((typed.answer, answer), (typed.decide, decide), (typed.reopen, reopen))
    sent, shown = next(((form, shown) for form, shown in pairs if form), (None, False))
    if sent is None or shown:
        return sent, list(typed.problems)
    return None, [*typed.problems, *(Problem("field", words) for _, words in sent.problems)]


def _unused(typed: Typed, sent: _Sent | None) -> str:
    """A reviewer's reason that found nothing to be said to any more."""
    form = typed.decide or typed.reopen
    return "" if form is None or sent is not None else form.reason.data or ""


def _milestone(found: Dossier) -> Milestone | None:
    if not found.matter.milestone_code:
        return None
    try:
        return get_milestone(
            session(),
            found.matter.region_code,
            found.matter.milestone_code,
            place=identity().place,
        )[0]
    except NotFound:
        return None  # dropped with another version of the template


def _is_desk(found: Dossier) -> bool:
    """Is it this reviewer's to decide?"""
    if not (may(Can.REVIEW_FOR_CITY) or may(Can.SUPERVISE)) or not found.matter.status.awaiting:
        return False
    reviewed = cities_with_reviewer(session())
    return not obstacles(identity(), found.matter, found.line.region, reviewed)


def _preview(found: Dossier) -> Attachment | None:
    """The file shown beside the form: the one asked for, else the first that can be shown."""
    wanted = request.args.get("file", "")
    shown = [file for file in found.files if file.media_type in SHOWN]
    return next((one for one in shown if str(one.id) == wanted), shown[0] if shown else None)


def _reopen(found: Dossier, typed: Typed) -> ReopenForm | None:
    if not may(Can.SUPERVISE) or found.matter.status is not Status.CLOSED:
        return None
    return typed.reopen or ReopenForm(formdata=None)


def _filled(found: Dossier) -> tuple[AnswerForm, object]:
    """An empty answer, or what was typed and not sent."""
    matter = found.matter
    fresh = {"version": str(matter.version), "base": str(matter.answers), "move": "y"}
    draft = found.draft
    if draft is None or not any(draft.fields.get(name) for name in DRAFTED):
        return AnswerForm(formdata=MultiDict(fresh)), None
    kept = {name: str(draft.fields.get(name, "")) for name in DRAFTED}
    return AnswerForm(formdata=MultiDict({**fresh, **kept})), draft.saved_at


def history_of(found: Dossier) -> list[Told]:
    """The events with their changes in words; what was typed as an answer stands apart."""
    told = []
    for event in found.events:
        lines = [
            line
            for line in journal_words.change_lines(event)
            if line.field not in _TOLD_APART and not (line.old == line.new == NOTHING)
        ]
        old, new = event.changes.get("files", (None, None))
        names = "、".join(str(one["name"]) for one in (new or old or []))
        first = event.action in ("supervision.drafted", "supervision.entered")
        told.append(
            Told(event, journal_words.action_label(event.action), [] if first else lines, names)
        )
    return told


_TOLD_APART = {
    journal_words.field_label("supervision", name)
    for name in ("returned_reason", "files", "pdf_digest")
}

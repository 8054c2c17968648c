"""Pages that several views answer with: one milestone, two versions of it side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from flask import render_template
from werkzeug.datastructures import MultiDict

from custody.accounts.access import identity, may
from custody.accounts.rules import Can
from custody.audit import rules as journal_words
from custody.contracts.queries.facts import facts_of
from custody.contracts.queries.guarantees import told_of
from custody.contracts.queries.settlement_lists import SettlementFacts, settlement_facts
from custody.contracts.rules import facts
from custody.contracts.rules.facts import Summary
from custody.infra import clock
from custody.infra.journal import Event
from custody.infra.uploads import ACCEPTED, MAX_FILE
from custody.kernel.problems import Problem
from custody.milestones import wording
from custody.milestones.actions.review import obstacles
from custody.milestones.forms import (
    DRAFTED,
    FIELDS,
    ReopenForm,
    ReplanForm,
    ReportForm,
    as_base,
    as_text,
)
from custody.milestones.models import Draft, Milestone
from custody.milestones.queries.work import Dossier, dossier
from custody.savings.queries.facts import SAVED, Known, known_of
from custody.web.database import session
from custody.web.downloads import SHOWN
from custody.web.filters import NOTHING

Answer = tuple[str, int]
SETTLING = "M23"
"""费用结算."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the history, in words."""

    event: Event
    label: str
    changes: Sequence[journal_words.Change]
    files: Sequence[tuple[int, str, bool]]
    """(evidence id, name, still there)."""


@dataclass(slots=True)
class Typed:
    """What the person has in hand when the page comes again: forms with their errors, and the rest."""

    report: ReportForm | None = None
    reopen: ReopenForm | None = None
    replan: ReplanForm | None = None
    problems: Sequence[Problem] = ()
    upload_problems: Sequence[Problem] = ()
    uploaded: Sequence[str] = field(default_factory=tuple)
    reason: str = ""
    """A reviewer's reason that found nothing to return any more."""


def open_dossier(region: str, code: str) -> Dossier:
    who = identity()
    today = clock.today()
    return dossier(session(), region, code, place=who.place, account=who.id, today=today)


def milestone_page(region: str, code: str, typed: Typed | None = None, status: int = 200) -> Answer:
    """The page of one milestone; with what was typed where an act was refused."""
    typed = typed or Typed()
    found = open_dossier(region, code)
    milestone = found.milestone
    editable = may(Can.REPORT_MILESTONE, found.region.place) and milestone.status.editable
    form, restored = typed.report, None
    if form is None:
        form, restored = _filled(found) if editable else (None, None)
    reopen, replan = _corrections(found, typed)
    contracts = _contracts(found)
    page = render_template(
        "milestones/show.html",
        d=found,
        m=milestone,
        told=history_of(found),
        form=form if editable else None,
        lost=_differences(typed.report, found) if typed.report and not editable else [],
        restored=restored,
        reopen=reopen if may(Can.REVIEW_FOR_PROVINCE, found.region.place) else None,
        replan=replan if may(Can.REPLAN, found.region.place) else None,
        typed=typed,
        may_review=_may_review(found),
        accepted=ACCEPTED,
        limit=MAX_FILE,
        advice="" if typed.report else _dates_advice(milestone),
        shown=SHOWN,
        contracts=[
            (one, facts.facts(one)[milestone.code])
            for one in contracts
            if milestone.code in facts.facts(one)
        ],
        offered=_offered(milestone, contracts, form),
        settled=_settled(found),
        known=_known(found),
    )
    return page, status


def _contracts(found: Dossier) -> Sequence[Summary]:
    """The region's contracts, where they know something of this milestone."""
    if found.milestone.code not in facts.CODES or not may(Can.SEE_CONTRACTS, found.region.place):
        return ()
    return facts_of(session(), found.region.code, clock.today())


def _settled(found: Dossier) -> SettlementFacts | None:
    """The region's settlements, on the page of the milestone they belong to."""
    if found.milestone.code != SETTLING or not may(Can.SEE_CONTRACTS, found.region.place):
        return None
    return settlement_facts(session(), found.region.place, today=clock.today())


def _known(found: Dossier) -> Known | None:
    """What the adopted baseline and the savings say."""
    if not may(Can.SEE_ENERGY, found.region.place):
        return None
    today, code = clock.today(), found.milestone.code
    known = known_of(session(), found.region, code, today)
    if known is None or code != SAVED or not may(Can.SEE_CONTRACTS, found.region.place):
        return known
    promised = told_of(session(), found.region, today)
    return replace(known, facts=(*known.facts, *promised))


def _offered(
    milestone: Milestone, contracts: Sequence[Summary], form: ReportForm | None
) -> date | None:
    """The contract's day, where the milestone has none of its own and nothing else is typed."""
    if form is None or milestone.actual is not None or str(form.actual._value()).strip():
        return None
    return facts.done_on(milestone.code, contracts, clock.today())


def _dates_advice(saved: Milestone) -> str:
    return wording.dates_advice(saved.percent, saved.forecast, saved.actual, clock.today())


def _corrections(found: Dossier, typed: Typed) -> tuple[ReopenForm | None, ReplanForm | None]:
    """One of the coordinator's two forms: the one just sent, else the one the state asks for."""
    if typed.reopen or typed.replan:
        return typed.reopen, typed.replan
    if found.milestone.status.settled:
        return ReopenForm(formdata=None), None
    return None, ReplanForm(formdata=None, data={"planned": found.milestone.planned})


def _may_review(found: Dossier) -> bool:
    reviewer = may(Can.REVIEW_FOR_CITY) or may(Can.REVIEW_FOR_PROVINCE)
    return (
        reviewer
        and found.milestone.status.awaiting
        and not obstacles(
            session(), actor=identity(), milestone=found.milestone, region=found.region
        )
    )


def _filled(found: Dossier) -> tuple[ReportForm, datetime | None]:
    """The form with the saved fields, or with the draft where one says something else."""
    saved = {**as_text(found.milestone), "reason": ""}
    fresh = {
        "version": str(found.milestone.version),
        "base": as_base(found.milestone),
        **saved,
    }
    draft = found.draft
    if draft is None or not differs(draft, saved):
        return ReportForm(formdata=MultiDict(fresh)), None
    kept = {name: str(value) for name, value in draft.fields.items()}
    return ReportForm(formdata=MultiDict({**fresh, **kept})), draft.saved_at


def differs(draft: Draft, saved: dict[str, str]) -> bool:
    return any(str(draft.fields.get(name, saved[name])) != saved[name] for name in DRAFTED)


def history_of(found: Dossier) -> list[Told]:
    """The events with their changes in words; the reason stands apart from the fields."""
    told = []
    for event in found.events:
        lines = [
            line
            for line in journal_words.change_lines(event)
            if line.field not in _TOLD_APART and not (line.old == line.new == NOTHING)
        ]
        told.append(
            Told(event, journal_words.action_label(event.action), lines, _files(event, found))
        )
    return told


_TOLD_APART = {
    journal_words.field_label("milestone", name)
    for name in ("reason", "returned_reason", "evidence")
}


def _files(event: Event, found: Dossier) -> list[tuple[int, str, bool]]:
    old, new = event.changes.get("evidence", (None, None))
    return [
        (int(one["id"]), str(one["name"]), int(one["id"]) in found.files_left)
        for one in (new or old or [])
    ]


# --- two people, one milestone ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in two versions. `mine` is what should be taken unless the person says otherwise."""

    name: str
    label: str
    theirs: str
    yours: str
    mine: bool
    both: bool
    """Both changed it: look closely."""

    @property
    def same(self) -> bool:
        return self.theirs == self.yours


def _differences(form: ReportForm, found: Dossier) -> list[Difference]:
    saved, typed, seen = as_text(found.milestone), form.typed, form.seen
    rows = []
    for name in FIELDS:
        base = seen.get(name, saved[name])
        theirs, yours = saved[name], typed[name].strip()
        rows.append(
            Difference(
                name=name,
                label=form[name].label.text,
                theirs=theirs,
                yours=yours,
                mine=yours != base,
                both=yours != base and theirs != base and theirs != yours,
            )
        )
    return rows


def conflict_page(region: str, code: str, form: ReportForm, act: str) -> Answer:
    """Both versions side by side; the choice is posted to the milestone's own address again."""
    found = open_dossier(region, code)
    rows = _differences(form, found)
    page = render_template(
        "milestones/conflict.html",
        d=found,
        m=found.milestone,
        act=act,
        rows=rows,
        different=[row for row in rows if not row.same],
        reason=form.typed["reason"],
        base=as_base(found.milestone),
    )
    return page, 409

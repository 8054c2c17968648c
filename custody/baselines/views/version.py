"""One version: where it stands, its sums by both methods, its institutions; the steps of its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from flask import render_template, request

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.audit import rules as journal_words
from custody.audit.queries import history
from custody.baselines import render
from custody.baselines.forms.versions import ChooseAllForm, CommentForm, ReturnForm
from custody.baselines.models import Baseline
from custody.baselines.queries import (
    comments_of,
    get_baseline,
    institutions_of,
    names_of,
    outline_of,
    versions_of,
)
from custody.baselines.rules import steps
from custody.baselines.rules.fitting import REGRESSION
from custody.baselines.rules.outline import (
    METHODS,
    Mark,
    Outline,
    Owner,
    Sum,
    by_energy,
    by_institution,
    marked,
    whole,
)
from custody.baselines.rules.states import State
from custody.baselines.rules.words import LIFE, turn
from custody.baselines.views.differences import usual
from custody.baselines.views.pages import Page, blueprint, title_of
from custody.energy.models.roster import Institution
from custody.energy.rules.energies import TYPES, Energy
from custody.jobs.models import Job
from custody.jobs.rules import State as JobState
from custody.kernel.problems import Problem
from custody.regions.models import Region
from custody.web.database import session
from custody.web.paging import page_of

PER_PAGE = 30
PRINT_AT_ONCE = 200
"""So many meters are printed while the page waits (measured: 7 s); more in the background."""
_DIGEST = journal_words.field_label("baseline", "digest")
"""Sixty-four signs that say nothing to people; they stand in the journal."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filter in the address. Anything odd is left out."""

    mark: Mark | None
    energy: Energy | None
    words: str

    @property
    def args(self) -> dict[str, str]:
        found = {
            "mark": self.mark.value if self.mark else "",
            "energy": self.energy.value if self.energy else "",
            "q": self.words,
        }
        return {name: value for name, value in found.items() if value}

    def takes(self, line: Outline, owner: Institution | None) -> bool:
        if self.mark and self.mark not in line.marks:
            return False
        if self.energy and line.energy is not self.energy:
            return False
        return not self.words or (owner is not None and self.words in owner.name)


def wanted() -> Wanted:
    mark, energy = request.args.get("mark", ""), request.args.get("energy", "")
    return Wanted(
        Mark(mark) if mark in set(Mark) else None,
        Energy(energy) if energy in set(Energy) else None,
        request.args.get("q", "").strip()[:50],
    )


@dataclass(slots=True)
class Typed:
    """What the person has in hand when the page comes again."""

    choosing: ChooseAllForm | None = None
    comment: CommentForm | None = None
    returning: ReturnForm | None = None
    problems: Sequence[Problem] = field(default=())

    def shown(self, acts: Mapping[str, bool]) -> Any:
        """The form that was sent, where the page still has it."""
        found = {"edit": self.choosing, "comment": self.comment, "decide": self.returning}
        return next((form for act, form in found.items() if form and acts[act]), None)

    @property
    def any(self) -> bool:
        return bool(self.choosing or self.comment or self.returning)


@dataclass(frozen=True, slots=True)
class Row:
    """An institution's line."""

    owner: Owner
    institution: Institution | None
    type: str


@blueprint.get("/<int:number>")
@requires(Can.SEE_ENERGY)
def show(number: int) -> Page:
    return version_page(number)


def version_page(number: int, typed: Typed | None = None, status: int = 200) -> Page:
    typed = typed or Typed()
    row, region = get_baseline(session(), number, who=identity())
    asked = wanted()
    lines = outline_of(session(), number)
    owners = institutions_of(session(), region.code)
    shown = [one for one in lines if asked.takes(one, owners.get(one.institution))]
    rows = [_row(one, owners) for one in by_institution(shown)]
    page = page_of(len(rows), PER_PAGE)
    comments = comments_of(session(), number)
    sums = by_energy(lines)
    versions = versions_of(session(), region.code)
    acts = _acts(row, region)
    sent, problems = typed.shown(acts), list(typed.problems)
    if typed.any and sent is None and not problems:
        problems = steps.too_late(row.state)
    answer = render_template(
        "baselines/show.html",
        b=row,
        region=region,
        title=title_of(row, region),
        turn=turn(row.state, row.reason),
        life=LIFE,
        job=session().get(Job, row.job_id) if row.state is State.FITTING and row.job_id else None,
        job_state=JobState,
        outcome=steps.outcome(render.answers_of(row)),
        answers=render.answer_words(row),
        sums=sums,
        whole=whole(lines),
        leading=_leading(sums),
        methods=METHODS,
        marks=marked(lines),
        asked=asked,
        rows=rows[page.offset : page.offset + page.size],
        page=page,
        lines=len(lines),
        print_at_once=len(lines) <= PRINT_AT_ONCE,
        energies=[one.energy for one in sums],
        comments=comments,
        names=names_of(
            session(),
            [row.created_by, row.proposed_by, row.adopted_by, *(one.by for one in comments)],
        ),
        before=usual(row, [one for one in versions if one.id != row.id]),
        later=next((one for one in versions if one.supersedes_id == row.id), None),
        told=(told := journal_words.told(history(session(), "baseline", number), but=_DIGEST)),
        refitted=_refitted(told),
        sent=sent,
        problems=problems,
        acts=acts,
        **_forms(row, sums, typed, acts),
    )
    return answer, status


def _row(owner: Owner, known: Mapping[int, Institution]) -> Row:
    found = known.get(owner.institution)
    return Row(owner, found, TYPES.get(found.type_code, "") if found else "")


def _leading(sums: Sequence[Sum]) -> Mapping[Energy, str]:
    return {one.energy: one.leading for one in sums if one.energy}


def _acts(row: Baseline, region: Region) -> dict[str, bool]:
    """Which of the steps this person may take now."""
    fills = may(Can.PROPOSE_BASELINE, region.place)
    decides = may(Can.ADOPT_BASELINE, region.place) and row.state is State.PROPOSED
    return {
        "edit": fills and row.state is State.DRAFT,
        "refit": fills and row.state in (State.DRAFT, State.FITTING),
        "discard": fills and row.state in (State.DRAFT, State.FITTING),
        "comment": may(Can.COMMENT_BASELINE, region.place) and row.state is State.PROPOSED,
        "decide": decides,
    }


def _forms(
    row: Baseline, sums: Sequence[Sum], typed: Typed, acts: Mapping[str, bool]
) -> dict[str, Any]:
    version = str(row.version)
    choosing = comment = returning = None
    if acts["edit"]:
        choosing = typed.choosing or ChooseAllForm(
            formdata=None, data={"version": version, "chosen": REGRESSION}
        )
        choosing.offer(energies_of(sums))
        choosing.version.data = version
    if acts["comment"]:
        comment = typed.comment or CommentForm(formdata=None, data={"key": token_hex(16)})
    if acts["decide"]:
        returning = typed.returning or ReturnForm(formdata=None, data={"version": version})
        returning.version.data = version
    return {"choosing": choosing, "comment": comment, "returning": returning}


def energies_of(sums: Sequence[Sum]) -> dict[str, str]:
    return {
        one.energy.value: f"{one.energy.label}（{one.meters}个户号）" for one in sums if one.energy
    }


def _refitted(told: Sequence[journal_words.Told]) -> Mapping[str, str]:
    """What the last fit kept and dropped of the choices by hand; empty where there were none."""
    last = next((one.event for one in told if one.event.action == "baseline.fitted"), None)
    changes = last.changes if last else {}
    return {name: str(changes[name][1]) for name in ("kept", "dropped") if name in changes}

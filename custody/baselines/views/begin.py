"""A version is begun: which months there are, six questions, then the fit."""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.baselines.actions import drafts
from custody.baselines.forms.versions import BeginForm
from custody.baselines.queries import coverage_of, versions_of
from custody.baselines.rules.covered import Covered, ends, period, suggested
from custody.baselines.rules.states import State
from custody.baselines.views.pages import Page, blueprint
from custody.infra import clock
from custody.kernel.periods import Month
from custody.kernel.problems import Problem, Refused
from custody.mv.custody_rule import Answer
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web.database import session, transaction
from custody.web.formkit import whole_or_none

LOOKED_BACK = 60
"""Months that are looked at for a period to suggest."""
ENDS = 36
AT_ONCE = 120
"""A region of no more meters is fitted while the page waits (measured: well under a second)."""
YEARS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Asked:
    until: int
    years: int

    @property
    def first(self) -> int:
        return period(self.until, self.years)[0]


def _over() -> int:
    """The last month that is over."""
    return Month.of(clock.today()).plus(-1).code


def _asked(row: Region, until: str | None, years: str | None) -> Asked:
    """From the address; where it says nothing, what the bills suggest."""
    newest = _over()
    month, count = whole_or_none(until), whole_or_none(years)
    if month in ends(newest, ENDS) and count in YEARS:
        return Asked(month, count)
    first = Month.coded(newest).plus(1 - LOOKED_BACK).code
    return Asked(*suggested(coverage_of(session(), row.code, row.city_code, first, newest)))


def _covered(row: Region, asked: Asked) -> Covered:
    return coverage_of(session(), row.code, row.city_code, asked.first, asked.until)


@blueprint.route("/regions/<code>/new", methods=["GET", "POST"])
@requires(Can.PROPOSE_BASELINE)
def begin(code: str) -> Page:
    row = get_region(session(), code, place=identity().place)
    if request.method == "GET":
        asked = _asked(row, request.args.get("until"), request.args.get("years"))
        covered = _covered(row, asked)
        values: dict[str, Any] = {
            "key": token_hex(16),
            "base_until": str(asked.until),
            "years": str(asked.years),
        }
        return _page(row, asked, covered, BeginForm(formdata=None, data=values))
    form = BeginForm()
    asked = _asked(row, form.base_until.data, form.years.data)
    covered = _covered(row, asked)
    if not form.validate_on_submit():
        return _page(row, asked, covered, form, 422)
    small = len(covered.meters) <= AT_ONCE
    try:
        with transaction() as writing:
            made = drafts.begin(
                writing,
                actor=identity(),
                now=clock.now(),
                region=code,
                key=form.key.data,
                first=asked.first,
                last=asked.until,
                answers=form.answers,
                note=form.note.data or "",
                at_once=small,
            )
            number, state = made.id, made.state
    except Refused as refusal:
        rest = form.take(refusal.problems)
        return _page(row, asked, covered, form, 422, rest)
    flash(
        "正在后台计算，可以离开本页；算完后在本页核对。"
        if state is State.FITTING
        else "已算出各户号的基准，请逐项核对后提交。"
    )
    return redirect(url_for("baselines.show", number=number), 303)


def _page(
    row: Region,
    asked: Asked,
    covered: Covered,
    form: BeginForm,
    status: int = 200,
    problems: list[Problem] | None = None,
) -> Page:
    under_way = (State.FITTING, State.DRAFT, State.PROPOSED)
    page = render_template(
        "baselines/begin.html",
        region=row,
        asked=asked,
        covered=covered,
        form=form,
        problems=problems or [],
        ends=ends(_over(), ENDS),
        years=YEARS,
        open=[one for one in versions_of(session(), row.code) if one.state in under_way],
        explained=(Answer.EXPLAINED.value, Answer.YES.value),
    )
    return page, status

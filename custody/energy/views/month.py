"""One of a region's months: what it holds, what blocks it, and the steps it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flask import flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.audit.rules import told
from custody.energy.actions import months as actions
from custody.energy.models.bills import RegionMonth
from custody.energy.queries.months import covered, doubts_of
from custody.energy.queries.reports import history_of, names_of_people
from custody.energy.queries.years import Doubtable, year_doubts_of
from custody.energy.rules.annual import holds_up
from custody.energy.rules.coverage import Count
from custody.energy.rules.doubts import OF_YEARS
from custody.energy.rules.energies import Energy
from custody.energy.rules.month import ACTIONS, STEPS, Step, problems_to, state_words, turn
from custody.energy.rules.states import MonthState
from custody.energy.views.monthly import Page, blueprint, month_of, report_trail
from custody.energy.views.pages import last_month
from custody.infra import clock
from custody.kernel.periods import Month
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web.database import session, transaction
from custody.web.formkit import clean, whole

ONE = "/regions/<code>/months/<int:month>"


@dataclass(frozen=True, slots=True)
class EnergyLine:
    """An energy in the month, beside the same month of the year before."""

    energy: Energy
    count: Count
    use: float
    cost: float
    change: float | None
    """Per cent, of the meters that have both bills."""


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    label: str
    count: int
    unexplained: int

    @property
    def of_years(self) -> bool:
        return self.code in OF_YEARS


@dataclass(frozen=True, slots=True)
class Facts:
    energies: list[EnergyLine]
    count: Count
    rules: list[Rule]
    unexplained: int
    unexplained_years: int
    """Doubts about figures of years that hold the month up."""


def _facts(region: Region, month: Month) -> Facts:
    found = covered(session(), [region.code], month.plus(-12).code, month.code)
    series = found.series
    lines = []
    for energy in Energy:
        rows = series.of_energy(energy)
        if not rows.any():
            continue
        due = found.wanted[rows, -1]
        now, then = series.use[rows, -1], series.use[rows, 0]
        both = ~np.isnan(now) & ~np.isnan(then)
        before, after = float(then[both].sum()), float(now[both].sum())
        lines.append(
            EnergyLine(
                energy,
                Count(int((due & found.there[rows, -1]).sum()), int(due.sum())),
                float(np.nansum(now)),
                float(np.nansum(series.cost[rows, -1])),
                (after / before - 1) * 100 if before else None,
            )
        )
    doubts = doubts_of(session(), region, month.code, month.code)
    years = [
        one for one in year_doubts_of(session(), region, clock.today()) if holds_up(one.year, month)
    ]
    every: list[Doubtable] = [*doubts, *years]
    return Facts(
        lines,
        found.per_month()[-1],
        _rules(sorted(every, key=lambda one: -one.weight)),
        sum(not one.explained for one in doubts),
        sum(not one.explained for one in years),
    )


def _rules(doubts: Sequence[Doubtable]) -> list[Rule]:
    """In the order of their weight."""
    labels = {one.code: one.label for one in doubts}
    every = Counter(one.code for one in doubts)
    left = Counter(one.code for one in doubts if not one.explained)
    return [Rule(code, label, every[code], left[code]) for code, label in labels.items()]


@blueprint.get(ONE)
@requires(Can.SEE_ENERGY)
def show(code: str, month: int) -> Page:
    return _month_page(code, month)


def _month_page(
    code: str,
    month: int,
    problems: Sequence[Problem] = (),
    status: int = 200,
    wished: Step | None = None,
) -> tuple[str, int]:
    region = get_region(session(), code, place=identity().place)
    at = month_of(month)
    row = session().get(RegionMonth, (code, month))
    state = row.state if row else MonthState.OPEN
    reviews = region.city_code in cities_with_reviewer(session())
    facts = _facts(region, at)
    step = _step(region, state, reviews)
    blocked = (
        problems_to(
            state,
            step,
            month=at,
            today=Month.of(clock.today()),
            missing=facts.count.missing,
            unexplained=facts.unexplained,
            unexplained_years=facts.unexplained_years,
            meters=facts.count.due,
            reason="-",
        )
        if step and state is not MonthState.LOCKED
        else []
    )
    names = names_of_people(session(), [row.completed_by, row.locked_by] if row else [])
    html = render_template(
        "energy/month.html",
        region=region,
        month=at,
        row=row,
        state=state,
        label=state_words(state, city_reviews=reviews),
        turn=turn(state, city_reviews=reviews),
        facts=facts,
        step=step.value if step else "",
        blocked=blocked,
        problems=problems,
        wished=WISHES[wished] if wished else "",
        reason=request.form.get("reason", ""),
        names=names,
        told=told(history_of(session(), code, month)),
        last=last_month(),
        trail=report_trail(region, at),
    )
    return html, status


WISHES = {
    Step.COMPLETE: "报送",
    Step.LOCK: "核对通过并锁定",
    Step.RETURN: "退回",
    Step.UNLOCK: "解锁",
}


def _step(region: Region, state: MonthState, reviews: bool) -> Step | None:
    """What the signed-in person may do next; LOCK stands for returning too."""
    if state is MonthState.OPEN:
        return Step.COMPLETE if may(Can.FILL_ENERGY, region.place) else None
    if state is MonthState.LOCKED:
        return Step.UNLOCK if may(Can.UNLOCK_MONTH, region.place) else None
    checks = may(Can.CHECK_MONTH, region.place) and bool(identity().place.city) == reviews
    return Step.LOCK if checks else None


@blueprint.post(f"{ONE}/complete")
@requires(Can.FILL_ENERGY)
def complete(code: str, month: int) -> Page:
    return _take(code, month, Step.COMPLETE)


@blueprint.post(f"{ONE}/check")
@requires(Can.CHECK_MONTH)
def check(code: str, month: int) -> Page:
    return _take(code, month, Step.RETURN if request.form.get("act") == "return" else Step.LOCK)


@blueprint.post(f"{ONE}/unlock")
@requires(Can.UNLOCK_MONTH)
def unlock(code: str, month: int) -> Page:
    return _take(code, month, Step.UNLOCK)


DONE = {
    Step.COMPLETE: "已报送，等待核对。",
    Step.LOCK: "已核对并锁定，账单不能再改动。",
    Step.RETURN: "已退回区县，理由已通知填报员。",
    Step.UNLOCK: "已解锁，区县可以更正账单后重新报送。",
}


MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，这份月报已由他人办理，您的操作没有执行；请看下面的最新状态和办理记录。",
)


def _take(code: str, month: int, step: Step) -> Page:
    who, at = identity(), month_of(month)
    try:
        with transaction() as writing:
            actions.step(
                writing,
                actor=who,
                now=clock.now(),
                region=code,
                month=month,
                version=whole(request.form.get("version")),
                step=step,
                reason=clean(request.form.get("reason"))[:500],
            )
    except Refused as refusal:
        return _month_page(code, month, refusal.problems, 422, step)
    except Conflict:
        if not _twice(code, month, step):
            return _month_page(code, month, (MEANWHILE,), 409, step)
    flash(f"{at.label}能源月报{DONE[step]}")
    return redirect(url_for("energy_months.show", code=code, month=month), 303)


def _twice(code: str, month: int, step: Step) -> bool:
    """Was it this person's own first click that came before?"""
    newest = next(iter(history_of(session(), code, month)), None)
    row = session().get(RegionMonth, (code, month))
    return (
        newest is not None
        and row is not None
        and newest.action == ACTIONS[step]
        and newest.actor_id == identity().id
        and newest.note == clean(request.form.get("reason")).strip()
        and row.state in {after for (_, one), after in STEPS.items() if one is step}
        and row.version == whole(request.form.get("version")) + 1
    )

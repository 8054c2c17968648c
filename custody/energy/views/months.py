"""能源月报: a region's months, one of them, and what waits for the reviewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from flask import flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.energy.actions import months as actions
from custody.energy.models.bills import RegionMonth
from custody.energy.queries.months import Doubtful, covered, doubts_of, states_of
from custody.energy.queries.reports import (
    history_of,
    mine,
    names_of_people,
    owed,
    waiting,
)
from custody.energy.queries.roster import sizes
from custody.energy.rules.coverage import Count
from custody.energy.rules.energies import Energy
from custody.energy.rules.month import ACTIONS, STEPS, Step, problems_to, state_words, turn
from custody.energy.rules.states import MonthState
from custody.energy.tables import reports
from custody.energy.views.monthly import (
    Page,
    blueprint,
    month_of,
    report_trail,
    told,
    trail,
)
from custody.energy.views.pages import last_month
from custody.infra import clock, workdays
from custody.infra.workbooks import Value
from custody.kernel.periods import Month, codes, months_words
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import cities_of, get_region, regions_of
from custody.web import asides
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import clean, whole

REGION = "/regions/<code>/months"
ONE = f"{REGION}/<int:month>"
LATE = 5
"""Working days a reviewer has been kept waiting for before it is told in red (our choice)."""


# --- a region's months --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A month of a region."""

    month: Month
    row: RegionMonth | None
    count: Count
    doubts: int
    unexplained: int
    label: str
    turn: str
    by: str
    checked_by: str

    @property
    def state(self) -> MonthState:
        return self.row.state if self.row else MonthState.OPEN


def _year(last: Month) -> tuple[int, Sequence[int]]:
    years = list(range(last.year, last.year - 3, -1))
    text = request.args.get("year", "")
    return (int(text) if text in map(str, years) else last.year), years


def _lines(region: Region, year: int) -> list[Line]:
    """The months of a year that are over, the newest first, in a fixed number of statements."""
    last = min(Month(year, 12), last_month())
    first = Month(year, 1)
    rows = states_of(session(), [region.code], first.code, last.code)
    reviews = region.city_code in cities_with_reviewer(session())
    counts = covered(session(), [region.code], first.code, last.code).per_month()
    doubts = doubts_of(session(), region, first.code, last.code)
    every = Counter(one.month for one in doubts)
    left = Counter(one.month for one in doubts if not one.explained)
    people = [row.completed_by for row in rows.values()] + [row.locked_by for row in rows.values()]
    names = names_of_people(session(), people)
    lines = []
    for month, count in zip(codes(first.code, last.code), counts, strict=True):
        row = rows.get((region.code, month))
        state = row.state if row else MonthState.OPEN
        lines.append(
            Line(
                Month.coded(month),
                row,
                count,
                every[month],
                left[month],
                state_words(state, city_reviews=reviews),
                turn(state, city_reviews=reviews),
                names.get(row.completed_by or 0, "") if row else "",
                names.get(row.locked_by or 0, "") if row else "",
            )
        )
    return lines[::-1]


@blueprint.get(REGION)
@requires(Can.SEE_ENERGY)
def listing(code: str) -> Page:
    region = get_region(session(), code, place=identity().place)
    year, years = _year(last_month())
    return render_template(
        "energy/months.html",
        region=region,
        lines=_lines(region, year),
        year=year,
        years=years,
        trail=report_trail(region),
    )


@blueprint.get(f"{REGION}/export.xlsx")
@requires(Can.EXPORT)
def export_region(code: str) -> Page:
    who = identity()
    region = get_region(session(), code, place=who.place)
    year, _ = _year(last_month())
    lines = [
        (
            one.month.label,
            one.label,
            one.turn,
            one.count,
            one.doubts,
            one.unexplained,
            one.row.completed_at if one.row else None,
            one.by,
            one.row.locked_at if one.row else None,
            one.checked_by,
            one.row.reason if one.row else "",
        )
        for one in _lines(region, year)
    ]
    return table_file(
        reports.months(region.name, lines, f"{year}年　{who.unit}{who.name}"),
        actor=who,
        place=region.place,
        name=f"{region.name}能源月报",
        plain="energy-months",
        note=f"{year}年",
    )


# --- one month ----------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Facts:
    energies: list[EnergyLine]
    count: Count
    rules: list[Rule]
    unexplained: int


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
    return Facts(
        lines,
        found.per_month()[-1],
        _rules(doubts),
        sum(not one.explained for one in doubts),
    )


def _rules(doubts: Sequence[Doubtful]) -> list[Rule]:
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


# --- all regions, and what waits for me -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegionLine:
    region: Region
    city: str
    institutions: int
    cells: Sequence[tuple[Month, MonthState | None, str]]
    """Month, state (None: nothing was due yet), the words of the state."""
    words: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    region: Region
    month: Month
    row: RegionMonth
    by: str
    days: int


@blueprint.get("/months")
@requires(Can.SEE_ENERGY)
def index() -> Page:
    """An officer has one region: its months are the list."""
    who = identity()
    if who.place.region:
        return redirect(url_for("energy_months.listing", code=who.place.region))
    lines, none_yet, months = _matrix()
    city = request.args.get("city", "")
    heap = waiting(session(), who)
    own = mine(heap, who)
    names = names_of_people(session(), (one.row.completed_by for one in own))
    today = clock.today()
    return render_template(
        "energy/reports.html",
        lines=lines,
        none_yet=none_yet,
        months=months,
        waiting=[
            WaitingLine(
                one.region,
                Month.coded(one.row.month),
                one.row,
                names.get(one.row.completed_by or 0, ""),
                _waited(one.row, today),
            )
            for one in own
        ],
        elsewhere=len(heap) - len(own),
        checks=may(Can.CHECK_MONTH),
        late=LATE,
        cities=cities_of(session(), who.place),
        city=city,
        trail=trail(None, "能源月报"),
    )


def _waited(row: RegionMonth, today: date) -> int:
    since = row.completed_at.date() if row.completed_at else today
    return max(0, workdays.working_days_between(since, today) - 1)


def _matrix() -> tuple[list[RegionLine], list[Region], list[Month]]:
    """Region × the last twelve months; regions without a roster apart."""
    who, last = identity(), last_month()
    first = last.plus(-11)
    city = request.args.get("city", "")
    regions = [one for one in regions_of(session(), who.place) if city in ("", one.city_code)]
    known = [one.code for one in regions]
    rows = states_of(session(), known, first.plus(-24).code, last.code)
    reviewing = cities_with_reviewer(session())
    counted = sizes(session(), known)
    cities = {one.code: one.name for one in cities_of(session(), who.place)}
    months = codes(first.code, last.code)
    lines = []
    for region in regions:
        if region.code not in counted:
            continue
        states = {month: row.state for (code, month), row in rows.items() if code == region.code}
        lines.append(
            _region_line(
                region,
                cities.get(region.city_code, ""),
                counted[region.code].in_custody,
                states,
                months,
                reviews=region.city_code in reviewing,
            )
        )
    return (
        lines,
        [one for one in regions if one.code not in counted],
        [Month.coded(one) for one in months],
    )


def _region_line(
    region: Region,
    city: str,
    institutions: int,
    states: Mapping[int, MonthState],
    months: Sequence[int],
    *,
    reviews: bool,
) -> RegionLine:
    begun = min(states, default=months[-1])
    cells = []
    for month in months:
        state = states.get(month, MonthState.OPEN if month >= begun else None)
        words = state_words(state, city_reviews=reviews) if state else ""
        cells.append((Month.coded(month), state, words))
    heaps: dict[str, list[int]] = {}
    for at, state, words in cells:
        if state is not None and state is not MonthState.LOCKED:
            key = "未报" if state is MonthState.OPEN else words
            heaps.setdefault(key, []).append(at.code)
    locked = [at.code for at, state, _ in cells if state is MonthState.LOCKED]
    told = [f"已锁定至{Month.coded(max(locked)).label}"] if locked else []
    told += [f"{key}{months_words(heap)}" for key, heap in heaps.items()]
    return RegionLine(region, city, institutions, cells, "；".join(told))


@blueprint.get("/months.xlsx")
@requires(Can.EXPORT)
def export() -> Page:
    who = identity()
    lines, _, months = _matrix()
    rows: list[tuple[Value, ...]] = [
        (one.city, one.region.name, one.institutions, *(words for _, _, words in one.cells))
        for one in lines
    ]
    return table_file(
        reports.matrix([one.label for one in months], rows, f"{who.unit}{who.name}"),
        actor=who,
        place=who.place,
        name="各地区能源月报",
        plain="energy-reports",
        note=f"{len(rows)}个地区",
    )


# --- on the pages of others ---------------------------------------------------------------------


def _on_todo() -> str:
    """On top of 我的待办: the months the region has still to report."""
    region = identity().place.region
    if region is None:
        return ""
    found = owed(session(), region, last_month())
    return render_template("energy/todo.html", owed=found, code=region) if found else ""


def _on_queue() -> str:
    """On the reviewers' queue: how many reports wait for them."""
    who = identity()
    count = len(mine(waiting(session(), who), who))
    url = url_for("energy_months.index")
    return render_template("energy/queue.html", count=count, url=url) if count else ""


asides.offer(blueprint, "todo", _on_todo)
asides.offer(blueprint, "queue", _on_queue)

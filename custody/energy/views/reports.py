"""The monthly reports of all regions, and what waits for the reviewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.energy.models.bills import RegionMonth
from custody.energy.queries.months import states_of
from custody.energy.queries.reports import mine, names_of_people, owed, waiting
from custody.energy.queries.roster import sizes
from custody.energy.rules.month import state_words
from custody.energy.rules.states import MonthState
from custody.energy.tables import reports
from custody.energy.views.monthly import Page, blueprint, trail
from custody.energy.views.pages import last_month
from custody.infra import clock, workdays
from custody.infra.workbooks import Value
from custody.kernel.periods import Month, codes, months_words
from custody.regions.models import Region
from custody.regions.queries import cities_of, regions_of
from custody.web import asides
from custody.web.database import session
from custody.web.exports import table_file

LATE = 5
"""Working days a reviewer has been kept waiting for before it is told in red (our choice)."""


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

"""能源月报: the months of a region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request

from custody.accounts.access import identity, requires
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.energy.models.bills import RegionMonth
from custody.energy.queries.months import covered, doubts_of, states_of
from custody.energy.queries.reports import names_of_people
from custody.energy.rules.coverage import Count
from custody.energy.rules.month import state_words, turn
from custody.energy.rules.states import MonthState
from custody.energy.tables import reports
from custody.energy.views.monthly import Page, blueprint, report_trail
from custody.energy.views.pages import last_month
from custody.kernel.periods import Month, codes
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web.database import session
from custody.web.exports import table_file

REGION = "/regions/<code>/months"


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

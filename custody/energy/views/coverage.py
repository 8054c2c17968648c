"""数据覆盖: institutions × months, what is missing and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from flask import Blueprint, render_template, request, url_for

from custody.accounts.access import identity, requires
from custody.accounts.queries import cities_with_reviewer
from custody.accounts.rules import Can
from custody.energy import render
from custody.energy.models.bills import RegionMonth
from custody.energy.queries.imports import MeterLine
from custody.energy.queries.months import Covered, covered, states_of
from custody.energy.queries.reports import Owned, owned_meters
from custody.energy.rules.coverage import Count, Cover, by_owner, gaps
from custody.energy.rules.energies import Energy
from custody.energy.rules.month import state_words, turn
from custody.energy.rules.states import MonthState
from custody.energy.views.monthly import Page, trail
from custody.energy.views.pages import last_month
from custody.infra import clock
from custody.kernel.periods import Month, codes, months_words
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web.database import session
from custody.web.exports import dated_file, note_taken
from custody.web.paging import page_of

blueprint = Blueprint("energy_coverage", __name__, url_prefix="/energy/regions/<code>/coverage")
SPANS = (12, 24, 36)
"""So many months can be looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    energy: Energy | None
    span: int
    first: Month
    last: Month

    @property
    def kept(self) -> Mapping[str, str]:
        """The filters as they stand in an address."""
        found = {"span": str(self.span)} if self.span != SPANS[0] else {}
        return found | ({"energy": self.energy.value} if self.energy else {})

    @property
    def words(self) -> str:
        return f"{self.first.label}—{self.last.label}{self.energy.label if self.energy else ''}"


def _asked() -> Asked:
    energy, span = request.args.get("energy", ""), request.args.get("span", "")
    months = int(span) if span in map(str, SPANS) else SPANS[0]
    last = last_month()
    return Asked(
        Energy(energy) if energy in {one.value for one in Energy} else None,
        months,
        last.plus(1 - months),
        last,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """An institution of the heat map."""

    number: int
    name: str
    counts: Sequence[Count]
    missing: int


@dataclass(frozen=True, slots=True)
class Short:
    """An institution that lacks bills: which meter, which months."""

    number: int
    name: str
    meters: Sequence[tuple[Owned, str]]
    missing: int


@dataclass(frozen=True, slots=True)
class MonthLine:
    month: Month
    count: Count
    state: str
    turn: str


@dataclass(frozen=True, slots=True)
class Looked:
    bills: Covered
    wanted: np.typing.NDArray[np.bool_]
    owned: Mapping[int, Owned]
    energies: Sequence[Energy]

    @property
    def total(self) -> Count:
        return Count(int((self.wanted & self.bills.there).sum()), int(self.wanted.sum()))


def _looked(region: Region, wanted: Asked) -> Looked:
    bills = covered(session(), [region.code], wanted.first.code, wanted.last.code)
    shown = bills.wanted
    if wanted.energy:
        shown = shown & bills.series.of_energy(wanted.energy)[:, None]
    known = set(bills.series.energies.tolist())
    return Looked(
        bills,
        shown,
        owned_meters(session(), region.code),
        [one for one in Energy if one.value in known],
    )


@blueprint.get("")
@requires(Can.SEE_ENERGY)
def region(code: str) -> Page:
    row = get_region(session(), code, place=identity().place)
    wanted = _asked()
    found = _looked(row, wanted)
    lines = _lines(found)
    short = _short(found)
    page = page_of(len(short), 20)
    months = codes(wanted.first.code, wanted.last.code)
    return render_template(
        "energy/coverage.html",
        region=row,
        asked=wanted,
        spans=SPANS,
        energies=found.energies,
        total=found.total,
        covers=Cover,
        months=months,
        years=[
            (year, sum(m // 100 == year for m in months))
            for year in sorted({m // 100 for m in months})
        ],
        lines=lines,
        monthly=_monthly(row, found, months),
        short=short[page.offset : page.offset + page.size],
        page=page,
        trail=trail(row, "数据覆盖"),
        addresses={one.number: url_for("institutions.show", number=one.number) for one in lines},
        imports=url_for("energy_imports.index"),
    )


def _lines(found: Looked) -> list[Line]:
    """Those that lack most come first."""
    series = found.bills.series
    counts = by_owner(series.institutions, found.wanted, found.bills.there)
    names = {one.institution_id: one.institution for one in found.owned.values()}
    lines = [
        Line(number, names[number], row, sum(one.missing for one in row))
        for number, row in counts.items()
        if any(one.due for one in row)
    ]
    return sorted(lines, key=lambda one: (-one.missing, one.name))


def _short(found: Looked) -> list[Short]:
    series = found.bills.series
    lacking: dict[int, list[tuple[Owned, tuple[int, ...]]]] = {}
    for gap in gaps(found.wanted, found.bills.there, series.months):
        meter = found.owned[int(series.meters[gap.row])]
        lacking.setdefault(meter.institution_id, []).append((meter, gap.months))
    rows = [
        Short(
            number,
            meters[0][0].institution,
            [(meter, months_words(months)) for meter, months in meters],
            sum(len(months) for _, months in meters),
        )
        for number, meters in lacking.items()
    ]
    return sorted(rows, key=lambda one: (-one.missing, one.name))


def _monthly(region: Region, found: Looked, months: Sequence[int]) -> list[MonthLine]:
    rows = states_of(session(), [region.code], months[0], months[-1])
    reviews = region.city_code in cities_with_reviewer(session())
    due = found.wanted.sum(axis=0)
    there = (found.wanted & found.bills.there).sum(axis=0)
    return [
        MonthLine(
            Month.coded(month),
            Count(int(there[at]), int(due[at])),
            state_words(state, city_reviews=reviews),
            turn(state, city_reviews=reviews),
        )
        for at, month in enumerate(months)
        for state in [_state(rows.get((region.code, month)))]
    ]


def _state(row: RegionMonth | None) -> MonthState:
    return row.state if row else MonthState.OPEN


@blueprint.get("/missing.xlsx")
@requires(Can.EXPORT)
def export(code: str) -> Page:
    """The missing bills as the bills' template: filled in and sent back as it is."""
    who = identity()
    region = get_region(session(), code, place=who.place)
    wanted = _asked()
    found = _looked(region, wanted)
    lines = _missing_lines(found)
    now = clock.now()
    body = render.bills_template(lines, scope=region.name, who=who.name, now=now)
    name, note = f"{region.name}缺少的能源账单", f"{wanted.words}，{len(lines)}张"
    note_taken(name, actor=who, place=region.place, note=note)
    return dated_file(body, name, "energy-missing")


def _missing_lines(found: Looked) -> list[MeterLine]:
    series, there = found.bills.series, found.bills.there
    lines: list[MeterLine] = []
    for gap in gaps(found.wanted, there, series.months):
        meter = found.owned[int(series.meters[gap.row])]
        for month in gap.months:
            column = int(np.searchsorted(series.months, month))
            before = np.flatnonzero(there[gap.row, :column])
            last = int(before[-1]) if len(before) else -1
            lines.append(
                (
                    meter.institution,
                    meter.energy,
                    meter.number,
                    month,
                    _amount(series.use[gap.row, last], 4) if last >= 0 else None,
                    _amount(series.cost[gap.row, last], 2) if last >= 0 else None,
                )
            )
    return sorted(lines, key=lambda one: (one[0], one[1], one[2], one[3]))


def _amount(value: float, places: int) -> Decimal | None:
    return None if np.isnan(value) else round(Decimal(str(float(value))), places)

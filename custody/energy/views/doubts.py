"""存疑账单: what is doubtful by which threshold, and the word that explains it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from custody.accounts.access import identity, may, requires
from custody.accounts.rules import Can
from custody.energy.actions import months as actions
from custody.energy.queries.months import Doubtful, doubts_of, locked_months
from custody.energy.queries.reports import Owned, names_of_people, owned_meters
from custody.energy.queries.tables import limits_of
from custody.energy.queries.years import Doubtable, YearDoubt, year_doubts_of
from custody.energy.rules.doubts import WORDS, Threshold, threshold
from custody.energy.rules.limits import Limits
from custody.energy.tables import reports
from custody.energy.views.monthly import Page, blueprint, trail
from custody.energy.views.pages import last_month
from custody.infra import clock
from custody.kernel.periods import Month, codes
from custody.kernel.problems import Conflict, Problem, Refused
from custody.regions.models import Region
from custody.regions.queries import get_region
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import clean
from custody.web.paging import page_of

DOUBTS = "/regions/<code>/doubts"
SPAN = 12
"""So many months back are looked at."""
STATES = {"open": "未说明", "given": "已说明", "all": "全部"}
MEANWHILE = Problem(
    "meanwhile",
    "在您打开页面之后，所选账单中有的已被更正，存疑随之变化，本次没有说明；请核对最新内容后再办理。",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the address; anything odd is left out."""

    rule: str
    month: int
    """0: all of them."""
    state: str
    words: str

    @property
    def kept(self) -> Mapping[str, Any]:
        found = {
            "rule": self.rule,
            "month": str(self.month or ""),
            "state": self.state if self.state != "open" else "",
            "q": self.words,
        }
        return {name: value for name, value in found.items() if value}

    @property
    def label(self) -> str:
        parts = [
            Month.coded(self.month).label if self.month else "",
            WORDS[self.rule][0] if self.rule else "",
            STATES[self.state],
            f"“{self.words}”" if self.words else "",
        ]
        return "，".join(part for part in parts if part)


def _wanted(months: Sequence[int]) -> Wanted:
    rule, month, state = (request.args.get(name, "") for name in ("rule", "month", "state"))
    return Wanted(
        rule if rule in WORDS else "",
        int(month) if month in map(str, months) else 0,
        state if state in STATES else "open",
        request.args.get("q", "").strip()[:40],
    )


@dataclass(frozen=True, slots=True)
class Line:
    doubt: Doubtable
    institution: str
    about: str
    """Which bill, or which year."""
    unit: str
    use: float | None
    cost: float | None
    threshold: Threshold
    by: str
    """Who explained it."""
    address: str
    """Where the bill can be read and corrected; empty where there is no such page."""


@dataclass(frozen=True, slots=True)
class Heap:
    """What passes the filter, and how much there is of each rule besides."""

    rows: list[Doubtable]
    locked: frozenset[int]
    """Months whose bills stand still, and with them their doubts."""
    per_rule: Counter[str]
    owned: Mapping[int, Owned]
    limits: Limits

    def waits(self, one: Doubtable) -> bool:
        """Has it no word yet, and may it be given one?"""
        return not one.explained and not self.still(one)

    def still(self, one: Doubtable) -> bool:
        """Is it about a bill of a locked month?"""
        return isinstance(one, Doubtful) and one.month in self.locked

    @property
    def open(self) -> int:
        return sum(self.waits(one) for one in self.rows)


def _heap(region: Region, wanted: Wanted, months: Sequence[int]) -> Heap:
    first, last = (wanted.month, wanted.month) if wanted.month else (months[0], months[-1])
    owned = owned_meters(session(), region.code)
    yearly = [] if wanted.month else year_doubts_of(session(), region, clock.today())
    both: list[Doubtable] = [*yearly, *doubts_of(session(), region, first, last)]
    every = [
        one
        for one in sorted(both, key=lambda one: -one.weight)
        if _about(one, owned, wanted.words)
        and (wanted.state == "all" or bool(one.explained) == (wanted.state == "given"))
    ]
    rows = [one for one in every if not wanted.rule or one.code == wanted.rule]
    return Heap(
        rows,
        locked_months(session(), region.code),
        Counter(one.code for one in every),
        owned,
        limits_of(session(), region.province_code),
    )


def _about(one: Doubtable, owned: Mapping[int, Owned], words: str) -> bool:
    if isinstance(one, YearDoubt):
        return words in one.institution
    meter = owned[one.meter_id]
    return words in meter.institution or words in meter.number


def _line(heap: Heap, one: Doubtable, names: Mapping[int, str]) -> Line:
    by = names.get(one.given.given_by, "") if one.given else ""
    if isinstance(one, YearDoubt):
        return Line(
            *(one, one.institution, one.finding.called, "", None, None),
            *(threshold(one.code, None, heap.limits), by),
            url_for("institutions.show", number=one.institution_id, _anchor="years"),
        )
    meter, month = heap.owned[one.meter_id], Month.coded(one.month)
    return Line(
        *(one, meter.institution, f"{meter.energy.label} {meter.number} {month.label}"),
        unit=meter.energy.unit,
        use=one.use,
        cost=one.cost,
        threshold=threshold(one.code, one.energy, heap.limits),
        by=by,
        address=url_for("bills.show", number=one.meter_id, month=one.month),
    )


def _lines(heap: Heap, rows: Sequence[Doubtable]) -> list[Line]:
    names = names_of_people(session(), (one.given.given_by for one in rows if one.given))
    return [_line(heap, one, names) for one in rows]


def _months() -> list[int]:
    last = last_month()
    return codes(last.plus(1 - SPAN).code, last.code)


@blueprint.get(DOUBTS)
@requires(Can.SEE_ENERGY)
def doubts(code: str) -> Page:
    return _page(code)


def _page(
    code: str,
    problems: Sequence[Problem] = (),
    status: int = 200,
    chosen: Sequence[str] = (),
    words: str = "",
) -> tuple[str, int]:
    region = get_region(session(), code, place=identity().place)
    months = _months()
    wanted = _wanted(months)
    heap = _heap(region, wanted, months)
    page = page_of(len(heap.rows))
    shown = heap.rows[page.offset : page.offset + page.size]
    html = render_template(
        "energy/doubts.html",
        region=region,
        wanted=wanted,
        lines=_lines(heap, shown),
        heap=heap,
        page=page,
        months=[Month.coded(one) for one in reversed(months)],
        rules={code: label for code, (label, _) in WORDS.items()},
        states=STATES,
        may_explain=may(Can.FILL_ENERGY, region.place) and heap.open > 0,
        problems=problems,
        chosen=frozenset(chosen),
        words=words,
        trail=trail(region, "存疑账单"),
    )
    return html, status


@blueprint.post(DOUBTS)
@requires(Can.FILL_ENERGY)
def explain(code: str) -> Page:
    """One word on the ticked ones, or on all that pass the filter."""
    region = get_region(session(), code, place=identity().place)
    months = _months()
    wanted = _wanted(months)
    chosen = request.form.getlist("chosen")[:500]
    words = clean(request.form.get("words")).strip()[:500]
    keys: Sequence[str] = chosen
    if request.form.get("act") == "all":
        heap = _heap(region, wanted, months)
        keys = [one.key for one in heap.rows if heap.waits(one)]
        if str(len(keys)) != request.form.get("open"):
            return _page(code, (MEANWHILE,), 409, chosen, words)
    try:
        with transaction() as writing:
            count = actions.explain(
                writing, actor=identity(), now=clock.now(), region=code, keys=keys, words=words
            )
    except Refused as refusal:
        return _page(code, refusal.problems, 422, chosen, words)
    except Conflict:
        return _page(code, (MEANWHILE,), 409, chosen, words)
    flash(f"已说明{count}处存疑。" if count else "所选存疑都已经说明过，没有重复记录。")
    return redirect(url_for("energy_months.doubts", code=code, **wanted.kept), 303)


@blueprint.get(f"{DOUBTS}/export.xlsx")
@requires(Can.EXPORT)
def export_doubts(code: str) -> Page:
    who = identity()
    region = get_region(session(), code, place=who.place)
    months = _months()
    wanted = _wanted(months)
    heap = _heap(region, wanted, months)
    lines = [
        (one.doubt, _owner(heap, one), one.threshold, one.by) for one in _lines(heap, heap.rows)
    ]
    return table_file(
        reports.doubts(region.name, lines, f"{wanted.label}　{who.unit}{who.name}"),
        actor=who,
        place=region.place,
        name=f"{region.name}存疑账单",
        plain="energy-doubts",
        note=f"{wanted.label}，{len(lines)}处",
    )


def _owner(heap: Heap, line: Line) -> tuple[str, str, str]:
    """Institution, energy, 户号: a year has no meter."""
    one = line.doubt
    if isinstance(one, YearDoubt):
        return one.institution, one.finding.energy.label if one.finding.energy else "", ""
    meter = heap.owned[one.meter_id]
    return meter.institution, meter.energy.label, meter.number

"""Plain rows → what a board says: lights, stages, progress, curve, exceptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from custody.dashboard.rules.curve import Dated, curve_of
from custody.dashboard.rules.exceptions import exceptions_of
from custody.dashboard.rules.rows import BatchRow, LineRow, RegionRow, Rows
from custody.dashboard.rules.shapes import BatchFacts, Cell, ProgrammeFacts, RegionFacts
from custody.milestones.rules import (
    LIGHTS,
    Item,
    Light,
    LightPolicy,
    Signal,
    Stage,
    State,
    Status,
    chain_of,
    expected_percent,
    progress,
    share,
    signal_of,
    stage_reached,
    worst,
)


@dataclass(frozen=True, slots=True)
class Scope:
    kind: str
    """province | city | region."""
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class _Judged:
    """One milestone of a region with its light."""

    line: LineRow
    item: Item
    state: State
    signal: Signal
    cell: Cell


def programme(
    rows: Rows,
    *,
    scope: Scope,
    as_of: date,
    working_days: Callable[[date], int],
    demo: bool,
) -> ProgrammeFacts:
    """All facts of a scope. `working_days`: how many have passed from a day to `as_of`."""
    by_region: dict[str, list[LineRow]] = {}
    for line in rows.lines:
        by_region.setdefault(line.region, []).append(line)
    chains = _Chains(rows)
    regions: list[RegionFacts] = []
    judged: dict[str, list[_Judged]] = {}
    undated: dict[str, list[Cell]] = {}
    dated: list[Dated] = []
    for row in rows.regions:
        own = _judge(by_region.get(row.code, ()), rows, as_of, rows.head.policy)
        facts, counted, undated[row.code] = _region(row, own, rows, chains, as_of)
        regions.append(facts)
        judged[row.code] = own
        dated += [(one.line.planned, *_settled(one), one.line.forecast) for one in counted]
    lines = [(one.line, one.cell) for own in judged.values() for one in own]
    batches = tuple(
        _batch(batch, [region for region in regions if region.batch == number])
        for number, batch in sorted(rows.batches.items())
        if any(region.batch == number for region in regions)
    )
    deadline = max(
        (batch.deadline for batch in batches or rows.batches.values()),
        default=date(rows.head.year, 12, 31),
    )
    return ProgrammeFacts(
        as_of=as_of,
        scope_kind=scope.kind,
        scope_code=scope.code,
        scope_name=scope.name,
        province_name=rows.head.province_name,
        notice_title=rows.head.notice_title,
        deadline=deadline,
        days_left=(deadline - as_of).days,
        batches=batches,
        regions=tuple(regions),
        lights=lights_of(regions),
        curve=curve_of(dated, year=rows.head.year, deadline=deadline, as_of=as_of),
        exceptions=exceptions_of(
            regions,
            lines,
            undated,
            rows,
            as_of=as_of,
            working_days=working_days,
        ),
        silent=tuple(
            region for region in regions if not region.reported and region.stage is not Stage.DONE
        ),
        demo=demo,
    )


def lights_of(regions: Iterable[RegionFacts]) -> dict[Light, int]:
    """How many regions show each light; every light is there, if only with 0."""
    counted = Counter(region.light for region in regions)
    return {light: counted[light] for light in LIGHTS}


class _Chains:
    """The milestones a gate rests on, worked out once for each template."""

    def __init__(self, rows: Rows) -> None:
        self._templates = rows.templates
        self._known: dict[tuple[int, str], frozenset[str]] = {}

    def gates(self, template: int) -> list[Item]:
        items = self._templates.get(template, {}).values()
        return sorted((item for item in items if item.gate), key=lambda item: item.order)

    def of(self, template: int, gate: str) -> frozenset[str]:
        key = (template, gate)
        if key not in self._known:
            items = self._templates.get(template, {})
            after = {code: item.after for code, item in items.items()}
            self._known[key] = frozenset(
                code for code in chain_of(gate, after) if items[code].required
            )
        return self._known[key]


def _judge(lines: Sequence[LineRow], rows: Rows, as_of: date, policy: LightPolicy) -> list[_Judged]:
    judged = []
    for line in lines:
        item = rows.items[line.item]
        state = State(
            code=item.code,
            name=item.name,
            stage=item.stage,
            gate=item.gate,
            required=item.required,
            weight=item.weight,
            order=item.order,
            status=line.status,
            percent=line.percent,
            plan_start=line.plan_start,
            planned=line.planned,
            forecast=line.forecast,
            actual=line.actual,
            submitted_on=line.submitted_at,
            decided_on=line.decided_at,
            unit=line.unit,
        )
        signal = signal_of(state, as_of, policy)
        cell = Cell(
            code=item.code,
            name=item.name,
            phase=item.phase,
            stage=item.stage,
            weight=item.weight,
            gate=item.gate,
            status=line.status,
            light=signal.light,
            reason=signal.reason,
            percent=100 if line.status.settled else line.percent,
            planned=line.planned,
            forecast=line.forecast,
            actual=line.actual,
            confirmed_on=line.decided_at if line.status.settled else None,
            days_late=signal.days_late,
            unit=line.unit,
            plan_start=line.plan_start,
            started=line.started,
            after=item.after,
        )
        judged.append(_Judged(line, item, state, signal, cell))
    judged.sort(key=lambda one: one.item.order)
    return judged


def _region(
    row: RegionRow, own: Sequence[_Judged], rows: Rows, chains: _Chains, as_of: date
) -> tuple[RegionFacts, list[_Judged], list[Cell]]:
    """The region's facts, what counts towards its gate of the year, what has no date before the next."""
    batch = rows.batches.get(row.batch)
    passed = rows.passed.get(row.code, set())
    stage = stage_reached(passed)
    gates = chains.gates(row.template)
    ahead = next((gate for gate in gates if gate.stage not in passed), None)
    towards = chains.of(row.template, ahead.code) if ahead else frozenset()
    in_chain = [one for one in own if one.item.code in towards]
    found = worst([(one.state, one.signal) for one in in_chain])
    of_year = chains.of(row.template, batch.gate) if batch else frozenset()
    counted = [one for one in own if one.item.code in of_year]
    goal = next((gate for gate in gates if batch and gate.code == batch.gate), None)
    reached = goal is not None and goal.stage in passed
    if found:
        light, reason = found[1].light, f"{found[0].code} {found[0].name}：{found[1].reason}"
        if reached:
            reason = f"年度目标已达成；{reason}"
    else:
        light = Light.GREEN if stage is Stage.DONE or in_chain else Light.GREY
        reason = ""
    open_ones = [one for one in in_chain if not one.state.status.settled]
    following = min(
        open_ones, key=lambda one: (one.line.planned or date.max, one.item.order), default=None
    )
    activity = rows.activity.get(row.code)
    # 100 % is said only of a gate that is passed: 99.9 % must not be rounded up to it.
    facts = RegionFacts(
        code=row.code,
        name=row.name,
        short_name=row.short_name,
        city_code=row.city_code,
        city_name=row.city_name,
        city_short=row.city_short,
        seq=row.seq,
        batch=row.batch,
        stage=stage,
        stage_label=stage.label(pilot=batch.pilot if batch else True),
        light=light,
        light_reason=reason,
        done=len(counted) if reached else sum(one.state.status.settled for one in counted),
        total=len(counted),
        percent=100.0
        if reached
        else min(share([(one.item.weight, progress(one.state)) for one in counted]), 99.0),
        expected_percent=_expected(counted, passed, as_of),
        next_cell=following.cell if following else None,
        cells=tuple(one.cell for one in own),
        reported=activity is not None and activity.reported is not None,
        last_activity=activity.last if activity else None,
        city_spot=(row.city_column, row.city_row),
    )
    undated = [one.cell for one in own if _needs_a_date(one, one.item.code in towards, stage)]
    return facts, counted, undated


def _needs_a_date(one: _Judged, in_the_way: bool, stage: Stage) -> bool:
    """Without a due date, and either before the next gate or still untouched in the open stretch."""
    if one.line.planned or not one.state.status.editable:
        return False
    untouched = one.state.status is Status.NOT_STARTED and one.item.required
    return in_the_way or (untouched and one.item.stage is stage)


def _expected(counted: Sequence[_Judged], passed: set[Stage], as_of: date) -> float:
    """How far the plan is. One without a due date: done where its stage was left, else it has no say."""
    planned = []
    for one in counted:
        if one.line.planned:
            planned.append((one.item.weight, expected_percent(one.state, as_of)))
        elif one.item.stage in passed:
            planned.append((one.item.weight, 100.0))
    return share(planned)


def _settled(one: _Judged) -> tuple[date | None, bool]:
    """(the day it was confirmed, whether it is settled at all)."""
    settled = one.state.status.settled
    return (one.line.decided_at or one.line.actual if settled else None), settled


def _batch(batch: BatchRow, regions: Sequence[RegionFacts]) -> BatchFacts:
    return BatchFacts(
        number=batch.number,
        name=batch.name,
        goal=batch.goal,
        gate_code=batch.gate,
        deadline=batch.deadline,
        pilot=batch.pilot,
        regions=len(regions),
        done=sum(region.reached for region in regions),
        percent=share([(1, region.percent) for region in regions]),
        expected_percent=share([(1, region.expected_percent) for region in regions]),
        lights=lights_of(regions),
    )

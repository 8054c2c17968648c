"""What a quantity will probably be by its deadline, and in words how that was worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from custody.targets.rules.projects import Progress
from custody.targets.rules.review import Review


@dataclass(frozen=True, slots=True)
class Forecast:
    value: Decimal
    method: str
    """A Chinese sentence: how it was worked out."""


@dataclass(frozen=True, slots=True)
class GateState:
    """A region before its gate."""

    region: str
    passed: bool
    expected_on: date | None
    """As the region says, else as planned; None: nobody knows."""


def by_chances(
    gates: Sequence[GateState], chances: Mapping[str, float], deadline: date, today: date
) -> Forecast:
    """As many as are to be expected when every region has its own chance. One that has passed counts,
    as it does in what is done; one whose chance nobody can tell goes by its date."""
    ahead = [gate for gate in gates if not gate.passed]
    known = [chances[gate.region] for gate in ahead if gate.region in chances]
    unknown = [gate for gate in ahead if gate.region not in chances]
    late = sum(gate.passed and chances.get(gate.region) == 0 for gate in gates)
    dated = sum(_in_time(gate, deadline, today) for gate in unknown)
    value = len(gates) - len(ahead) + sum(known) + dated
    words = "按关键路径和一万次模拟推算的期望值，方法与进展总览的“年底预测”相同"
    if unknown:
        words += f"；其中{len(unknown)}个地区暂无法推算，按其预计完成日期计入{dated}个"
    if late:
        words += f"；已通过但晚于期限的{late}个地区仍计入"
    return Forecast(Decimal(value).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP), words)


def by_expected_dates(gates: Iterable[GateState], deadline: date, today: date) -> Forecast:
    """Regions that have passed, and those that mean to by the deadline."""
    value = sum(gate.passed or _in_time(gate, deadline, today) for gate in gates)
    return Forecast(Decimal(value), "按各地区填报的预计完成日期推算（未填报的按计划日期）")


def _in_time(gate: GateState, deadline: date, today: date) -> bool:
    """As its region means to be. A day gone by says nothing."""
    return gate.expected_on is not None and today <= gate.expected_on <= deadline


@dataclass(frozen=True, slots=True)
class ProjectState:
    status: Review
    progress: Progress
    signing_planned: date | None
    signed_on: date | None


def by_pipeline(projects: Iterable[ProjectState], deadline: date, today: date) -> Forecast:
    """Signed in the year, confirmed or still to be; and those in talks that mean to sign in time."""
    value = 0
    for project in projects:
        if project.status.over or project.status is Review.RETURNED:
            continue
        if project.progress.is_signed:
            value += project.signed_on is not None and project.signed_on.year == deadline.year
        else:
            planned = project.signing_planned
            value += planned is not None and today <= planned <= deadline
    return Forecast(Decimal(value), "按年内已签约和计划年内签约的项目推算")


def straight_line(done: Decimal, year: int, deadline: date, today: date) -> Forecast:
    """As much a day as since the first of January; never less than what is done."""
    method = "按年初以来的平均进度直线推算"
    begun = date(year, 1, 1)
    passed = (min(today, deadline) - begun).days + 1
    if today >= deadline or passed <= 0:
        return Forecast(done, method)
    whole = (deadline - begun).days + 1
    return Forecast((done * whole / passed).quantize(Decimal(1), rounding=ROUND_HALF_UP), method)


def with_waiting(done: Decimal, waiting: Decimal) -> Forecast:
    return Forecast(done + waiting, "按待确认的填报全部确认推算")

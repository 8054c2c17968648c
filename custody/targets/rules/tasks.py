"""A task of the year as a whole: its quantities, how far it is, its light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custody.milestones.rules import Light, LightPolicy, Signal, Stage, State, Status, signal_of
from custody.regions.rules import Counting
from custody.targets.rules.forecasts import Forecast


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number the notice asks for, and where it stands on a day."""

    id: int
    task: int
    key: str
    name: str
    unit: str
    comparison: str
    counting: Counting
    basis: str
    target: Decimal | None
    """None: the notice asks it of the province, and this is a part of it."""
    done: Decimal
    waiting: Decimal
    forecast: Forecast

    @property
    def percent(self) -> float | None:
        """How much of the target is done; 100 at most."""
        if not self.target:
            return None
        return float(min(Decimal(100), 100 * self.done / self.target))

    @property
    def reached(self) -> bool:
        return self.target is not None and self.done >= self.target

    @property
    def enough(self) -> bool | None:
        """Will it be reached by the deadline?"""
        return None if self.target is None else self.forecast.value >= self.target


def progress_of(told: int | None, quantities: Sequence[Quantity]) -> int:
    """What the province last said of the whole task; else what its quantities say."""
    if told is not None:
        return told
    known = [one.percent for one in quantities if one.percent is not None]
    return int(sum(known) / len(known)) if known else 0


def finished(percent: int, quantities: Sequence[Quantity]) -> bool:
    """Said to be done, and nothing the notice asks for is missing."""
    return percent >= 100 and all(one.reached for one in quantities if one.target is not None)


def signal(
    *,
    year: int,
    deadline: date,
    percent: int,
    quantities: Sequence[Quantity],
    today: date,
    policy: LightPolicy,
) -> Signal:
    """The light of a task by the rules of milestones: from the first of January to its deadline; never
    better than yellow while a quantity is foreseen to fall short."""
    done = finished(percent, quantities)
    if done:
        return Signal(Light.GREEN, "已完成")
    state = State(
        code="",
        name="",
        stage=Stage.PRE_TENDER,
        gate=False,
        required=True,
        weight=1,
        order=0,
        status=Status.IN_PROGRESS if percent else Status.NOT_STARTED,
        percent=min(percent, 99),
        plan_start=date(year, 1, 1),
        planned=deadline,
        forecast=None,
        actual=None,
        submitted_on=None,
        decided_on=None,
    )
    found = signal_of(state, today, policy)
    short = [one.name for one in quantities if one.enough is False]
    if short and found.light.severity < Light.YELLOW.severity:
        return Signal(Light.YELLOW, f"按目前进度预计完不成：{'、'.join(short)}")
    return found

"""What a board says about regions, as plain values: the shapes that pages, charts and briefs share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from custody.milestones.rules import Light, Stage, Status, share


@dataclass(frozen=True, slots=True)
class Cell:
    """One milestone of one region as the matrix shows it. Dates may be None where none is set."""

    code: str
    name: str
    phase: str
    """前期评估, 组织采购 …"""
    stage: Stage
    weight: int
    gate: bool
    status: Status
    light: Light
    reason: str
    """Why the light has its colour, in words: 「逾期16天」."""
    percent: int
    planned: date | None
    forecast: date | None
    actual: date | None
    confirmed_on: date | None
    days_late: int
    unit: str
    """责任单位."""
    plan_start: date | None = None
    started: date | None = None
    after: tuple[str, ...] = ()
    """Codes of what it rests on."""


@dataclass(frozen=True, slots=True)
class RegionFacts:
    code: str
    name: str
    """As the notice names it: 盐城市大丰区."""
    short_name: str
    """Inside its city: 大丰区."""
    city_code: str
    city_name: str
    city_short: str
    """无锡."""
    seq: int
    batch: int
    stage: Stage
    stage_label: str
    light: Light
    light_reason: str
    """Which milestone and why: 「G-C 招标前准备完成:逾期16天」; empty for none."""
    done: int
    total: int
    percent: float
    """Σ weight × progress over the milestones of the current gate, 0–100."""
    expected_percent: float
    """The same if every milestone had kept its plan."""
    next_cell: Cell | None
    """The open milestone of the current gate that falls due first."""
    cells: tuple[Cell, ...]
    reported: bool
    """An update or 「本月无变化」 exists for the month of as_of."""
    last_activity: date | None
    city_spot: tuple[int, int] = (0, 0)
    """Column and row of the city on the map of tiles."""

    @property
    def reached(self) -> bool:
        """Has it passed the gate of the year? (100 % is said of nothing else.)"""
        return self.total > 0 and self.percent >= 100


@dataclass(frozen=True, slots=True)
class BatchFacts:
    number: int
    name: str
    goal: str
    gate_code: str
    deadline: date
    pilot: bool
    regions: int
    done: int
    """Regions that have passed the gate of the year."""
    percent: float
    expected_percent: float
    lights: dict[Light, int]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Share (0–100) of the milestones in scope that are planned / confirmed / forecast by that day."""

    on: date
    planned: float
    actual: float | None
    """None after as_of."""
    forecast: float | None
    """None before as_of."""


@dataclass(frozen=True, slots=True)
class Exception_:
    """A line of the list of exceptions."""

    kind: str
    """late | returned | waiting | stale | undated; the last two are of a region as a whole."""
    region_code: str
    region_name: str
    milestone_code: str
    """Empty where the line is about the region."""
    milestone_name: str
    """Or which milestones it is about: «M12–M14（3项）»."""
    light: Light
    words: str
    """「逾期16天」「已退回3天」「待省核6个工作日」."""
    days: int
    owner: str
    due: date | None
    forecast: date | None
    submitted: bool = False
    """It is with the reviewers: the region owes nothing at the moment."""


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """Everything a board or a brief says of one scope as of one day."""

    as_of: date
    scope_kind: str
    """province | city | region."""
    scope_code: str
    scope_name: str
    province_name: str
    notice_title: str
    deadline: date
    days_left: int
    batches: tuple[BatchFacts, ...]
    regions: tuple[RegionFacts, ...]
    lights: dict[Light, int]
    curve: tuple[CurvePoint, ...]
    exceptions: tuple[Exception_, ...]
    silent: tuple[RegionFacts, ...]
    """Regions that have not reported in the month of as_of."""
    demo: bool

    @property
    def done(self) -> int:
        """Regions that have reached their goal of the year."""
        return sum(batch.done for batch in self.batches)

    @property
    def percent(self) -> float:
        return share([(1, region.percent) for region in self.regions])

    @property
    def expected_percent(self) -> float:
        return share([(1, region.expected_percent) for region in self.regions])

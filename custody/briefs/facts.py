"""What a brief is told besides the progress of the regions: energy, contracts, outlook, orders. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from custody.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class EnergySaved:
    """One kind of energy, of all meters that have a figure."""

    code: str
    label: str
    unit: str
    adjusted: float
    """What would have been used without custody, in the conditions of the months."""
    actual: float
    band: float | None
    """± at 90 %; None where a method of some meter cannot tell."""
    percent: float | None
    cost: float
    """Yuan at the prices of the base."""
    coal: float | None
    """tce; None where the energy is not converted."""
    coverage: float | None

    @property
    def saved(self) -> float:
        return self.adjusted - self.actual


@dataclass(frozen=True, slots=True)
class RegionSaved:
    code: str
    name: str
    coal: float
    band: float | None
    percent: float | None
    cost: float
    coverage: float | None
    known: bool
    """False: a baseline is adopted, but no month can be reckoned."""


@dataclass(frozen=True, slots=True)
class MonthSaved:
    month: Month
    adjusted: float
    """tce."""
    actual: float


@dataclass(frozen=True, slots=True)
class Savings:
    """Avoided energy from the first month of the year to the last that is over."""

    first: Month
    last: Month
    caliber: str
    """当量值."""
    regions: tuple[RegionSaved, ...]
    """Those with an adopted baseline, in the order of the notice."""
    energies: tuple[EnergySaved, ...] = ()
    months: tuple[MonthSaved, ...] = ()
    coal: float = 0.0
    band: float | None = None
    percent: float | None = None
    carbon: float = 0.0
    cost: float = 0.0
    coverage: float | None = None
    unpriced: int = 0
    """Meters counted in energy and not in yuan."""

    @property
    def known(self) -> bool:
        return any(one.known for one in self.regions)

    @property
    def months_words(self) -> str:
        """2026年1—10月."""
        if self.first == self.last:
            return self.first.label
        if self.first.year == self.last.year:
            return f"{self.first.year}年{self.first.number}—{self.last.number}月"
        return f"{self.first.label}—{self.last.label}"


@dataclass(frozen=True, slots=True)
class Contracts:
    """Signed by the day and neither run out nor ended."""

    count: int
    regions: tuple[str, ...]
    """Names, in the order of the notice."""
    total: Decimal
    """Yuan, over the whole terms."""
    investment: Decimal
    floor_area: Decimal
    """Square metres."""
    institutions: int


@dataclass(frozen=True, slots=True)
class BatchAhead:
    number: int
    name: str
    regions: int
    settled: int
    """Have passed the gate already, in time or not."""
    unknown: int
    expected: float
    """Regions in time, of those that can be told."""
    low: int
    high: int
    """In four of five futures the number lies within."""


@dataclass(frozen=True, slots=True)
class RegionAhead:
    code: str
    probability: float | None
    words: str
    """63%, <1%, 暂无法推算."""
    half: date | None
    settled: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """What ten thousand simulated futures say of the gates of the year."""

    batches: tuple[BatchAhead, ...]
    regions: tuple[RegionAhead, ...]

    def of(self, code: str) -> RegionAhead | None:
        return next((one for one in self.regions if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Order:
    """A 督办单 that was handed over and is not 销号."""

    number: str
    """苏机管督〔2026〕5号."""
    region_code: str
    region_name: str
    milestone_code: str
    title: str
    unit: str
    level: str
    level_words: str
    issued: date | None
    due: date | None
    """What the region is measured by now."""
    promised: date | None
    days_over: int
    escalated: bool
    turn: str
    """待宜兴市反馈，还有3天."""


@dataclass(frozen=True, slots=True)
class More:
    """All of it; what was not asked for or cannot be told is None or empty."""

    savings: Savings | None = None
    contracts: Contracts | None = None
    ahead: Ahead | None = None
    orders: Sequence[Order] = field(default_factory=tuple)
    ranked: bool = False

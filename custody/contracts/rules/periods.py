"""The periods a contract is settled by: months, quarters, halves and years of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from custody.kernel.periods import Month


class Cycle(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def label(self) -> str:
        return {"month": "按月", "quarter": "按季度", "half": "按半年", "year": "按年度"}[
            self.value
        ]

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.value]


FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Nothing is settled before or after."""
_SIGNS = {Cycle.MONTH: "M", Cycle.QUARTER: "Q", Cycle.HALF: "H", Cycle.YEAR: "Y"}
_ORDINALS = "一二三四"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """«2026-M03», «2026-Q1», «2026-H2», «2026-Y1» in and out."""

    year: int
    cycle: Cycle
    number: int

    def __post_init__(self) -> None:
        if (
            not 1 <= self.number <= 12 // self.cycle.months
            or not FIRST_YEAR <= self.year <= LAST_YEAR
        ):
            raise ValueError(f"not a period: {self.year} {self.cycle} {self.number}")

    def __str__(self) -> str:
        number = f"{self.number:02d}" if self.cycle is Cycle.MONTH else str(self.number)
        return f"{self.year:04d}-{_SIGNS[self.cycle]}{number}"

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read «2026-Q1»; ValueError for anything else."""
        year, _, rest = text.partition("-")
        for cycle, sign in _SIGNS.items():
            number = rest.removeprefix(sign)
            if rest.startswith(sign) and number.isascii() and number.isdecimal():
                found = cls(int(year), cycle, int(number))
                if str(found) == text:
                    return found
        raise ValueError(f"not a period: {text!r}")

    @classmethod
    def of(cls, day: date, cycle: Cycle) -> Period:
        """The period a day lies in."""
        return cls(day.year, cycle, (day.month - 1) // cycle.months + 1)

    @property
    def months(self) -> tuple[Month, ...]:
        start = (self.number - 1) * self.cycle.months
        return tuple(Month(self.year, start + n + 1) for n in range(self.cycle.months))

    @property
    def first(self) -> date:
        return self.months[0].first

    @property
    def last(self) -> date:
        return self.months[-1].last

    @property
    def next(self) -> Period:
        return Period.of(self.months[-1].plus(1).first, self.cycle)

    @property
    def label(self) -> str:
        """2026年3月, 2026年第一季度, 2026年上半年, 2026年度."""
        if self.cycle is Cycle.MONTH:
            return f"{self.year}年{self.number}月"
        if self.cycle is Cycle.QUARTER:
            return f"{self.year}年第{_ORDINALS[self.number - 1]}季度"
        if self.cycle is Cycle.HALF:
            return f"{self.year}年{'上' if self.number == 1 else '下'}半年"
        return f"{self.year}年度"

    def overlaps(self, other: Period) -> bool:
        return self.first <= other.last and other.first <= self.last

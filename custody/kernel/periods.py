"""Months as values: «2026-11» in and out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 12:
            raise ValueError(f"not a month: {self.number}")

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read «2026-11»; ValueError for anything else."""
        year, dash, number = text.partition("-")
        if not dash or len(year) != 4 or len(number) != 2:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(year), int(number))

    @classmethod
    def coded(cls, code: int) -> Month:
        """Read 202611; ValueError for anything else."""
        return cls(*divmod(code, 100))

    @property
    def code(self) -> int:
        """202611."""
        return self.year * 100 + self.number

    @property
    def label(self) -> str:
        return f"{self.year}年{self.number}月"

    @property
    def days(self) -> int:
        return monthrange(self.year, self.number)[1]

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)


def codes(first: int, last: int) -> list[int]:
    """Every month from 202511 to 202602, both included, in order."""
    start = Month.coded(first)
    end = Month.coded(last)
    count = (end.year - start.year) * 12 + end.number - start.number + 1
    return [start.plus(step).code for step in range(count)]


def months_words(months: Iterable[int]) -> str:
    """2026年1—3月、6月: runs of months, the year once."""
    runs: list[list[int]] = []
    for month in sorted(months):
        if runs and Month.coded(runs[-1][-1]).plus(1).code == month and month % 100 != 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    told = []
    year = 0
    for run in runs:
        head = "" if run[0] // 100 == year else f"{run[0] // 100}年"
        year = run[0] // 100
        last = f"—{run[-1] % 100}" if len(run) > 1 else ""
        told.append(f"{head}{run[0] % 100}{last}月")
    return "、".join(told)

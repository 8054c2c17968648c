"""Doubtful bills: found in arrays of meters × months, told in words. Doubts warn, they never block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from custody.energy.rules.energies import Energy
from custody.energy.rules.limits import Limits

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WORDS: dict[str, tuple[str, int]] = {
    "unit_trap": ("疑似计量单位用错", 100),
    "zero": ("用电量为零", 90),
    "price": ("单价超出常见范围", 80),
    "year_sum": ("年报数与逐月账单不符", 75),
    "overlap": ("抄表日期重叠", 70),
    "gap": ("抄表日期不连续", 60),
    "area_change": ("建筑面积变化大", 58),
    "people_change": ("用能人数变化大", 57),
    "year_change": ("与上年同月相比变化大", 50),
    "month_change": ("与上月相比变化大", 40),
}
"""Code → label and weight: what is most likely a mistake first."""
OF_YEARS = frozenset({"year_sum", "area_change", "people_change"})
"""About an institution's figures of a year (rules.annual), not about a bill."""

TRAPS = (1000.0, 1 / 1000.0)
"""kgce taken for tce, MJ for GJ: a price a thousandfold off that a factor of 1000 puts right."""


class Bills(Protocol):
    """What of energy.queries.series.Series is looked at."""

    @property
    def energies(self) -> NDArray[np.str_]: ...
    @property
    def months(self) -> NDArray[np.int64]: ...
    @property
    def use(self) -> Floats: ...
    @property
    def days(self) -> Floats: ...
    @property
    def cost(self) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt about one bill; `row` and `column` are its place in the arrays."""

    row: int
    column: int
    code: str
    value: float
    """What was found: a price, a change as a share; in the units of the code."""

    @property
    def label(self) -> str:
        return WORDS[self.code][0]

    @property
    def weight(self) -> int:
        return WORDS[self.code][1]

    def words(self, energy: Energy) -> str:
        """A sentence that says what was found."""
        if self.code in ("price", "unit_trap"):
            tail = "，换算1000倍后正常，请核对计量单位" if self.code == "unit_trap" else ""
            return f"单价{self.value:.4g}元/{energy.unit}{tail}"
        if self.code in ("year_change", "month_change"):
            side = "增加" if self.value > 0 else "减少"
            than = "上年同月" if self.code == "year_change" else "上月"
            return f"日均用量比{than}{side}{abs(self.value):.1%}"
        if self.code == "gap":
            return f"与上一张账单之间空缺{self.value:.0f}天"
        if self.code == "overlap":
            return f"与上一张账单重叠{self.value:.0f}天"
        return self.label


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a doubt was measured against, and who says so."""

    words: str
    source: str
    suggested: bool
    """Our own proposal: shown as 建议值."""


_PLAIN = {
    "zero": "在用户号的用电量应大于零",
    "gap": "前后账单的日期应首尾相接",
    "overlap": "前后账单的日期应首尾相接",
}


def threshold(code: str, energy: Energy | None, limits: Limits) -> Threshold:
    """The threshold of a doubt about a bill of this energy, or about a year."""
    if code in _PLAIN:
        return Threshold(_PLAIN[code], "系统自定", True)
    if energy is not None and code in ("price", "unit_trap"):
        name = f"price_low_{energy.value}"
        low, high = limits.price(energy)
        words = f"{low:g}—{high:g}元/{energy.unit}"
    else:
        name = code
        words = f"±{limits.values[code].normalize():f}%"
    return Threshold(words, limits.source(name), limits.suggested(name))


def prices(bills: Bills) -> Floats:
    """Yuan a unit; NaN where either is missing or nothing was used."""
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.where(bills.use > 0, bills.cost / bills.use, np.nan)
    return found


def changes(daily: Floats, back: int) -> Floats:
    """How much each month differs from `back` months earlier, as a share; NaN where not comparable."""
    found = np.full(daily.shape, np.nan)
    if daily.shape[1] > back:
        before, after = daily[:, :-back], daily[:, back:]
        with np.errstate(divide="ignore", invalid="ignore"):
            found[:, back:] = np.where(before > 0, after / before - 1, np.nan)
    return found


def found_in(bills: Bills, limits: Limits, *, since: int | None = None) -> list[Doubt]:
    """Every doubt about the months from `since` on, the weightiest first.

    Months are compared by use a day, so that February is not doubtful for being short; with the month
    before only where last year has none to compare, since seasons alone move a month by more.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        daily = bills.use / bills.days
    wanted = np.broadcast_to(bills.months >= (since or 0), bills.use.shape)
    price = prices(bills)
    low, high = _bounds(bills, limits)
    outside = (price < low) | (price > high)
    trapped = outside & np.any([_within(price * step, low, high) for step in TRAPS], axis=0)
    electric = (bills.energies == Energy.ELECTRICITY.value)[:, None]
    year = changes(daily, 12)
    month = np.where(np.isnan(year), changes(daily, 1), np.nan)
    marks: list[tuple[str, Flags, Floats]] = [
        ("unit_trap", trapped, price),
        ("price", outside & ~trapped, price),
        ("zero", electric & (bills.use == 0), bills.use),
        ("year_change", np.abs(year) > limits.share("year_change") + 1e-12, year),
        ("month_change", np.abs(month) > limits.share("month_change") + 1e-12, month),
    ]
    doubts = [
        Doubt(int(row), int(column), code, float(values[row, column]))
        for code, flags, values in marks
        for row, column in np.argwhere(flags & wanted)
    ]
    return sorted(doubts, key=lambda one: (-one.weight, one.row, one.column))


def _bounds(bills: Bills, limits: Limits) -> tuple[Floats, Floats]:
    known = {energy.value: limits.price(energy) for energy in Energy}
    pairs = [known[str(energy)] for energy in bills.energies] or [(0.0, 0.0)]
    both = np.array(pairs)[: len(bills.energies)]
    return both[:, :1], both[:, 1:]


def _within(values: Floats, low: Floats, high: Floats) -> Flags:
    found: Flags = (values >= low) & (values <= high)
    return found


# --- what is not a matter of arrays ---------------------------------------------------------------


def read_dates(
    reads: Sequence[tuple[int, int | None, int | None]],
) -> list[tuple[int, str, int]]:
    """(month, code, days) of a meter's bills whose dates overlap or leave days out.

    `reads`: (month, first day, last day) by month, days as ordinals; a bill without dates breaks the row.
    """
    found: list[tuple[int, str, int]] = []
    before: int | None = None
    for month, start, end in reads:
        if start is not None and before is not None:
            apart = start - before - 1
            if apart:
                found.append((month, "gap" if apart > 0 else "overlap", abs(apart)))
        before = end
    return found


def off_by_more(old: float | None, new: float | None, share: float) -> bool:
    """Did an area or a headcount change by more than the share? Never from nothing."""
    return bool(old) and new is not None and abs(new / old - 1) > share + 1e-12  # type: ignore[operator]


def year_differs(total: float, months: Sequence[float], share: float) -> bool:
    """Is a year's figure not the sum of its twelve months?"""
    added = sum(months)
    return abs(total - added) > share * max(abs(added), 1e-9) + 1e-9

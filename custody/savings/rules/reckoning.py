"""Every meter and month: adjusted baseline, actual, saved; and why there is no figure where there is none.

E_s = E_a − E_r with E_a = Σ f(T)·days + A_m (GB/T 28750-2012 §5 with the sign turned, IPMVP option C):
mv.savings for many meters at once. Never from a baseline that is absent or insufficient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from custody.energy.rules.energies import Energy
from custody.mv.sufficiency import LIMITS
from custody.savings.rules.bases import Bases, Flags, Floats


class Gap(IntEnum):
    """Why a month of a meter has no figure; the first that applies, in this order."""

    NONE = 0
    NOT_DUE = 1
    """The meter was not in use, or it is not the season of district heat: nothing is missing."""
    NO_LINE = 2
    INSUFFICIENT = 3
    BASE_MONTH = 4
    NO_BILL = 5
    OVERLAP = 6
    NEGATIVE = 7
    ZERO = 8
    NO_WEATHER = 9
    UNTOLD = 10

    @property
    def label(self) -> str:
        return _GAPS[self][0]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _GAPS[self][1]

    @property
    def missing(self) -> bool:
        """Something that ought to be there is not."""
        return self not in (Gap.NONE, Gap.NOT_DUE, Gap.BASE_MONTH)


_GAPS = {
    Gap.NONE: ("已计入", ""),
    Gap.NOT_DUE: ("无须计算", ""),
    Gap.NO_LINE: ("不在已采用的基准中", "请在下一版基准中纳入该户号。"),
    Gap.INSUFFICIENT: ("基准数据不足", "请补齐基准期账单，或录入定额及其来源，另建基准版本。"),
    Gap.BASE_MONTH: ("属于基准期", ""),
    Gap.NO_BILL: ("缺少账单", "请补录该月账单。"),
    Gap.OVERLAP: ("账单日期重叠", "请核对起止日期，更正账单。"),
    Gap.NEGATIVE: ("用量为负数", "请核对账单；光伏反送电量应单独登记。"),
    Gap.ZERO: ("用电量为0", "按缺失处理，请核对账单。"),
    Gap.NO_WEATHER: ("缺少气温", "请录入该月月平均气温。"),
    Gap.UNTOLD: ("基准期没有同月用量", "请在下一版基准中补齐基准期账单。"),
}


@dataclass(frozen=True, slots=True)
class Readings:
    """What was used: meters × months, NaN where there is no bill."""

    months: NDArray[np.int64]
    """202601, 202602, …"""
    energies: NDArray[np.str_]
    use: Floats
    days: Floats
    temperature: Floats
    adjustment: Floats
    """Non-routine, signed by both sides; 0 where there is none."""
    due: Flags
    """A bill must be there."""
    overlapping: Flags
    in_base: Flags
    """The month lies in the base period or before it: nothing is saved there."""
    lined: Flags
    """(meters,) the adopted baseline has a line for the meter."""
    repriced: Floats
    """Yuan a unit that both sides agreed to add to the base's price; 0 where nothing."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Meters × months. Figures are 0 where nothing is counted; `gap` says why."""

    gap: NDArray[np.int8]
    adjusted: Floats
    adjustment: Floats
    actual: Floats
    repriced: Floats
    """Yuan a unit on top of the base's price."""

    @property
    def counted(self) -> Flags:
        found: Flags = self.gap == Gap.NONE
        return found

    @property
    def saved(self) -> Floats:
        return self.adjusted - self.actual

    @property
    def wanted(self) -> Flags:
        """Months that ought to be counted, for the coverage."""
        found: Flags = ~np.isin(self.gap, (Gap.NOT_DUE, Gap.BASE_MONTH))
        return found


def reckon(bases: Bases, readings: Readings) -> Reckoned:
    rate = bases.per_day(readings.months, readings.temperature)
    gap = _gaps(bases, readings, rate)
    counted = gap == Gap.NONE
    extra = np.where(counted, readings.adjustment, 0.0)
    return Reckoned(
        gap,
        np.where(counted, rate * readings.days, 0.0) + extra,
        extra,
        np.where(counted, readings.use, 0.0),
        np.where(counted, readings.repriced, 0.0),
    )


def _gaps(bases: Bases, readings: Readings, rate: Floats) -> NDArray[np.int8]:
    use = readings.use
    power = (readings.energies == Energy.ELECTRICITY.value)[:, None]
    heat = (readings.energies == Energy.HEAT.value)[:, None]
    off_season = heat & ~np.isin(readings.months % 100, LIMITS.season)[None, :]
    tests: Sequence[tuple[Gap, Flags]] = (
        (Gap.NOT_DUE, ~readings.due | off_season),
        (Gap.BASE_MONTH, readings.in_base),
        (Gap.NO_LINE, ~readings.lined[:, None]),
        (Gap.INSUFFICIENT, ~bases.there[:, None]),
        (Gap.NO_BILL, ~np.isfinite(use) | ~np.isfinite(readings.days)),
        (Gap.OVERLAP, readings.overlapping),
        (Gap.NEGATIVE, use < 0),
        (Gap.ZERO, power & (use == 0)),
        (Gap.NO_WEATHER, bases.warm[:, None] & ~np.isfinite(readings.temperature)),
        (Gap.UNTOLD, ~np.isfinite(rate)),
    )
    found = np.full(use.shape, Gap.NONE, np.int8)
    for gap, where in reversed(tests):
        found[np.broadcast_to(where, use.shape)] = gap
    return found

"""What baseline and savings offer to a settlement: base quantities, and the saving of its period."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.baselines.models import Line, NonRoutine
from custody.baselines.queries import adopted_of, lines_of, year_of
from custody.baselines.rules import spreading
from custody.baselines.rules.states import AdjustmentState
from custody.contracts.rules.agreed import BaseLine
from custody.contracts.rules.contract import Energy
from custody.contracts.rules.first_draft import Repriced
from custody.contracts.rules.shares import rounded
from custody.kernel.days import full_day
from custody.kernel.periods import Month, codes
from custody.mv.adjust import Driver
from custody.regions.models import Region
from custody.savings.queries.saved import saved


def bases_of(session: Session, region: Region) -> list[BaseLine]:
    """The year's quantities of the adopted baseline, by the method chosen for each meter."""
    baseline = adopted_of(session, [region.code]).get(region.code)
    if baseline is None or baseline.adopted_at is None:
        return []
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines_of(session, [baseline.id]):
        lines[line.energy.value].append(line)
    head = (
        f"{region.name}能源基准第{baseline.number}版（{full_day(baseline.adopted_at.date())}采用）"
    )
    found = []
    for energy in Energy:
        known = [year_of(line) for line in lines.get(energy.value, ())]
        counted = [one for one in known if one is not None]
        if counted:
            rest = len(known) - len(counted)
            missing = f"，另有{rest}户数据不足未计" if rest else ""
            words = f"{head}，{len(counted)}户合计{missing}"
            found.append(BaseLine(energy, rounded(sum(counted, Decimal()), Decimal(1)), words))
    return found


def repriced_of(
    session: Session, region: Region, first: date, last: date
) -> dict[Energy, Repriced]:
    """What signed adjustments add to the prices: weighed by the bases of the meters, the months alike."""
    baseline = adopted_of(session, [region.code]).get(region.code)
    months = codes(Month.of(first).code, Month.of(last).code)
    rows = [
        one
        for one in session.scalars(
            select(NonRoutine)
            .where(
                NonRoutine.region_code == region.code,
                NonRoutine.state == AdjustmentState.SIGNED,
                NonRoutine.driver == Driver.PRICE.value,
                NonRoutine.from_month <= months[-1],
            )
            .order_by(NonRoutine.number)
        )
        if (one.until_month or months[-1]) >= months[0]
    ]
    if baseline is None or not rows:
        return {}
    years = {
        line.meter_id: (line.energy.value, year)
        for line in lines_of(session, [baseline.id])
        if (year := year_of(line)) is not None
    }
    wholes: defaultdict[str, Decimal] = defaultdict(Decimal)
    for energy, year in years.values():
        wholes[energy] += year
    steps: defaultdict[str, Decimal] = defaultdict(Decimal)
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        held = sum(row.from_month <= one <= (row.until_month or one) for one in months)
        for meter in spreading.moved_by(row):
            energy, year = years.get(meter, ("", Decimal()))
            if year > 0:
                steps[energy] += spreading.repriced_by(row) * year * held / len(months)
                if (told := f"第{row.number}号") not in numbers[energy]:
                    numbers[energy].append(told)
    return {
        Energy(energy): Repriced(
            step / wholes[energy],
            f"加双方签认的非常规调整{'、'.join(numbers[energy])}（按基准用量加权）",
        )
        for energy, step in steps.items()
        if energy in set(Energy)
    }


@dataclass(frozen=True, slots=True)
class Saving:
    coal: Decimal
    """tce, in the energies' own heat."""
    words: str
    """Where it comes from, as the settlement keeps it."""


def saving_of(session: Session, region: Region, first: date, last: date) -> Saving | None:
    """Of the whole months within these days; None without an adopted baseline or any figure."""
    start = Month.of(first) if first.day == 1 else Month.of(first).plus(1)
    end = Month.of(last) if last == Month.of(last).last else Month.of(last).plus(-1)
    if end < start:
        return None
    found = saved(session, [region], province=region.province_code, first=start.code, last=end.code)
    total = found.whole()
    baseline = found.baselines.get(region.code)
    if baseline is None or not total.known:
        return None
    months = start.label if start == end else f"{start.label}—{end.label}"
    band = "" if total.band is None else f"，±{total.band:,.2f}吨（90%置信度）"
    agreed = "（含签认的价格调整）" if total.money.repriced else ""
    return Saving(
        rounded(Decimal(repr(total.coal))),
        f"系统核算：{region.name}能源基准第{baseline.number}版，{months}，当量值，"
        f"数据覆盖率{total.coverage or 0:.1f}%{band}，节约费用{total.cost:,.2f}元{agreed}",
    )

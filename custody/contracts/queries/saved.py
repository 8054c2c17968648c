"""What baseline and savings offer to a settlement: base quantities, and the saving of its period."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from custody.baselines.models import Line
from custody.baselines.queries import adopted_of, lines_of
from custody.contracts.rules.agreed import BaseLine
from custody.contracts.rules.contract import Energy
from custody.contracts.rules.shares import rounded
from custody.kernel.days import full_day
from custody.kernel.periods import Month
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
        known = [_year(line) for line in lines.get(energy.value, ())]
        counted = [one for one in known if one is not None]
        if counted:
            rest = len(known) - len(counted)
            missing = f"，另有{rest}户数据不足未计" if rest else ""
            words = f"{head}，{len(counted)}户合计{missing}"
            found.append(BaseLine(energy, rounded(sum(counted, Decimal()), Decimal(1)), words))
    return found


def _year(line: Line) -> Decimal | None:
    years = {"rule": line.rule_use, "regression": line.model_use, "quota": line.quota}
    return years.get(line.chosen)


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
    return Saving(
        rounded(Decimal(repr(total.coal))),
        f"系统核算：{region.name}能源基准第{baseline.number}版，{months}，当量值，"
        f"数据覆盖率{total.coverage or 0:.1f}%{band}",
    )

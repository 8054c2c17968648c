"""Where the energy data of regions stand: a fixed number of statements, however many regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.energy.models.bills import Bill, Explanation
from custody.energy.models.roster import Institution, Meter
from custody.energy.queries.months import Covered, covered, states_of
from custody.energy.queries.roster import sizes
from custody.energy.queries.tables import limits_of
from custody.energy.rules.coverage import Count
from custody.energy.rules.doubts import found_in, read_dates
from custody.energy.rules.energies import Energy
from custody.energy.rules.standing import Standing
from custody.energy.rules.states import MonthState
from custody.kernel.periods import Month

YEAR = 12


def bills_of_year(session: Session, codes: Sequence[str], month: Month) -> Covered:
    """The twelve months up to `month`, and the one before them, which the first is compared with."""
    return covered(session, codes, month.plus(-YEAR).code, month.code)


def standings(
    session: Session, codes: Sequence[str], *, province: str, month: Month, bills: Covered
) -> Mapping[str, Standing]:
    """Region → where it stands as of `month`, the last one that is over. Six statements."""
    known = sizes(session, codes)
    meters = _meters(session, codes)
    states = states_of(session, codes, month.plus(1 - YEAR).code, month.code)
    doubted = _doubted(session, codes, province, month, bills)
    series = bills.series
    found = {}
    for code in codes:
        rows = series.regions == code
        due, there = bills.wanted[rows][:, 1:], (bills.wanted & bills.there)[rows][:, 1:]
        per_month = list(zip(there.sum(axis=0).tolist(), due.sum(axis=0).tolist(), strict=True))
        last = Count(*per_month[-1]) if per_month else Count(0, 0)
        size = known.get(code)
        report = states.get((code, month.code))
        keys = doubted.get(code, {})
        found[code] = Standing(
            institutions=size.institutions if size else 0,
            in_custody=size.in_custody if size else 0,
            meters=meters.get(code, {}),
            last=last,
            year=Count(int(there.sum()), int(due.sum())),
            short={
                int(one): wanted - had
                for one, (had, wanted) in zip(series.months[1:], per_month, strict=True)
                if had < wanted
            },
            doubts=len(keys),
            unexplained=sum(not told for told in keys.values()),
            state=report.state if report else MonthState.OPEN,
            reason=report.reason if report and report.state is MonthState.OPEN else "",
            unreported=sum(
                (code, int(one)) not in states or states[code, int(one)].state is MonthState.OPEN
                for one, (_, wanted) in zip(series.months[1:-1], per_month, strict=False)
                if wanted
            ),
        )
    return found


def _meters(session: Session, codes: Sequence[str]) -> Mapping[str, Mapping[Energy, int]]:
    rows = session.execute(
        select(Meter.region_code, Meter.energy, func.count())
        .join(Institution, Institution.id == Meter.institution_id)
        .where(Meter.region_code.in_(codes), Institution.closed_on.is_(None))
        .group_by(Meter.region_code, Meter.energy)
    )
    found: dict[str, dict[Energy, int]] = {}
    for code, energy, count in rows:
        found.setdefault(code, {})[energy] = count
    order = list(Energy)
    return {
        code: dict(sorted(counts.items(), key=lambda pair: order.index(pair[0])))
        for code, counts in found.items()
    }


def _doubted(
    session: Session, codes: Sequence[str], province: str, month: Month, bills: Covered
) -> Mapping[str, Mapping[tuple[int, int, str], bool]]:
    """Region → (meter, version, doubt) of the month's bills → has it been explained?"""
    series = bills.series
    last = len(series.months) - 1
    limits = limits_of(session, province)
    marks = [(one.row, one.code) for one in found_in(series, limits, since=month.code)]
    places = {int(one): at for at, one in enumerate(series.meters)}
    marks += [(places[meter], code) for meter, code in _read(session, codes, month)]
    told = {
        (meter, number, doubt)
        for meter, number, doubt in session.execute(
            select(Explanation.meter_id, Explanation.number, Explanation.doubt)
            .join(Meter, Meter.id == Explanation.meter_id)
            .where(Meter.region_code.in_(codes), Explanation.month == month.code)
        )
    }
    found: dict[str, dict[tuple[int, int, str], bool]] = {}
    for row, code in marks:
        key = (int(series.meters[row]), int(series.numbers[row, last]), code)
        found.setdefault(str(series.regions[row]), {})[key] = key in told
    return found


def _read(session: Session, codes: Sequence[str], month: Month) -> list[tuple[int, str]]:
    """(meter, doubt) of the month's bills whose dates overlap those before or leave days out."""
    rows = session.execute(
        select(Bill.meter_id, Bill.month, Bill.starts_on, Bill.ends_on)
        .join(Meter, Meter.id == Bill.meter_id)
        .where(
            Meter.region_code.in_(codes),
            Bill.month.between(month.plus(-1).code, month.code),
            Bill.starts_on.is_not(None),
        )
        .order_by(Bill.meter_id, Bill.month)
    )
    reads: dict[int, list[tuple[int, int | None, int | None]]] = {}
    for meter, at, start, end in rows:
        reads.setdefault(meter, []).append(
            (at, start.toordinal() if start else None, end.toordinal() if end else None)
        )
    return [
        (meter, code)
        for meter, lines in reads.items()
        for at, code, _ in read_dates(lines)
        if at == month.code
    ]


def sums_by_energy(bills: Covered) -> Mapping[Energy, list[tuple[float, float, Count]]]:
    """Energy → (use, yuan, bills there of bills due) of each of the twelve months.

    Of meters in custody alone; a month without any bill has NaN.
    """
    series, found = bills.series, {}
    counted = bills.wanted & bills.there
    for energy in Energy:
        rows = series.of_energy(energy) & bills.wanted.any(axis=1)
        if not rows.any():
            continue
        have, due = counted[rows][:, 1:], bills.wanted[rows][:, 1:]
        use = np.where(have, series.use[rows][:, 1:], np.nan)
        cost = np.where(have, series.cost[rows][:, 1:], np.nan)
        found[energy] = [
            (
                _sum(use[:, at]),
                _sum(cost[:, at]),
                Count(int(have[:, at].sum()), int(due[:, at].sum())),
            )
            for at in range(have.shape[1])
        ]
    return found


def _sum(values: np.typing.NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else float("nan")


def lacking(session: Session, bills: Covered, month: int) -> list[tuple[Meter, str, int]]:
    """Meters of one region that owe a bill of the month: (meter, institution, its number), by name."""
    column = int(np.searchsorted(bills.series.months, month))
    rows = bills.wanted[:, column] & ~bills.there[:, column]
    ids = [int(one) for one in bills.series.meters[rows]]
    if not ids:
        return []
    found = session.execute(
        select(Meter, Institution.name, Institution.id)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(Meter.id.in_(ids))
        .order_by(Institution.name, Institution.id, Meter.energy, Meter.number)
    )
    return [(meter, name, owner) for meter, name, owner in found]

"""What a baseline rests on, read as it was at a moment; an adopted one reckoned again and compared.

A bill corrected later is found in its old version: every version says from when until when it counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.baselines.models import Baseline
from custody.baselines.queries import lines_of
from custody.baselines.rules.fitting import Billed, Fitted, Metered, digest_of, fit_all
from custody.baselines.rules.plain import fitted_like, month_of
from custody.energy.models.bills import Bill, PastBill
from custody.energy.models.roster import Institution, Meter
from custody.energy.models.tables import Coefficient, EnergyPolicy, Temperature
from custody.energy.rules.energies import Energy, Payment
from custody.mv.custody_rule import Policy
from custody.mv.method import METHOD_VERSION
from custody.regions.models import Region


@dataclass(frozen=True, slots=True)
class Inputs:
    meters: list[tuple[Metered, list[Billed]]]
    weather: dict[str, Any]
    coefficients: list[Any]
    policy: dict[str, Any]

    @property
    def digest(self) -> str:
        return digest_of(
            self.meters,
            weather=self.weather,
            coefficients=self.coefficients,
            policy={name: value for name, value in self.policy.items() if name != "read_at"},
            method=METHOD_VERSION,
        )


def inputs_of(session: Session, baseline: Baseline, region: Region, *, now: datetime) -> Inputs:
    """As they are now."""
    policy = _policy(session, region.province_code)
    return Inputs(
        read(session, region.code, baseline.base_from, baseline.base_until, on=now),
        _weather(session, region.city_code, baseline.base_from, baseline.base_until),
        _coefficients(session, region.province_code, baseline.base_until),
        {**policy, "read_at": now.isoformat()},
    )


def frozen_inputs(session: Session, baseline: Baseline) -> Inputs:
    """As they were when it was fitted: the tables from its own row, the bills in their versions."""
    on = datetime.fromisoformat(baseline.policy["read_at"])
    meters = [
        Metered(line.meter_id, line.institution_id, line.energy)
        for line in lines_of(session, [baseline.id])
    ]
    bills = _bills(session, baseline.region_code, baseline.base_from, baseline.base_until, on)
    return Inputs(
        [(one, bills.get(one.meter, [])) for one in meters],
        dict(baseline.weather),
        list(baseline.coefficients),
        dict(baseline.policy),
    )


def fitted(inputs: Inputs, *, first: int, last: int) -> list[Fitted]:
    return fit_all(
        inputs.meters,
        {int(month): float(told["mean"]) for month, told in inputs.weather.items()},
        first=first,
        last=last,
        policy=Policy(
            Decimal(inputs.policy["threshold"]), bool(inputs.policy["increasing_uses_latest"])
        ),
    )


def differences(session: Session, baseline: Baseline) -> Iterator[str]:
    """A Chinese sentence for everything that does not come out again as it is stored."""
    name = f"{baseline.region_code}能源基准第{baseline.number}版"
    if baseline.method_version != METHOD_VERSION:
        yield f"{name}由旧版算法{baseline.method_version}计算，无法用{METHOD_VERSION}复算。"
        return
    inputs = frozen_inputs(session, baseline)
    if inputs.digest != baseline.digest:
        yield f"{name}的输入数据与采用时的摘要不符，账单或气温可能被改动。"
    again = {
        one.metered.meter: one.values()
        for one in fitted(inputs, first=baseline.base_from, last=baseline.base_until)
    }
    for line in lines_of(session, [baseline.id]):
        there = again.get(line.meter_id)
        wrong = [
            word
            for field, word in _COMPARED.items()
            if there is None or not _alike(getattr(line, field), there[field])
        ]
        if wrong:
            yield f"{name}中户号编号{line.meter_id}的{'、'.join(wrong)}与复算结果不一致。"


_COMPARED = {
    "rule": "取值规则",
    "rule_use": "基准用量",
    "rule_cost": "基准费用",
    "rule_record": "各年用量",
    "method": "回归方法",
    "model_use": "回归用量",
    "record": "回归参数",
    "price": "单价",
}
CLOSE = 1e-9
"""Relative; another processor may round the last digit of a sum differently."""


def _alike(stored: object, there: object) -> bool:
    if isinstance(stored, dict) and isinstance(there, dict):
        return stored.keys() == there.keys() and all(_alike(stored[k], there[k]) for k in stored)
    if isinstance(stored, (list, tuple)) and isinstance(there, (list, tuple)):
        return len(stored) == len(there) and all(map(_alike, stored, there))
    if isinstance(stored, float) and isinstance(there, (int, float)):
        return abs(stored - there) <= CLOSE * max(1.0, abs(stored), abs(there))
    return stored == there


# --- reading ----------------------------------------------------------------------------------


def read(
    session: Session, region: str, first: int, last: int, *, on: datetime
) -> list[tuple[Metered, list[Billed]]]:
    """Meters that are metered and in custody, by id, with their bills in order of months."""
    rows = session.execute(
        select(Meter.id, Meter.institution_id, Meter.energy)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(
            Meter.region_code == region,
            Institution.in_custody,
            Meter.payment.in_([one for one in Payment if one.metered]),
            Meter.energy.in_([one for one in Energy if fitted_like(one)]),
        )
        .order_by(Meter.id)
    )
    bills = _bills(session, region, first, last, on)
    return [(Metered(row[0], row[1], row[2]), bills.get(row[0], [])) for row in rows]


def _bills(
    session: Session, region: str, first: int, last: int, on: datetime
) -> dict[int, list[Billed]]:
    found: dict[int, list[Billed]] = {}
    for table, until in ((Bill, None), (PastBill, PastBill.replaced_at)):
        query = (
            select(
                *(table.meter_id, table.month, table.number, table.days),
                *(table.use, table.cost, table.starts_on),
            )
            .join(Meter, Meter.id == table.meter_id)
            .where(
                Meter.region_code == region,
                table.month.between(first, last),
                table.entered_at <= on,
            )
        )
        if until is not None:
            query = query.where(until > on)
        for meter, month, number, days, use, cost, starts_on in session.execute(query):
            bill = Billed(month, number, days, use, cost, starts_on)
            found.setdefault(meter, []).append(bill)
    for bills in found.values():
        bills.sort(key=lambda bill: bill.month)
    return found


def _weather(session: Session, city: str, first: int, last: int) -> dict[str, Any]:
    rows = session.execute(
        select(Temperature.month, Temperature.mean, Temperature.source)
        .where(Temperature.city_code == city, Temperature.month.between(first, last))
        .order_by(Temperature.month)
    )
    return {str(row[0]): {"mean": f"{row[1]:.2f}", "source": row[2]} for row in rows}


def _coefficients(session: Session, province: str, until: int) -> list[Any]:
    """The rows that hold on the last day of the base period."""
    rows: Sequence[Coefficient] = session.scalars(
        select(Coefficient)
        .where(
            Coefficient.province_code == province,
            Coefficient.valid_from <= month_of(until).last,
        )
        .order_by(Coefficient.energy, Coefficient.caliber, Coefficient.valid_from)
    ).all()
    newest = {(row.energy, row.caliber): row for row in rows}
    return [
        {
            "id": row.id,
            "energy": row.energy.value,
            "caliber": row.caliber.value,
            "value": f"{row.value:.6f}",
            "unit": row.unit,
            "source": row.source,
            "valid_from": row.valid_from.isoformat(),
        }
        for _, row in sorted(newest.items())
    ]


def _policy(session: Session, province: str) -> dict[str, Any]:
    row = session.get(EnergyPolicy, province)
    values = row.values if row else {}
    usual = Policy()
    return {
        "threshold": str(values.get("base_threshold", usual.threshold)),
        "increasing_uses_latest": str(values.get("increasing_uses_latest", "0")) in ("1", "true"),
    }

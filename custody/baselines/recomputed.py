"""What a baseline rests on, read as it was at a moment; an adopted one reckoned again and compared.

A bill corrected later is found in its old version: every version says from when until when it counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, Double, case, cast, extract, func, select
from sqlalchemy.orm import Session

from custody.attachments.queries import attached_to
from custody.baselines.adjusted import ADJUSTMENT
from custody.baselines.models import Baseline, Line, NonRoutine
from custody.baselines.queries import lines_of, numbers_of, year_of
from custody.baselines.rules import adjusting, spreading
from custody.baselines.rules.adjusting import Wanted
from custody.baselines.rules.bills import Bills, Digest, Metered
from custody.baselines.rules.fitting import QUANTITY, fit_all
from custody.baselines.rules.lines import Written, written
from custody.baselines.rules.plain import fitted_like, month_of
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.bills import Bill, PastBill
from custody.energy.models.roster import Institution, Meter
from custody.energy.models.tables import Coefficient, EnergyPolicy, Temperature
from custody.energy.queries.series import NOTHING, blocks, column_of
from custody.energy.rules.energies import Energy, Payment
from custody.kernel.periods import codes
from custody.mv.adjust import Driver
from custody.mv.custody_rule import Policy
from custody.mv.method import METHOD_VERSION
from custody.regions.models import Region


@dataclass(frozen=True, slots=True)
class Inputs:
    """The tables, and the meters; their bills are read piece by piece."""

    session: Session
    region: str
    first: int
    last: int
    on: datetime
    """Bills as they stood at that moment."""
    meters: list[Metered]
    weather: dict[str, Any]
    coefficients: list[Any]
    policy: dict[str, Any]

    def pieces(self) -> Iterator[Bills]:
        """By meters, so that memory stays bounded; every time read anew."""
        for start in range(0, len(self.meters), PIECE):
            yield _bills(self, self.meters[start : start + PIECE])

    @property
    def digest(self) -> str:
        found = Digest()
        for piece in self.pieces():
            found.add(piece)
        return self.closed(found)

    def closed(self, found: Digest) -> str:
        return found.closed(
            weather=self.weather,
            coefficients=self.coefficients,
            policy={name: value for name, value in self.policy.items() if name != "read_at"},
            method=METHOD_VERSION,
        )

    @property
    def rule(self) -> Policy:
        return Policy(
            Decimal(self.policy["threshold"]), bool(self.policy["increasing_uses_latest"])
        )

    @property
    def temperatures(self) -> dict[int, float]:
        return {int(month): float(told["mean"]) for month, told in self.weather.items()}


def inputs_of(session: Session, baseline: Baseline, region: Region, *, now: datetime) -> Inputs:
    """As they are now."""
    policy = _policy(session, region.province_code)
    return Inputs(
        *(session, region.code, baseline.base_from, baseline.base_until, now),
        _meters(session, region.code),
        _weather(session, region.city_code, baseline.base_from, baseline.base_until),
        _coefficients(session, region.province_code, baseline.base_until),
        {**policy, "read_at": now.isoformat()},
    )


def frozen_inputs(session: Session, baseline: Baseline, lines: Sequence[Line]) -> Inputs:
    """As they were when it was fitted: the tables from its own row, the bills in their versions."""
    on = datetime.fromisoformat(baseline.policy["read_at"])
    return Inputs(
        *(session, baseline.region_code, baseline.base_from, baseline.base_until, on),
        [Metered(line.meter_id, line.institution_id, line.energy) for line in lines],
        dict(baseline.weather),
        list(baseline.coefficients),
        dict(baseline.policy),
    )


def reckoned(inputs: Inputs, found: Digest) -> Iterator[list[Written]]:
    """The lines of each piece; the digest grows with the bills that are read."""
    known = inputs.temperatures
    warmth = np.array([known.get(month, np.nan) for month in codes(inputs.first, inputs.last)])
    for piece in inputs.pieces():
        found.add(piece)
        yield written(piece, warmth, inputs.rule)


def differences(session: Session, baseline: Baseline) -> Iterator[str]:
    """A Chinese sentence for everything that does not come out again as it is stored."""
    region = session.get_one(Region, baseline.region_code)
    name = f"{region.name}能源基准第{baseline.number}版"
    if baseline.method_version != METHOD_VERSION:
        yield f"{name}由旧版算法{baseline.method_version}计算，无法用{METHOD_VERSION}复算。"
        return
    lines = lines_of(session, [baseline.id])
    inputs = frozen_inputs(session, baseline, lines)
    again: dict[int, dict[str, Any]] = {}
    found = Digest()
    for piece in inputs.pieces():
        found.add(piece)
        for one in fit_all(
            list(piece.each()),
            inputs.temperatures,
            first=inputs.first,
            last=inputs.last,
            policy=inputs.rule,
        ):
            again[one.metered.meter] = one.values()
    if inputs.closed(found) != baseline.digest:
        yield f"{name}的输入数据与采用时的摘要不符，账单或气温可能被改动。"
    spoilt = {}
    for line in lines:
        there = again.get(line.meter_id)
        wrong = [
            word
            for field, word in _COMPARED.items()
            if there is None or not alike(getattr(line, field), there[field], _ROUNDED.get(field))
        ]
        if wrong:
            spoilt[line.meter_id] = (line.energy.label, "、".join(wrong))
    numbers = numbers_of(session, list(spoilt))
    for meter, (energy, told) in spoilt.items():
        yield f"{name}中{energy}户号{numbers[meter]}的{told}与复算结果不一致。"


def signed_count(session: Session) -> int:
    query = select(func.count()).select_from(NonRoutine)
    return session.scalar(query.where(NonRoutine.state == AdjustmentState.SIGNED)) or 0


def adjustment_differences(session: Session) -> Iterator[str]:
    """Signed ones: worked out again from their own numbers, with both sides' papers still there."""
    rows = session.execute(
        select(NonRoutine, Region)
        .join(Region, Region.code == NonRoutine.region_code)
        .where(NonRoutine.state == AdjustmentState.SIGNED)
        .order_by(NonRoutine.region_code, NonRoutine.number)
    ).all()
    papers = attached_to(session, ADJUSTMENT, [row.id for row, _ in rows])
    for row, region in rows:
        name = f"{region.name}非常规调整第{row.number}号"
        slots = {one.slot for one in papers[row.id]}
        if not {adjusting.OWNER, adjusting.COMPANY} <= slots:
            yield f"{name}已登记生效，但缺少双方签认件。"
        if row.before is None or row.after is None or row.rate is None:
            yield f"{name}缺少计算所用的数值，无法复算。"
            continue
        found = adjusting.worked_out(
            Wanted(
                Driver(row.driver),
                *(row.before, row.after, row.rate, row.trigger or Decimal()),
                *(row.reason, row.from_month, row.until_month),
            )
        )
        right = adjusting.quantity_of(found)
        if row.quantity != right:
            yield f"{name}记为每月{row.quantity:.4f}，按登记的数值重算为{right:.4f}。"
        if row.spread:
            yield from _spread_differences(session, name, row)
        if row.formula != found.formula:
            yield f"{name}的算式与按登记的数值重算的不符。"


def _spread_differences(session: Session, name: str, row: NonRoutine) -> Iterator[str]:
    """The bases are those of the version, the shares come out of them, the parts out of the shares."""
    spread = row.spread or {}
    held = spreading.from_plain(spread)
    lines = {one.meter_id: year_of(one) for one in lines_of(session, [spread["baseline"]])}
    for one in held:
        if lines.get(one.meter) != one.year:
            yield (
                f"{name}分摊所存户号{one.number}的年基准用量{one.year:.4f}"
                f"与能源基准第{spread['version']}版不符。"
            )
    bases = [spreading.Base(one.meter, one.number, one.year) for one in held]
    if not bases or sum(one.year for one in bases) <= 0:
        yield f"{name}缺少分摊所依据的基准用量，无法复算。"
        return
    for one, again in zip(held, spreading.parts_of(row.quantity, bases), strict=True):
        if one != again:
            yield (
                f"{name}分摊到户号{one.number}的为{one.share:.4%}、每月{one.quantity:.4f}，"
                f"按所存基准用量重算为{again.share:.4%}、每月{again.quantity:.4f}。"
            )


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
_ROUNDED = {"model_use": QUANTITY}
"""Rounded from such a sum: its own last digit may then be another."""


def alike(stored: object, there: object, step: Decimal | None = None) -> bool:
    if isinstance(stored, dict) and isinstance(there, dict):
        return stored.keys() == there.keys() and all(alike(stored[k], there[k]) for k in stored)
    if isinstance(stored, (list, tuple)) and isinstance(there, (list, tuple)):
        return len(stored) == len(there) and all(map(alike, stored, there))
    if isinstance(stored, float) and isinstance(there, (int, float)):
        return abs(stored - there) <= CLOSE * max(1.0, abs(stored), abs(there))
    if isinstance(stored, Decimal) and isinstance(there, Decimal) and step is not None:
        return abs(stored - there) <= step
    return stored == there


# --- reading ----------------------------------------------------------------------------------

PIECE = 4096
"""Meters read and fitted at once."""


def _meters(session: Session, region: str) -> list[Metered]:
    """Those that are metered and in custody, by id."""
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
    return [Metered(*row) for row in rows]


def _bills(inputs: Inputs, meters: Sequence[Metered]) -> Bills:
    """In the versions that stood then: of the bills that count, and of those replaced since."""
    found = Bills.none(meters, codes(inputs.first, inputs.last))
    ids = np.array([one.meter for one in meters], np.int64)
    for table, until in ((Bill, None), (PastBill, PastBill.replaced_at)):
        begun = cast(extract("epoch", table.starts_on), Double)
        query = select(
            table.meter_id,
            (cast(table.month, BigInteger) * _FIELD + table.days) * _FIELD + table.number,
            cast(table.use, Double),
            func.coalesce(cast(table.cost, Double), NOTHING),
            case((table.starts_on.is_not(None), begun), else_=NOTHING),
        ).where(
            table.meter_id.between(meters[0].meter, meters[-1].meter),
            table.month.between(inputs.first, inputs.last),
            table.entered_at <= inputs.on,
        )
        if until is not None:
            query = query.where(until > inputs.on)
        if ids[-1] - ids[0] > 2 * len(
            ids
        ):  # others' meters lie between: the database leaves them out
            query = query.join(Meter, Meter.id == table.meter_id).where(
                Meter.region_code == inputs.region
            )
        for block in blocks(inputs.session, query):
            place = np.minimum(np.searchsorted(ids, block[:, 0]), len(ids) - 1)
            block, place = (one[ids[place] == block[:, 0]] for one in (block, place))
            packed = block[:, 1].astype(np.int64)
            at = column_of(packed // _FIELD**2, inputs.first)
            found.numbers[place, at] = packed % _FIELD
            found.days[place, at] = packed // _FIELD % _FIELD
            found.use[place, at], found.cost[place, at] = block[:, 2], block[:, 3]
            found.starts[place, at] = block[:, 4] // 86400
    return found


_FIELD = 10_000
"""Month, days and version come as one number: of millions of rows every column counts."""


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

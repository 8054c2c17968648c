"""Which baselines there are, which one counts, what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Double, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.accounts.rules import Identity
from custody.baselines.models import Baseline, Comment, Line
from custody.baselines.rules.covered import Covered, Known
from custody.baselines.rules.fitting import NOTHING, QUOTA_ENTERED, REGRESSION, RULE
from custody.baselines.rules.outline import Outline
from custody.baselines.rules.plain import fitted_like
from custody.baselines.rules.states import State
from custody.energy.models.bills import Bill
from custody.energy.models.roster import Institution, Meter
from custody.energy.models.tables import Temperature
from custody.energy.rules.energies import Energy, Payment
from custody.kernel.periods import codes
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.regions.queries import within

AT_ONCE = 500
"""Keys of one statement: databases bound their number of variables."""


def adopted_of(
    session: Session, region_codes: Sequence[str], on: datetime | None = None
) -> dict[str, Baseline]:
    """The adopted baseline of each region that has one; `on`: the one that counted at that moment."""
    query = select(Baseline).where(Baseline.region_code.in_(region_codes))
    if on is None:
        query = query.where(Baseline.state == State.ADOPTED)
    else:
        query = query.where(
            Baseline.state.in_((State.ADOPTED, State.SUPERSEDED)),
            Baseline.adopted_at <= on,
            or_(Baseline.superseded_at.is_(None), Baseline.superseded_at > on),
        )
    rows = session.scalars(query.order_by(Baseline.region_code, Baseline.number))
    return {row.region_code: row for row in rows}


def lines_of(session: Session, baseline_ids: Sequence[int]) -> list[Line]:
    """By baseline, then by meter."""
    return list(
        session.scalars(
            select(Line)
            .where(Line.baseline_id.in_(baseline_ids))
            .order_by(Line.baseline_id, Line.meter_id)
        )
    )


def pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def get_baseline(
    session: Session, number: int, *, who: Identity, lock: bool = False
) -> tuple[Baseline, Region]:
    """Within what the person may see; NotFound for anything else."""
    query = (
        select(Baseline, Region)
        .join(Region, Region.code == Baseline.region_code)
        .where(Baseline.id == number, within(who.place))
    )
    if lock:
        query = query.with_for_update(of=Baseline)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def versions_of(session: Session, region_code: str) -> Sequence[Baseline]:
    """Newest first."""
    return session.scalars(
        select(Baseline).where(Baseline.region_code == region_code).order_by(Baseline.number.desc())
    ).all()


def next_number(session: Session, region_code: str) -> int:
    last = session.scalar(
        select(func.max(Baseline.number)).where(Baseline.region_code == region_code)
    )
    return (last or 0) + 1


def by_key(session: Session, key: str) -> Baseline | None:
    return session.scalar(select(Baseline).where(Baseline.key == key))


def comments_of(session: Session, baseline_id: int) -> Sequence[Comment]:
    return session.scalars(
        select(Comment).where(Comment.baseline_id == baseline_id).order_by(Comment.id)
    ).all()


def counts_of(session: Session, baseline_id: int) -> Mapping[str, int]:
    """How many lines were decided in which way; the empty one is not decided."""
    rows = session.execute(
        select(Line.chosen, func.count())
        .where(Line.baseline_id == baseline_id)
        .group_by(Line.chosen)
        .order_by(Line.chosen)
    )
    return {row[0]: row[1] for row in rows}


def outline_of(session: Session, baseline_id: int) -> list[Outline]:
    """Every line without its records, by meter, in one statement."""
    rows = session.execute(
        select(
            *(Line.id, Line.meter_id, Line.institution_id, Line.energy, Line.chosen, Line.rule),
            *(Line.rule_use, Line.rule_cost, Line.method, Line.model_use, Line.price, Line.quota),
            Line.record[("stops", 0, "code")].as_string().is_not(None),
            Line.record["cvrmse"].as_float(),
        )
        .where(Line.baseline_id == baseline_id)
        .order_by(Line.meter_id)
    )
    return [Outline(*tuple(row)) for row in rows]


def institutions_of(session: Session, region_code: str) -> Mapping[int, Institution]:
    rows = session.scalars(
        select(Institution).where(Institution.region_code == region_code).order_by(Institution.id)
    )
    return {row.id: row for row in rows}


def line_of_meter(session: Session, baseline_id: int, meter: int) -> Line | None:
    return session.scalar(
        select(Line).where(Line.baseline_id == baseline_id, Line.meter_id == meter)
    )


def meters_of_version(
    session: Session, baseline_id: int, institution: int | None = None
) -> Sequence[tuple[Line, Meter]]:
    """Lines with their meters: by institution, energy, number."""
    query = (
        select(Line, Meter)
        .join(Meter, Meter.id == Line.meter_id)
        .where(Line.baseline_id == baseline_id)
        .order_by(Line.institution_id, Line.energy, Meter.number)
    )
    if institution is not None:
        query = query.where(Line.institution_id == institution)
    return [(row[0], row[1]) for row in session.execute(query)]


def numbers_of(session: Session, meter_ids: Sequence[int]) -> Mapping[int, str]:
    """Meter → 户号."""
    found: dict[int, str] = {}
    for few in pieces(meter_ids):
        rows = session.execute(select(Meter.id, Meter.number).where(Meter.id.in_(few)))
        found.update((row[0], row[1]) for row in rows)
    return found


def get_line(session: Session, baseline_id: int, number: int) -> Line:
    row = session.scalar(select(Line).where(Line.id == number, Line.baseline_id == baseline_id))
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class Bills:
    """A meter's, over a base period: month → use, days."""

    use: Mapping[int, float]
    days: Mapping[int, int]


def bills_of(
    session: Session, meter_ids: Sequence[int], first: int, last: int
) -> Mapping[int, Bills]:
    """As they are now; every meter asked for has an entry."""
    found = {one: Bills({}, {}) for one in meter_ids}
    for few in pieces(meter_ids):
        rows = session.execute(
            select(Bill.meter_id, Bill.month, cast(Bill.use, Double), Bill.days)
            .where(Bill.meter_id.in_(few), Bill.month.between(first, last))
            .order_by(Bill.meter_id, Bill.month)
        )
        for meter, month, use, days in rows:
            found[meter].use[month] = use  # type: ignore[index]
            found[meter].days[month] = days  # type: ignore[index]
    return found


def names_of(session: Session, ids: Iterable[int | None]) -> Mapping[int, str]:
    """Account → unit and name."""
    rows = session.execute(
        select(Account.id, Account.unit, Account.name).where(
            Account.id.in_({one for one in ids if one is not None})
        )
    )
    return {row[0]: f"{row[1]}　{row[2]}" for row in rows}


@dataclass(frozen=True, slots=True)
class Extent:
    """How many meters a version has, how many of them have a base."""

    meters: int = 0
    based: int = 0

    @property
    def percent(self) -> float | None:
        return 100 * self.based / self.meters if self.meters else None


def extents_of(session: Session, baseline_ids: Sequence[int]) -> Mapping[int, Extent]:
    rows = session.execute(
        select(Line.baseline_id, func.count(), func.count().filter(Line.chosen != NOTHING))
        .where(Line.baseline_id.in_(baseline_ids))
        .group_by(Line.baseline_id)
    )
    return {row[0]: Extent(row[1], row[2]) for row in rows}


def newest_of(session: Session, codes: Sequence[str]) -> Mapping[str, Baseline]:
    """Region → its newest version that is neither given up nor superseded."""
    rows = session.scalars(
        select(Baseline)
        .where(
            Baseline.region_code.in_(codes),
            Baseline.state.not_in((State.DISCARDED, State.SUPERSEDED)),
        )
        .order_by(Baseline.region_code, Baseline.number)
    )
    return {row.region_code: row for row in rows}


# --- before a version is begun -----------------------------------------------------------------


def coverage_of(session: Session, region: str, city: str, first: int, last: int) -> Covered:
    """Which bills and temperatures of a period are there. Three statements."""
    fitted = [one for one in Energy if fitted_like(one)]
    mine = (
        Meter.region_code == region,
        Institution.in_custody,
        Meter.payment.in_([one for one in Payment if one.metered]),
        Meter.energy.in_(fitted),
    )
    months = session.execute(
        select(Meter.energy, Bill.month, func.count())
        .join(Institution, Institution.id == Meter.institution_id)
        .join(Bill, Bill.meter_id == Meter.id)
        .where(*mine, Bill.month.between(first, last))
        .group_by(Meter.energy, Bill.month)
    )
    meters = session.execute(
        select(Meter.energy, Meter.since, Meter.until, func.count(Bill.month))
        .join(Institution, Institution.id == Meter.institution_id)
        .outerjoin(Bill, and_(Bill.meter_id == Meter.id, Bill.month.between(first, last)))
        .where(*mine)
        .group_by(Meter.id, Meter.energy, Meter.since, Meter.until)
    )
    warm = session.scalars(
        select(Temperature.month).where(
            Temperature.city_code == city, Temperature.month.between(first, last)
        )
    )
    return Covered(
        tuple(codes(first, last)),
        {(row[0], row[1]): row[2] for row in months},
        tuple(Known(row[0], row[1], row[2], row[3]) for row in meters),
        frozenset(warm),
    )


def year_of(line: Line) -> Decimal | None:
    """The base quantity of a year by the method that was chosen; None where there is none."""
    by_method = {REGRESSION: line.model_use, QUOTA_ENTERED: line.quota, RULE: line.rule_use}
    return by_method.get(line.chosen)

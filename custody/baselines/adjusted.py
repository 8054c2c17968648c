"""Non-routine adjustments: which there are, what they are of, the bases they are spread by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from custody.accounts.rules import Identity
from custody.baselines.models import Line, NonRoutine
from custody.baselines.queries import pieces, year_of
from custody.baselines.rules import spreading
from custody.baselines.rules.plain import fitted_like
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.roster import Institution, Meter
from custody.energy.rules.energies import Energy, Payment
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.regions.queries import within

ADJUSTMENT = "baseline_adjustment"
"""Kind of their attachments."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment with what it is of."""

    row: NonRoutine
    meter: Meter
    institution: Institution


def adjustments_of_region(
    session: Session, region_code: str, state: AdjustmentState | None = None
) -> list[Adjusted]:
    """Newest first."""
    query = _adjusted().where(NonRoutine.region_code == region_code)
    if state is not None:
        query = query.where(NonRoutine.state == state)
    rows = session.execute(query.order_by(NonRoutine.number.desc()))
    return [Adjusted(row[0], row[1], row[2]) for row in rows]


def _adjusted() -> Select[NonRoutine, Meter, Institution]:
    return (
        select(NonRoutine, Meter, Institution)
        .join(Meter, Meter.id == NonRoutine.meter_id)
        .join(Institution, Institution.id == Meter.institution_id)
    )


def get_adjustment(
    session: Session, number: int, *, who: Identity, lock: bool = False
) -> tuple[NonRoutine, Region]:
    query = (
        select(NonRoutine, Region)
        .join(Region, Region.code == NonRoutine.region_code)
        .where(NonRoutine.id == number, within(who.place))
    )
    if lock:
        query = query.with_for_update(of=NonRoutine)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def adjusted_of(session: Session, row: NonRoutine) -> Adjusted:
    found = session.execute(_adjusted().where(NonRoutine.id == row.id)).one()
    return Adjusted(found[0], found[1], found[2])


def bases_of(session: Session, baseline_id: int, about: Meter) -> list[spreading.Base]:
    """Of the meter's institution and energy: every meter with a base, by id."""
    rows = session.execute(
        select(Line, Meter.number)
        .join(Meter, Meter.id == Line.meter_id)
        .where(
            Line.baseline_id == baseline_id,
            Line.institution_id == about.institution_id,
            Line.energy == about.energy,
        )
        .order_by(Line.meter_id)
    )
    return [
        spreading.Base(line.meter_id, number, year)
        for line, number in rows
        if (year := year_of(line)) is not None and year > 0
    ]


def several_of(session: Session, institutions: Sequence[int]) -> frozenset[str]:
    """Institution and energy (12electricity) that have more than one meter with bills."""
    rows = session.execute(
        select(Meter.institution_id, Meter.energy)
        .where(
            Meter.institution_id.in_(institutions),
            Meter.payment.in_([one for one in Payment if one.metered]),
        )
        .group_by(Meter.institution_id, Meter.energy)
        .having(func.count() > 1)
    )
    return frozenset(f"{owner}{energy.value}" for owner, energy in rows)


def found_meters(
    session: Session, region_code: str, words: str, offset: int, size: int
) -> tuple[int, list[tuple[Meter, Institution]]]:
    """(how many, some of them) of the region's metered meters in custody by name or number."""
    query = (
        select(Meter, Institution)
        .join(Institution, Institution.id == Meter.institution_id)
        .where(
            Meter.region_code == region_code,
            Institution.in_custody,
            Meter.payment.in_([one for one in Payment if one.metered]),
            Meter.energy.in_([one for one in Energy if fitted_like(one)]),
        )
    )
    if words:
        query = query.where(
            or_(
                Institution.name.contains(words, autoescape=True),
                Meter.number.contains(words, autoescape=True),
            )
        )
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(Institution.id, Meter.energy, Meter.number).offset(offset).limit(size)
    )
    return count, [(row[0], row[1]) for row in rows]


def adjustments_of(session: Session, meter_ids: Sequence[int]) -> dict[int, list[NonRoutine]]:
    """The signed ones of each meter that has any, in order of their first month."""
    found: dict[int, list[NonRoutine]] = {}
    wanted = frozenset(meter_ids)
    first, sibling = aliased(Meter), aliased(Meter)
    for few in pieces(meter_ids):
        together = (
            select(sibling.id)
            .where(
                sibling.id.in_(few),
                sibling.institution_id == first.institution_id,
                sibling.energy == first.energy,
            )
            .exists()
        )
        rows = session.scalars(
            select(NonRoutine)
            .join(first, first.id == NonRoutine.meter_id)
            .where(NonRoutine.state == AdjustmentState.SIGNED, together)
            .order_by(NonRoutine.from_month, NonRoutine.id)
        )
        for row in rows:
            for meter in wanted & spreading.moved_by(row).keys() & set(few):
                found.setdefault(meter, []).append(row)
    return found

"""Which baselines there are, which one counts, what stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.baselines.models import Baseline, Comment, Line, NonRoutine
from custody.baselines.rules.states import AdjustmentState, State
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


def adjustments_of(session: Session, meter_ids: Sequence[int]) -> dict[int, list[NonRoutine]]:
    """The signed ones of each meter that has any, in order of their first month."""
    found: dict[int, list[NonRoutine]] = {}
    for few in _pieces(meter_ids):
        rows = session.scalars(
            select(NonRoutine)
            .where(NonRoutine.meter_id.in_(few), NonRoutine.state == AdjustmentState.SIGNED)
            .order_by(NonRoutine.meter_id, NonRoutine.from_month, NonRoutine.id)
        )
        for row in rows:
            found.setdefault(row.meter_id, []).append(row)
    return found


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
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

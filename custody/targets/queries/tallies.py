"""The numbers of the notice in short, for a board that knows the gates itself."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.contracts.models.contract import Measure as ContractMeasure
from custody.regions.models import Target
from custody.regions.rules import Counting
from custody.targets.models import Entry, Project
from custody.targets.queries import history, measures
from custody.targets.queries.quantities import inside
from custody.targets.rules.projects import Progress
from custody.targets.rules.retrofits import AreaEntry, Measure, counted, versions_before
from custody.targets.rules.review import Review


@dataclass(frozen=True, slots=True)
class Tally:
    task: int
    key: str
    name: str
    unit: str
    target: Decimal
    done: Decimal

    @property
    def percent(self) -> float:
        """100 at most."""
        return float(min(Decimal(100), 100 * self.done / self.target))


def tallies(
    session: Session, province: Place, year: int, *, past: date | None = None
) -> list[Tally]:
    """What is done of every number that is not counted at gates: two statements.

    `past`: at the end of that day, as the journal has it, five statements. The numbers aimed at
    are those of today; a measure counts from its day of completion on, whenever it was entered.
    """
    if past is not None:
        return _as_of(session, province, year, past)
    projects = (
        select(func.count())
        .where(
            inside(Project, province),
            Project.status == Review.CONFIRMED,
            Project.progress != Progress.TALKS,
            Project.signed_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Target, Entry, projects, ContractMeasure.id)
        .outerjoin(Entry, (Entry.target_id == Target.id) & Entry.quantity.is_not(None))
        .outerjoin(ContractMeasure, ContractMeasure.id == Entry.linked_measure)
        .where(
            Target.province_code == province.province,
            Target.year == year,
            Target.counting != Counting.GATES,
        )
        .order_by(Target.task_number, Target.id, Entry.id)
    ).all()
    told: dict[Target, list[Entry]] = {}
    for target, entry, *_ in rows:
        told.setdefault(target, []).extend([entry] if entry is not None else [])
    there = {measure for *_, measure in rows}
    signed = Decimal(rows[0][2]) if rows else Decimal(0)
    done = measures.completed(session, province, year)
    return [
        Tally(
            target.task_number,
            target.key,
            target.name,
            target.unit,
            target.quantity,
            _done(
                target,
                entries,
                [one for one in entries if one.status is Review.CONFIRMED],
                signed,
                done,
                there,
            ),
        )
        for target, entries in told.items()
    ]


def _as_of(session: Session, province: Place, year: int, day: date) -> list[Tally]:
    then = history.past_of(session, province, day)
    targets = session.scalars(
        select(Target)
        .where(
            Target.province_code == province.province,
            Target.year == year,
            Target.counting != Counting.GATES,
        )
        .order_by(Target.task_number, Target.id)
    ).all()
    told = history.confirmed_entries(session, province, then)
    signed = Decimal(history.projects_signed(session, province, year, then))
    done = measures.completed(session, province, year, by=day)
    linked = {one.linked_measure for own in told.values() for one in own if one.linked_measure}
    there: Set[int | None] = set(
        session.scalars(select(ContractMeasure.id).where(ContractMeasure.id.in_(linked)))
    )
    return [
        Tally(
            target.task_number,
            target.key,
            target.name,
            target.unit,
            target.quantity,
            _done(target, own := told.get(target.id, ()), own, signed, done, there),
        )
        for target in targets
    ]


def _done(
    target: Target,
    entries: Sequence[Entry],
    confirmed: Sequence[Entry],
    signed: Decimal,
    done: Sequence[Measure],
    there: Set[int | None],
) -> Decimal:
    """`there`: the linked measures that are still in a contract."""
    if target.counting is Counting.PROJECTS:
        return signed
    said = [(one, one.quantity) for one in confirmed if one.quantity is not None]
    if target.counting is Counting.ENTRIES:
        return sum((quantity for _, quantity in said), Decimal(0))
    replaces = {one.id: one.replaces_id for one in entries}
    areas = [
        AreaEntry(
            one.id,
            quantity,
            one.building,
            one.linked_measure,
            one.linked_entry_id,
            gone=one.linked_measure is not None and one.linked_measure not in there,
            replaces=versions_before(one.id, replaces),
        )
        for one, quantity in said
    ]
    return counted(done, areas).total

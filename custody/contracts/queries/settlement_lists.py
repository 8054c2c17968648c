"""Settlements in lists, with the periods that wait for one, limited to a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from custody.accounts.rules import Place
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.models.settlement import Settlement
from custody.contracts.queries.contracts import as_rules
from custody.contracts.queries.settlements import number_of, paid_so_far, term_of
from custody.contracts.rules.life import Status, due_on
from custody.contracts.rules.orders import Order, as_of
from custody.contracts.rules.periods import Period
from custody.contracts.rules.rhythm import Rhythm, rhythm_of
from custody.regions.models import Region
from custody.regions.queries import within


@dataclass(frozen=True, slots=True)
class Line:
    """A settlement, or a period that has ended and has none yet (`id` is None)."""

    id: int | None
    contract_id: int
    contract: str
    contract_number: str
    number: str
    region_code: str
    region: str
    company: str
    period: Period
    status: Status | None
    total: Decimal | None
    paid: Decimal
    due_on: date | None

    @property
    def left(self) -> Decimal:
        return (self.total or Decimal(0)) - self.paid

    @property
    def to_pay(self) -> bool:
        return self.status is Status.SIGNED and self.left > 0

    def overdue(self, today: date) -> bool:
        """The pay day has passed and nothing or not everything has been paid."""
        return self.due_on is not None and self.due_on < today and self.status is not Status.PAID


@dataclass(frozen=True, slots=True)
class Coming:
    """The period of a contract that runs today and has no settlement yet."""

    contract_id: int
    contract: str
    region: str
    period: Period

    @property
    def since(self) -> date:
        """From this day on the list has it to draft."""
        return self.period.next.first


def lines(
    session: Session, place: Place, *, today: date, contract: int | None = None
) -> list[Line]:
    return lines_and_coming(session, place, today=today, contract=contract)[0]


def lines_and_coming(
    session: Session, place: Place, *, today: date, contract: int | None = None
) -> tuple[list[Line], list[Coming]]:
    """Everything to settle and settled of a place (or of one contract), newest period first; and
    what comes next.

    Four statements, however many contracts there are.
    """
    query = (
        select(Contract, Region)
        .join(Region, Region.code == Contract.region_code)
        .options(joinedload(Contract.company))
        .where(within(place))
        .order_by(Region.batch_number, Region.seq, Contract.id)
    )
    if contract is not None:
        query = query.where(Contract.id == contract)
    contracts = session.execute(query).all()
    numbers = [row.id for row, _ in contracts]
    settled: dict[int, list[Settlement]] = {number: [] for number in numbers}
    for row in session.scalars(
        select(Settlement).where(Settlement.contract_id.in_(numbers)).order_by(Settlement.id)
    ):
        settled[row.contract_id].append(row)
    paid = paid_so_far(session, [row.id for rows in settled.values() for row in rows])
    orders = _orders_about_periods(session, numbers)
    found: list[tuple[int, Line]] = []
    coming: list[Coming] = []
    for at, (one, region) in enumerate(contracts):
        mine = settled[one.id]
        found += [(at, _line(one, region, row, paid)) for row in mine]
        own = orders.get(one.id, ())
        found += [(at, line) for line in _missing(one, region, mine, own, today)]
        coming += _coming(one, region, mine, own, today)
    newest = sorted(found, key=lambda it: (-it[1].period.first.toordinal(), it[0]))
    return [line for _, line in newest], coming


_ABOUT_PERIODS = ("pay_period", "pay_day", "starts_on", "ends_on")


def _orders_about_periods(session: Session, contracts: Sequence[int]) -> dict[int, list[Order]]:
    rows = session.scalars(
        select(ChangeOrder)
        .where(
            ChangeOrder.contract_id.in_(contracts),
            ChangeOrder.subject.in_(_ABOUT_PERIODS),
            ChangeOrder.signed_at.is_not(None),
        )
        .order_by(ChangeOrder.id)
    ).all()
    found: dict[int, list[Order]] = {}
    for row, rule in zip(rows, as_rules(rows), strict=True):
        found.setdefault(row.contract_id, []).append(rule)
    return found


def _line(contract: Contract, region: Region, row: Settlement, paid: Mapping[int, Decimal]) -> Line:
    return Line(
        row.id,
        contract.id,
        contract.name,
        contract.number,
        number_of(contract, row.serial),
        region.code,
        region.name,
        contract.company.name if contract.company else "",
        Period.parse(row.period),
        row.status,
        row.total,
        paid.get(row.id, Decimal(0)),
        row.due_on,
    )


def _missing(
    contract: Contract,
    region: Region,
    settled: Sequence[Settlement],
    orders: Sequence[Order],
    today: date,
) -> Iterable[Line]:
    """Periods of a signed contract that are over and have no settlement."""
    rhythm, original, end = _rhythm(contract, orders)
    if rhythm is None:
        return
    have = [Period.parse(row.period) for row in settled]
    for period in rhythm.ended(today):
        if not any(period.overlaps(one) for one in have):
            last = min(period.last, end) if end else period.last
            pay_day = as_of(original, orders, last)["pay_day"]
            yield Line(
                None,
                contract.id,
                contract.name,
                contract.number,
                "",
                region.code,
                region.name,
                contract.company.name if contract.company else "",
                period,
                None,
                None,
                Decimal(0),
                due_on(last, pay_day if isinstance(pay_day, int) else None),
            )


def _rhythm(
    contract: Contract, orders: Sequence[Order]
) -> tuple[Rhythm | None, dict[str, object], date | None]:
    """(of a signed contract, its terms about periods as signed, the end of its term)."""
    original: dict[str, object] = {name: getattr(contract, name) for name in _ABOUT_PERIODS}
    start, end = term_of(contract, as_of(original, orders, date.max))
    if contract.signed_at is None:
        return None, original, end
    return rhythm_of(original, orders, start, end), original, end


def _coming(
    contract: Contract,
    region: Region,
    settled: Sequence[Settlement],
    orders: Sequence[Order],
    today: date,
) -> Iterable[Coming]:
    rhythm, _, end = _rhythm(contract, orders)
    if rhythm is None or (end is not None and end < today):
        return
    period = rhythm.due(max(today, rhythm.first))
    if not any(period.overlaps(Period.parse(row.period)) for row in settled):
        yield Coming(contract.id, contract.name or contract.number, region.name, period)


# --- for the floors above ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SettlementFacts:
    """What milestone M23 of a region shows: its settlements and their sums."""

    lines: tuple[Line, ...]
    settled: Decimal
    """Of everything that both have signed."""
    paid: Decimal
    missing: int
    """Periods that are over and have no settlement yet."""

    @property
    def left(self) -> Decimal:
        return self.settled - self.paid


def settlement_facts(session: Session, region: Place, *, today: date) -> SettlementFacts | None:
    """None where the region has nothing to settle."""
    found = lines(session, region, today=today)
    if not found:
        return None
    signed = [line for line in found if line.status in (Status.SIGNED, Status.PAID)]
    return SettlementFacts(
        tuple(found),
        sum((line.total or Decimal(0) for line in signed), Decimal(0)),
        sum((line.paid for line in signed), Decimal(0)),
        sum(line.id is None for line in found),
    )

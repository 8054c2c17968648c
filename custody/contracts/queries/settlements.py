"""Questions about settlements, limited to a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from custody.accounts.rules import Place
from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.models.settlement import MonthlyProfile, Settlement, SettlementPayment
from custody.contracts.queries.contracts import as_rules, orders_of, original_terms
from custody.contracts.rules.agreed import HUNDRED, Agreed
from custody.contracts.rules.life import Status
from custody.contracts.rules.orders import as_of
from custody.contracts.rules.periods import Period
from custody.contracts.rules.profiles import begun_years
from custody.contracts.rules.statement import Source
from custody.infra.journal import Event
from custody.kernel.problems import NotFound
from custody.regions.models import Region
from custody.regions.queries import within


@dataclass(frozen=True, slots=True)
class Found:
    """A settlement with the contract and the region it is of."""

    row: Settlement
    contract: Contract
    region: Region

    @property
    def period(self) -> Period:
        return Period.parse(self.row.period)

    @property
    def number(self) -> str:
        return number_of(self.contract, self.row.serial)


def number_of(contract: Contract, serial: int) -> str:
    """HT-2026-01-JS03: the contract's number and which of its settlements."""
    return f"{contract.number or f'合同{contract.id}'}-JS{serial:02d}"


def get_settlement(session: Session, number: int, *, place: Place, lock: bool = False) -> Found:
    query = (
        select(Settlement, Contract, Region)
        .join(Contract, Contract.id == Settlement.contract_id)
        .join(Region, Region.code == Contract.region_code)
        .options(joinedload(Contract.company))
        .where(Settlement.id == number, within(place))
    )
    if lock:
        query = query.with_for_update(of=Settlement)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return Found(*found)


def contract_and_region(
    session: Session, number: int, *, place: Place, lock: bool = False
) -> tuple[Contract, Region]:
    query = (
        select(Contract, Region)
        .join(Region, Region.code == Contract.region_code)
        .options(joinedload(Contract.company))
        .where(Contract.id == number, within(place))
    )
    if lock:
        # One settlement at a time: two must not take the same period or number.
        query = query.with_for_update(of=Contract)
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def of_contract(session: Session, contract: int) -> Sequence[Settlement]:
    """Newest period first."""
    rows = session.scalars(select(Settlement).where(Settlement.contract_id == contract)).all()
    return sorted(rows, key=lambda row: Period.parse(row.period).first, reverse=True)


def payments_of(session: Session, settlement: int) -> Sequence[SettlementPayment]:
    return session.scalars(
        select(SettlementPayment)
        .where(SettlementPayment.settlement_id == settlement)
        .order_by(SettlementPayment.id)
    ).all()


def paid_so_far(
    session: Session, settlements: Iterable[int], *, until: date | None = None
) -> Mapping[int, Decimal]:
    """Settlement → what has been paid, with `until`: by that day."""
    query = (
        select(SettlementPayment.settlement_id, func.sum(SettlementPayment.amount))
        .where(SettlementPayment.settlement_id.in_(list(settlements)))
        .group_by(SettlementPayment.settlement_id)
    )
    if until is not None:
        query = query.where(SettlementPayment.paid_on <= until)
    rows = session.execute(query)
    return {number: Decimal(total).quantize(Decimal("0.01")) for number, total in rows}


# --- the contract as a settlement needs it -------------------------------------------------------


def profiles_of(session: Session, contract: int) -> Sequence[MonthlyProfile]:
    return session.scalars(
        select(MonthlyProfile)
        .where(MonthlyProfile.contract_id == contract)
        .order_by(MonthlyProfile.id)
    ).all()


def begun_years_of(session: Session, contract: Contract) -> list[int]:
    """Years some but not all of whose days in the term are settled for good."""
    frozen_ = [
        Period.parse(row.period)
        for row in of_contract(session, contract.id)
        if row.status is not Status.DRAFT
    ]
    agreed = agreed_of(session, contract)
    return begun_years(frozen_, agreed.starts_on, agreed.ends_on)


def agreed_of(session: Session, contract: Contract) -> Agreed:
    """What was signed, what orders changed since, and where both are written."""
    rows = orders_of(session, contract)
    who = _entered(session, contract, rows)
    papers = attached_to(session, "contract", [contract.id])[contract.id]
    of_orders = attached_to(session, "order", [row.id for row in rows])
    orders = as_rules(rows)
    original = original_terms(contract)
    start, end = term_of(contract, as_of(original, orders, date.max))
    return Agreed(
        original,
        orders,
        start,
        end,
        {base.energy: base.unit for base in contract.bases},
        Source(
            f"合同{contract.number or contract.name}",
            _first_name(papers, ("baseline", "scan")),
            *who.get(("contract", contract.id), ("", "")),
        ),
        {
            row.number: Source(
                f"{row.number}号变更单",
                _first_name(of_orders[row.id], ("signed",)),
                *who.get(("order", row.id), ("", "")),
            )
            for row in rows
        },
        {
            profile.energy: [Decimal(one) / HUNDRED for one in profile.shares]
            for profile in profiles_of(session, contract.id)
        },
    )


def term_of(contract: Contract, terms: Mapping[str, object]) -> tuple[date | None, date | None]:
    """First and last day of custody, after extensions and terminations."""
    start, end = terms["starts_on"], terms["ends_on"]
    last = end if isinstance(end, date) else None
    if contract.terminated_on is not None:
        before = contract.terminated_on - timedelta(days=1)
        last = min(last, before) if last else before
    return (start if isinstance(start, date) else None), last


def _first_name(files: Iterable[Attachment], slots: Sequence[str]) -> str:
    found = sorted(
        (slots.index(file.slot), file.id, file.name) for file in files if file.slot in slots
    )
    return found[0][2] if found else ""


def _entered(
    session: Session, contract: Contract, rows: Sequence[ChangeOrder]
) -> dict[tuple[str, int], tuple[str, str]]:
    """(kind, id) → who entered it as signed and on which day, as the journal has it."""
    subjects = [str(contract.id)]
    if rows:
        subjects += [str(row.id) for row in rows]
    events = session.execute(
        select(Event.kind, Event.subject, Event.actor_name, Event.at)
        .where(
            Event.action.in_(["contract.signed", "order.signed"]),
            Event.kind.in_(["contract", "order"]),
            Event.subject.in_(subjects),
        )
        .order_by(Event.id)
    )
    return {
        (kind, int(subject)): (name, f"{at.year}年{at.month}月{at.day}日")
        for kind, subject, name, at in events
    }


def frozen(session: Session) -> list[Found]:
    """Everything that was frozen, for the inspection."""
    rows = session.execute(
        select(Settlement, Contract, Region)
        .join(Contract, Contract.id == Settlement.contract_id)
        .join(Region, Region.code == Contract.region_code)
        .where(Settlement.status != Status.DRAFT)
        .order_by(Settlement.id)
    )
    return [Found(*row) for row in rows]

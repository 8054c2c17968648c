"""Settlements of a contract, brought to every state by the verbs people use."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Role
from custody.attachments import actions as attachments
from custody.contracts import snapshot
from custody.contracts.actions import profiles
from custody.contracts.actions import settlement_papers as papers
from custody.contracts.actions import settlements as actions
from custody.contracts.models.contract import (
    Adjustment,
    ChangeOrder,
    Company,
    Contract,
    EnergyBase,
    Guarantee,
    Party,
)
from custody.contracts.models.settlement import Settlement
from custody.contracts.rules.agreed import Draft
from custody.contracts.rules.contract import Driver, Energy
from custody.contracts.rules.periods import Period
from custody.contracts.rules.profiles import fingerprint
from custody.infra import clock
from custody.infra.files import FileStore, Stored
from custody.infra.uploads import NewFile
from custody.regions.models import Region
from tests.factories import programme

D = Decimal


def signed_contract(session: Session, region: str, **columns: Any) -> Contract:
    """365 万千瓦时 at 0.68 yuan, 3 % off, 365 000 yuan upkeep: a day costs 6 596.00 + 1 000.00 yuan."""
    place = session.get_one(Region, region)
    company = session.scalars(
        select(Company).where(Company.province_code == place.province_code).order_by(Company.id)
    ).first()
    if company is None:
        company = Company(
            province_code=place.province_code,
            code="91320000MA1XTEST0A",
            name="测试节能服务有限公司",
        )
    values = {
        "number": f"HT-{region}-{len(contracts(session, region)) + 1}",
        "name": f"{place.name}能源费用托管服务合同",
        "key": f"settled-{region}-{len(contracts(session, region))}",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2030, 12, 31),
        "signed_on": date(2025, 12, 20),
        "signed_at": clock.at(date(2026, 1, 9)),
        "edited_at": clock.at(date(2026, 1, 9)),
        "price_mode": "fixed",
        "discount_rate": D("3.00"),
        "upkeep_fee": D("365000.00"),
        "tax_rate": D("6.00"),
        "pay_period": "quarter",
        "pay_day": 20,
        "floor_area": D("100000.00"),
        "guarantee_price": D("2000.0000"),
        **columns,
    }
    contract = Contract(region_code=region, company=company, **values)
    contract.parties = [Party(line=1, name=f"{place.name}机关事务管理局", code="", lead=True)]
    contract.bases = [
        EnergyBase(
            line=1,
            energy=Energy.ELECTRICITY,
            quantity=D(3650000),
            unit="kWh",
            price=D("0.6800"),
            amount=D("2482000.00"),
        )
    ]
    contract.drivers = [
        Adjustment(
            line=1, driver=Driver.AREA, trigger=D("5.00"), method="", effect="", retroactive=False
        )
    ]
    contract.guarantees = [Guarantee(year=1, rate=None, quantity=D(730), share=D("30.00"))]
    session.add(contract)
    session.flush()
    return contract


def contracts(session: Session, region: str) -> list[Contract]:
    return list(session.scalars(select(Contract).where(Contract.region_code == region)))


def order(
    session: Session,
    contract: Contract,
    *,
    subject: str = "floor_area",
    new: str = "110000.00",
    effective_on: date = date(2026, 4, 1),
    signed: bool = True,
) -> ChangeOrder:
    """A change order; by default the floor area grows by ten per cent from the second quarter on."""
    number = len(
        session.scalars(select(ChangeOrder).where(ChangeOrder.contract_id == contract.id)).all()
    )
    row = ChangeOrder(
        contract_id=contract.id,
        key=f"order-{contract.id}-{number}",
        number=number + 1,
        subject=subject,
        old="",
        new=new,
        reason="新增办公楼投用",
        effective_on=effective_on,
        signed_on=effective_on if signed else None,
        signed_at=clock.at(effective_on) if signed else None,
        created_at=clock.at(effective_on),
    )
    session.add(row)
    session.flush()
    attachments.attach(
        session,
        kind="order",
        subject=row.id,
        slot="signed",
        files=[scan("变更单签字件.pdf")],
        now=clock.now(),
        by=None,
    )
    return row


def scan(name: str, store: FileStore | None = None) -> NewFile:
    """A small PDF; without `store` only its row: a test may put the bytes there later."""
    data = programme.PDF
    stored = (
        store.put(io.BytesIO(data))
        if store
        else Stored(hashlib.sha256(data).hexdigest(), len(data))
    )
    return NewFile(name, stored, programme.PDF_TYPE)


def officer(session: Session, contract: Contract) -> Identity:
    return programme.account_at(session, Role.OFFICER, contract.region_code)


def drafted(session: Session, contract: Contract, period: str = "2026-Q1") -> Settlement:
    row = actions.draft(
        session,
        actor=officer(session, contract),
        now=clock.now(),
        contract=contract.id,
        period=Period.parse(period),
    )
    session.flush()
    return row


def edited(session: Session, contract: Contract, row: Settlement, **typed: Any) -> Settlement:
    """The draft saved with other lines; what it had stays."""
    stored = snapshot.kept(row.draft)
    actions.edit(
        session,
        actor=officer(session, contract),
        now=clock.now(),
        number=row.id,
        version=row.version,
        typed=replace(stored, **typed) if typed else Draft(),
        due_on=row.due_on,
    )
    session.flush()
    return row


def frozen(session: Session, contract: Contract, period: str = "2026-Q1") -> Settlement:
    row = drafted(session, contract, period)
    actions.freeze(
        session,
        actor=officer(session, contract),
        now=clock.now(),
        number=row.id,
        version=row.version,
    )
    session.flush()
    return row


def signed(
    session: Session,
    contract: Contract,
    period: str = "2026-Q1",
    *,
    store: FileStore | None = None,
) -> Settlement:
    row = frozen(session, contract, period)
    papers.sign(
        session,
        actor=officer(session, contract),
        now=clock.now(),
        number=row.id,
        digest=row.digest,
        files={side: scan(f"{name}签字件.pdf", store) for side, name in actions.SIDES.items()},
        signed_on=clock.today(),
        same=True,
    )
    session.flush()
    return row


def paid(
    session: Session,
    contract: Contract,
    period: str = "2026-Q1",
    amount: Decimal | None = None,
) -> Settlement:
    """Paid in full, or an amount towards it."""
    row = signed(session, contract, period)
    papers.pay(
        session,
        actor=officer(session, contract),
        now=clock.now(),
        number=row.id,
        version=row.version,
        key=f"pay-{row.id}",
        paid_on=clock.today(),
        amount=amount or row.total,
        voucher=scan("银行回单.pdf"),
    )
    session.flush()
    return row


def settled(session: Session, region: str, *, store: FileStore | None = None) -> Contract:
    """A contract with a settlement in every state; the draft has a file of its own."""
    contract = signed_contract(session, region)
    actor = officer(session, contract)
    profiles.write(
        session,
        actor=actor,
        now=clock.now(),
        contract=contract.id,
        seen=fingerprint({}),
        shares={Energy.ELECTRICITY: [D("8.5"), D("7.5"), *[D("8.4")] * 10]},
    )
    paid(session, contract, "2026-Q1")
    signed(session, contract, "2026-Q2")
    row = drafted(session, contract, "2026-Q3")
    papers.attach(
        session,
        actor=actor,
        now=clock.now(),
        number=row.id,
        files=[scan("三季度电费账单.pdf", store)],
    )
    session.flush()
    return contract

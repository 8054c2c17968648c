"""Contracts as people make them: filled in page by page, signed with a scan, changed by orders."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Role
from custody.attachments.models import Attachment
from custody.contracts.actions import companies, contracts, files, orders
from custody.contracts.models.contract import ChangeOrder, Company, Contract
from custody.contracts.models.policy import PolicyRow
from custody.contracts.queries.groups import fingerprint
from custody.contracts.rules.contract import Driver
from custody.contracts.rules.fields import BY_CODE
from custody.contracts.rules.policy import FIELDS, STANDARD
from custody.infra import clock
from custody.infra.files import FileStore, Stored
from custody.infra.uploads import NewFile
from custody.kernel.credit_code import check_digit
from tests.factories import people, province

CODE = "91320000MA0YAN009" + check_digit("91320000MA0YAN009")
OTHER_CODE = "91320000MA0YAN008" + check_digit("91320000MA0YAN008")
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def paper(name: str = "合同.pdf", store: FileStore | None = None) -> NewFile:
    """A PDF; without `store` only its row."""
    stored = (
        store.put(io.BytesIO(PDF)) if store else Stored(hashlib.sha256(PDF).hexdigest(), len(PDF))
    )
    return NewFile(name, stored, "application/pdf")


def officer(session: Session, region: str) -> Identity:
    from tests.factories.programme import account_at

    return account_at(session, Role.OFFICER, region)


def opened(
    session: Session, region: str, *, name: str = "能源费用托管合同", key: str = ""
) -> Contract:
    return contracts.add(
        session,
        actor=officer(session, region),
        now=clock.now(),
        region=region,
        key=key or f"{region}-{name}",
        name=name,
    )


def filled(
    session: Session,
    contract: Contract,
    page: str,
    values: dict[str, Any] | None = None,
    lines: Sequence[dict[str, Any]] | None = None,
    actor: Identity | None = None,
) -> Contract:
    """One page saved as its officer does."""
    session.flush()
    group = BY_CODE[page]
    saved = contracts.save(
        session,
        actor=actor or officer(session, contract.region_code),
        now=clock.now(),
        number=contract.id,
        group=group,
        seen=fingerprint(contract, group),
        values=values or {},
        lines=lines,
    )
    session.flush()
    return saved


def company_of(session: Session, region: str, code: str = CODE, name: str = "测试节能") -> Company:
    found = companies.choose(
        session, actor=officer(session, region), now=clock.now(), typed=code, name=name
    )
    assert found is not None
    session.flush()
    return found


def ready(
    session: Session,
    region: str,
    *,
    name: str = "能源费用托管合同",
    starts: date = date(2026, 1, 1),
    years: int = 2,
    total: Decimal = Decimal("2400000.00"),
    code: str = CODE,
    store: FileStore | None = None,
) -> Contract:
    """A draft in which nothing is missing: it may be signed."""
    contract = opened(session, region, name=name)
    company = company_of(session, region, code, f"测试节能{code[-2:]}")
    year = total / years
    base = Decimal("1000.0000")
    filled(session, contract, "identity", {"number": f"HT-{contract.id}",
        "procurement": "open", "award_price": total, "notice_on": date(2025, 10, 8),
        "awarded_on": date(2025, 11, 3), "signed_on": date(2025, 11, 20),
        "effective_on": date(2025, 11, 20), "filing_number": "备1号",
        "filed_on": date(2025, 12, 1)})  # fmt: skip
    filled(session, contract, "parties", {"company_id": company.id}, [
        {"name": "机关事务主管部门", "code": "", "lead": True},
        {"name": "教育主管部门", "code": "", "lead": False}])  # fmt: skip
    filled(session, contract, "scope", {"institutions": 12, "floor_area": Decimal("50000"),
        "people": 900, "mode": "full", "energies": "electricity water"})  # fmt: skip
    end = date(starts.year + years - 1, 12, 31)
    filled(session, contract, "term", {"years": years, "starts_on": starts, "ends_on": end})
    filled(session, contract, "fee", {"total": total, "upkeep_fee": Decimal("0.00"),
        "discount_rate": Decimal("5.00"), "price_mode": "fixed"}, [
        {"energy": "electricity", "quantity": base, "unit": "kWh", "price": Decimal("0.6500"),
         "amount": None},
        {"energy": "water", "quantity": base, "unit": "m³", "price": Decimal("4.3000"),
         "amount": Decimal("4300.00")}])  # fmt: skip
    filled(session, contract, "schedule", lines=[
        {"year": number, "electricity": year - 100, "water": Decimal(100)}
        for number in range(1, years + 1)])  # fmt: skip
    filled(session, contract, "adjustment", lines=[
        {"driver": Driver.AREA, "trigger": Decimal("5.00"), "method": "按面积", "effect": "次月",
         "retroactive": False}])  # fmt: skip
    filled(session, contract, "guarantee", {"guarantee_price": Decimal("5000")}, [
        {"year": 1, "rate": Decimal("10.00"), "quantity": Decimal("30"), "share": Decimal("30")}])  # fmt: skip
    filled(session, contract, "measures", {"investment": Decimal("300000.00")}, [
        {"name": "照明改造", "category": "lighting", "area": Decimal("20000"),
         "investment": Decimal("300000.00"), "saving": Decimal("1000"), "saving_unit": "kWh",
         "life_years": 8, "warranty_years": 2, "completed_on": date(2026, 6, 30)}])  # fmt: skip
    filled(session, contract, "payment", {"pay_period": "year", "payer": "unified"}, [
        {"title": f"第{number}年", "due_on": date(starts.year + number, 1, 15), "amount": year,
         "paid_on": None, "paid_amount": None} for number in range(years)])  # fmt: skip
    files.attach(
        session,
        actor=officer(session, region),
        now=clock.now(),
        number=contract.id,
        slot="scan",
        files=[paper(store=store)],
    )
    session.flush()
    return contract


def signed(session: Session, region: str, **how: Any) -> Contract:
    contract = ready(session, region, **how)
    contracts.sign(
        session,
        actor=officer(session, region),
        now=clock.now(),
        number=contract.id,
        version=contract.version,
    )
    session.flush()
    return contract


def ordered(
    session: Session,
    contract: Contract,
    subject: str = "total",
    new: str = "2500000.00",
    *,
    day: date = date(2026, 7, 1),
    sign: bool = True,
    store: FileStore | None = None,
) -> ChangeOrder:
    """A change order, signed by both sides unless the test says otherwise."""
    actor, now = officer(session, contract.region_code), clock.now()
    order = orders.add(
        session,
        actor=actor,
        now=now,
        contract=contract.id,
        key=f"{contract.id}-{subject}-{day}"[:40],
        wanted=orders.Wanted(subject, new, "面积增加", day),
    )
    session.flush()
    files.attach_to_order(
        session,
        actor=actor,
        now=now,
        contract=contract.id,
        number=order.number,
        files=[paper("变更单.pdf", store)],
    )
    if sign:
        orders.sign(
            session,
            actor=actor,
            now=now,
            contract=contract.id,
            number=order.number,
            version=order.version,
            signed_on=now.date(),
        )
    session.flush()
    return order


def lived_in(session: Session, *, store: FileStore | None = None) -> None:
    """宜兴市 has a contract in force with one signed order, and a draft."""
    contract = signed(session, people.YIXING, store=store)
    ordered(session, contract, store=store)
    opened(session, people.YIXING, name="单项托管合同")
    if session.get(PolicyRow, people.JIANGSU) is None:
        standard = {name: getattr(STANDARD, name) for name in FIELDS}
        session.add(PolicyRow(province_code=people.JIANGSU, **standard))


def next_door(session: Session) -> None:
    """The same in 张家港市 and in 云山省."""
    for region in (people.ZHANGJIAGANG, province.region_code(1)):
        ordered(session, signed(session, region))


def things(session: Session, region: str) -> dict[str, dict[str, object]]:
    """Addresses of what a region's first contract has."""
    contract = session.scalars(
        select(Contract.id).where(Contract.region_code == region).order_by(Contract.id)
    ).first()
    order = session.scalars(
        select(ChangeOrder).where(ChangeOrder.contract_id == contract).order_by(ChangeOrder.number)
    ).first()
    assert order is not None

    def file(kind: str, subject: int | None) -> int | None:
        return session.scalars(
            select(Attachment.id).where(Attachment.kind == kind, Attachment.subject == subject)
        ).first()

    return {
        "contract": {"number": contract},
        "contract page": {"number": contract, "code": "payment"},
        "contract file": {"number": contract, "file": file("contract", contract)},
        "change": {"number": contract, "order": order.number},
        "change file": {
            "number": contract,
            "order": order.number,
            "file": file("order", order.id),
        },
    }


def company(session: Session, province_code: str) -> dict[str, object]:
    return {
        "number": session.scalars(
            select(Company.id).where(Company.province_code == province_code).order_by(Company.id)
        ).first()
    }

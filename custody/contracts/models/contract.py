from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from custody.contracts.rules.contract import Driver, Energy
from custody.infra.db import IDS_ONCE, Base, Versioned, Word

Money = Numeric(18, 2)
Quantity = Numeric(18, 4)
Percent = Numeric(6, 2)


class Company(Versioned, Base):
    """A 节能服务公司. One row a province, whoever has contracts with it."""

    __tablename__ = "company"
    __table_args__ = (UniqueConstraint("province_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    code: Mapped[str] = mapped_column(String(18))
    """统一社会信用代码, in capitals."""
    name: Mapped[str] = mapped_column(String(100))
    contact: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")


class Contract(Versioned, Base):
    """A region's custody contract as it was signed. What orders changed since, `rules.orders` tells.

    Rates are in percent, money in yuan. Lines below it have no version: saving one saves the contract.
    """

    __tablename__ = "contract"
    __table_args__ = (Index("ix_contract_region", "region_code", "id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Made when the empty form was opened: a double click adds one contract."""
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    signed_at: Mapped[datetime | None]
    """When it was entered as signed; from then on money is changed by orders only."""
    terminated_on: Mapped[date | None]
    termination_reason: Mapped[str] = mapped_column(Text, default="")
    edited_at: Mapped[datetime]

    # identity
    number: Mapped[str] = mapped_column(String(60), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    procurement: Mapped[str] = mapped_column(String(24), default="")
    project_number: Mapped[str] = mapped_column(String(60), default="")
    award_price: Mapped[Decimal | None] = mapped_column(Money)
    text_version: Mapped[str] = mapped_column(String(60), default="")
    notice_on: Mapped[date | None]
    awarded_on: Mapped[date | None]
    signed_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    """起算日: custody begins."""
    ends_on: Mapped[date | None]
    """The last day."""
    filing_number: Mapped[str] = mapped_column(String(60), default="")
    filed_on: Mapped[date | None]
    accepted_on: Mapped[date | None]
    """The retrofit was accepted."""

    # scope
    institutions: Mapped[int | None]
    floor_area: Mapped[Decimal | None] = mapped_column(Money)
    """Square metres."""
    people: Mapped[int | None]
    energies: Mapped[str] = mapped_column(String(60), default="")
    """Energy codes, separated by spaces."""
    mode: Mapped[str] = mapped_column(String(24), default="")
    boundary: Mapped[str] = mapped_column(Text, default="")
    exclusions: Mapped[str] = mapped_column(Text, default="")

    # term
    years: Mapped[int | None]
    build_months: Mapped[int | None]
    run_months: Mapped[int | None]
    extension: Mapped[str] = mapped_column(Text, default="")

    # fee
    total: Mapped[Decimal | None] = mapped_column(Money)
    """合同总额, over all years."""
    upkeep_fee: Mapped[Decimal | None] = mapped_column(Money)
    """O: operation and maintenance, a year."""
    tax_rate: Mapped[Decimal | None] = mapped_column(Percent)
    discount_rate: Mapped[Decimal | None] = mapped_column(Percent)
    """d: 折让率."""
    ceiling_price: Mapped[Decimal | None] = mapped_column(Money)
    price_mode: Mapped[str] = mapped_column(String(24), default="")
    price_cap: Mapped[Decimal | None] = mapped_column(Percent)
    """With 联动封顶: how far the unit price may rise above the base price, in percent."""

    # baseline
    base_from: Mapped[int | None]
    """First and last year of the base period."""
    base_until: Mapped[int | None]
    base_method: Mapped[str] = mapped_column(String(24), default="")
    base_annex: Mapped[str] = mapped_column(String(120), default="")
    base_version: Mapped[str] = mapped_column(String(60), default="")

    # guarantee
    guarantee_price: Mapped[Decimal | None] = mapped_column(Quantity)
    """Yuan a tce, for a shortfall or an excess of the guaranteed quantity."""
    shortfall: Mapped[str] = mapped_column(Text, default="")

    # investment and assets
    investment: Mapped[Decimal | None] = mapped_column(Money)
    ownership: Mapped[str] = mapped_column(Text, default="")
    handover_on: Mapped[date | None]
    residual_value: Mapped[Decimal | None] = mapped_column(Money)

    # payment
    pay_period: Mapped[str] = mapped_column(String(24), default="")
    pay_day: Mapped[int | None]
    """Day of the month after the period."""
    prepayment: Mapped[Decimal | None] = mapped_column(Percent)
    bond: Mapped[Decimal | None] = mapped_column(Money)
    payer: Mapped[str] = mapped_column(String(24), default="")
    invoice: Mapped[str] = mapped_column(String(200), default="")

    # performance
    standards: Mapped[str] = mapped_column(Text, default="")
    response_hours: Mapped[Decimal | None] = mapped_column(Percent)
    indicators: Mapped[str] = mapped_column(Text, default="")
    penalty: Mapped[str] = mapped_column(Text, default="")
    termination: Mapped[str] = mapped_column(Text, default="")

    # measurement and verification
    mv_method: Mapped[str] = mapped_column(String(24), default="")
    mv_plan: Mapped[str] = mapped_column(Text, default="")
    mv_period: Mapped[str] = mapped_column(String(24), default="")
    verifier: Mapped[str] = mapped_column(String(100), default="")
    dispute: Mapped[str] = mapped_column(Text, default="")

    # data
    data_ownership: Mapped[str] = mapped_column(Text, default="")
    data_interface: Mapped[str] = mapped_column(Text, default="")
    data_retention: Mapped[str] = mapped_column(Text, default="")
    confidentiality: Mapped[str] = mapped_column(Text, default="")
    carbon_ownership: Mapped[str] = mapped_column(Text, default="")

    company: Mapped[Company | None] = relationship()
    parties: Mapped[list[Party]] = relationship(order_by="Party.line", cascade="all, delete-orphan")
    bases: Mapped[list[EnergyBase]] = relationship(
        order_by="EnergyBase.line", cascade="all, delete-orphan"
    )
    fees: Mapped[list[Fee]] = relationship(
        order_by="(Fee.year, Fee.line)", cascade="all, delete-orphan"
    )
    drivers: Mapped[list[Adjustment]] = relationship(
        order_by="Adjustment.line", cascade="all, delete-orphan"
    )
    guarantees: Mapped[list[Guarantee]] = relationship(
        order_by="Guarantee.year", cascade="all, delete-orphan"
    )
    measures: Mapped[list[Measure]] = relationship(
        order_by="Measure.line", cascade="all, delete-orphan"
    )
    payments: Mapped[list[Payment]] = relationship(
        order_by="Payment.line", cascade="all, delete-orphan"
    )


class Party(Base):
    """甲方: one of the institutions or offices that sign; one of them leads."""

    __tablename__ = "contract_party"
    __table_args__ = (UniqueConstraint("contract_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(18))
    """统一社会信用代码; empty where it is not known yet."""
    lead: Mapped[bool]


class EnergyBase(Base):
    """The yearly base of the fee for one energy: quantity times unit price."""

    __tablename__ = "contract_energy"
    __table_args__ = (UniqueConstraint("contract_id", "energy"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    line: Mapped[int]
    energy: Mapped[Energy] = mapped_column(Word(Energy))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit: Mapped[str] = mapped_column(String(20))
    price: Mapped[Decimal] = mapped_column(Quantity)
    """Yuan a unit."""
    amount: Mapped[Decimal] = mapped_column(Money)


class Fee(Base):
    """What one year costs for one energy, or for upkeep."""

    __tablename__ = "contract_fee"
    __table_args__ = (UniqueConstraint("contract_id", "year", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    year: Mapped[int]
    """1 is the first year of custody."""
    line: Mapped[int]
    item: Mapped[str] = mapped_column(String(24))
    """An energy's code or `UPKEEP`."""
    amount: Mapped[Decimal] = mapped_column(Money)


class Adjustment(Base):
    """How the base follows one driver."""

    __tablename__ = "contract_driver"
    __table_args__ = (UniqueConstraint("contract_id", "driver"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    line: Mapped[int]
    driver: Mapped[Driver] = mapped_column(Word(Driver))
    trigger: Mapped[Decimal | None] = mapped_column(Percent)
    """Changes below it leave the base as it is."""
    method: Mapped[str] = mapped_column(Text)
    effect: Mapped[str] = mapped_column(Text)
    """From when a change counts."""
    retroactive: Mapped[bool]


class Guarantee(Base):
    """What is promised for one year of custody, and how an excess is shared."""

    __tablename__ = "contract_year"
    __table_args__ = (UniqueConstraint("contract_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    year: Mapped[int]
    rate: Mapped[Decimal | None] = mapped_column(Percent)
    quantity: Mapped[Decimal | None] = mapped_column(Quantity)
    """tce."""
    share: Mapped[Decimal | None] = mapped_column(Percent)
    """甲方's share of an excess, in percent."""


class Measure(Base):
    """An energy conservation measure of the retrofit."""

    __tablename__ = "contract_measure"
    __table_args__ = (
        UniqueConstraint("contract_id", "line"),
        Index("ix_measure_done", "completed_on"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    category: Mapped[str] = mapped_column(String(24))
    area: Mapped[Decimal | None] = mapped_column(Money)
    """Square metres the measure improves."""
    investment: Mapped[Decimal | None] = mapped_column(Money)
    saving: Mapped[Decimal | None] = mapped_column(Quantity)
    saving_unit: Mapped[str] = mapped_column(String(20))
    life_years: Mapped[int | None]
    warranty_years: Mapped[int | None]
    completed_on: Mapped[date | None]


class Payment(Base):
    """One line of the payment plan and what became of it."""

    __tablename__ = "contract_payment"
    __table_args__ = (UniqueConstraint("contract_id", "line"), Index("ix_payment_due", "due_on"))

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    line: Mapped[int]
    title: Mapped[str] = mapped_column(String(100))
    due_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Money)
    paid_on: Mapped[date | None]
    paid_amount: Mapped[Decimal | None] = mapped_column(Money)


class ChangeOrder(Versioned, Base):
    """变更单: one term of the contract changes from a day on. The contract's own row never does."""

    __tablename__ = "change_order"
    __table_args__ = (UniqueConstraint("contract_id", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    number: Mapped[int]
    """1, 2, … within the contract."""
    subject: Mapped[str] = mapped_column(String(60))
    """A term as `rules.terms` calls it: total, energy:gas:price, fee:3:water …"""
    old: Mapped[str] = mapped_column(Text)
    new: Mapped[str] = mapped_column(Text)
    """Values as plain text: 1234.50, 2026-07-01."""
    reason: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date]
    signed_on: Mapped[date | None]
    signed_at: Mapped[datetime | None]
    """Both sides have signed, and it was entered."""
    created_at: Mapped[datetime]

"""What was used and paid, month by month; how it came in; what the region says of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from custody.energy.rules.states import ImportState, Kind, MonthState
from custody.infra.db import IDS_ONCE, Base, Versioned, Word

Use = Numeric(18, 4)
Money = Numeric(18, 2)


class Import(Versioned, Base):
    """One uploaded file: rehearsed, then accepted as a whole or not at all."""

    __tablename__ = "energy_import"
    __table_args__ = (Index("ix_energy_import_region", "region_code", "id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    """None for weather, which is a city's or the province's."""
    province_code: Mapped[str] = mapped_column(String(12))
    city_code: Mapped[str | None] = mapped_column(String(12))
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    state: Mapped[ImportState] = mapped_column(Word(ImportState))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Made when the empty form was opened: a double click uploads once."""
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Field → column's heading, where the file is not laid out as our template."""
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Of the rehearsal: counts new/changed/same/wrong, grouped problems and warnings."""
    annotated: Mapped[str] = mapped_column(String(64))
    """Digest of the copy with the wrong cells marked; empty where nothing is wrong."""
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Bill(Base):
    """What a meter used in a month and what that cost: the version that counts.

    Written in sets, so it has no version column of SQLAlchemy's; `number` is the bill's own.
    """

    __tablename__ = "bill"

    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """202611."""
    number: Mapped[int]
    """1 at first, one more with every correction."""
    days: Mapped[int]
    """Days the bill covers; the month's where it gives no dates."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """First and last day read, where the bill gives them."""
    use: Mapped[Decimal] = mapped_column(Use)
    """In the energy's unit (rules.energies)."""
    cost: Mapped[Decimal | None] = mapped_column(Money)
    """Yuan; None where nothing is paid."""
    import_id: Mapped[int | None] = mapped_column(ForeignKey("energy_import.id"), index=True)
    """None: typed by hand."""
    row: Mapped[int | None]
    """The row of the import's sheet, as Excel counts."""
    entered_at: Mapped[datetime]
    entered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class PastBill(Base):
    """A bill as it was before a correction, or before it was taken out; never changed, never removed."""

    __tablename__ = "bill_past"

    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    days: Mapped[int]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    use: Mapped[Decimal] = mapped_column(Use)
    cost: Mapped[Decimal | None] = mapped_column(Money)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("energy_import.id"))
    row: Mapped[int | None]
    entered_at: Mapped[datetime]
    entered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)


class Explanation(Base):
    """A word on a doubtful bill: why it is right all the same. The doubt itself is derived."""

    __tablename__ = "bill_explanation"
    __table_args__ = (UniqueConstraint("meter_id", "month", "doubt", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    month: Mapped[int]
    number: Mapped[int]
    """The bill's version it speaks of; a correction must be explained anew."""
    doubt: Mapped[str] = mapped_column(String(24))
    """The doubt's code."""
    words: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]
    given_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class RegionMonth(Versioned, Base):
    """A region's monthly report: complete, checked by its city, locked."""

    __tablename__ = "region_month"

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[MonthState] = mapped_column(Word(MonthState))
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    locked_at: Mapped[datetime | None]
    locked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)
    """Why it was returned or unlocked the last time."""


class Layout(Base):
    """How a sender lays out their files: remembered, so that columns are told apart once."""

    __tablename__ = "energy_layout"
    __table_args__ = (UniqueConstraint("region_code", "kind", "headings"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    headings: Mapped[str] = mapped_column(String(64))
    """Digest of the row of headings."""
    sender: Mapped[str] = mapped_column(String(100))
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    used_at: Mapped[datetime]

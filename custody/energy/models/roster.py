"""Who uses energy and through which meters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from custody.energy.rules.energies import Energy, Payment
from custody.infra.db import IDS_ONCE, Base, Versioned, Word


class Institution(Versioned, Base):
    """A public institution of a region: one row of its roster (单位名录)."""

    __tablename__ = "institution"
    __table_args__ = (
        UniqueConstraint("region_code", "key"),
        Index("ix_institution_credit_code", "credit_code"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    key: Mapped[str] = mapped_column(String(100))
    """By what a roster knows it again: its credit code, or its name where it has none."""
    name: Mapped[str] = mapped_column(String(100))
    credit_code: Mapped[str] = mapped_column(String(18))
    """统一社会信用代码 in its normal form; empty where there is none yet."""
    type_code: Mapped[str] = mapped_column(String(3))
    """One of rules.energies.TYPES."""
    address: Mapped[str] = mapped_column(String(200))
    floor_area: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    """Square metres, without dwellings and dormitories."""
    people: Mapped[int | None]
    """用能人数: everybody who works there, with or without a post."""
    in_custody: Mapped[bool] = mapped_column("included")
    excluded_because: Mapped[str] = mapped_column(Text)
    """Why it is not in custody; empty where it is."""
    closed_on: Mapped[date | None]
    """Merged, moved or dissolved; its bills stay."""
    import_id: Mapped[int | None] = mapped_column(ForeignKey("energy_import.id"), index=True)
    """The import that added or last changed it; None where somebody did by hand since then."""
    edited_at: Mapped[datetime]
    edited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class Meter(Versioned, Base):
    """户号: one account of an institution with a supplier, for one energy."""

    __tablename__ = "meter"
    __table_args__ = (
        UniqueConstraint("region_code", "energy", "number"),
        Index("ix_meter_institution", "institution_id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    """Its institution's; here for the constraint and for questions about a whole region."""
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    energy: Mapped[Energy] = mapped_column(Word(Energy))
    number: Mapped[str] = mapped_column(String(40))
    """As the supplier prints it, leading zeros kept."""
    payment: Mapped[Payment] = mapped_column(Word(Payment))
    since: Mapped[int | None]
    """First month (202601) it must have bills for; None: the whole base period."""
    until: Mapped[int | None]
    """Last month it was in use; None: still is."""
    note: Mapped[str] = mapped_column(String(200))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("energy_import.id"), index=True)


class YearFigures(Versioned, Base):
    """What an institution reported to the statistics of a year (年报): its monthly bills and this
    year's facts are compared with it."""

    __tablename__ = "institution_year"

    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    floor_area: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    """Square metres at the end of the year."""
    people: Mapped[int | None]
    uses: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Energy → use of the year as text, in the energy's unit; only what was reported."""
    source: Mapped[str] = mapped_column(String(200))
    edited_at: Mapped[datetime]
    edited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class YearExplanation(Base):
    """A word on a doubtful figure of a year: why it is right all the same. The doubt is derived."""

    __tablename__ = "year_explanation"
    __table_args__ = (UniqueConstraint("institution_id", "year", "doubt", "digest"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    year: Mapped[int]
    doubt: Mapped[str] = mapped_column(String(40))
    """The doubt's code, with the energy where it has one: year_sum:gas."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of the figures it speaks of: others must be explained anew."""
    words: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]
    given_by: Mapped[int] = mapped_column(ForeignKey("account.id"))

"""What figures are judged and converted with; all of it data that people may correct."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import custody.energy.models.bills  # noqa: F401  # its table is named by a foreign key below
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.infra.db import IDS_ONCE, Base, Versioned, Word


class Coefficient(Versioned, Base):
    """How much coal or carbon a unit of an energy stands for, in one caliber, from a day on."""

    __tablename__ = "coefficient"
    __table_args__ = (
        UniqueConstraint("province_code", "energy", "caliber", "valid_from"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    energy: Mapped[Energy] = mapped_column(Word(Energy))
    caliber: Mapped[Caliber] = mapped_column(Word(Caliber))
    value: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(30))
    """kgce/kWh, kgCO2/m³ …: always per the energy's unit of billing."""
    source: Mapped[str] = mapped_column(Text)
    """Document, number, year; and whether it was checked against the original."""
    valid_from: Mapped[date]
    verified: Mapped[bool]
    """Checked against the published original."""
    edited_at: Mapped[datetime]
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class EnergyPolicy(Versioned, Base):
    """The thresholds of a province: when a bill is doubtful, how bases are made, which caliber counts."""

    __tablename__ = "energy_policy"

    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Name → number as text (rules.limits)."""


class Temperature(Versioned, Base):
    """The mean temperature of a city in a month."""

    __tablename__ = "temperature"

    city_code: Mapped[str] = mapped_column(ForeignKey("city.code"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mean: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    """Degrees Celsius."""
    source: Mapped[str] = mapped_column(String(200))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("energy_import.id"))
    entered_at: Mapped[datetime]
    entered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from custody.accounts.rules import Place
from custody.infra.db import Base, Versioned, Word
from custody.regions.rules import Comparison, Counting


class Province(Versioned, Base):
    __tablename__ = "province"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    short_name: Mapped[str] = mapped_column(String(20))
    lead: Mapped[str] = mapped_column(String(60))
    """The provincial authority in charge: 江苏省机关事务管理局."""


class Notice(Versioned, Base):
    """One year's notice of a province; its batches and tasks hang on province and year."""

    __tablename__ = "notice"

    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(200))
    programme: Mapped[str] = mapped_column(String(100))
    issued: Mapped[str] = mapped_column(String(40))
    issuers: Mapped[str] = mapped_column(Text)
    """One issuing office a line."""


class City(Versioned, Base):
    __tablename__ = "city"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    short_name: Mapped[str] = mapped_column(String(20))
    column: Mapped[int]
    """Place on the tile map, from the west."""
    row: Mapped[int]
    """Place on the tile map, from the north."""


class Batch(Versioned, Base):
    __tablename__ = "batch"

    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    short_name: Mapped[str] = mapped_column(String(20))
    goal: Mapped[str] = mapped_column(String(200))
    deadline: Mapped[date]
    gate: Mapped[str] = mapped_column(String(12))
    """The gate whose confirmation means that the year's goal is reached."""
    entry_stage: Mapped[str] = mapped_column(String(24))
    """Where its regions stand when the programme begins; earlier stages count as left before."""
    pilot: Mapped[bool]


class Region(Versioned, Base):
    """A county, county-level city, district or development zone under custody."""

    __tablename__ = "region"
    __table_args__ = (
        ForeignKeyConstraint(
            ["province_code", "batch_number"], ["batch.province_code", "batch.number"]
        ),
        Index("ix_region_order", "province_code", "batch_number", "seq"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    city_code: Mapped[str] = mapped_column(ForeignKey("city.code"), index=True)
    batch_number: Mapped[int]
    seq: Mapped[int]
    """Its place in the notice's list."""
    name: Mapped[str] = mapped_column(String(60))
    short_name: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(20))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    note: Mapped[str] = mapped_column(Text)
    lead_unit: Mapped[str] = mapped_column(String(100), default="")
    contact: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    institutions: Mapped[int | None]
    """Public institutions taken into custody."""
    floor_area: Mapped[int | None]
    """Square metres, without dwellings and dormitories."""

    @property
    def place(self) -> Place:
        return Place(self.province_code, self.city_code, self.code)


class Task(Versioned, Base):
    """One of the tasks of the notice's Annex 1."""

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("province_code", "year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    year: Mapped[int]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    deadline: Mapped[date]
    deadline_words: Mapped[str] = mapped_column(String(40))
    departments: Mapped[str] = mapped_column(Text)
    reporters: Mapped[str] = mapped_column(String(200), default="")
    """Whom it concerns besides the province: 设区市、县（市、区） or codes of places, by ，."""


class Target(Versioned, Base):
    """A number that a task of the notice asks for, and how it is counted."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("province_code", "year", "task_number", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    year: Mapped[int]
    task_number: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    unit: Mapped[str] = mapped_column(String(20))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    comparison: Mapped[Comparison] = mapped_column(Word(Comparison))
    counting: Mapped[Counting] = mapped_column(Word(Counting))
    batch_number: Mapped[int | None]
    """Of GATES: the batch whose regions are counted at its gate."""
    basis: Mapped[str] = mapped_column(String(200))
    """Where the notice says so, in words."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from custody.accounts.rules import Place
from custody.infra.db import Base, Versioned, Word
from custody.targets.rules.projects import Institution, Progress, ProjectKind
from custody.targets.rules.retrofits import Category
from custody.targets.rules.review import Review


class Reported:
    """What somebody told the province: where it belongs, who said it, what the province made of it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    city_code: Mapped[str | None] = mapped_column(ForeignKey("city.code"), index=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    ticket: Mapped[str] = mapped_column(String(40), unique=True)
    """Of the form it came with: the same form a second time (a double click) makes no second row."""
    status: Mapped[Review] = mapped_column(Word(Review))
    returned_reason: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime]
    entered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @property
    def place(self) -> Place:
        return Place(self.province_code, self.city_code, self.region_code)


class Entry(Reported, Versioned, Base):
    """One report on a task of the year: words, and where it counts a quantity. Never rewritten:
    a correction is a new row that names the old one."""

    __tablename__ = "target_entry"
    __table_args__ = (
        Index("ix_target_entry_task", "task_id", "status"),
        Index("ix_target_entry_target", "target_id", "status"),
    )

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("target.id"))
    """The quantity it counts for; None: words only."""
    happened_on: Mapped[date]
    percent: Mapped[int | None]
    """How far the whole task is, as the reporting office sees it."""
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    words: Mapped[str] = mapped_column(Text)
    building: Mapped[str] = mapped_column(String(120))
    """Of retrofitted area: unit and building."""
    category: Mapped[Category | None] = mapped_column(Word(Category))
    linked_measure: Mapped[int | None]
    """The measure of a custody contract that this area is the same as: counted there, not here."""
    linked_entry_id: Mapped[int | None] = mapped_column(ForeignKey("target_entry.id"))
    """The entry of another office about the same building."""
    distinct: Mapped[str] = mapped_column(String(200))
    """Why it is not what it looks like."""
    revision: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("target_entry.id"), index=True)


class Project(Reported, Versioned, Base):
    """An energy or water performance contract outside the districts' custody."""

    __tablename__ = "project"
    __table_args__ = (Index("ix_project_signed", "province_code", "status", "signed_on"),)

    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(100))
    credit_code: Mapped[str] = mapped_column(String(18))
    kind: Mapped[ProjectKind] = mapped_column(Word(ProjectKind))
    institution: Mapped[Institution] = mapped_column(Word(Institution))
    progress: Mapped[Progress] = mapped_column(Word(Progress))
    signing_planned: Mapped[date | None]
    signed_on: Mapped[date | None]
    completion_planned: Mapped[date | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    """Yuan."""
    area: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    """Square metres."""
    saving: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    """Expected a year, in `saving_unit`."""
    saving_unit: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)

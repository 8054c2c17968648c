from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from custody.infra.db import Base, Versioned, Word
from custody.supervision.rules import Kind, Level, Source, Status, Wording, number_words
from custody.supervision.wording import Stand


class Matter(Versioned, Base):
    """A 督办单 or a problem: something a region must put right, and how far that is."""

    __tablename__ = "matter"
    __table_args__ = (
        UniqueConstraint("province_code", "year", "number"),
        Index("ix_matter_region", "region_code", "status"),
        Index("ix_matter_status", "province_code", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    source: Mapped[Source] = mapped_column(Word(Source))
    milestone_code: Mapped[str] = mapped_column(String(12))
    """The milestone it is about; empty for none. No foreign key: a milestone may be dropped with a
    new version of the template, the order about it stays."""
    level: Mapped[Level] = mapped_column(Word(Level))
    escalated_at: Mapped[datetime | None]
    """When it rose one level because the answer stayed away; once only."""
    prefix: Mapped[str] = mapped_column(String(20))
    year: Mapped[int | None]
    number: Mapped[int | None]
    """Running within the year and the province; given when it is issued."""
    title: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(120))
    """责任单位."""
    what: Mapped[str] = mapped_column(Text)
    requirement: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    due: Mapped[date | None]
    status: Mapped[Status] = mapped_column(Word(Status))
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answers: Mapped[int]
    """How many answers there are."""
    promised: Mapped[date | None]
    """The new date of the newest answer that named one."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    awaiting_since: Mapped[datetime | None]
    city_passed_at: Mapped[datetime | None]
    city_passed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    returned_reason: Mapped[str] = mapped_column(Text)
    """What the reviewer wants besides; empty unless returned or reopened."""
    pdf_digest: Mapped[str] = mapped_column(String(64))
    """The 督办通知单 as issued; empty before, and for problems."""
    pdf_size: Mapped[int]
    updated_at: Mapped[datetime]

    @property
    def stand(self) -> Stand:
        return Stand(
            kind=self.kind,
            status=self.status,
            level=self.level,
            due=self.due,
            promised=self.promised,
            escalated=self.escalated_at is not None,
            answers=self.answers,
        )

    @property
    def wording(self) -> Wording:
        return Wording(
            title=self.title,
            unit=self.unit,
            level=self.level,
            due=self.due,
            what=self.what,
            requirement=self.requirement,
            basis=self.basis,
        )

    @property
    def number_words(self) -> str:
        return number_words(self.prefix, self.year, self.number)

    @property
    def file_name(self) -> str:
        return f"督办通知单（{self.number_words}）.pdf"


class Answer(Base):
    """What a region answered; never changed afterwards. Its files are attachments of the matter."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("matter_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"))
    number: Mapped[int]
    final: Mapped[bool]
    """True: the region says it is done and asks for 销号."""
    measures: Mapped[str] = mapped_column(Text)
    promised: Mapped[date | None]
    answered_at: Mapped[datetime]
    answered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class AnswerDraft(Base):
    """What somebody typed as an answer and has not sent yet."""

    __tablename__ = "answer_draft"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), primary_key=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]


class SupervisionSettings(Versioned, Base):
    """How a province supervises: the words of its orders and the days it leaves for an answer."""

    __tablename__ = "supervision_settings"

    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(20))
    basis: Mapped[str] = mapped_column(Text)
    requirement: Mapped[str] = mapped_column(Text)
    days_blue: Mapped[int]
    days_yellow: Mapped[int]
    days_red: Mapped[int]

    @property
    def days(self) -> dict[Level, int]:
        return {
            Level.BLUE: self.days_blue,
            Level.YELLOW: self.days_yellow,
            Level.RED: self.days_red,
        }

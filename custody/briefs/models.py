from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from custody.accounts.rules import Place
from custody.briefs.rules import Form, InstructionState, Status
from custody.infra.db import IDS_ONCE, Base, Versioned, Word


class Brief(Versioned, Base):
    """A brief about a province, a city or a region. From 定稿 on the snapshot is what it says; its
    number and its printed file come with 发布. A correction is a brief of its own that names the old."""

    __tablename__ = "brief"
    __table_args__ = (
        Index("ix_brief_scope", "province_code", "city_code", "region_code", "status"),
        Index("ix_brief_published", "status", "published_at"),
        Index("ix_brief_pdf_digest", "pdf_digest"),
        Index("ix_brief_digest", "digest"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    city_code: Mapped[str | None] = mapped_column(ForeignKey("city.code"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    scope_name: Mapped[str] = mapped_column(String(60))
    form: Mapped[Form] = mapped_column(Word(Form))
    period: Mapped[str] = mapped_column(String(8))
    """2026-11 or 2026-Q4; empty for a brief of any day."""
    status: Mapped[Status] = mapped_column(Word(Status))
    as_of: Mapped[date]
    title: Mapped[str] = mapped_column(String(120))
    """Empty: the drafted title."""
    issuer: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    issue: Mapped[int | None]
    total: Mapped[int | None]
    day: Mapped[date]
    """成文日期 on the masthead."""
    salutation: Mapped[str] = mapped_column(String(200))
    copies: Mapped[list[Any]] = mapped_column(JSON)
    """[[报|送|发, receivers], …]."""
    editor: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(40))
    words: Mapped[dict[str, str]] = mapped_column(JSON)
    """Paragraphs the coordinator worded otherwise than the draft, by key."""
    ranked: Mapped[bool]
    """Regions in the order of their progress; only where the coordinator asks for it."""
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    pdf_digest: Mapped[str] = mapped_column(String(64))
    pdf_size: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    frozen_at: Mapped[datetime | None]
    frozen_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("brief.id"), unique=True)
    """The published brief this one corrects."""
    note: Mapped[str] = mapped_column(Text)
    """What a correction corrects; empty for every other brief."""
    returned: Mapped[str] = mapped_column(Text)
    """Why the second person sent it back last; empty once it is frozen again."""
    mailed: Mapped[bool]
    """Its PDF goes by mail to whoever wants briefs at once."""

    @property
    def place(self) -> Place:
        return Place(self.province_code, self.city_code, self.region_code)

    @property
    def file_name(self) -> str:
        """整区能源费用托管工作简报（江苏省，2026年第11期，截至2026年11月22日）.pdf."""
        number = f"{self.year}年第{self.issue}期，" if self.issue else ""
        day = f"{self.as_of.year}年{self.as_of.month}月{self.as_of.day}日"
        return f"整区能源费用托管工作简报（{self.scope_name}，{number}截至{day}）.pdf"


class Remark(Base):
    """A comment on a draft, by paragraph; settled when somebody says so."""

    __tablename__ = "brief_remark"
    __table_args__ = (Index("ix_brief_remark_brief", "brief_id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id", ondelete="CASCADE"))
    paragraph: Mapped[str] = mapped_column(String(40))
    """Its key; empty: the whole brief."""
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class Reading(Base):
    """Who opened or downloaded a published brief, first and last: the receipt."""

    __tablename__ = "brief_reading"

    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    opened: Mapped[int]
    downloaded: Mapped[int]


class Instruction(Versioned, Base):
    """批示: what a leader wrote on a brief, followed until it is done."""

    __tablename__ = "brief_instruction"
    __table_args__ = (Index("ix_brief_instruction_brief", "brief_id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id"))
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    city_code: Mapped[str | None] = mapped_column(ForeignKey("city.code"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    """Whose work it asks for; the brief's own place where nothing else is said."""
    leader: Mapped[str] = mapped_column(String(40))
    given_on: Mapped[date]
    text: Mapped[str] = mapped_column(Text)
    due: Mapped[date | None]
    state: Mapped[InstructionState] = mapped_column(Word(InstructionState))
    answer: Mapped[str] = mapped_column(Text)
    """How it was carried out."""
    entered_at: Mapped[datetime]
    entered_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @property
    def place(self) -> Place:
        return Place(self.province_code, self.city_code, self.region_code)


class Edition(Base):
    """All briefs of a period printed in one go: 46 files, a zip and a booklet."""

    __tablename__ = "brief_edition"
    __table_args__ = (IDS_ONCE,)

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    period: Mapped[str] = mapped_column(String(8))
    as_of: Mapped[date]
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    finished_at: Mapped[datetime | None]
    booklet: Mapped[str] = mapped_column(String(64))
    """Digest of the booklet's file; empty until it is made."""
    archive: Mapped[str] = mapped_column(String(64), default="")
    """Digest of the zip of all its parts; empty until it is made."""


class EditionPart(Base):
    """One brief of an edition; printed once, whatever happens to the process."""

    __tablename__ = "brief_edition_part"

    edition_id: Mapped[int] = mapped_column(
        ForeignKey("brief_edition.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    city_code: Mapped[str | None] = mapped_column(ForeignKey("city.code"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    name: Mapped[str] = mapped_column(String(60))
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.DRAFT)
    """Of the brief that was printed; where there was none, it was drafted for the edition."""
    address: Mapped[str] = mapped_column(String(64))
    """What it was printed from (see Print); empty until then."""
    failure: Mapped[str] = mapped_column(Text)

    @property
    def kind(self) -> str:
        return "县（市、区）" if self.region_code else "设区市" if self.city_code else "全省"


class Print(Base):
    """A printed file by the address of all it was made from: never made twice."""

    __tablename__ = "brief_print"

    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 over snapshot, templates, sheets, fonts and versions."""
    pdf_digest: Mapped[str] = mapped_column(String(64))
    pdf_size: Mapped[int]
    pages: Mapped[int]
    made_at: Mapped[datetime]

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from custody.accounts.rules import Place
from custody.briefs.rules import Status
from custody.infra.db import IDS_ONCE, Base, Versioned, Word


class Brief(Versioned, Base):
    """A brief about a province, a city or a region. From 定稿 on the snapshot is what it says."""

    __tablename__ = "brief"
    __table_args__ = (
        Index("ix_brief_scope", "province_code", "city_code", "region_code", "status"),
        Index("ix_brief_published", "status", "published_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    city_code: Mapped[str | None] = mapped_column(ForeignKey("city.code"))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    scope_name: Mapped[str] = mapped_column(String(60))
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
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    pdf_digest: Mapped[str] = mapped_column(String(64))
    pdf_size: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    frozen_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(Text)

    @property
    def place(self) -> Place:
        return Place(self.province_code, self.city_code, self.region_code)

    @property
    def file_name(self) -> str:
        """整区能源费用托管工作简报（江苏省，2026年第11期，截至2026年11月22日）.pdf."""
        number = f"{self.year}年第{self.issue}期，" if self.issue else ""
        day = f"{self.as_of.year}年{self.as_of.month}月{self.as_of.day}日"
        return f"整区能源费用托管工作简报（{self.scope_name}，{number}截至{day}）.pdf"

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from custody.infra.db import Base


class Attachment(Base):
    """A file put to something: a contract, a settlement, an answer. Removed means hidden; the bytes stay.

    Evidence of milestones has a table of its own; everything else that carries files uses this one.
    """

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_subject", "kind", "subject", "removed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    """What it is put to, as the journal calls it: contract, settlement, order …"""
    subject: Mapped[int]
    """The id of that row."""
    slot: Mapped[str] = mapped_column(String(30))
    """Which of the subject's papers: signed, scan, answer …"""
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    """The original name, for the download."""
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None]

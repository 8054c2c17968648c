from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from custody.accounts.rules import Can
from custody.infra.db import Base, Word
from custody.jobs.rules import State


class Job(Base):
    """Work that takes longer than a page may. The row is the truth; workers only come and go."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state", "state", "id"),
        Index("ix_job_owner", "owner_id", "id"),
        Index("ix_job_key", "kind", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    """Which handler does it: dossier, milestone_sheet …"""
    key: Mapped[str] = mapped_column(String(120))
    """Two orders with the same kind, key and owner that are still under way are one."""
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    label: Mapped[str] = mapped_column(String(200))
    """What it is called on the page: 「宜兴市项目档案」."""
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    province_code: Mapped[str] = mapped_column(String(12))
    """With `city_code` and `region_code`: the place its result is about."""
    city_code: Mapped[str | None] = mapped_column(String(12))
    region_code: Mapped[str | None] = mapped_column(String(12))
    needs: Mapped[Can] = mapped_column(Word(Can, 40))
    """Whoever wants the result must still have it, at that place."""
    state: Mapped[State] = mapped_column(Word(State))
    done: Mapped[int]
    total: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    """How far it is, or why it failed, in a sentence."""
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What came out: see runner.Result."""
    cancel: Mapped[bool]
    tries: Mapped[int]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    """Until then its worker is believed to live; afterwards another one takes it up."""

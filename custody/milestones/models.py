from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from custody.infra.db import IDS_ONCE, Base, Versioned, Word
from custody.milestones.bulk import State
from custody.milestones.rules import Claim, Item, LightPolicy, Stage, Status, read_after


class Template(Versioned, Base):
    """One version of a province's lifecycle. A published version never changes."""

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("province_code", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    """What is new in this version, in the administrator's words."""
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    items: Mapped[list[TemplateItem]] = relationship(
        order_by="TemplateItem.order", cascade="all, delete-orphan"
    )


class TemplateItem(Base):
    __tablename__ = "template_item"
    __table_args__ = (UniqueConstraint("template_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("template.id"))
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    phase: Mapped[str] = mapped_column(String(20))
    """JS/T 301-2024 的八个阶段之一."""
    stage: Mapped[Stage] = mapped_column(Word(Stage))
    evidence: Mapped[str] = mapped_column(Text)
    """What should be attached, in words."""
    owner: Mapped[str] = mapped_column(String(120))
    after: Mapped[str] = mapped_column(String(200))
    """Codes of the predecessors, separated by spaces; «M11+30»: 30 days after M11 is finished."""
    weight: Mapped[int]
    gate: Mapped[bool]
    required: Mapped[bool]
    order: Mapped[int]
    due: Mapped[dict[str, str | None]] = mapped_column(JSON)
    """{batch number: ISO date or null}; a batch that is absent reaches the item through a gate."""
    days_low: Mapped[int | None]
    """Calendar days from start to confirmation: at best, most likely, at worst; all three or none."""
    days_likely: Mapped[int | None]
    days_high: Mapped[int | None]

    def as_rule(self) -> Item:
        after, lags = read_after(self.after.split())
        return Item(
            code=self.code,
            name=self.name,
            phase=self.phase,
            stage=self.stage,
            evidence=self.evidence,
            owner=self.owner,
            after=after,
            weight=self.weight,
            gate=self.gate,
            order=self.order,
            due={
                int(batch): date.fromisoformat(day) if day else None
                for batch, day in self.due.items()
            },
            required=self.required,
            lags=lags,
            days_low=self.days_low,
            days_likely=self.days_likely,
            days_high=self.days_high,
        )


class Lifecycle(Base):
    """A region on its lifecycle: the template version it started with."""

    __tablename__ = "lifecycle"

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("template.id"), index=True)
    started_at: Mapped[datetime]


class Passage(Base):
    """A stage that a region has left, and when. The region's own stage is the first one not left."""

    __tablename__ = "passage"

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(Word(Stage), primary_key=True)
    passed_on: Mapped[date | None]
    """None: left before the programme was kept here, as the notice's batch says."""
    basis: Mapped[str] = mapped_column(String(120))


class Milestone(Versioned, Base):
    """One milestone of one region."""

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("region_code", "code"),
        Index("ix_milestone_status", "status", "submitted_at"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    item_id: Mapped[int] = mapped_column(ForeignKey("template_item.id"))
    code: Mapped[str] = mapped_column(String(12))
    """The item's code, kept here because it never changes and everybody asks for it."""
    status: Mapped[Status] = mapped_column(Word(Status))
    percent: Mapped[int]
    plan_start: Mapped[date | None]
    planned: Mapped[date | None]
    started: Mapped[date | None]
    forecast: Mapped[date | None]
    actual: Mapped[date | None]
    unit: Mapped[str] = mapped_column(String(120))
    """责任单位."""
    notes: Mapped[str] = mapped_column(Text)
    claim: Mapped[Claim | None] = mapped_column(Word(Claim))
    reason: Mapped[str] = mapped_column(Text)
    """Why it does not apply, as claimed."""
    returned_reason: Mapped[str] = mapped_column(Text)
    """What the reviewer wants put right; empty unless returned."""
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    city_passed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    awaiting_since: Mapped[datetime | None]
    """Since when the present reviewer has had it."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    item: Mapped[TemplateItem] = relationship(lazy="raise")


class Evidence(Base):
    """A file that proves something. Removed means hidden and recorded; the bytes stay."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_milestone", "milestone_id", "removed_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    """The original name, for the download."""
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None]


class Draft(Base):
    """What somebody typed and has not sent yet."""

    __tablename__ = "draft"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), primary_key=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]


class MonthReport(Base):
    """A region's answer for a month: something was updated, or 「本月无变化」 was said."""

    __tablename__ = "month_report"

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    no_change: Mapped[bool]
    reported_at: Mapped[datetime]
    reported_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class Policy(Versioned, Base):
    """The thresholds of the lights, one row a province."""

    __tablename__ = "policy"

    province_code: Mapped[str] = mapped_column(ForeignKey("province.code"), primary_key=True)
    near_days: Mapped[int]
    late_days: Mapped[int]
    lag_yellow: Mapped[int]
    lag_red: Mapped[int]
    stale_days: Mapped[int]
    review_working_days: Mapped[int]

    def as_rule(self) -> LightPolicy:
        return LightPolicy(
            self.near_days,
            self.late_days,
            self.lag_yellow,
            self.lag_red,
            self.stale_days,
            self.review_working_days,
        )


class BulkSheet(Versioned, Base):
    """A sheet of many milestones that somebody filled in and sent: what it would do, what became of it."""

    __tablename__ = "bulk_sheet"
    __table_args__ = (Index("ix_bulk_sheet_account", "account_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    """Who sent it; nobody else sees it."""
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    """The file's own name."""
    size: Mapped[int]
    uploaded_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(Word(State))
    result: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the last rehearsal found: see bulk.packed."""
    decided_at: Mapped[datetime | None]

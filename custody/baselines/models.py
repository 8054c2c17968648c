"""Baselines: proposed for a whole region, frozen when adopted; adjustments that both sides signed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from custody.baselines.rules.states import AdjustmentState, State
from custody.energy.rules.energies import Energy
from custody.infra.db import IDS_ONCE, Base, Versioned, Word

Quantity = Numeric(18, 4)
Money = Numeric(18, 2)


class Baseline(Versioned, Base):
    """能源基准 of a region, one version: every meter's base over the same base period."""

    __tablename__ = "baseline"
    __table_args__ = (UniqueConstraint("region_code", "number"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    number: Mapped[int]
    """1, 2, … within the region: 宜兴市能源基准第2版."""
    key: Mapped[str] = mapped_column(String(40), unique=True)
    state: Mapped[State] = mapped_column(Word(State))
    base_from: Mapped[int]
    """First and last month (202301) of the base period."""
    base_until: Mapped[int]
    comparability: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Test → answer and words (mv.custody_rule)."""
    policy: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The switches it was made with (increasing_uses_latest, tolerance, caliber …)."""
    coefficients: Mapped[list[Any]] = mapped_column(JSON)
    """The coefficients' rows as they were: energy, caliber, value, unit, source, valid_from, id."""
    weather: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Month → mean temperature and source, as they were."""
    method_version: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    """Of its inputs: bills (meter, month, version, days, use, cost), weather, coefficients, policy."""
    note: Mapped[str] = mapped_column(Text)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    """The fit is background work; None when it is done at once."""
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[datetime | None]
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    adopted_at: Mapped[datetime | None]
    adopted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(Text)
    """Why it was returned, the last time."""
    superseded_at: Mapped[datetime | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("baseline.id"))


class Line(Base):
    """One meter's base: by the custody rule and by regression, side by side; one of them chosen."""

    __tablename__ = "baseline_line"
    __table_args__ = (
        UniqueConstraint("baseline_id", "meter_id"),
        Index("ix_baseline_line_meter", "meter_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    baseline_id: Mapped[int] = mapped_column(ForeignKey("baseline.id"))
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    energy: Mapped[Energy] = mapped_column(Word(Energy))
    chosen: Mapped[str] = mapped_column(String(12))
    """rule, regression, quota; empty where nothing suffices: then there are no savings."""
    rule: Mapped[str] = mapped_column(String(24))
    """mv.custody_rule.Rule; empty where no whole year stands."""
    rule_use: Mapped[Decimal | None] = mapped_column(Quantity)
    """A year, in the energy's unit."""
    rule_cost: Mapped[Decimal | None] = mapped_column(Money)
    rule_record: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Years, deviations, formula in words, flagged; the months' shares of the year."""
    method: Mapped[str] = mapped_column(String(12))
    """Of the regression: a model (3PC) or the ladder's fallback (same_month …)."""
    model_use: Mapped[Decimal | None] = mapped_column(Quantity)
    """What the model tells for a year of the base period's weather."""
    record: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Coefficients, statistics, months, stops, warnings (mv.ladder.Baseline as plain data)."""
    price: Mapped[Decimal | None] = mapped_column(Quantity)
    """Yuan a unit in the last base year."""
    quota: Mapped[Decimal | None] = mapped_column(Quantity)
    """Entered a year where bills do not suffice, with `quota_source`."""
    quota_source: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, default="")
    """Why people chose this method; empty where the system did."""


class Comment(Base):
    """What city, company or third party say of a proposed baseline."""

    __tablename__ = "baseline_comment"
    __table_args__ = (Index("ix_baseline_comment_baseline", "baseline_id", "id"), IDS_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    baseline_id: Mapped[int] = mapped_column(ForeignKey("baseline.id"))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    party: Mapped[str] = mapped_column(String(100))
    """On whose behalf: 第三方核证机构 …; the writer's own unit where empty."""
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class NonRoutine(Versioned, Base):
    """非常规调整: area, people, hours, equipment or price changed; both sides sign before it counts."""

    __tablename__ = "baseline_adjustment"
    __table_args__ = (
        UniqueConstraint("region_code", "number"),
        Index("ix_baseline_adjustment_meter", "meter_id"),
        IDS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    driver: Mapped[str] = mapped_column(String(24))
    """mv.adjust.Driver."""
    before: Mapped[Decimal | None] = mapped_column(Quantity)
    after: Mapped[Decimal | None] = mapped_column(Quantity)
    """X_0 and X_t: m², people, hours; the formula is the driver's (mv.adjust)."""
    rate: Mapped[Decimal | None] = mapped_column(Quantity)
    """What a unit of the driver stands for a month, or the part that depends on it."""
    trigger: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    """Percent of change up to which the contract adjusts nothing."""
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    """ΔQ a month, in the energy's unit, of all its meters together; of PRICE zero."""
    formula: Mapped[str] = mapped_column(Text)
    """In numbers, as it was worked out."""
    spread: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """Of a whole institution: its meters of the energy with their shares (rules.spreading); `meter_id`
    is then the first of them. None: of that meter alone."""
    reason: Mapped[str] = mapped_column(Text)
    from_month: Mapped[int]
    until_month: Mapped[int | None]
    state: Mapped[AdjustmentState] = mapped_column(Word(AdjustmentState))
    """Counts once both signed papers lie with it (attachments baseline_adjustment/owner, /company)."""
    signed_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str | None] = mapped_column(Text)
    returned_because: Mapped[str | None] = mapped_column(Text)
    """What city or province asked to be put right, the last time; a draft goes on as a draft."""
    created_at: Mapped[datetime]
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))

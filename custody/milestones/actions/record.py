"""How an act on a milestone is written down: which columns changed, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from custody.infra import journal
from custody.infra.journal import Changes
from custody.milestones.models import Milestone
from custody.regions.models import Region

TRACKED = (
    "status",
    "percent",
    "plan_start",
    "planned",
    "started",
    "forecast",
    "actual",
    "unit",
    "notes",
    "claim",
    "reason",
    "returned_reason",
    "submitted_at",
    "awaiting_since",
    "decided_at",
)
"""Everything a past day's board needs to be told again; also what the history shows."""


def tracked(milestone: Milestone) -> dict[str, object]:
    return {name: getattr(milestone, name) for name in TRACKED}


def changes_since(before: Mapping[str, object], milestone: Milestone) -> Changes:
    after = tracked(milestone)
    return {name: (before[name], after[name]) for name in TRACKED if before[name] != after[name]}


def record(
    session: Session,
    *,
    actor: journal.Actor,
    now: datetime,
    action: str,
    milestone: Milestone,
    region: Region,
    changes: Changes | None = None,
    note: str = "",
    modifies: bool = True,
) -> journal.Event:
    return journal.record(
        session,
        actor=actor,
        now=now,
        action=f"milestone.{action}",
        kind="milestone",
        subject=milestone.id,
        label=f"{region.name} {milestone.code} {milestone.item.name}",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
        note=note,
        modifies=modifies,
    )

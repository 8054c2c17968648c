"""How an act on an entry or a project is written down, and a place's own part of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.infra.db import Base
from custody.targets.models import Entry, Project

Changes = dict[str, tuple[object, object]]


def changes_of(row: Base, values: dict[str, object]) -> Changes:
    """Set what differs and say what did."""
    changes: Changes = {}
    for name, value in values.items():
        old = getattr(row, name)
        if old != value:
            changes[name] = (old, value)
            setattr(row, name, value)
    return changes


def record(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    verb: str,
    row: Entry | Project,
    label: str,
    changes: Changes | None = None,
    note: str = "",
    modifies: bool = True,
) -> None:
    kind = "target" if isinstance(row, Entry) else "project"
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"{kind}.{verb}",
        kind=kind,
        subject=row.id,
        label=label,
        province=row.province_code,
        city=row.city_code,
        region=row.region_code,
        changes=changes,
        note=note,
        modifies=modifies,
    )

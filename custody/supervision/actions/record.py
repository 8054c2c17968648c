"""How an act on an order or a problem is written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from custody.infra import journal
from custody.infra.journal import Changes
from custody.regions.models import Region
from custody.supervision.models import Matter
from custody.supervision.rules import raised

TRACKED = (
    "status",
    "level",
    "title",
    "source",
    "milestone_code",
    "unit",
    "due",
    "what",
    "requirement",
    "basis",
    "number",
    "promised",
    "returned_reason",
    "pdf_digest",
)


def tracked(matter: Matter) -> dict[str, object]:
    return {name: getattr(matter, name) for name in TRACKED}


def nothing() -> dict[str, object]:
    """What there was before it was made."""
    return dict.fromkeys(TRACKED)


def changes_since(before: Mapping[str, object], matter: Matter) -> Changes:
    after = tracked(matter)
    return {
        name: (before[name], after[name])
        for name in TRACKED
        if (before[name] or None) != (after[name] or None)
    }


def record(
    session: Session,
    *,
    actor: journal.Actor,
    now: datetime,
    action: str,
    matter: Matter,
    region: Region,
    changes: Changes | None = None,
    note: str = "",
    modifies: bool = True,
) -> None:
    number = f"{matter.number_words} " if matter.number else ""
    journal.record(
        session,
        actor=actor,
        now=now,
        action=action,
        kind="supervision",
        subject=matter.id,
        label=f"{region.name} {number}{matter.title}",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
        note=note,
        modifies=modifies,
    )


def escalate(session: Session, matter: Matter, region: Region, *, now: datetime) -> bool:
    """Rise one level where the answer stayed away; recorded once, by the system itself.

    Whoever touches the matter next brings it up to date first, so that what follows in the journal
    stands on the level that was shown.
    """
    if not matter.stand.to_escalate(now.date()):
        return False
    before = tracked(matter)
    matter.level = raised(matter.level)
    matter.escalated_at = now
    record(
        session,
        actor=journal.Machine(role_label="自动提醒"),
        now=now,
        action="supervision.escalated",
        matter=matter,
        region=region,
        changes=changes_since(before, matter),
        note="反馈期限已过，未收到反馈",
    )
    return True

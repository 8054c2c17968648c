"""Order a region's dossier; the work itself is done in the background (runner)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity
from custody.jobs import actions as jobs
from custody.jobs.models import Job
from custody.regions.queries import get_region

KIND = "dossier"


def order(session: Session, *, actor: Identity, now: datetime, region: str, demo: bool) -> Job:
    """A job of the person; NotFound outside their place. A double click orders one dossier."""
    row = get_region(session, region, place=actor.place)
    return jobs.order(
        session,
        actor=actor,
        now=now,
        kind=KIND,
        key=row.code,
        arguments={"region": row.code, "demo": demo},
        label=f"{row.name}项目档案",
        place=row.place,
        needs=Can.MAKE_DOSSIER,
    )

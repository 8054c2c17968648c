"""基准核定表 of a large region is printed in the background; who took it stands in the journal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, Place
from custody.baselines.models import Baseline
from custody.baselines.queries import get_baseline
from custody.infra import journal
from custody.jobs import actions as jobs
from custody.jobs.models import Job
from custody.regions.models import Region

KIND = "baseline_paper"
"""Of the background work."""


def order(session: Session, *, actor: Identity, now: datetime, number: int, demo: bool) -> Job:
    row, region = get_baseline(session, number, who=actor)
    took(session, row, region, actor=actor, now=now)
    return jobs.order(
        session,
        actor=actor,
        now=now,
        kind=KIND,
        key=f"baseline-{number}-{row.version}",
        arguments={"baseline": number, "demo": demo},
        label=f"{region.name}能源基准第{row.number}版核定表",
        place=Place(region.province_code, region.city_code, region.code),
        needs=Can.EXPORT,
    )


def took(
    session: Session, row: Baseline, region: Region, *, actor: Identity, now: datetime
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action="baseline.printed",
        kind="baseline",
        subject=row.id,
        label=f"{region.name}能源基准第{row.number}版",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        modifies=False,
    )

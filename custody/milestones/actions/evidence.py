"""Files of evidence: put to a milestone, removed, read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra.uploads import NewFile
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.milestones import rules
from custody.milestones.actions.record import record
from custody.milestones.models import Evidence, Milestone
from custody.milestones.queries.milestones import get_evidence, get_milestone
from custody.milestones.rules import Step
from custody.regions.models import Region

MAX_FILES = 50
"""Pieces of evidence one milestone may have (our choice; a zip holds the rest)."""


def attach(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    code: str,
    files: list[NewFile],
) -> list[Evidence]:
    """Add files to a milestone. The same bytes a second time (a double click) are kept once."""
    milestone, place = get_milestone(session, region, code, place=actor.place, lock=True)
    refuse_if(rules.problems_of_step(milestone.status, Step.UPDATE))
    have = set(
        session.scalars(
            select(Evidence.digest).where(
                Evidence.milestone_id == milestone.id, Evidence.removed_at.is_(None)
            )
        )
    )
    new = []
    for file in files:
        if file.stored.digest in have:
            continue
        have.add(file.stored.digest)
        new.append(
            Evidence(
                milestone_id=milestone.id,
                digest=file.stored.digest,
                name=file.name,
                size=file.stored.size,
                media_type=file.media_type,
                added_at=now,
                added_by=actor.id,
            )
        )
    if len(have) > MAX_FILES:
        raise Refused(
            [
                Problem(
                    "too_many",
                    f"每个里程碑最多{MAX_FILES}份佐证材料，请将同类材料合并为一个压缩包后上传。",
                    "files",
                )
            ]
        )
    session.add_all(new)
    if new:
        session.flush()
        record(
            session,
            actor=actor,
            now=now,
            action="evidence_added",
            milestone=milestone,
            region=place,
            changes={
                "evidence": (None, [{"id": e.id, "name": e.name, "digest": e.digest} for e in new])
            },
            note="、".join(e.name for e in new),
        )
    return new


def remove_evidence(
    session: Session, *, actor: Identity, now: datetime, evidence_id: int
) -> Milestone:
    """Take a file out of an open milestone. The bytes and the record stay."""
    evidence, milestone, region = get_evidence(session, evidence_id, place=actor.place)
    refuse_if(rules.problems_of_step(milestone.status, Step.UPDATE))
    if evidence.removed_at is not None:
        return milestone
    evidence.removed_at = now
    record(
        session,
        actor=actor,
        now=now,
        action="evidence_removed",
        milestone=milestone,
        region=region,
        changes={
            "evidence": (
                [{"id": evidence.id, "name": evidence.name, "digest": evidence.digest}],
                None,
            )
        },
        note=evidence.name,
    )
    return milestone


def note_download(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    evidence: Evidence,
    milestone: Milestone,
    region: Region,
    inline: bool = False,
) -> None:
    """`inline`: read in the browser, nothing was saved to a disk."""
    record(
        session,
        actor=actor,
        now=now,
        action="evidence_downloaded",
        milestone=milestone,
        region=region,
        note=f"在线查看：{evidence.name}" if inline else evidence.name,
        modifies=False,
    )

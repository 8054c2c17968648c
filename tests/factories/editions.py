"""Rows of printed briefs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.briefs.models import Edition, EditionPart
from custody.briefs.rules import Status
from custody.infra import clock


def edition_begun(session: Session, province: str, actor: Identity) -> Edition:
    """One part, not printed yet, and nobody at work."""
    now = clock.now()
    edition = Edition(
        province_code=province,
        period="2026-11",
        as_of=now.date(),
        created_at=now,
        created_by=actor.id,
        booklet="",
        archive="",
    )
    session.add(edition)
    session.flush()
    session.add(
        EditionPart(
            edition_id=edition.id,
            ordinal=1,
            name="全省",
            status=Status.DRAFT,
            address="",
            failure="",
        )
    )
    return edition


def edition_of(session: Session, province: str) -> int:
    """The first edition of a province."""
    return (
        session.scalars(
            select(Edition.id).where(Edition.province_code == province).order_by(Edition.id)
        ).first()
        or 999_999
    )

"""Rows of printed briefs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.briefs.models import Edition


def edition_of(session: Session, province: str) -> int:
    """The first edition of a province."""
    found = session.scalars(
        select(Edition.id).where(Edition.province_code == province).order_by(Edition.id)
    ).first()
    return found or 999_999

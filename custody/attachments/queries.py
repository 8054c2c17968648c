from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.attachments.models import Attachment
from custody.kernel.problems import NotFound


def attached_to(
    session: Session, kind: str, subjects: Iterable[int]
) -> dict[int, list[Attachment]]:
    """Every subject's files that are still there, oldest first; one statement."""
    wanted = list(subjects)
    found: dict[int, list[Attachment]] = {subject: [] for subject in wanted}
    if not wanted:
        return found
    rows = session.scalars(
        select(Attachment)
        .where(
            Attachment.kind == kind,
            Attachment.subject.in_(wanted),
            Attachment.removed_at.is_(None),
        )
        .order_by(Attachment.id)
    )
    for row in rows:
        found[row.subject].append(row)
    return found


def get_attachment(
    session: Session, number: int, *, kind: str, subject: int, removed: bool = False
) -> Attachment:
    """A file of this very subject. The caller has asked whether the subject may be seen.

    `removed`: one that was taken away is found too.
    """
    row = session.get(Attachment, number)
    if row is None or row.kind != kind or row.subject != subject:
        raise NotFound
    if row.removed_at is not None and not removed:
        raise NotFound
    return row


def all_files(session: Session) -> Sequence[tuple[str, str]]:
    """(digest, name) of everything, for the inspection."""
    rows = session.execute(select(Attachment.digest, Attachment.name).order_by(Attachment.id))
    return [(digest, name) for digest, name in rows]

"""Put files to a subject and take them away. The caller records the event of its own domain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.attachments.models import Attachment
from custody.infra.uploads import NewFile
from custody.kernel.problems import Problem, Refused

MAX_FILES = 50
"""Files one subject may have (our choice; a zip holds the rest)."""


def attach(
    session: Session,
    *,
    kind: str,
    subject: int,
    slot: str,
    files: Iterable[NewFile],
    now: datetime,
    by: int | None,
) -> list[Attachment]:
    """Add files; the same bytes in the same slot a second time (a double click) are kept once.

    Raises Refused when the subject would have more than MAX_FILES.
    """
    rows = session.execute(
        select(Attachment.slot, Attachment.digest).where(
            Attachment.kind == kind,
            Attachment.subject == subject,
            Attachment.removed_at.is_(None),
        )
    ).all()
    have = {(row[0], row[1]) for row in rows}
    new = []
    for file in files:
        if (slot, file.stored.digest) in have:
            continue
        have.add((slot, file.stored.digest))
        new.append(
            Attachment(
                kind=kind,
                subject=subject,
                slot=slot,
                digest=file.stored.digest,
                name=file.name,
                size=file.stored.size,
                media_type=file.media_type,
                added_at=now,
                added_by=by,
            )
        )
    if len(have) > MAX_FILES:
        words = f"每项最多{MAX_FILES}份附件，请将同类材料合并为一个压缩包后上传。"
        raise Refused([Problem("too_many", words, "files")])
    session.add_all(new)
    session.flush()
    return new


def remove(attachment: Attachment, *, now: datetime) -> None:
    """Hide a file; the bytes and the record stay."""
    attachment.removed_at = attachment.removed_at or now


def told(files: Iterable[Attachment]) -> list[dict[str, object]]:
    """Files as the journal writes them down."""
    return [{"id": one.id, "name": one.name, "digest": one.digest} for one in files]

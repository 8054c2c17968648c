"""What reading the journal leaves in the journal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.audit.queries import Checked
from custody.infra import journal


def note_export(
    session: Session, *, actor: Identity, now: datetime, count: int, filters: str
) -> None:
    _record(session, actor, now, "exported", f"导出{count}条" + (f"；{filters}" if filters else ""))


def note_check(session: Session, *, actor: Identity, now: datetime, checked: Checked) -> None:
    found = f"发现{len(checked.broken)}处异常" if checked.broken else "未发现异常"
    _record(session, actor, now, "verified", f"校验{checked.count}条，{found}")


def _record(session: Session, actor: Identity, now: datetime, action: str, note: str) -> None:
    place = actor.place
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"audit.{action}",
        kind="journal",
        label="操作日志",
        province=place.province,
        city=place.city,
        region=place.region,
        note=note,
        modifies=False,
    )

"""The journal: an append-only, hash-chained record of everything that was done.

Every event carries the hash of the one before it, so a line changed or removed behind the
application's back breaks the chain. The database refuses UPDATE and DELETE besides (migrations).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import JSON, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from custody.infra.db import Base, plain


class Actor(Protocol):
    """Whoever acts. `id` is None for the system itself and for people who are not signed in."""

    @property
    def id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def role_label(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Machine:
    """The system itself as an actor: command line, clock, first start."""

    name: str = "系统"
    role_label: str = "命令行"
    address: str = ""
    id: None = None


class Event(Base):
    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "kind", "subject", "id"),
        Index("ix_event_region", "region_code", "id"),
        Index("ix_event_city", "city_code", "id"),
        Index("ix_event_modifies", "modifies", "id"),
        Index("ix_event_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(60))
    actor_role: Mapped[str] = mapped_column(String(30))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(40))
    """A verb in the past: milestone.confirmed, account.signed_in."""
    refused: Mapped[bool]
    modifies: Mapped[bool]
    """False for what only read or tried: sign-ins, downloads, exports, refusals."""
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(200))
    """The subject's name at that time, for people."""
    province_code: Mapped[str | None] = mapped_column(String(12))
    city_code: Mapped[str | None] = mapped_column(String(12))
    region_code: Mapped[str | None] = mapped_column(String(12))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    """{field: [old, new]}, values as JSON can hold them."""
    note: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


Changes = dict[str, tuple[object, object]]
"""Field → what it was, what it is now."""


def amend(row: object, values: Mapping[str, object]) -> Changes:
    """Set what differs, and say what did."""
    changes: Changes = {}
    for name, new in values.items():
        old = getattr(row, name)
        if old != new:
            changes[name] = (old, new)
            setattr(row, name, new)
    return changes


START = "0" * 64
_LOCK = 0x63757374  # one advisory lock for the end of the chain («cust»)


def record(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    action: str,
    kind: str,
    subject: object = "",
    label: str = "",
    province: str | None = None,
    city: str | None = None,
    region: str | None = None,
    changes: Mapping[str, tuple[object, object]] | None = None,
    note: str = "",
    refused: bool = False,
    modifies: bool = True,
) -> Event:
    """Append one event to the chain within the caller's transaction."""
    event = Event(
        at=now,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_role=actor.role_label,
        address=actor.address,
        action=action,
        refused=refused,
        modifies=modifies and not refused,
        kind=kind,
        subject=str(subject),
        label=label[:200],
        province_code=province,
        city_code=city,
        region_code=region,
        changes={
            field: [plain(old), plain(new)] for field, (old, new) in sorted((changes or {}).items())
        },
        note=note,
        previous=_end_of_chain(session),
    )
    event.hash = digest_of(event)
    session.info["end_of_chain"] = event.hash
    session.add(event)
    return event


def _end_of_chain(session: Session) -> str:
    """The hash of the last event. Holds other writers back until this transaction ends."""
    known = session.info.get("end_of_chain")
    if known is not None:
        return str(known)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.scalar(select(Event.hash).order_by(Event.id.desc()).limit(1))
    return last or START


def digest_of(event: Event) -> str:
    fields = {
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": [event.actor_id, event.actor_name, event.actor_role, event.address],
        "action": [event.action, event.refused, event.modifies],
        "subject": [event.kind, event.subject, event.label],
        "place": [event.province_code, event.city_code, event.region_code],
        "changes": event.changes,
        "note": event.note,
        "previous": event.previous,
    }
    text_ = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text_.encode()).hexdigest()


def broken_links(session: Session) -> Iterator[tuple[int, str]]:
    """(event id, Chinese sentence) for every place where the chain does not hold."""
    previous = START
    for event in session.scalars(select(Event).order_by(Event.id).execution_options(yield_per=500)):
        if event.previous != previous:
            yield event.id, f"第{event.id}条日志与上一条衔接不上，可能有日志被删除或插入。"
        if digest_of(event) != event.hash:
            yield event.id, f"第{event.id}条日志的内容与其校验值不符，可能被改动。"
        previous = event.hash


# Asked by every request, so put together once.
_NEWEST = select(Event.id, Event.hash).where(Event.modifies).order_by(Event.id.desc()).limit(1)


def edition(session: Session) -> str:
    """A name for the state of all the data: the newest change and its hash.

    The hash covers everything before it, so two states never share a name.
    """
    newest = session.execute(_NEWEST).one_or_none()
    return f"{newest[0]}:{newest[1]}" if newest else "0"

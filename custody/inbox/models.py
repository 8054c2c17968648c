from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from custody.inbox.rules import Group
from custody.infra.db import Base, Word


class Message(Base):
    """What one person was told. Derived from the journal and from deadlines by the post office."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_message_unread", "account_id", "read_at", "id"),
        Index("ix_message_digest", "digest", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(80))
    """What it is about: event:812, due:milestone:7:2026-12-31:<digest of `about`>. Never told twice
    to one person."""
    about: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Of a reminder: the subjects it names, so that each is told once, whatever joins it later."""
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    """The (first) event it comes from; none for a reminder."""
    group: Mapped[Group] = mapped_column(Word(Group))
    title: Mapped[str] = mapped_column(String(400))
    detail: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(200))
    """The address of its subject within the site; empty where there is none."""
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    digest: Mapped[bool]
    """Waits for the next daily digest."""


class PostOffice(Base):
    """One row: how far the journal has been read. Whoever delivers holds it."""

    __tablename__ = "post_office"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int]
    jobs_at: Mapped[datetime | None]
    """Jobs that ended until then are told."""
    reminded_at: Mapped[datetime | None]
    digested_at: Mapped[datetime | None]


class Preference(Base):
    """How one person wants to be told: address, choices by group, calendar feed."""

    __tablename__ = "preference"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(200))
    """Verified; empty: no mail to this person."""
    asked: Mapped[str] = mapped_column(String(200))
    """A new address that waits for its code."""
    code_digest: Mapped[str] = mapped_column(String(64))
    code_tries: Mapped[int]
    code_until: Mapped[datetime | None]
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    """{group: channel}; a group that is absent follows the default."""
    feed_nonce: Mapped[str] = mapped_column(String(64))
    """The feed's secret is this, signed with the application's key: it can be shown again, and a
    copy of the database alone opens no feed. Empty: no feed."""
    feed_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret: how a request finds its account."""
    feed_at: Mapped[datetime | None]


class MailState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {
            "waiting": "待发送",
            "sending": "发送中",
            "sent": "已发送",
            "failed": "发送失败",
            "unknown": "是否送达不明",
        }[self.value]


class Mail(Base):
    """The outbox. Written in the transaction of what it is about, sent afterwards by a worker."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_mail_state", "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(80))
    """message:812, digest:2026-11-25, code:…, test:…: never two mails for one thing."""
    address: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    paper: Mapped[str] = mapped_column(String(64), default="")
    """Digest of the PDF that goes with it; empty for none."""
    paper_name: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[MailState] = mapped_column(Word(MailState))
    tries: Mapped[int]
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text)
    """In Chinese, with the server's own words behind it."""

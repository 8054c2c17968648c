"""All parts of an edition through the press: what is printed already, the rest, the booklet, the zip.

A part that is printed is written down at once, by the address of its content, so that whoever begins
again after a crash prints what is missing and nothing twice. A part that cannot be printed says why;
the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from custody.accounts.rules import Level
from custody.briefs import booklet, printing, render, rules
from custody.briefs.actions.editions import Piece
from custody.infra import clock, press
from custody.infra.archives import archive
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.pdf import Job, Printed, RenderFailed


@dataclass(slots=True)
class Entry:
    """A piece on its way through the press."""

    piece: Piece
    address: str = ""
    digest: str = ""
    """Of its file; empty until it is printed."""
    failure: str = ""

    def __post_init__(self) -> None:
        published = self.piece.published
        self.address = (
            printing.address_of_published(published)
            if published is not None
            else printing.address(self.piece.content, draft=self.piece.draft)
        )


def _noted(_session: Session, _entry: Entry) -> None:
    """Nobody keeps a list."""


@dataclass(slots=True)
class PressRun:
    database: Database
    files: FileStore
    entries: Sequence[Entry]
    tell: Callable[[str], None]
    """Asked after every step with how far it is; may raise to stop the run."""
    noted: Callable[[Session, Entry], None] = field(default=_noted)
    """What happens beside a part's print, in the same transaction."""

    @property
    def done(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.digest]

    @property
    def failed(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.failure]

    @property
    def words(self) -> str:
        """46份，已完成31."""
        return rules.edition_words(
            done=len(self.done), failed=len(self.failed), total=len(self.entries)
        )

    def settle(self) -> None:
        """What is printed already: in an earlier edition, ahead, or before a crash."""
        with self.database.transaction() as session:
            there = printing.found(session, self.files, [one.address for one in self.entries])
            for entry in self.entries:
                if entry.address in there:
                    entry.digest = there[entry.address].pdf_digest
                elif entry.piece.published is not None:
                    self._take_in(session, entry)
                self.noted(session, entry)
        self.tell(self.words)

    def _take_in(self, session: Session, entry: Entry) -> None:
        published = entry.piece.published
        assert published is not None
        try:
            stored = printing.shelve_published(session, self.files, published, now=clock.now())
        except FileNotFoundError:
            entry.failure = "已发布的文件在服务器上找不到，请联系系统管理员从备份中恢复。"
        else:
            entry.digest = stored.digest

    def print(self) -> None:
        missing = {
            one.piece.ordinal: one for one in self.entries if not one.digest and not one.failure
        }
        with closing(press.print_pile(_jobs(missing))) as pile:
            for finished in pile:
                if finished is not None:
                    ordinal, done = finished
                    self._keep(missing[ordinal], done)
                self.tell(self.words)

    def _keep(self, entry: Entry, done: Printed | RenderFailed) -> None:
        with self.database.transaction() as session:
            if isinstance(done, RenderFailed):
                entry.failure = done.message
            else:
                entry.digest = printing.shelve(
                    session, self.files, entry.address, done, now=clock.now()
                ).digest
            self.noted(session, entry)

    def bind(self, *, period: str, issuer: str, as_of: date, demo: bool) -> str | RenderFailed:
        """The booklet's digest; empty where there is nothing to bind."""
        if not self.done:
            return ""
        words = f"{period}{issuer}{as_of}"
        where = printing.booklet_address([one.address for one in self.done], words)
        with self.database.reader() as session:
            there = printing.found(session, self.files, [where]).get(where)
            if there is not None:
                return there.pdf_digest
        self.tell(f"{self.words}，正在装订合订本")
        job = booklet.job(
            [_bound(one.piece) for one in self.done],
            period=period,
            issuer=issuer,
            as_of=as_of,
            demo=demo,
        )
        with closing(press.print_pile([("", job)], at_once=1, seconds=booklet.SECONDS)) as pile:
            for finished in pile:
                if finished is not None:
                    return self._keep_booklet(where, finished[1])
                self.tell(f"{self.words}，正在装订合订本")
        return ""

    def _keep_booklet(self, where: str, done: Printed | RenderFailed) -> str | RenderFailed:
        if isinstance(done, RenderFailed):
            return done
        with self.database.transaction() as session:
            return printing.shelve(session, self.files, where, done, now=clock.now()).digest

    def zip(self, path: Path, *, period: str, as_of: date) -> None:
        """All parts that are there, stored as they are; the same parts give the same bytes."""
        kept, folder = printing.store(self.files), rules.edition_name(period)
        with archive(path) as opened:
            for entry in self.done:
                with kept.open(entry.digest) as stream:
                    opened.add(
                        f"{folder}/{name_of(entry, as_of)}",
                        stream,
                        on=clock.at(as_of, 0),
                        size=kept.path(entry.digest).stat().st_size,
                        media_type="application/pdf",
                    )


def name_of(entry: Entry, as_of: date) -> str:
    return rules.part_name(entry.piece.ordinal, entry.piece.name, as_of)


def _jobs(missing: Mapping[int, Entry]) -> Iterator[tuple[int, Job]]:
    for ordinal, entry in missing.items():
        yield ordinal, render.job(entry.piece.content, draft=entry.piece.draft)


_GROUPS = {Level.PROVINCE: "全省", Level.CITY: "设区市", Level.REGION: "县（市、区）"}


def _bound(piece: Piece) -> booklet.Bound:
    return booklet.Bound(
        name=piece.name,
        group=_GROUPS[piece.place.level],
        note="草稿" if piece.draft else piece.content["masthead"]["issue_words"],
        job=render.job(piece.content, draft=piece.draft),
    )

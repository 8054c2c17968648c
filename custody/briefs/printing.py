"""Printed files by the address of all they were made from: what has not changed is not printed again.

The address is a digest of the snapshot, of what turns it into pages (templates, sheets, code, fonts)
and of the version of WeasyPrint. Files lie apart from what people upload: they can be made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from custody.briefs import render, snapshot
from custody.briefs.models import Brief, Edition, EditionPart, Print
from custody.briefs.snapshot import Snapshot
from custody.infra import fonts
from custody.infra.files import FileStore, Stored
from custody.infra.pdf import Printed

_MAKERS = (
    "templates/briefs/print/*.html",
    "static/css/print.css",
    "static/css/booklet.css",
    "custody/briefs/*.py",
    "custody/briefs/wording/*.py",
    "custody/milestones/rules/*.py",
    "custody/dashboard/charts/*.py",
    "custody/kernel/drawing.py",
    *(
        f"custody/infra/{name}.py"
        for name in ("fonts", "justify", "markup", "pdf", "tuning", "typesetting", "workbooks")
    ),
)
"""What the look of a page and the files inside it depend on, under the project's folder."""
_LIBRARIES = ("weasyprint", "pydyf", "fonttools", "jinja2", "segno", "xlsxwriter")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A printed brief, from the shelf or fresh from the press."""

    address: str
    pdf: bytes
    pages: int
    fresh: bool


def store(files: FileStore) -> FileStore:
    return FileStore(files.folder / "prints")


def address(content: Snapshot, *, draft: bool = False) -> str:
    """Same address, same bytes; another one for the copy that bears the mark of a draft."""
    return _address(snapshot.canonical(content), b"draft" if draft else b"")


def booklet_address(addresses: Iterable[str], title: str) -> str:
    return _address(title.encode(), *(one.encode() for one in addresses))


def address_of_published(brief: Brief) -> str:
    """Its file is never made again, whatever changes; so the file itself is what it is made from."""
    return hashlib.sha256(f"published {brief.pdf_digest}".encode()).hexdigest()


def _address(*parts: bytes) -> str:
    sha = hashlib.sha256(_makers())
    for part in parts:
        sha.update(b"%d:" % len(part) + part)
    return sha.hexdigest()


@lru_cache(maxsize=1)
def _makers() -> bytes:
    """Asked once in a process: code and templates change with a restart only."""
    sha = hashlib.sha256()
    for name in _LIBRARIES:
        sha.update(f"{name} {version(name)}\n".encode())
    for path in sorted({path for glob in _MAKERS for path in render.ROOT.glob(glob)}):
        content = path.read_bytes()
        sha.update(f"{path.relative_to(render.ROOT)} {len(content)}\n".encode() + content)
    sha.update("\n".join(fonts.digests()).encode())
    return sha.digest()


def found(session: Session, files: FileStore, wanted: Iterable[str]) -> Mapping[str, Print]:
    """The prints of these addresses that are there, with their file. One statement."""
    kept = store(files)
    rows = session.scalars(select(Print).where(Print.address.in_(list(wanted))))
    return {row.address: row for row in rows if kept.path(row.pdf_digest).exists()}


def ready(session: Session, files: FileStore, content: Snapshot, *, draft: bool) -> Print | None:
    """Is exactly this already printed?"""
    where = address(content, draft=draft)
    return found(session, files, [where]).get(where)


def printed(session: Session, files: FileStore, content: Snapshot, *, draft: bool = False) -> Sheet:
    """The stored file, or a new one from the press; RenderFailed says in Chinese why there is none.

    Whoever has a transaction keeps what is fresh (`keep`).
    """
    where = address(content, draft=draft)
    row = found(session, files, [where]).get(where)
    if row is not None:
        with store(files).open(row.pdf_digest) as stream:
            return Sheet(where, stream.read(), row.pages, fresh=False)
    done = render.printed(content, draft=draft)
    return Sheet(where, done.pdf, done.pages, fresh=True)


def keep(session: Session, files: FileStore, sheet: Sheet, *, now: datetime) -> None:
    if sheet.fresh:
        shelve(session, files, sheet.address, Printed(sheet.pdf, sheet.pages), now=now)


def shelve(
    session: Session, files: FileStore, where: str, done: Printed, *, now: datetime
) -> Stored:
    """The file into the store, its row beside it; printed by two at once it is one row."""
    stored = store(files).put(BytesIO(done.pdf))
    row = session.get(Print, where)
    if row is None:
        row = Print(address=where, pdf_digest="", pdf_size=0, pages=0, made_at=now)
        _fill(row, stored, done, now)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            pass
        return stored
    _fill(row, stored, done, now)
    return stored


def _fill(row: Print, stored: Stored, done: Printed, now: datetime) -> None:
    row.pdf_digest, row.pdf_size = stored.digest, stored.size
    row.pages, row.made_at = done.pages, now


def shelve_published(session: Session, files: FileStore, brief: Brief, *, now: datetime) -> Stored:
    """A published brief's own file beside the prints. FileNotFoundError where it is gone."""
    assert brief.snapshot is not None
    made = session.get(Print, address(brief.snapshot))
    with files.open(brief.pdf_digest) as stream:
        done = Printed(stream.read(), made.pages if made else 0)
    return shelve(session, files, address_of_published(brief), done, now=now)


def sweep(session: Session, files: FileStore, *, now: datetime, days: int) -> int:
    """Remove prints older than so many days that belong to no edition, and files nobody names."""
    since = now - timedelta(days=days)
    in_editions = select(EditionPart.address)
    for row in session.scalars(
        select(Print).where(Print.made_at < since, Print.address.not_in(in_editions))
    ):
        session.delete(row)
    session.flush()
    named = set(session.scalars(select(Print.pdf_digest)))
    for pair in session.execute(select(Edition.booklet, Edition.archive)):
        named |= set(pair)
    kept, gone = store(files), 0
    for path in [*kept.folder.glob("??/*"), *kept.folder.glob(".*")]:
        if path.parent.name + path.name in named or path.stat().st_mtime >= since.timestamp():
            continue
        path.unlink(missing_ok=True)
        gone += 1
    return gone

"""Makes a region's dossier: what was uploaded, how it was decided on, an index, the digests; one zip.

Written piece by piece to a file beside the store, so that memory stays flat; the file's name is the
job's, so that whoever takes up the work of a killed worker overwrites what that one left.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from custody.accounts.rules import Can, may
from custody.dossiers import render
from custody.dossiers.queries import contents
from custody.dossiers.rules import (
    INDEX,
    LOOKS,
    SUMS,
    TABLE,
    Entry,
    Filed,
    Places,
    Written,
    archive_name,
    done_words,
    newest,
    sums,
)
from custody.infra import clock
from custody.infra.archives import Archive, DiskFull, archive
from custody.infra.files import FileStore
from custody.infra.pdf import RenderFailed
from custody.jobs.queries import results
from custody.jobs.runner import Result, Work
from custody.kernel.problems import NotFound, Problem, Refused
from custody.regions.queries import get_province, get_region, programme_began

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class _Dossier:
    """One being written."""

    title: str
    issuer: str
    on: datetime
    demo: bool
    zip: Archive
    store: FileStore
    places: Places = field(default_factory=Places)
    entries: list[Entry] = field(default_factory=list)

    def put(self, path: str, data: bytes, source: str, on: datetime) -> None:
        stored = self.zip.add(f"{self.title}/{path}", io.BytesIO(data), on=on, size=len(data))
        self.entries.append(Entry(path, source, on, stored.size, stored.digest))

    def file(self, piece: Filed) -> None:
        """One that is gone or is no longer what it was is named in the index; the rest goes on."""
        path = self.places.path(piece.folder, piece.name)
        try:
            stream = self.store.open(piece.digest)
        except FileNotFoundError:
            log.error("dossier %s: file %s is missing", self.title, piece.digest)
            problem = "文件在服务器上找不到，请联系系统管理员从备份中恢复后重新生成"
            self.entries.append(Entry(path, piece.source, piece.on, problem=problem))
            return
        with stream:
            stored = self.zip.add(
                f"{self.title}/{path}",
                stream,
                on=piece.on,
                size=piece.size,
                media_type=piece.media_type,
            )
        problem = ""
        if stored.digest != piece.digest:
            log.error("dossier %s: file %s has changed", self.title, piece.digest)
            problem = "内容与上传时登记的校验值不符，请核对原件"
        entry = Entry(path, piece.source, piece.on, stored.size, stored.digest, problem)
        self.entries.append(entry)

    def paper(self, piece: Written, printed: bytes | RenderFailed) -> None:
        path = self.places.path(piece.folder, piece.name)
        if isinstance(printed, RenderFailed):
            problem = f"没有生成：{printed.message}"
            self.entries.append(Entry(path, piece.source, piece.on, problem=problem))
            return
        self.put(path, printed, piece.source, piece.on)

    def close(self) -> None:
        """The index in two forms, and the digests of everything before them."""
        listed = list(self.entries)
        page = render.index_page(self.title, listed, on=self.on, demo=self.demo)
        table = render.index_table(self.title, listed, on=self.on)
        self.put(INDEX, page, "目录", self.on)
        self.put(LOOKS, render.looks(), "目录的样式", self.on)
        self.put(TABLE, table, "目录", self.on)
        told = sums(self.entries).encode()
        self.zip.add(f"{self.title}/{SUMS}", io.BytesIO(told), on=self.on, size=len(told))


def make(work: Work) -> Result:
    """The handler. Whoever may not see the region (any more) gets none of it."""
    with work.database.reader() as session:
        region = get_region(session, str(work.arguments["region"]), place=work.actor.place)
        if not may(work.actor, Can.MAKE_DOSSIER, region.place):
            raise NotFound
        pieces = contents(session, region)
        issuer = get_province(session, region.province_code).lead
        began = clock.at(programme_began(session, region.province_code), 0)
        name = region.name
    on = newest((piece.on for piece in pieces), began)
    kept = results(work.files)
    path = kept.folder / f".dossier-{work.job}"
    demo = bool(work.arguments.get("demo"))
    try:
        with archive(path) as opened:
            dossier = _Dossier(f"{name}项目档案", issuer, on, demo, opened, work.files)
            _fill(dossier, pieces, work.progress)
        stored = kept.adopt(path)
    except DiskFull:
        words = (
            "服务器存储空间不足，项目档案没有生成，也没有留下任何文件；"
            "请联系系统管理员清理空间后重试。"
        )
        raise Refused([Problem("disk", words, "")]) from None
    missing = sum(bool(entry.problem) for entry in dossier.entries)
    return Result(
        done_words(*_counted(dossier, pieces), missing),
        digest=stored.digest,
        name=archive_name(name, on.date()),
        size=stored.size,
        media_type="application/zip",
    )


def _fill(dossier: _Dossier, pieces: list[Filed | Written], progress: Progress) -> None:
    """Files and papers in the order of the folders; after each it is said how far it is."""
    papers = [piece for piece in pieces if isinstance(piece, Written)]
    files = len(pieces) - len(papers)
    done = {Filed: 0, Written: 0}
    progress(0, len(pieces), f"佐证 0/{files}")
    with closing(render.pdfs(papers, issuer=dossier.issuer, demo=dossier.demo)) as press:
        for number, piece in enumerate(pieces, 1):
            done[type(piece)] += 1
            if isinstance(piece, Filed):
                dossier.file(piece)
            else:
                dossier.paper(piece, next(press))
            words = f"佐证 {done[Filed]}/{files}，审核记录 {done[Written]}/{len(papers)}"
            progress(number, len(pieces), words)
    dossier.close()


def _counted(dossier: _Dossier, pieces: list[Filed | Written]) -> tuple[int, int]:
    """Files and papers that are in it."""
    there = [piece for piece, entry in zip(pieces, dossier.entries, strict=False) if entry.digest]
    files = sum(isinstance(piece, Filed) for piece in there)
    return files, len(there) - files

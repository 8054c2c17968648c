"""The papers of a dossier: records of review as PDF, the index as page and as workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from custody.dossiers.rules import Entry, Written
from custody.infra import papers
from custody.infra.papers import Paper
from custody.infra.pdf import ROOT
from custody.infra.press import Printing
from custody.infra.workbooks import Column, Shape, Table, workbook

LOOKS_FILE = Path("static/css/dossier_index.css")


def pdfs(pieces: Iterable[Written], *, issuer: str, demo: bool) -> Printing:
    """Each when it is asked for, in order, all in one process."""
    return papers.pdfs(
        Paper(
            template=piece.template,
            title=piece.title,
            issuer=issuer,
            day=piece.on.date(),
            words=piece.words,
            demo=demo,
        )
        for piece in pieces
    )


def index_page(title: str, entries: Sequence[Entry], *, on: datetime, demo: bool) -> bytes:
    """The index that opens in any browser, offline; its links lead to the files beside it."""
    words = {
        "entries": [
            {
                "path": entry.path,
                "href": quote(entry.path),
                "source": entry.source,
                "on": papers.day_words(entry.on.date()),
                "size": size_words(entry.size) if entry.digest else "—",
                "digest": entry.digest or "—",
                "problem": entry.problem,
            }
            for entry in entries
        ],
        "missing": sum(bool(entry.problem) for entry in entries),
    }
    return papers.html(
        Paper(
            template="dossiers/print/index.html",
            title=title,
            issuer="",
            day=on.date(),
            words=words,
            demo=demo,
        )
    ).encode()


def index_table(title: str, entries: Sequence[Entry], *, on: datetime) -> bytes:
    table = Table(
        name="目录",
        title=title,
        under=f"数据截至{papers.day_words(on.date())}",
        columns=[
            Column("序号", 6, Shape.WHOLE),
            Column("文件", 60),
            Column("来源", 44),
            Column("日期", 12, Shape.DAY),
            Column("大小（字节）", 14, Shape.WHOLE),
            Column("SHA-256校验值", 68),
            Column("说明", 30),
        ],
        rows=[
            (
                number,
                entry.path,
                entry.source,
                entry.on.date(),
                entry.size if entry.digest else None,
                entry.digest,
                entry.problem,
            )
            for number, entry in enumerate(entries, 1)
        ],
    )
    return workbook(table, created=on)


def looks() -> bytes:
    return (ROOT / LOOKS_FILE).read_bytes()


def size_words(size: int) -> str:
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"

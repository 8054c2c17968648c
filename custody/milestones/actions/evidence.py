"""Files of evidence: told from their bytes and taken in, put to a milestone, removed, read."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra.files import FileStore, Stored
from custody.infra.kinds import ENDINGS, Kind, kind_of
from custody.kernel.problems import Problem, Refused, refuse_if
from custody.milestones import rules
from custody.milestones.actions.record import record
from custody.milestones.models import Evidence, Milestone
from custody.milestones.queries.milestones import get_evidence, get_milestone
from custody.milestones.rules import Step
from custody.regions.models import Region

ACCEPTED = "PDF、OFD、Word、Excel、PPT、WPS文档、图片和zip压缩包"
_MEGABYTE = 1024 * 1024
MAX_EVIDENCE = 50 * 1024 * 1024
"""Bytes one piece of evidence may have (our choice)."""
MAX_FILES = 50
"""Pieces of evidence one milestone may have (our choice; a zip holds the rest)."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose bytes are stored already, waiting for its row."""

    name: str
    stored: Stored
    media_type: str


@dataclass(frozen=True, slots=True)
class Received:
    """Files that are stored and wait for their row, and the problems of those that are not."""

    files: list[NewFile]
    problems: list[Problem]


def receive(store: FileStore, uploads: Iterable[tuple[str, IO[bytes]]]) -> Received:
    """Look at every file of a batch; a bad one does not keep the good ones out."""
    received = Received([], [])
    for given, stream in uploads:
        name = tidy_name(given)
        found = _take(store, name, stream)
        if isinstance(found, Problem):
            received.problems.append(found)
        else:
            received.files.append(found)
    if not received.files and not received.problems:
        received.problems.append(Problem("nothing", "请先选择要上传的文件。", "files"))
    return received


def _take(store: FileStore, name: str, stream: IO[bytes]) -> NewFile | Problem:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size == 0:
        return _problem("empty", f"“{name}”是空文件（0字节），请检查原文件后重新上传。")
    if size > MAX_EVIDENCE:
        limit = MAX_EVIDENCE // _MEGABYTE
        return _problem(
            "too_big",
            f"“{name}”有{size / _MEGABYTE:.0f} MB，单个文件不能超过{limit} MB；请压缩或拆分后上传。",
        )
    kind = kind_of(stream)
    if kind is None:
        return _problem("kind", f"“{name}”{_why_not(name, stream)}只接收{ACCEPTED}。")
    if _ending(name) not in kind.endings:
        return _problem(
            "ending",
            f"“{name}”的内容是{kind.label}，与文件名的扩展名不一致；"
            f"请将扩展名改为“.{kind.endings[0]}”后重新上传。",
        )
    return _store(store, name, stream, kind)


def _store(store: FileStore, name: str, stream: IO[bytes], kind: Kind) -> NewFile | Problem:
    try:
        return NewFile(name, store.put(stream), kind.media_type)
    except OSError:
        return _problem(
            "disk",
            f"服务器存储空间不足，“{name}”没有保存；请联系系统管理员清理空间后重新上传。",
        )


def _why_not(name: str, stream: IO[bytes]) -> str:
    stream.seek(0)
    head = stream.read(4)
    if head[:2] == b"MZ" or head == b"\x7fELF":
        return "的内容是可执行程序，不能作为佐证材料；"
    if head in (b"Rar!", b"7z\xbc\xaf"):
        return "是rar或7z压缩包，请改为zip格式；"
    ending = _ending(name)
    if ending and ending not in ENDINGS:
        return f"没有上传，不接收{ending}文件，请转存为PDF等格式后重新上传；"
    return f"的内容无法识别（扩展名“{ending or '无'}”与内容不符或文件已损坏）；"


def _problem(code: str, message: str) -> Problem:
    return Problem(code, message, "files")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def tidy_name(given: str) -> str:
    """The file's own name: no folders, no invisible characters that could disguise its ending."""
    name = given.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name[:150] or "未命名"
    return f"{stem[:150] or '未命名'}.{ending[:10]}"


# --- on the milestone ------------------------------------------------------------------------


def attach(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    code: str,
    files: list[NewFile],
) -> list[Evidence]:
    """Add files to a milestone. The same bytes a second time (a double click) are kept once."""
    milestone, place = get_milestone(session, region, code, place=actor.place, lock=True)
    refuse_if(rules.problems_of_step(milestone.status, Step.UPDATE))
    have = set(
        session.scalars(
            select(Evidence.digest).where(
                Evidence.milestone_id == milestone.id, Evidence.removed_at.is_(None)
            )
        )
    )
    new = []
    for file in files:
        if file.stored.digest in have:
            continue
        have.add(file.stored.digest)
        new.append(
            Evidence(
                milestone_id=milestone.id,
                digest=file.stored.digest,
                name=file.name,
                size=file.stored.size,
                media_type=file.media_type,
                added_at=now,
                added_by=actor.id,
            )
        )
    if len(have) > MAX_FILES:
        raise Refused(
            [
                Problem(
                    "too_many",
                    f"每个里程碑最多{MAX_FILES}份佐证材料，请将同类材料合并为一个压缩包后上传。",
                    "files",
                )
            ]
        )
    session.add_all(new)
    if new:
        session.flush()
        record(
            session,
            actor=actor,
            now=now,
            action="evidence_added",
            milestone=milestone,
            region=place,
            changes={
                "evidence": (None, [{"id": e.id, "name": e.name, "digest": e.digest} for e in new])
            },
            note="、".join(e.name for e in new),
        )
    return new


def remove_evidence(
    session: Session, *, actor: Identity, now: datetime, evidence_id: int
) -> Milestone:
    """Take a file out of an open milestone. The bytes and the record stay."""
    evidence, milestone, region = get_evidence(session, evidence_id, place=actor.place)
    refuse_if(rules.problems_of_step(milestone.status, Step.UPDATE))
    if evidence.removed_at is not None:
        return milestone
    evidence.removed_at = now
    record(
        session,
        actor=actor,
        now=now,
        action="evidence_removed",
        milestone=milestone,
        region=region,
        changes={
            "evidence": (
                [{"id": evidence.id, "name": evidence.name, "digest": evidence.digest}],
                None,
            )
        },
        note=evidence.name,
    )
    return milestone


def note_download(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    evidence: Evidence,
    milestone: Milestone,
    region: Region,
    inline: bool = False,
) -> None:
    """`inline`: read in the browser, nothing was saved to a disk."""
    record(
        session,
        actor=actor,
        now=now,
        action="evidence_downloaded",
        milestone=milestone,
        region=region,
        note=f"在线查看：{evidence.name}" if inline else evidence.name,
        modifies=False,
    )

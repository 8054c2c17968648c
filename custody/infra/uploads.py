"""Files that people send: told from their bytes, measured, stored under their digest."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from custody.infra.files import FileStore, Stored
from custody.infra.kinds import ENDINGS, Kind, kind_of
from custody.kernel.problems import Problem

ACCEPTED = "PDF、OFD、Word、Excel、PPT、WPS文档、图片和zip压缩包"
_MEGABYTE = 1024 * 1024
MAX_FILE = 50 * 1024 * 1024
"""Bytes one file may have (our choice)."""


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
    """Look at every file of a batch; a bad one does not keep the good ones out.

    `uploads`: (name as sent, stream) each. The bytes of good files are stored at once, their rows are
    the caller's business.
    """
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
    if size > MAX_FILE:
        limit = MAX_FILE // _MEGABYTE
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
        return "的内容是可执行程序，不能上传；"
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

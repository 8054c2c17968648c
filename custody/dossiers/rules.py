"""What lies where in a dossier: safe names, no two alike, the list of digests."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

LONGEST = 60
"""Signs of one part of a path (our choice): Windows takes 260 for the whole."""
SUMS = "SHA256SUMS"
INDEX = "目录.html"
LOOKS = "目录.css"
TABLE = "目录.xlsx"

_FORBIDDEN = str.maketrans(dict(zip('/\\:*?"<>|', "／＼：＊？＂＜＞｜", strict=True)))
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_part(words: str) -> str:
    """One part of a path that Windows, 麒麟 and 统信 all take, as near to the words as can be."""
    shown = unicodedata.normalize("NFC", words).translate(_FORBIDDEN)
    shown = "".join(sign for sign in shown if unicodedata.category(sign)[0] != "C")
    shown = shown.strip(" .") or "未命名"
    if _DEVICE.fullmatch(shown):
        shown = f"_{shown}"
    if len(shown) <= LONGEST:
        return shown
    stem, dot, ending = shown.rpartition(".")
    if dot and stem and len(ending) <= 10:
        return f"{stem[: LONGEST - len(ending) - 1].rstrip(' .')}.{ending}"
    return shown[:LONGEST].rstrip(" .")


class Places:
    """Gives every file a path of its own. «甲.pdf» twice: the second is «甲（2）.pdf».

    Capitals do not tell two apart, for on Windows they would be one file.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def path(self, folder: Sequence[str], name: str) -> str:
        top = "/".join(safe_part(part) for part in folder)
        plain = safe_part(name)
        stem, dot, ending = plain.rpartition(".")
        if not dot or not stem:
            stem, ending = plain, ""
        number = 1
        while True:
            mark = "" if number == 1 else f"（{number}）"
            shown = f"{stem}{mark}.{ending}" if ending else f"{stem}{mark}"
            found = f"{top}/{shown}" if top else shown
            if found.casefold() not in self._taken:
                self._taken.add(found.casefold())
                return found
            number += 1


@dataclass(frozen=True, slots=True)
class Filed:
    """A file that somebody uploaded."""

    folder: tuple[str, ...]
    name: str
    digest: str
    size: int
    media_type: str
    on: datetime
    source: str
    """Where it is from: 「M05 能源基准核定 佐证材料，华鹅湖上传」."""


@dataclass(frozen=True, slots=True)
class Written:
    """A paper printed for the dossier from what the system knows."""

    folder: tuple[str, ...]
    name: str
    template: str
    title: str
    words: dict[str, object]
    on: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index. With a problem there may be no file."""

    path: str
    source: str
    on: datetime
    size: int = 0
    digest: str = ""
    problem: str = ""


def sums(entries: Iterable[Entry]) -> str:
    """What `sha256sum -c SHA256SUMS` reads, one file a line."""
    return "".join(f"{entry.digest}  {entry.path}\n" for entry in entries if entry.digest)


def newest(moments: Iterable[datetime], otherwise: datetime) -> datetime:
    """Of when the dossier tells: the last thing that happened to what is in it."""
    return max(moments, default=otherwise)


def archive_name(region: str, on: date) -> str:
    return f"{safe_part(region)}项目档案{on:%Y%m%d}.zip"


def done_words(files: int, papers: int, missing: int) -> str:
    words = f"已生成：上传的材料{files}份，审核记录等{papers}份"
    if missing:
        return f"{words}；另有{missing}份没有收入，原因见“{INDEX}”。"
    return f"{words}。"

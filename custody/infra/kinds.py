"""What a file is, told from its bytes and never from its name."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True, slots=True)
class Kind:
    label: str
    media_type: str
    picture: bool = False


PDF = Kind("PDF", "application/pdf")
ZIP = Kind("压缩包", "application/zip")
OFD = Kind("OFD", "application/ofd")
WORD = Kind("Word文档", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
EXCEL = Kind("Excel表格", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
SLIDES = Kind(
    "演示文稿", "application/vnd.openxmlformats-officedocument.presentationml.presentation"
)
OLD_OFFICE = Kind("Office/WPS文档", "application/x-ole-storage")

_STARTS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", Kind("图片", "image/png", picture=True)),
    (b"\xff\xd8\xff", Kind("图片", "image/jpeg", picture=True)),
    (b"GIF87a", Kind("图片", "image/gif", picture=True)),
    (b"GIF89a", Kind("图片", "image/gif", picture=True)),
    (b"BM", Kind("图片", "image/bmp")),
    (b"II*\x00", Kind("图片", "image/tiff")),
    (b"MM\x00*", Kind("图片", "image/tiff")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
)
_INSIDE = (
    ("OFD.xml", OFD),
    ("word/", WORD),
    ("xl/", EXCEL),
    ("ppt/", SLIDES),
)


def kind_of(stream: IO[bytes]) -> Kind | None:
    """The kind, or None for anything we do not take. Leaves the stream at its start."""
    stream.seek(0)
    head = stream.read(32)
    stream.seek(0)
    if head[:4] == b"PK\x03\x04":
        return _zip_kind(stream)
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return Kind("图片", "image/heic")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind("图片", "image/webp", picture=True)
    return next((kind for start, kind in _STARTS if head.startswith(start)), None)


def _zip_kind(stream: IO[bytes]) -> Kind | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return None
    finally:
        stream.seek(0)
    for start, kind in _INSIDE:
        if any(name.startswith(start) for name in names):
            return kind
    return ZIP

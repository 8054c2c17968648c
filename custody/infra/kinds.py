"""What a file is, told from its bytes and never from its name."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True, slots=True)
class Kind:
    label: str
    media_type: str
    picture: bool = False
    endings: tuple[str, ...] = ()
    """How a file's name of this kind may end, without the dot, in small letters."""


PDF = Kind("PDF", "application/pdf", endings=("pdf",))
ZIP = Kind("压缩包", "application/zip", endings=("zip",))
OFD = Kind("OFD", "application/ofd", endings=("ofd",))
WORD = Kind(
    "Word文档",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    endings=("docx", "wps"),
)
EXCEL = Kind(
    "Excel表格",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    endings=("xlsx", "et"),
)
OPEN_SHEET = Kind(
    "OpenDocument表格", "application/vnd.oasis.opendocument.spreadsheet", endings=("ods",)
)
SLIDES = Kind(
    "演示文稿",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    endings=("pptx", "dps"),
)
OLD_OFFICE = Kind(
    "Office/WPS文档",
    "application/x-ole-storage",
    endings=("doc", "xls", "ppt", "wps", "et", "dps"),
)
PNG = Kind("图片", "image/png", picture=True, endings=("png",))
JPEG = Kind("图片", "image/jpeg", picture=True, endings=("jpg", "jpeg", "jfif"))
GIF = Kind("图片", "image/gif", picture=True, endings=("gif",))
WEBP = Kind("图片", "image/webp", picture=True, endings=("webp",))
BMP = Kind("图片", "image/bmp", endings=("bmp",))
TIFF = Kind("图片", "image/tiff", endings=("tif", "tiff"))
HEIC = Kind("图片", "image/heic", endings=("heic", "heif"))

_STARTS = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"BM", BMP),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
)
_INSIDE = (
    ("OFD.xml", OFD),
    ("word/", WORD),
    ("xl/", EXCEL),
    ("ppt/", SLIDES),
)
ENDINGS = frozenset(
    ending
    for kind in (
        *(*dict(_STARTS).values(), *dict(_INSIDE).values()),
        *(ZIP, OPEN_SHEET, WEBP, HEIC),
    )
    for ending in kind.endings
)
"""Every ending that a file we take may have."""


def kind_of(stream: IO[bytes]) -> Kind | None:
    """The kind, or None for anything we do not take. Leaves the stream at its start."""
    stream.seek(0)
    head = stream.read(32)
    stream.seek(0)
    if head[:4] == b"PK\x03\x04":
        return _zip_kind(stream)
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return HEIC
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return next((kind for start, kind in _STARTS if head.startswith(start)), None)


def _zip_kind(stream: IO[bytes]) -> Kind | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as entry:
                    if entry.read(100).decode("ascii", "replace") == OPEN_SHEET.media_type:
                        return OPEN_SHEET
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return None
    finally:
        stream.seek(0)
    for start, kind in _INSIDE:
        if any(name.startswith(start) for name in names):
            return kind
    return ZIP

"""Is a file a workbook or another document of an office? Told from its bytes, whatever its name."""

from __future__ import annotations

import io
import zipfile
import zlib

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _named(name: str) -> bytes:
    """A stream's name as the directory of a compound file (.xls, .et, .doc) has it."""
    return name.encode("utf-16-le") + b"\x00\x00"


ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""In the directory of the compound file that holds an encrypted .xlsx."""
_BOOKS = (_named("Workbook"), _named("Book"), ENCRYPTED)
_OTHERS = {
    "Word文档": ("word/", _named("WordDocument")),
    "演示文稿": ("ppt/", _named("PowerPoint Document")),
    "OFD版式文件": ("OFD.xml", None),
}
_OPEN = b"application/vnd.oasis.opendocument."
OPEN_SHEET = _OPEN + b"spreadsheet"
_BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError)


def is_book(data: bytes) -> bool:
    """Of Excel or WPS (.xlsx, .xls, .et) or OpenDocument (.ods)."""
    if data.startswith(OLE):
        return any(name in data for name in _BOOKS)
    return _open_kind(data) == OPEN_SHEET or any(one.startswith("xl/") for one in _names(data))


def other_document(data: bytes) -> str:
    """What a file is that is no workbook; empty where it is one, or cannot be told."""
    if is_book(data):
        return ""
    if data.startswith(OLE):
        return next((word for word, (_, mark) in _OTHERS.items() if mark and mark in data), "")
    if _open_kind(data):
        return "OpenDocument文档"
    names = _names(data)
    return next(
        (word for word, (start, _) in _OTHERS.items() if any(n.startswith(start) for n in names)),
        "",
    )


def _names(data: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except _BROKEN:
        return []


def _open_kind(data: bytes) -> bytes:
    """What an OpenDocument says of itself in its first entry; of other files nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("mimetype") as entry:
            told = entry.read(100).strip()
    except _BROKEN:
        return b""
    return told if told.startswith(_OPEN) else b""

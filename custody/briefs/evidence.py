"""What a printed brief carries so that it can be checked: its data inside the file, and its mark.

The mark is the digest of the snapshot. It stands on the last page as a code of 16 signs and, where
the address of the site is known, as a QR code; and in the file's metadata, so that an altered file
still says what it claims to be.
"""

from __future__ import annotations

import io
import re
import zlib
from datetime import datetime
from functools import lru_cache

import segno

from custody.briefs import sheets
from custody.briefs.snapshot import Snapshot, canonical, digest
from custody.infra.pdf import Asset, Attached

CODE_SIGNS = 16
_CLAIM = "custody:brief:"
_CLAIMED = re.compile(rb"custody:brief:([0-9a-f]{64})")
_STREAM = re.compile(rb"stream\r?\n")
_PACKED, _UNPACKED = 64 * 1024, 256 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def code_of(content_digest: str) -> str:
    """A1B2-C3D4-E5F6-0718: the first 64 bits of the digest, as people read them aloud."""
    short = content_digest[:CODE_SIGNS].upper()
    return "-".join(short[at : at + 4] for at in range(0, CODE_SIGNS, 4))


def code_read(text: str) -> str:
    """The code as typed or scanned, as the digest begins; empty where it cannot be one."""
    signs = re.sub(r"[\s\-—－]+", "", text).lower()
    return signs if re.fullmatch(r"[0-9a-f]{16}", signs) else ""


def numbered(brief: Snapshot) -> bool:
    """Only a brief that was given its number can be checked (snapshot.numbered); a proof or a draft is
    nobody's evidence, whatever number is meant for it."""
    head = brief["masthead"]
    return head["issue"] is not None and "base_url" in head


def claim(brief: Snapshot) -> str:
    """A keyword of the file: what it says it was made from."""
    return _CLAIM + digest(brief)


def claimed(data: bytes) -> str:
    """The digest a file says it was made from; empty where it says nothing.

    The keywords are in the metadata stream, which is compressed: of each stream only so much is
    unpacked as shows whether it is that one, and of that one no more than it may need.
    """
    for begin in _STREAM.finditer(data):
        packed = data[begin.end() : begin.end() + _PACKED]
        try:
            unpacking = zlib.decompressobj()
            if not unpacking.decompress(packed, 9).startswith(b"<?xpacket"):
                continue
            found = _CLAIMED.search(zlib.decompressobj().decompress(packed, _UNPACKED))
        except zlib.error:
            continue
        if found:
            return found[1].decode()
    return ""


def address(base_url: str, content_digest: str) -> str:
    """Where the QR code leads; empty while the site has no address of its own."""
    return f"{base_url}/verify/{content_digest[:CODE_SIGNS]}" if base_url else ""


@lru_cache(maxsize=64)
def square(text: str) -> Asset:
    """The QR code of a text as a drawing: level M, four modules of quiet zone (ISO/IEC 18004)."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True
    )
    return Asset("image/svg+xml", out.getvalue())


def attached(brief: Snapshot) -> tuple[Attached, ...]:
    """The snapshot as JSON and its tables as a workbook; the same bytes for the same brief."""
    made = datetime.fromisoformat(brief["masthead"]["day"])
    return (
        Attached(
            "简报数据.json",
            canonical(brief),
            "本期简报的全部数据（JSON）",
            "Source",
            "application/json",
        ),
        Attached(
            "简报表格.xlsx",
            sheets.workbook_of(brief, made),
            "本期简报的表格（Excel）",
            "Data",
            _XLSX,
        ),
    )

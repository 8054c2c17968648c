"""Zip files written straight to disk: memory stays flat, and the same members give the same bytes."""

from __future__ import annotations

import errno
import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from custody.infra.files import Stored

_CHUNK = 1024 * 1024
_ALREADY_PACKED = (
    "image/",
    "video/",
    "audio/",
    "application/pdf",
    "application/zip",
    "application/vnd",
)
_EARLIEST = 1980
"""No zip file knows an earlier year."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFull(Exception):
    """There is no room for the archive; nothing of it is left."""


class Archive:
    """A zip being written. Names are Unicode; days and rights are the caller's or fixed."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    def add(
        self, name: str, stream: IO[bytes], *, on: datetime, size: int, media_type: str = ""
    ) -> Stored:
        """All of the stream, in pieces. Media that are packed already are stored as they are."""
        packed = media_type.startswith(_ALREADY_PACKED) or media_type == "application/ofd"
        entry = zipfile.ZipInfo(name, _moment(on))
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        entry.file_size = size
        sha, count = hashlib.sha256(), 0
        with self._file.open(entry, "w") as member:
            while chunk := stream.read(_CHUNK):
                sha.update(chunk)
                count += len(chunk)
                member.write(chunk)
        return Stored(sha.hexdigest(), count)


def _moment(on: datetime) -> tuple[int, int, int, int, int, int]:
    return max(on.year, _EARLIEST), on.month, on.day, on.hour, on.minute, on.second


@contextmanager
def archive(path: Path) -> Iterator[Archive]:
    """Write an archive to the path; whatever goes wrong, no half of one stays there.

    Raises DiskFull. What an earlier, killed writer left at the path is overwritten.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, strict_timestamps=True) as file:
            yield Archive(file)
        with path.open("rb") as written:
            os.fsync(written.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise DiskFull from error
        raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise

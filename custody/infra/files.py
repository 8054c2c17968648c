"""Files kept by what is in them: the same bytes are stored once and can never change unnoticed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    digest: str
    """SHA-256, hexadecimal."""
    size: int


class FileStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise ValueError(f"not a digest: {digest!r}")
        return self.folder / digest[:2] / digest[2:]

    def put(self, stream: IO[bytes]) -> Stored:
        """Store all bytes of the stream. OSError (disk full) leaves nothing behind."""
        self.folder.mkdir(parents=True, exist_ok=True)
        sha = hashlib.sha256()
        size = 0
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := stream.read(_CHUNK):
                    sha.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            target = self.path(sha.hexdigest())
            target.parent.mkdir(exist_ok=True)
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Stored(sha.hexdigest(), size)

    def adopt(self, path: Path) -> Stored:
        """Take in a file that was written inside the store's folder, without a copy; it moves."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        target = self.path(digest)
        target.parent.mkdir(exist_ok=True)
        os.replace(path, target)
        return Stored(digest, size)

    def open(self, digest: str) -> BufferedReader:
        """FileNotFoundError when the file was removed behind our back."""
        return self.path(digest).open("rb")

    def intact(self, digest: str) -> bool:
        """Are the stored bytes still those that gave the digest?"""
        try:
            with self.open(digest) as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except FileNotFoundError:
            return False

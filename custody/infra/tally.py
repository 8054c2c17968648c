"""How often something happens within a minute, counted together by all processes of this machine.

Counted in a small file of fixed size, not in the database: a GET writes nothing there, and whoever
asks without end must not grow anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from datetime import datetime
from pathlib import Path

_PLACES = 4096
_WIDTH = 2
_MINUTE = 8
_SIZE = _MINUTE + _PLACES * _WIDTH
_FULL = 2 ** (8 * _WIDTH) - 1


class Tally:
    """At most `most` of one key within a clock minute; the counts of the last minute are forgotten.

    Two keys may fall on one place and are then counted as one: one pair in 4096.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._most = most

    def allows(self, key: str, now: datetime) -> bool:
        """Counts one more and says whether it is still allowed."""
        minute = (int(now.timestamp()) // 60).to_bytes(_MINUTE)
        digest = hashlib.blake2b(minute + key.encode(errors="replace"), digest_size=8).digest()
        place = _MINUTE + int.from_bytes(digest) % _PLACES * _WIDTH
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.pread(file, _MINUTE, 0) != minute:
                os.pwrite(file, minute.ljust(_SIZE, b"\0"), 0)
            count: int = min(int.from_bytes(os.pread(file, _WIDTH, place)) + 1, _FULL)
            os.pwrite(file, count.to_bytes(_WIDTH), place)
        finally:
            os.close(file)
        return count <= self._most

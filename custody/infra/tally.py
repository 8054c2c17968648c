"""How often something happens within a minute, counted in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from datetime import datetime
from threading import Lock


class Tally:
    """At most `most` of one key within a clock minute; the counts of the last minute are forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = ""
        self._counts: Counter[Hashable] = Counter()
        self._lock = Lock()

    def allows(self, key: Hashable, now: datetime) -> bool:
        """Counts one more and says whether it is still allowed."""
        minute = f"{now:%Y%m%d%H%M}"
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            self._counts[key] += 1
            return self._counts[key] <= self._most

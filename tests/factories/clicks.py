"""A second click that arrives while the first one's transaction is still open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

LATER = 0.4
"""Seconds the second one is given to run into the first."""


class Second:
    """Begins at once in a thread of its own; `result` waits for it and raises what it raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act, self._answer = act, None
        self._failed: BaseException | None = None
        # The stopped clock belongs to the context.
        self._thread = threading.Thread(target=copy_context().run, args=(self._work,))
        self._thread.start()
        self._thread.join(LATER)

    def _work(self) -> None:
        try:
            self._answer = self._act()
        except BaseException as error:
            self._failed = error

    def result(self) -> Any:
        self._thread.join()
        if self._failed:
            raise self._failed
        return self._answer

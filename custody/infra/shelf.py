"""A shelf for what is costly to work out: the last few results, by key, within a weight."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Least recently used goes first. The key must name everything the result depends on.

    Threads that ask for the same key at once wait for the first one's result instead of each
    working it out.
    """

    def __init__(self, room: int, weigh: Callable[[T], int]) -> None:
        self._room = room
        self._weigh = weigh
        self._held: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._weight = 0
        self._lock = Lock()
        self._makers: dict[Hashable, Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        found = self._find(key)
        if found is not None:
            return found[0]
        with self._lock:
            maker = self._makers.setdefault(key, Lock())
        with maker:
            found = self._find(key)
            if found is not None:
                return found[0]
            try:
                value = make()
                self._put(key, value)
            finally:
                with self._lock:
                    self._makers.pop(key, None)
        return value

    def _find(self, key: Hashable) -> tuple[T, int] | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def _put(self, key: Hashable, value: T) -> None:
        weight = self._weigh(value)
        if weight > self._room:
            return
        with self._lock:
            replaced = self._held.pop(key, None)
            if replaced is not None:
                self._weight -= replaced[1]
            self._held[key] = (value, weight)
            self._weight += weight
            while self._weight > self._room:
                _, (_, gone) = self._held.popitem(last=False)
                self._weight -= gone

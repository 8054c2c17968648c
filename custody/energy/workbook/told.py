"""What is wrong or doubtful in a file, by cell; equal things told once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Slip:
    """One cell's problem, or with a weight one cell's doubt."""

    code: str
    message: str
    cell: str
    row: int = 0
    """Counted from 0."""
    column: int = 0
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading(Generic[Row]):
    """What a sheet says. `rows` lacks the lines that could not be read."""

    rows: Sequence[Row]
    lines: int
    """Lines with something in them."""
    problems: Sequence[Slip]
    warnings: Sequence[Slip]

    @property
    def wrong(self) -> int:
        """Lines with at least one problem."""
        return len({slip.row for slip in self.problems})


@dataclass(frozen=True, slots=True)
class Told:
    code: str
    message: str
    cells: tuple[str, ...]
    count: int
    examples: tuple[str, ...] = ()
    """What stands in the first cells, where the message tells of one only: E5“约一千”."""

    @property
    def key(self) -> str:
        """By what a word on it finds it again."""
        return hashlib.sha256(f"{self.code} {self.message} {self.count}".encode()).hexdigest()[:12]

    @property
    def where(self) -> str:
        shown = "、".join(self.cells[:3])
        return f"{shown}等{self.count}处" if self.count > 3 else shown


_TYPED = re.compile(r"“[^”]*”")
MANY = 5
"""So many messages that differ only in what was typed are told one by one."""
EXAMPLES = 3
MOST_CELLS = 200
MOST_WARNINGS = 30


def grouped(slips: Iterable[Slip]) -> list[Told]:
    """Equal problems once, in the order of their first cell."""
    return [told for told, _ in heaped(slips)]


def heaped(slips: Iterable[Slip]) -> list[tuple[Told, list[Slip]]]:
    """The same, each with everything it stands for."""
    heaps: dict[str, list[Slip]] = {}
    alike: dict[tuple[str, str], list[str]] = {}
    for slip in slips:
        heap = heaps.setdefault(slip.message, [])
        if not heap:
            alike.setdefault((slip.code, _TYPED.sub("“”", slip.message)), []).append(slip.message)
        heap.append(slip)
    found = []
    for (code, _), messages in alike.items():
        if len(messages) <= MANY:
            found += [(_told(code, one, heaps[one]), heaps[one]) for one in messages]
        else:
            some = [slip for message in messages for slip in heaps[message]]
            examples = tuple(f"{one.cell}{_typed(one.message)}" for one in some[:EXAMPLES])
            words = f"{messages[0]}（其他单元格有同类问题）"
            found.append((replace(_told(code, words, some), examples=examples), some))
    return found


def _typed(message: str) -> str:
    found = _TYPED.search(message)
    return found[0] if found else ""


def _told(code: str, message: str, slips: Sequence[Slip]) -> Told:
    cells = tuple(slip.cell for slip in slips[:MOST_CELLS])
    return Told(code, message, cells, len(slips))


def weighed(slips: Iterable[Slip]) -> list[Told]:
    """The few doubts that matter most, the heaviest first."""
    found = list(slips)
    heaviest: dict[str, float] = {}
    for slip in found:
        for key in (slip.code, slip.message):
            heaviest[key] = max(slip.weight, heaviest.get(key, 0.0))
    told = grouped(found)
    told.sort(key=lambda one: -heaviest.get(one.message, heaviest[one.code]))
    return told[:MOST_WARNINGS]


def packed(told: Sequence[Told]) -> list[dict[str, Any]]:
    return [
        {**asdict(one), "cells": list(one.cells), "examples": list(one.examples)} for one in told
    ]


def unpacked(kept: Sequence[dict[str, Any]]) -> list[Told]:
    return [
        Told(**{**one, "cells": tuple(one["cells"]), "examples": tuple(one.get("examples", ()))})
        for one in kept
    ]

"""A rehearsal on a page and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custody.kernel.problems import Problem
from custody.milestones.bulk.changes import Change, Rehearsal, Row
from custody.milestones.bulk.shape import Kind


@dataclass(frozen=True, slots=True)
class Told:
    """A problem that one cell has, or many: «H14、H15 等12处»."""

    message: str
    cells: tuple[str, ...]
    titles: tuple[str, ...]
    """The rows these cells are in: 宜兴市 M19 改造竣工验收."""

    @property
    def where(self) -> str:
        shown = "、".join(self.cells[:3])
        return f"{shown}等{len(self.cells)}处" if len(self.cells) > 3 else shown


MANY = 5
"""So many messages that differ only in what was typed are told one by one; more are told together."""


def grouped(rows: Iterable[Row]) -> list[Told]:
    """Equal problems once, in the order of their first cell."""
    heaps: dict[str, list[tuple[str, str, str]]] = {}
    alike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for one in row.problems:
            heap = heaps.setdefault(one.message, [])
            if not heap:
                alike.setdefault((one.code, _TYPED.sub("“”", one.message)), []).append(one.message)
            heap.append((one.where, row.title, one.message))
    found = []
    for messages in alike.values():
        together = [message for one in messages for message in heaps[one]]
        many = len(messages) > MANY
        found += [_told(together)] if many else [_told(heaps[one]) for one in messages]
    return found


_TYPED = re.compile("“[^”]*”")


def _told(found: Sequence[tuple[str, str, str]]) -> Told:
    """「完成比例“一半”等不是数字」 where different words are wrong in the same way."""
    message = found[0][2]
    if len({said for *_, said in found}) > 1:
        message = _TYPED.sub(lambda typed: f"{typed[0]}等", message, count=1)
    return Told(message, tuple(cell for cell, *_ in found), tuple(title for _, title, _ in found))


def packed(rehearsal: Rehearsal) -> dict[str, Any]:
    """Rows that change nothing are counted and not kept."""
    return {
        "counts": dict(rehearsal.counts),
        "notes": list(rehearsal.notes),
        "rows": [
            {
                "number": row.number,
                "title": row.title,
                "kind": row.kind.value,
                "region": row.region,
                "code": row.code,
                "version": row.version,
                "changes": [[one.field, one.old, one.new] for one in row.changes],
                "problems": [[one.code, one.message, one.where] for one in row.problems],
                "by": row.by,
                "at": row.at,
            }
            for row in rehearsal.rows
            if row.kind is not Kind.SAME
        ],
    }


def unpacked(kept: Mapping[str, Any]) -> Rehearsal:
    rows = tuple(
        Row(
            **{
                **row,
                "kind": Kind(row["kind"]),
                "changes": tuple(Change(*one) for one in row["changes"]),
                "problems": tuple(Problem(*one) for one in row["problems"]),
            }
        )
        for row in kept["rows"]
    )
    return Rehearsal(rows, tuple(kept["notes"]), kept["counts"])

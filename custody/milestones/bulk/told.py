"""A rehearsal on a page and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def grouped(rows: Iterable[Row]) -> list[Told]:
    """Equal problems once, in the order of their first cell."""
    heaps: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        for problem in row.problems:
            heaps.setdefault(problem.message, []).append((problem.where, row.title))
    return [
        Told(message, tuple(cell for cell, _ in found), tuple(title for _, title in found))
        for message, found in heaps.items()
    ]


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

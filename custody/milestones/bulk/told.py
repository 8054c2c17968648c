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


def grouped(rows: Iterable[Row]) -> list[Told]:
    """Equal problems once, in the order of their first cell; equal also where only the typed words differ."""
    heaps: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in rows:
        for problem in row.problems:
            kind = (problem.code, _TYPED.sub("“”", problem.message))
            heaps.setdefault(kind, []).append((problem.where, row.title, problem.message))
    return [
        Told(
            _together([message for *_, message in found]),
            tuple(cell for cell, *_ in found),
            tuple(title for _, title, _ in found),
        )
        for found in heaps.values()
    ]


_TYPED = re.compile("“[^”]*”")


def _together(messages: Sequence[str]) -> str:
    """「完成比例“一半”等不是数字」 where different words are wrong in the same way."""
    different = len(set(messages)) > 1
    return _TYPED.sub(lambda typed: f"{typed[0]}等", messages[0], 1) if different else messages[0]


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

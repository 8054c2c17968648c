"""What must hold between the rows of a notice when one of them is edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from custody.kernel.problems import Problem


def problems_of_tile(
    code: str,
    tile: tuple[int | None, int | None],
    others: Mapping[tuple[int, int], tuple[str, str]],
) -> list[Problem]:
    """Two cities cannot share a tile of the map. `others`: (column, row) → (code, name)."""
    column, row = tile
    if column is None or row is None:
        return []
    there = others.get((column, row))
    if there is None or there[0] == code:
        return []
    return [
        Problem("tile", f"第{column}列第{row}行已是{there[1]}的位置，请另选一格。", "column"),
    ]


def problems_of_batch_change(old: int, new: int, *, understood: bool) -> list[Problem]:
    """Moving a region to another batch changes what the year asks of it: not by a slip."""
    if old == new or understood:
        return []
    return [
        Problem(
            "batch_change",
            "批次有变动，请阅读下方说明，勾选“已了解”后再保存。",
            "understood",
        )
    ]


def days_left(deadline: date, today: date) -> int:
    """Days until the deadline; negative once it has passed."""
    return (deadline - today).days

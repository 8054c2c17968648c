"""What a printed page looks like, coarsely: ink in a grid of cells, kept as text that a diff shows.

A page that only moved a hair stays the same; a picture that is gone, a table that ran over its
margin or words over words do not. `DRAW_LOOKS=1` writes the grids anew; look at the pages first.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray

COLUMNS, ROWS = 42, 59
"""Cells of an A4 page: squares of 5 mm."""
FULL = 0.45
"""Share of ink that is drawn as 9; a page of text has some 0.2."""
NEAR, FEW = 1, 0.005
"""Cells may differ by so much; so many of a page's cells may differ by more."""
DRAW = "DRAW_LOOKS"

Grid = NDArray[np.int_]


def pages(content: bytes) -> list[Grid]:
    """One grid of 0…9 a page, in grey as a copier would see it."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [_grid(page) for page in document]
    finally:
        document.close()


def _grid(page: pypdfium2.PdfPage) -> Grid:
    shown = page.render(scale=1, grayscale=True).to_numpy()
    ink = 1 - np.asarray(shown, float).reshape(shown.shape[0], shown.shape[1]) / 255
    rows = np.array_split(ink, ROWS, axis=0)
    cells = [[part.mean() for part in np.array_split(row, COLUMNS, axis=1)] for row in rows]
    return np.minimum(9, np.rint(np.array(cells) * 9 / FULL)).astype(int)


def text_of(grids: list[Grid]) -> str:
    return "\n\n".join(
        "\n".join("".join(" " if cell == 0 else str(cell) for cell in row).rstrip() for row in grid)
        for grid in grids
    )


def changed(found: list[Grid], known: list[Grid]) -> list[str]:
    """Which pages look otherwise, in words."""
    if len(found) != len(known):
        return [f"{len(found)} pages instead of {len(known)}"]
    shares = [
        float((np.abs(one - other) > NEAR).mean()) for one, other in zip(found, known, strict=True)
    ]
    return [
        f"page {number}: {share:.1%} of the cells look otherwise"
        for number, share in enumerate(shares, 1)
        if share > FEW
    ]


def differences(kept: Path, content: bytes) -> list[str]:
    """What looks otherwise than the grids kept in a file say."""
    found = pages(content)
    if os.environ.get(DRAW) == "1":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(text_of(found) + "\n", encoding="utf-8")
    return changed(found, _read(kept))


def _read(kept: Path) -> list[Grid]:
    lines = kept.read_text(encoding="utf-8").rstrip("\n").split("\n")
    # A page has ROWS lines and an empty one behind it; lines may be empty themselves.
    parts = [lines[start : start + ROWS] for start in range(0, len(lines), ROWS + 1)]
    blank = np.zeros((ROWS, COLUMNS), int)
    grids = []
    for part in parts:
        grid = blank.copy()
        for row, line in enumerate(part):
            for column, sign in enumerate(line):
                grid[row, column] = 0 if sign == " " else int(sign)
        grids.append(grid)
    return grids

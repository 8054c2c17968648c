"""A year's days from a small file: the first sheet of an .xlsx, or CSV in UTF-8 or GB18030."""

from __future__ import annotations

from custody.infra.sheets import Limits, read_workbook
from custody.kernel.cells import words
from custody.kernel.problems import Problem, Refused

MAX_BYTES = 1024 * 1024
LIMITS = Limits(size=MAX_BYTES, unpacked=16 * MAX_BYTES, rows=1_000, columns=20)
"""A year has some 40 such days; a cell far out would be laid out with all that lies before it."""


def rows_of(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    """(row as Excel numbers it, its cells) of every row that is not blank.

    Raises Refused with what is wrong with the file and what to do.
    """
    sheets = read_workbook(data, name, LIMITS)
    if not sheets:
        raise Refused([Problem("empty", f"“{name}”中没有工作表，请检查后重新上传。", "file")])
    rows = [[words(cell).strip() for cell in row] for row in sheets[0].rows]
    return [(number, cells) for number, cells in enumerate(rows, 1) if any(cells)]

"""Where things stand in a file: which sheet is ours, which row is its head, which column is what."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custody.kernel.cells import Cell, Sheet, cell_name, words
from custody.kernel.problems import Problem, Refused
from custody.milestones.bulk.shape import HIDDEN, NEEDED, SCHEMA, SHEET, TITLES


@dataclass(frozen=True, slots=True)
class Layout:
    sheet: Sheet
    head: int
    """Row of the column titles, counted from 0."""
    columns: Mapping[str, int]
    extra: tuple[str, ...]
    """Titles of columns that are not ours."""

    @property
    def first(self) -> int:
        """The first row below the head; a head over two merged rows is one head."""
        row = self.head + 1
        while row < len(self.sheet.rows) and self.cell(row, "key") == self.cell(self.head, "key"):
            row += 1
        return row

    def cell(self, row: int, name: str) -> Cell:
        return self.sheet.at(row, self.columns[name])

    def where(self, row: int, name: str) -> str:
        return cell_name(row, self.columns[name])


def locate(sheets: Sequence[Sheet]) -> Layout:
    """The sheet of ours in the file. Raises Refused: it is another workbook, or columns are missing."""
    ordered = sorted(sheets, key=lambda sheet: sheet.name != SHEET)
    best: tuple[Sheet, int, Mapping[str, int]] | None = None
    for sheet in ordered:
        for row in range(min(len(sheet.rows), 30)):
            found = _titles(sheet, row)
            if len(found) >= 4 and (best is None or len(found) > len(best[2])):
                best = (sheet, row, found)
        if best and best[0].name == SHEET:
            break
    if best is None:
        raise Refused([Problem("foreign", _foreign(sheets), "file")])
    sheet, head, columns = best
    missing = [TITLES[name] for name in NEEDED if name not in columns]
    if missing:
        names = "、".join(f"“{title}”" for title in missing)
        more = "（行标识等三列平时隐藏，请勿删除）" if set(missing) & _HIDDEN_TITLES else ""
        message = f"表中缺少{names}列{more}；请重新下载填报表，将内容填入后上传。"
        raise Refused([Problem("missing", message, "file")])
    schema = next(
        (text for row in sheet.rows[:head] for text in map(words, row) if text.startswith(_MARK)),
        "",
    )
    if schema and schema != SCHEMA:
        message = "这份填报表的版式与系统现行版式不同，请重新下载填报表，将内容填入后上传。"
        raise Refused([Problem("schema", message, "file")])
    titles = [words(cell).strip() for cell in sheet.rows[head]]
    extra = tuple(title for at, title in enumerate(titles) if title and at not in columns.values())
    return Layout(sheet, head, columns, extra)


_MARK = "custody.milestones/"
_HIDDEN_TITLES = {TITLES[name] for name in HIDDEN}


def _foreign(sheets: Sequence[Sheet]) -> str:
    if any(sheet.name == SHEET for sheet in sheets):
        return (
            f"工作表“{SHEET}”中没有找到表头（地区、编码、完成比例等列），"
            "请重新下载填报表，将内容填入后上传。"
        )
    return f"这不是本系统的里程碑填报表，应有工作表“{SHEET}”；请先下载填报表，填写后上传。"


_BY_TITLE = {title: name for name, title in TITLES.items()}


def _titles(sheet: Sheet, row: int) -> dict[str, int]:
    """Our columns in a row of titles; of two of the same title the first counts."""
    found: dict[str, int] = {}
    for at, cell in enumerate(sheet.rows[row]):
        title = unicodedata.normalize("NFKC", words(cell)) if isinstance(cell, str) else ""
        title = "".join(title.split()).removesuffix("(%)").removesuffix("日期")
        name = _BY_TITLE.get(title)
        if name:
            found.setdefault(name, at)
    return found

"""Where things stand in a file: what kind it is, which sheet, which row is the head, which column what."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custody.energy.rules.states import Kind
from custody.energy.workbook.columns import (
    FIELDS,
    SCHEMAS,
    SHEETS,
    names_by_title,
    plain_title,
    titles_of,
)
from custody.kernel.cells import Cell, Sheet, cell_name, words
from custody.kernel.problems import Problem, Refused

TOP = 30
"""The head of a table stands in one of so many first rows (our choice)."""


@dataclass(frozen=True, slots=True)
class Layout:
    kind: Kind
    sheet: Sheet
    head: int
    """Row of the column titles, counted from 0."""
    columns: Mapping[str, int]

    @property
    def first(self) -> int:
        """The first row below the head; a head over two merged rows is one head."""
        row, mark = self.head + 1, next(iter(self.columns.values()))
        while row < len(self.sheet.rows) and self.sheet.at(row, mark) == self.sheet.at(
            self.head, mark
        ):
            row += 1
        return row

    def where(self, row: int, name: str) -> str:
        return cell_name(row, self.columns.get(name, 0))


class Unlike(Refused):
    """Laid out otherwise: a table is there, but somebody must say which column is what."""

    def __init__(self, problem: Problem, sheet: Sheet, head: int) -> None:
        super().__init__([problem])
        self.sheet, self.head = sheet, head


def locate(
    sheets: Sequence[Sheet],
    kind: Kind | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Layout:
    """The table of the kind in the file; without a kind what the file itself says.

    `mapping`: field → heading, for a file laid out otherwise. Raises Unlike or Refused.
    """
    if mapping and kind:
        return _mapped(sheets, kind, mapping)
    kinds = [kind] if kind else [Kind.ROSTER, Kind.BILLS]
    best: Layout | None = None
    for wanted in kinds:
        by_title = names_by_title(wanted)
        for sheet in sorted(sheets, key=lambda one: (one.name != SHEETS[wanted], one.hidden)):
            for row in range(min(len(sheet.rows), TOP)):
                columns = _columns(sheet.rows[row], by_title)
                if len(columns) < 2 or (best and len(columns) <= len(best.columns)):
                    continue
                best = Layout(wanted, sheet, row, columns)
    needed = [field for field in FIELDS[best.kind] if field.needed] if best else []
    missing = [f.title for f in needed if best and f.name not in best.columns]
    if best is None or len(missing) == len(needed) or len(missing) > 1:
        raise _foreign(sheets, kind)
    if missing:
        names = "、".join(f"“{title}”" for title in missing)
        message = f"工作表“{best.sheet.name}”缺少{names}列；请补上该列，或重新下载模板填写后上传。"
        raise Unlike(Problem("missing", message, "file"), best.sheet, best.head)
    _same_schema(best)
    return best


def _columns(cells: Sequence[Cell], by_title: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = by_title.get(plain_title(cell)) if isinstance(cell, str) else None
        if name:
            found.setdefault(name, at)
    return found


def _same_schema(layout: Layout) -> None:
    prefix, _, _ = SCHEMAS[layout.kind].partition("/")
    told = {words(cell) for row in layout.sheet.rows[: layout.head] for cell in row if cell}
    other = [text for text in told if text.startswith(prefix + "/")]
    if other and SCHEMAS[layout.kind] not in other:
        message = "这份模板的版式与系统现行版式不同，请重新下载模板，将内容填入后上传。"
        raise Refused([Problem("schema", message, "file")])


def _foreign(sheets: Sequence[Sheet], kind: Kind | None) -> Refused:
    names = [SHEETS[kind]] if kind else list(SHEETS.values())
    asked = "或".join(f"“{name}”" for name in names)
    there = "、".join(f"“{one.name}”" for one in sheets[:5] if one.name)
    if any(one.name in names for one in sheets):
        message = f"工作表{asked}中没有找到表头；请重新下载模板，将内容填入后上传。"
    else:
        now = f"，现有{there}" if there else ""
        message = f"这不是本系统模板，应有工作表{asked}{now}；请下载模板填写，或指明各列的含义。"
    problem = Problem("foreign", message, "file")
    for sheet in sheets:
        for row in range(min(len(sheet.rows), TOP)):
            if not sheet.hidden and sum(isinstance(c, str) for c in sheet.rows[row]) >= 3:
                return Unlike(problem, sheet, row)
    return Refused([problem])


def _mapped(sheets: Sequence[Sheet], kind: Kind, mapping: Mapping[str, str]) -> Layout:
    wanted = {plain_title(heading): name for name, heading in mapping.items() if heading}
    for sheet in sheets:
        for row in range(min(len(sheet.rows), TOP)):
            columns = _columns(sheet.rows[row], wanted)
            if len(columns) == len(wanted):
                return Layout(kind, sheet, row, columns)
    message = "文件中没有找到所对应的各列，请重新对应。"
    raise Refused([Problem("mapping", message, "file")])


def headings(sheet: Sheet, head: int) -> list[str]:
    """What stands in the row of headings, for people to choose from."""
    return list(dict.fromkeys(filter(None, (words(cell).strip() for cell in sheet.rows[head]))))


def digest_of(titles: Sequence[str]) -> str:
    """The same sender lays out the same columns."""
    return hashlib.sha256("\n".join(map(plain_title, titles)).encode()).hexdigest()


def problems_of_mapping(kind: Kind, mapping: Mapping[str, str]) -> list[Problem]:
    titles = titles_of(kind)
    found = [
        Problem("needed", f"请指明“{field.title}”对应文件中的哪一列。", field.name)
        for field in FIELDS[kind]
        if field.needed and not mapping.get(field.name)
    ]
    seen: dict[str, str] = {}
    for name, heading in mapping.items():
        if heading and heading in seen:
            message = f"“{heading}”已对应“{titles[seen[heading]]}”，不能再对应“{titles[name]}”。"
            found.append(Problem("twice", message, name))
        elif heading:
            seen[heading] = name
    return found

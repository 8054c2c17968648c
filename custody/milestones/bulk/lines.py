"""What the rows of a sheet say: every cell read, or a problem that names it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from custody.kernel.cells import Cell, blank, to_day, to_text, to_whole, words
from custody.kernel.problems import Problem
from custody.milestones.bulk.layout import Layout
from custody.milestones.bulk.shape import (
    FIELDS,
    MAX_NOTES,
    MAX_UNIT,
    TITLES,
    Key,
    Values,
    iso,
    tidy,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as a person left it. `typed` lacks what could not be read."""

    row: int
    """Counted from 0."""
    region: str
    code: str
    version: int
    base: Values
    typed: Values
    problems: tuple[Problem, ...]
    shown: tuple[str, str]
    """(name of the region, code) as the visible columns have them."""

    @property
    def key(self) -> Key:
        return self.region, self.code

    @property
    def mine(self) -> dict[str, str]:
        """The fields this person changed."""
        return {name: value for name, value in self.typed.items() if value != self.base.get(name)}


def lines_of(layout: Layout, year: int) -> list[Line]:
    """Every row with something in it; rows that are not ours carry a problem and no key.

    `year`: of days written without one."""
    found: list[Line] = []
    seen: dict[Key, int] = {}
    for row in range(layout.first, len(layout.sheet.rows)):
        if all(blank(layout.cell(row, name)) for name in layout.columns):
            continue
        line = _line(layout, row, year)
        if line is None:
            continue
        if line.region and line.key in seen:
            message = f"该行与第{seen[line.key] + 1}行是同一个里程碑，请只保留一行。"
            line = _broken(layout, row, "twice", message)
        elif line.region:
            seen[line.key] = row
        found.append(line)
    return found


def _line(layout: Layout, row: int, year: int) -> Line | None:
    region, slash, code = words(layout.cell(row, "key")).strip().partition("/")
    if not slash:
        cells = [layout.cell(row, name) for name in layout.columns]
        told = {words(cell) for cell in cells if not blank(cell)}
        if len(told) == 1:
            return None  # a note below the table, one cell or merged across
        message = "该行不是下载时的行（没有行标识）；新增的行不导入，请删除该行或在原有的行中填写。"
        return _broken(layout, row, "no_key", message)
    base = _base(layout.cell(row, "base"))
    version = words(layout.cell(row, "version"))
    if base is None or not (version.isascii() and version.isdigit() and len(version) < 10):
        message = "该行隐藏列的内容被改动，无法核对；请重新下载填报表，填写该行。"
        return _broken(layout, row, "hidden", message)
    typed, problems = _typed(layout, row, base, year)
    return Line(
        row=row,
        region=region,
        code=code,
        version=int(version),
        base=base,
        typed=typed,
        problems=tuple(problems),
        shown=(
            words(layout.cell(row, "region")).strip(),
            words(layout.cell(row, "code")).strip(),
        ),
    )


def _broken(layout: Layout, row: int, code: str, message: str) -> Line:
    problem = Problem(code, message, layout.where(row, "code"))
    shown = (words(layout.cell(row, "region")).strip(), words(layout.cell(row, "code")).strip())
    return Line(row, "", "", 0, {}, {}, (problem,), shown)


def _base(cell: Cell) -> dict[str, str] | None:
    try:
        found = json.loads(words(cell))
    except ValueError:
        return None
    if not isinstance(found, dict) or set(found) != set(FIELDS):
        return None
    return {name: str(value) for name, value in found.items()}


def _typed(
    layout: Layout, row: int, base: Values, year: int
) -> tuple[dict[str, str], list[Problem]]:
    typed: dict[str, str] = {}
    problems: list[Problem] = []
    for name in FIELDS:
        cell, where, label = layout.cell(row, name), layout.where(row, name), TITLES[name]
        if name == "percent":
            value = _percent(cell, where, base[name])
        elif name in ("unit", "notes"):
            value = _text(cell, where, label, MAX_UNIT if name == "unit" else MAX_NOTES)
        else:
            value = _day(cell, where, label, year)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            typed[name] = value
    return typed, problems


def _percent(cell: Cell, where: str, base: str) -> str | Problem:
    """60, «60%», or 0.6: what Excel makes of a typed 60% in a cell it formats itself."""
    label = TITLES["percent"]
    if blank(cell):
        if base == "0":
            return "0"
        return Problem("percent", f"{label}不能为空，请填写0至100之间的整数。", where)
    if isinstance(cell, float) and 0 < cell < 1:
        cell = round(cell * 100, 6)
    elif cell == 1.0 and not isinstance(cell, bool) and base != "1":
        message = f"{label}为1，表示100%的请填写100；确为1%的请填写文字“1%”。"
        return Problem("percent_one", message, where)
    value = to_whole(cell, where, label, units=("%",))
    if isinstance(value, Problem):
        if value.code == "number":
            said = words(cell).strip()
            shown = said if len(said) <= 20 else f"{said[:20]}…"
            message = f"{label}“{shown}”不是数字，请填写0至100之间的整数，例如60。"
            return Problem(value.code, message, where)
        return value
    return str(value or 0)


def _day(cell: Cell, where: str, label: str, year: int) -> str | Problem:
    value = to_day(cell, where, label, year=year)
    if isinstance(value, date) and not 2000 <= value.year <= 2100:
        return Problem("year", f"{label}的年份“{value.year}”不对，请核对。", where)
    return value if isinstance(value, Problem) else iso(value)


def _text(cell: Cell, where: str, label: str, most: int) -> str | Problem:
    value = to_text(cell, where, label)
    if isinstance(value, Problem):
        return value
    value = tidy(value)
    if len(value) > most:
        return Problem("long", f"{label}有{len(value)}个字，不能超过{most}个字，请精简。", where)
    return value

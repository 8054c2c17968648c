"""Pure: many milestones in one sheet. Which columns it has, what its rows say, what that would change.

A row carries what the milestone was when the sheet was downloaded; what a person changed is told from
that, so a cell nobody touched never takes back what somebody else saved meanwhile.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from custody.kernel.cells import Cell, Sheet, blank, cell_name, to_day, to_text, to_whole, words
from custody.kernel.problems import Problem, Refused
from custody.milestones.rules import (
    Report,
    Status,
    Step,
    problems_of_forecast,
    problems_of_report,
    problems_of_step,
)

SHEET = "里程碑"
SCHEMA = "custody.milestones/1"
"""Written into the file; another number is another layout."""
TITLES: Mapping[str, str] = {
    "region": "地区",
    "code": "编码",
    "name": "里程碑",
    "status": "状态",
    "planned": "计划完成",
    "percent": "完成比例",
    "started": "实际开始",
    "forecast": "预计完成",
    "actual": "实际完成",
    "unit": "责任单位",
    "notes": "进展说明",
    "key": "行标识",
    "version": "版本",
    "base": "下载时内容",
}
"""The columns in the order of the download; the last three are hidden."""
FIELDS = ("percent", "started", "forecast", "actual", "unit", "notes")
"""What a person may fill in."""
NEEDED = ("region", "code", *FIELDS, "key", "version", "base")
HIDDEN = ("key", "version", "base")
MAX_UNIT, MAX_NOTES = 120, 4000
Key = tuple[str, str]
"""(region, code of the milestone)."""
Values = Mapping[str, str]
"""The fields as text: per cent as «60», days in ISO form, "" where nothing stands."""


class State(StrEnum):
    REHEARSED = "rehearsed"
    ACCEPTED = "accepted"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return {"rehearsed": "待接受", "accepted": "已接受", "discarded": "已放弃"}[self.value]


class Kind(StrEnum):
    """What became of a row."""

    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"
    STALE = "stale"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    Kind.CHANGED: "有变化",
    Kind.SAME: "无变化",
    Kind.WRONG: "有错误",
    Kind.STALE: "已过期",
}


def values_of(report: Report) -> dict[str, str]:
    return {
        "percent": str(report.percent),
        **{name: _iso(getattr(report, name)) for name in ("started", "forecast", "actual")},
        "unit": tidy(report.unit),
        "notes": tidy(report.notes),
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def base_of(report: Report) -> str:
    """The hidden cell that remembers what the milestone was."""
    return json.dumps(values_of(report), ensure_ascii=False, sort_keys=True)


def tidy(text: str) -> str:
    """As a form would hold it, whatever line ends and control characters a cell had."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in lines if c in "\n\t" or (c >= " " and c not in "\ufffe\uffff")
    ).strip()


def key_words(region: str, code: str) -> str:
    return f"{region}/{code}"


# --- where things stand in the file -----------------------------------------------------------


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


# --- what the rows say ------------------------------------------------------------------------


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


def lines_of(layout: Layout) -> list[Line]:
    """Every row with something in it; rows that are not ours carry a problem and no key."""
    found: list[Line] = []
    seen: dict[Key, int] = {}
    for row in range(layout.first, len(layout.sheet.rows)):
        if all(blank(layout.cell(row, name)) for name in layout.columns):
            continue
        line = _line(layout, row)
        if line is None:
            continue
        if line.region and line.key in seen:
            message = f"该行与第{seen[line.key] + 1}行是同一个里程碑，请只保留一行。"
            line = _broken(layout, row, "twice", message)
        elif line.region:
            seen[line.key] = row
        found.append(line)
    return found


def _line(layout: Layout, row: int) -> Line | None:
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
    typed, problems = _typed(layout, row, base)
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


def _typed(layout: Layout, row: int, base: Values) -> tuple[dict[str, str], list[Problem]]:
    typed: dict[str, str] = {}
    problems: list[Problem] = []
    for name in FIELDS:
        cell, where, label = layout.cell(row, name), layout.where(row, name), TITLES[name]
        if name == "percent":
            value = _percent(cell, where, base[name])
        elif name in ("unit", "notes"):
            value = _text(cell, where, label, MAX_UNIT if name == "unit" else MAX_NOTES)
        else:
            value = _day(cell, where, label)
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
        return value
    return str(value or 0)


def _day(cell: Cell, where: str, label: str) -> str | Problem:
    value = to_day(cell, where, label)
    if isinstance(value, date) and not 2000 <= value.year <= 2100:
        return Problem("year", f"{label}的年份“{value.year}”不对，请核对。", where)
    return value if isinstance(value, Problem) else _iso(value)


def _text(cell: Cell, where: str, label: str, most: int) -> str | Problem:
    value = to_text(cell, where, label)
    if isinstance(value, Problem):
        return value
    value = tidy(value)
    if len(value) > most:
        return Problem("long", f"{label}有{len(value)}个字，不能超过{most}个字，请精简。", where)
    return value


# --- what that would change -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """A milestone as it is now."""

    id: int
    region: str
    region_name: str
    code: str
    name: str
    status: Status
    version: int
    report: Report


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row, as text."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row of the file."""

    number: int
    """As the spreadsheet counts."""
    title: str
    """宜兴市 M19 改造竣工验收."""
    kind: Kind
    region: str = ""
    code: str = ""
    version: int = 0
    changes: tuple[Change, ...] = ()
    """Old is what is saved now."""
    problems: tuple[Problem, ...] = ()
    by: str = ""
    """Who changed it after the download, and when; for rows out of date."""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a file would do. Plain enough to be kept as JSON."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def of_use(self) -> bool:
        """May it be accepted?"""
        return self.count(Kind.CHANGED) > 0 and not self.refused

    @property
    def refused(self) -> int:
        return self.count(Kind.WRONG) + self.count(Kind.STALE)

    def count(self, kind: Kind) -> int:
        return self.counts.get(kind.value, 0)


LastChange = Mapping[int, tuple[str, datetime]]
"""Milestone's id → who changed it last, and when."""


def rehearse(
    layout: Layout,
    lines: Sequence[Line],
    known: Mapping[Key, Known],
    last: LastChange,
    *,
    today: date,
) -> Rehearsal:
    """`known`: the milestones this person may fill in, and no others."""
    rows = [_row(layout, line, known.get(line.key), last, today) for line in lines]
    notes = []
    if layout.extra:
        names = "、".join(f"“{title}”" for title in layout.extra[:8])
        notes.append(f"多出的{names}列不导入，已忽略。")
    if not lines:
        notes.append("表中没有里程碑，请在下载的填报表中填写后上传。")
    counts = Counter(row.kind.value for row in rows)
    return Rehearsal(tuple(rows), tuple(notes), dict(counts))


def _row(layout: Layout, line: Line, now: Known | None, last: LastChange, today: date) -> Row:
    number = line.row + 1
    title = " ".join(filter(None, line.shown)) or "（空）"
    if not line.region:
        return Row(number, title, Kind.WRONG, problems=line.problems)
    if now is None:
        message = "该里程碑不存在或不在您的管辖范围内，请删除该行。"
        problem = Problem("foreign_row", message, layout.where(line.row, "code"))
        return Row(number, title, Kind.WRONG, problems=(problem,))
    title = f"{now.region_name} {now.code} {now.name}"
    if line.shown != (now.region_name, now.code):
        message = (
            "该行的地区或编码与下载时不一致，可能是只对部分列作了排序或粘贴；"
            "请恢复原样，或重新下载后填写。"
        )
        problem = Problem("moved", message, layout.where(line.row, "code"))
        return Row(number, title, Kind.WRONG, line.region, line.code, problems=(problem,))
    saved = values_of(now.report)
    wanted = {name: value for name, value in line.mine.items() if value != saved[name]}
    changes = tuple(Change(name, saved[name], wanted[name]) for name in FIELDS if name in wanted)
    row = Row(number, title, Kind.SAME, line.region, line.code, now.version, changes)
    if not changes and not line.problems:
        return row
    if line.version != now.version:
        by, at = last.get(now.id, ("他人", None))
        return _as(row, Kind.STALE, by=by, at=at.isoformat() if at else "")
    problems = line.problems or _against_rules(layout, line.row, now, saved | wanted, today)
    return _as(row, Kind.WRONG if problems else Kind.CHANGED, problems=tuple(problems))


def _as(row: Row, kind: Kind, **more: Any) -> Row:
    values = {name: getattr(row, name) for name in Row.__slots__}
    return Row(**{**values, "kind": kind, **more})


def _against_rules(
    layout: Layout, row: int, now: Known, values: Values, today: date
) -> list[Problem]:
    report = report_of(values)
    found = [
        Problem(
            one.code,
            one.message,
            layout.where(row, "status" if "status" in layout.columns else "code"),
        )
        for one in problems_of_step(now.status, Step.UPDATE)
    ]
    for one in [*problems_of_report(report, today), *problems_of_forecast(report, today)]:
        found.append(Problem(one.code, one.message, layout.where(row, one.where)))
    return found


def report_of(values: Values) -> Report:
    def day(name: str) -> date | None:
        return date.fromisoformat(values[name]) if values[name] else None

    return Report(
        percent=int(values["percent"]),
        started=day("started"),
        forecast=day("forecast"),
        actual=day("actual"),
        unit=values["unit"],
        notes=values["notes"],
    )


def report_after(row: Row, now: Report) -> Report:
    """The milestone's fields with those of the row that change."""
    return report_of({**values_of(now), **{one.field: one.new for one in row.changes}})


def brought_up_to_date(layout: Layout, known: Mapping[Key, Known]) -> Layout:
    """Rows out of date as if they had been downloaded now, with what this person changed in them."""
    rows = [list(row) for row in layout.sheet.rows]
    for line in lines_of(layout):
        now = known.get(line.key)
        if now is None or line.version == now.version or not line.mine:
            continue
        fresh: dict[str, Cell] = {
            "percent": float(now.report.percent),
            "started": now.report.started,
            "forecast": now.report.forecast,
            "actual": now.report.actual,
            "unit": tidy(now.report.unit),
            "notes": tidy(now.report.notes),
        }
        kept = {name for name in FIELDS if name in line.mine or name not in line.typed}
        cells = {name: cell for name, cell in fresh.items() if name not in kept}
        cells |= {"version": str(now.version), "base": base_of(now.report)}
        for name, cell in cells.items():
            at = layout.columns[name]
            rows[line.row] += [None] * (at + 1 - len(rows[line.row]))
            rows[line.row][at] = cell
    return Layout(Sheet(layout.sheet.name, rows), layout.head, layout.columns, layout.extra)


# --- told -------------------------------------------------------------------------------------


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


# --- kept as JSON -----------------------------------------------------------------------------


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

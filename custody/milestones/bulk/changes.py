"""What the rows of a sheet would change: new, same, wrong, or out of date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from custody.kernel.cells import Cell, Sheet, blank, to_day, words
from custody.kernel.problems import Problem
from custody.milestones.bulk.layout import Layout
from custody.milestones.bulk.lines import Line, lines_of
from custody.milestones.bulk.shape import (
    FIELDS,
    TITLES,
    Key,
    Kind,
    Values,
    base_of,
    tidy,
    values_of,
)
from custody.milestones.rules import (
    Report,
    Status,
    Step,
    problems_of_forecast,
    problems_of_report,
    problems_of_step,
)


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
    planned: date | None = None


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
    notes += _kept_grey(layout, lines, known)
    if not lines:
        notes.append("表中没有里程碑，请在下载的填报表中填写后上传。")
    counts = Counter(row.kind.value for row in rows)
    return Rehearsal(tuple(rows), tuple(notes), dict(counts))


def _kept_grey(layout: Layout, lines: Sequence[Line], known: Mapping[Key, Known]) -> list[str]:
    """What was typed into columns that are only there to be read, said rather than passed over.

    Only of rows nobody else has changed since: there the cells still hold what was downloaded.
    """
    notes = []
    for name in ("name", "status", "planned"):
        if name not in layout.columns:
            continue
        rows = [
            line.row + 1
            for line in lines
            if (now := known.get(line.key)) is not None
            and line.version == now.version
            and _typed_over(layout, line.row, name, now)
        ]
        if rows:
            shown = "、".join(map(str, rows[:3])) + (f"等{len(rows)}" if len(rows) > 3 else "")
            notes.append(
                f"第{shown}行改动了“{TITLES[name]}”，该栏只供查看，不导入{_INSTEAD[name]}。"
            )
    return notes


_INSTEAD = {
    "name": "；里程碑名称由省级在模板中维护",
    "status": "；如已完成，请填写完成比例和实际完成日期，接受后到里程碑页面提交审核",
    "planned": "；如不能按期完成，请填写预计完成日期",
}


def _typed_over(layout: Layout, row: int, name: str, now: Known) -> bool:
    cell = layout.cell(row, name)
    if name == "planned":
        day = to_day(cell, "", "", year=now.planned.year if now.planned else None)
        return not blank(cell) and day != now.planned
    return not blank(cell) and tidy(words(cell)) != (
        now.name if name == "name" else now.status.label
    )


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


def brought_up_to_date(layout: Layout, known: Mapping[Key, Known], year: int) -> Layout:
    """Rows out of date as if they had been downloaded now, with what this person changed in them."""
    rows = [list(row) for row in layout.sheet.rows]
    for line in lines_of(layout, year):
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

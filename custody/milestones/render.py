"""Many milestones as a sheet to fill in, and the sheet somebody sent with what is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from custody.infra.marked import Marked, marked
from custody.infra.workbooks import Check, Column, Shape, Table, Value, workbook
from custody.milestones import bulk
from custody.milestones.bulk import SCHEMA, SHEET, TITLES, Key, Kind, Known, Layout, Rehearsal
from custody.milestones.models import Milestone
from custody.milestones.queries.bulk import report_of
from custody.regions.models import Region

_COLUMNS = {
    "region": Column(TITLES["region"], 16),
    "code": Column(TITLES["code"], 7, Shape.CENTRE),
    "name": Column(TITLES["name"], 30),
    "status": Column(TITLES["status"], 9, Shape.CENTRE),
    "planned": Column(TITLES["planned"], 12, Shape.DAY),
    "percent": Column(f"{TITLES['percent']}（%）", 10, Shape.WHOLE, open=True, check=Check.PERCENT),
    "started": Column(TITLES["started"], 12, Shape.DAY, open=True, check=Check.DAY),
    "forecast": Column(TITLES["forecast"], 12, Shape.DAY, open=True, check=Check.DAY),
    "actual": Column(TITLES["actual"], 12, Shape.DAY, open=True, check=Check.DAY),
    "unit": Column(TITLES["unit"], 22, open=True),
    "notes": Column(TITLES["notes"], 48, Shape.PROSE, open=True),
    "key": Column(TITLES["key"], 14, hidden=True),
    "version": Column(TITLES["version"], 8, hidden=True),
    "base": Column(TITLES["base"], 20, Shape.PROSE, hidden=True),
}

_NOTES = (
    "填写说明：",
    "1. 白色栏可以填写，灰色栏请勿改动；不填报的行保持原样，不影响系统现有内容。",
    "2. 日期按“2026-11-22”的样式填写，没有的留空；完成比例填写0至100之间的整数。",
    "3. 填好后在系统“批量填报”页面上传，先核对后接受；提交审核和上传佐证材料仍在里程碑页面办理。",
)


def sheet_to_fill(
    rows: Sequence[tuple[Milestone, Region]], *, scope: str, who: str, now: datetime
) -> bytes:
    """The open milestones of a place; what may be filled in is white, the rest grey and locked."""
    table = Table(
        name=SHEET,
        title=f"{scope}里程碑填报表",
        under=f"{now:%Y年%-m月%-d日 %H:%M} {who}下载，共{len(rows)}项",
        columns=list(_COLUMNS.values()),
        rows=[_line(milestone, region) for milestone, region in rows],
        notes=_NOTES,
        form=SCHEMA,
    )
    return workbook(table, author=who, created=now)


def sheet_to_read(
    rows: Sequence[tuple[Milestone, Region]], *, scope: str, who: str, now: datetime
) -> bytes:
    """The same rows for those who look on: nothing to fill in, nothing to send back."""
    shown = [replace(column, open=False, check=None) for column in list(_COLUMNS.values())[:-3]]
    table = Table(
        name=SHEET,
        title=f"{scope}未办结里程碑",
        under=f"截至{now:%Y年%-m月%-d日}，共{len(rows)}项",
        columns=shown,
        rows=[_line(milestone, region)[:-3] for milestone, region in rows],
    )
    return workbook(table, author=who, created=now)


def _line(milestone: Milestone, region: Region) -> list[Value]:
    report = report_of(milestone)
    return [
        region.name,
        milestone.code,
        milestone.item.name,
        milestone.status.label,
        milestone.planned,
        report.percent,
        report.started,
        report.forecast,
        report.actual,
        bulk.tidy(report.unit),
        bulk.tidy(report.notes),
        bulk.key_words(region.code, milestone.code),
        str(milestone.version),
        bulk.base_of(report),
    ]


def sent_again(layout: Layout) -> bytes:
    """The sheet with all its cells as a file of our layout."""
    return marked(_sent(layout, {}))


def annotated(
    layout: Layout, rehearsal: Rehearsal, known: Mapping[Key, Known], *, by: str, year: int
) -> bytes:
    """The sheet as it was sent; cells with a problem are red and say which.

    Rows out of date have what others saved meanwhile in every cell this person did not change, and
    count as downloaded now: sent again, they are this person's last word.
    """
    layout = bulk.brought_up_to_date(layout, known, year)
    comments: dict[tuple[int, int], str] = {}
    for row in rehearsal.rows:
        line = row.number - 1
        for at, words in _comments(row, line, layout):
            said = comments.get((line, at))
            comments[line, at] = f"{said}\n{words}" if said else words
    return marked(_sent(layout, comments), author=by)


def _sent(layout: Layout, comments: Mapping[tuple[int, int], str]) -> Marked:
    return Marked(
        sheet=layout.sheet,
        name=SHEET,
        head=layout.head,
        columns={at: _COLUMNS[name] for name, at in layout.columns.items()},
        comments=comments,
        form=SCHEMA,
    )


def _comments(row: bulk.Row, line: int, layout: Layout) -> list[tuple[int, str]]:
    by_name = {layout.where(line, name): at for name, at in layout.columns.items()}
    found = [
        (by_name[problem.where], problem.message)
        for problem in row.problems
        if problem.where in by_name
    ]
    if row.kind is Kind.STALE:
        found += [
            (
                layout.columns[change.field],
                f"该行下载后已被{row.by}更新，系统现为“{change.old or '空'}”；"
                "确认以本格内容为准的，保留后再次上传；不需要的，请改回系统现有内容。",
            )
            for change in row.changes
        ]
    return found

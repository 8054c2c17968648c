"""Rows of a sheet → what they would change, without a database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from custody.kernel.cells import Fault, Sheet
from custody.kernel.problems import Problem, Refused
from custody.milestones import bulk
from custody.milestones.bulk import Change, Kind, Known
from custody.milestones.bulk.changes import Row
from custody.milestones.rules import Report, Status

TODAY = date(2026, 11, 22)
REPORT = Report(
    percent=40,
    started=date(2026, 3, 10),
    forecast=date(2026, 12, 1),
    actual=None,
    unit="机关局",
    notes="第一行\n第二行",
)
M18 = Known(7, "320282", "宜兴市", "M18", "节能技术改造", Status.IN_PROGRESS, 3, REPORT)
TITLES = [bulk.TITLES[name] for name in bulk.TITLES]


def row(known: Known = M18, **typed: Any) -> list[Any]:
    values: dict[str, Any] = {
        "region": known.region_name,
        "code": known.code,
        "name": known.name,
        "status": known.status.label,
        "planned": None,
        "percent": float(known.report.percent),
        "started": known.report.started,
        "forecast": known.report.forecast,
        "actual": known.report.actual,
        "unit": known.report.unit,
        "notes": known.report.notes,
        "key": bulk.key_words(known.region, known.code),
        "version": str(known.version),
        "base": bulk.base_of(known.report),
        **typed,
    }
    return [values[name] for name in bulk.TITLES]


def rehearsed(*rows: list[Any], now: Known = M18, head: list[Any] | None = None) -> bulk.Rehearsal:
    sheet = Sheet("里程碑", [["标题"], head or TITLES, *rows])
    layout = bulk.locate([sheet])
    last = {7: ("宜报", datetime(2026, 11, 20, 9, 5))}
    lines = bulk.lines_of(layout, 2026)
    return bulk.rehearse(layout, lines, {(now.region, now.code): now}, last, today=TODAY)


def only(found: bulk.Rehearsal) -> bulk.Row:
    [one] = found.rows
    return one


def test_a_row_nobody_touched() -> None:
    assert only(rehearsed(row())).kind is Kind.SAME


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ({"percent": "６０％"}, [Change("percent", "40", "60")]),
        ({"percent": 0.6}, [Change("percent", "40", "60")]),
        ({"percent": "1%"}, [Change("percent", "40", "1")]),
        ({"forecast": "2026年12月8日"}, [Change("forecast", "2026-12-01", "2026-12-08")]),
        ({"forecast": None}, [Change("forecast", "2026-12-01", "")]),
        ({"unit": "  财政局 "}, [Change("unit", "机关局", "财政局")]),
        ({"notes": "第一行\r\n第二行"}, []),
        ({"status": "已确认", "planned": "随便"}, []),
    ],
)
def test_what_a_row_changes(typed: dict[str, Any], changes: list[Change]) -> None:
    one = only(rehearsed(row(**typed)))
    assert list(one.changes) == changes
    assert one.kind is (Kind.CHANGED if changes else Kind.SAME)


@pytest.mark.parametrize(
    ("typed", "where", "said"),
    [
        ({"percent": None}, "F3", "完成比例不能为空"),
        ({"percent": 1.0}, "F3", "表示100%的请填写100"),
        ({"percent": 1.0, "base": bulk.base_of(replace(REPORT, percent=0))}, "F3", "填写100"),
        ({"percent": 120.0}, "F3", "0至100之间"),
        ({"percent": "一半"}, "F3", "“一半”不是数字，请填写0至100之间的整数，例如60"),
        ({"percent": Fault("#REF!")}, "F3", "出错的公式（#REF!）"),
        ({"started": "2026-11-25"}, "G3", "不能晚于今天"),
        ({"forecast": "2026-13-01"}, "H3", "预计完成“2026-13-01”无法识别"),
        ({"forecast": "2026-11-01"}, "H3", "预计完成日期已过"),
        ({"actual": "1926-11-01"}, "I3", "年份“1926”不对"),
        ({"actual": "2026-01-01"}, "I3", "早于实际开始"),
        ({"unit": "字" * 121}, "J3", "有121个字"),
        ({"notes": Fault("#N/A")}, "K3", "出错的公式"),
        ({"code": "M19"}, "B3", "只对部分列作了排序"),
        ({"key": None}, "B3", "没有行标识"),
        ({"key": "320582/M18"}, "B3", "不在您的管辖范围内"),
        ({"version": "三"}, "B3", "隐藏列的内容被改动"),
        ({"base": "{}"}, "B3", "隐藏列的内容被改动"),
    ],
)
def test_what_is_wrong_with_a_row(typed: dict[str, Any], where: str, said: str) -> None:
    one = only(rehearsed(row(**typed)))
    assert one.kind is Kind.WRONG
    assert [problem.where for problem in one.problems] == [where]
    assert said in one.problems[0].message


def test_equal_problems_are_told_once() -> None:
    rows = [row(forecast="下月"), *(row(forecast="下月", key=f"320282/M{n}") for n in range(3))]
    found = rehearsed(*rows)
    told = {one.message: one for one in bulk.grouped(found.rows)}
    foreign = next(one for message, one in told.items() if "管辖范围" in message)
    assert foreign.where == "B4、B5、B6"
    assert len(told) == 2
    four = bulk.Told("x", ("B1", "B2", "B3", "B4"), ())
    assert four.where == "B1、B2、B3等4处"


def test_many_problems_that_differ_in_the_typed_words_only_are_told_together() -> None:
    def told(count: int) -> list[bulk.Told]:
        typed = [Problem("number", f"“{n}”不是数字。", f"F{n}") for n in range(count)]
        return bulk.grouped(
            [Row(n, "x", Kind.WRONG, problems=(one,)) for n, one in enumerate(typed)]
        )

    assert [one.message for one in told(2)] == ["“0”不是数字。", "“1”不是数字。"]
    [one] = told(150)
    assert one.message == "“0”等不是数字。"
    assert (one.where, len(one.cells)) == ("F0、F1、F2等150处", 150)


def test_what_is_typed_into_grey_columns_is_said() -> None:
    now = replace(M18, planned=date(2026, 11, 30))
    kept = {"name": now.name, "status": now.status.label, "planned": date(2026, 11, 30)}
    assert rehearsed(row(**kept), now=now).notes == ()
    found = rehearsed(row(**kept | {"status": "已确认"}), now=now)
    assert "第3行改动了“状态”" in found.notes[0]
    assert "到里程碑页面提交审核" in found.notes[0]
    [note] = rehearsed(row(**kept | {"planned": "明年"}), now=now).notes
    assert "“计划完成”" in note
    # Somebody else moved it meanwhile: the cell is what was downloaded, nobody typed it.
    moved = replace(now, version=now.version + 1)
    assert rehearsed(row(**kept | {"status": "未开始"}), now=moved).notes == ()


def test_the_same_row_twice() -> None:
    found = rehearsed(row(percent=50.0), row(percent=60.0))
    assert [one.kind for one in found.rows] == [Kind.CHANGED, Kind.WRONG]
    assert "与第3行是同一个里程碑" in found.rows[1].problems[0].message


def test_somebody_else_was_there() -> None:
    now = replace(M18, version=4, report=replace(REPORT, percent=55, unit="财政局"))
    stale = only(rehearsed(row(percent=60.0), now=now))
    assert (stale.kind, stale.by, stale.at) == (Kind.STALE, "宜报", "2026-11-20T09:05:00")
    assert stale.changes == (Change("percent", "55", "60"),)
    # Nothing of one's own, or the same as theirs: there is nothing to quarrel about.
    assert only(rehearsed(row(), now=now)).kind is Kind.SAME
    assert only(rehearsed(row(percent=55.0), now=now)).kind is Kind.SAME


def test_what_is_with_the_reviewers() -> None:
    now = replace(M18, status=Status.AWAITING_CITY)
    assert "请先撤回" in only(rehearsed(row(percent=60.0), now=now)).problems[0].message
    assert only(rehearsed(row(), now=now)).kind is Kind.SAME


def test_notes_and_blank_rows_are_passed_over() -> None:
    note: list[Any] = ["填写说明"] * 11 + [None] * 3
    found = rehearsed([None] * 14, row(percent=60.0), [], ["合计"], note, ["", " ", None])
    assert [one.number for one in found.rows] == [4]


def test_a_head_over_two_merged_rows() -> None:
    sheet = Sheet("里程碑", [["标题"] * 14, TITLES, TITLES, row(percent=60.0)])
    layout = bulk.locate([sheet])
    assert [line.row for line in bulk.lines_of(layout, 2026)] == [3]


def test_titles_may_be_written_otherwise() -> None:
    shown = {"percent": "完成比例\n（%）", "actual": "实际完成日期", "unit": " 责任 单位"}
    head = [shown.get(name, title) for name, title in bulk.TITLES.items()]
    assert only(rehearsed(row(percent=60.0), head=head)).kind is Kind.CHANGED


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ([Sheet("账单", [["单位", "电量"]])], "应有工作表“里程碑”"),
        ([], "应有工作表“里程碑”"),
        ([Sheet("里程碑", [["什么"]])], "没有找到表头"),
        ([Sheet("里程碑", [TITLES[:-3]])], "缺少“行标识”、“版本”、“下载时内容”列（"),
        ([Sheet("里程碑", [[t for t in TITLES if t != "进展说明"]])], "缺少“进展说明”列；"),
        ([Sheet("里程碑", [["标题", "custody.milestones/9"], TITLES])], "版式"),
    ],
)
def test_a_workbook_that_is_not_ours(sheets: list[Sheet], said: str) -> None:
    with pytest.raises(Refused, match=said):
        bulk.locate(sheets)


def test_our_sheet_is_found_among_others() -> None:
    other = Sheet("封面", [["说明"]])
    renamed = Sheet("Sheet1", [TITLES, row()])
    assert bulk.locate([other, renamed]).sheet is renamed
    own = Sheet("里程碑", [TITLES, row()])
    assert bulk.locate([renamed, own]).sheet is own


def test_a_rehearsal_survives_being_kept() -> None:
    found = rehearsed(row(percent=60.0), row(key=None, notes="x"))
    kept: Callable[..., Any] = bulk.packed
    assert bulk.unpacked(kept(found)) == found
    same = rehearsed(row())
    assert bulk.unpacked(kept(same)).rows == ()
    assert bulk.unpacked(kept(same)).count(Kind.SAME) == 1


def test_a_row_out_of_date_is_brought_up_to_date() -> None:
    """What this person changed stays, all else is what others saved; sent again it is a change."""
    now = replace(M18, version=4, report=replace(REPORT, percent=55, unit="财政局"))
    sheet = Sheet("里程碑", [TITLES, row(percent=60.0, forecast="下月"), row(key="x/y")])
    layout = bulk.brought_up_to_date(bulk.locate([sheet]), {("320282", "M18"): now}, 2026)
    again = bulk.lines_of(layout, 2026)
    found = bulk.rehearse(layout, again, {("320282", "M18"): now}, {}, today=TODAY)
    assert found.rows[0].changes == (Change("percent", "55", "60"),)
    assert found.rows[0].kind is Kind.WRONG
    assert "下月" in found.rows[0].problems[0].message
    assert layout.sheet.rows[2] == sheet.rows[2]


def test_a_report_after_the_changes() -> None:
    one = only(rehearsed(row(percent=60.0, forecast=None)))
    assert bulk.report_after(one, REPORT) == replace(REPORT, percent=60, forecast=None)

"""工作日历: a year entered by hand or from a file, and everything that counts working days obeys."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from custody.infra import clock as machine
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.kernel.problems import Refused
from custody.workdays.models import CalendarDay
from custody.workdays.queries import overlay_of
from custody.workdays.rules import Entry
from custody.workdays.sheet import MAX_BYTES, rows_of
from tests.conftest import Clock
from tests.critic import Critic, page
from tests.factories import inbox, people
from tests.factories import programme as arrange

ROWS = "1月1日至3日 休 元旦\n1月4日 班 元旦\n2027-02-05至2027-02-11 休 春节"
SOURCE = "国务院办公厅关于2027年部分节假日安排的通知"


def days(database: Database) -> list[tuple[date, bool]]:
    with database.reader() as session:
        return sorted(overlay_of(session, people.JIANGSU).items())


def enter(client: Critic, shown: object = None, **fields: object) -> object:
    data = {"rows": ROWS, "source": SOURCE, **fields}
    shown = shown or client.get("/admin/calendar?year=2027")
    return client.press(shown, "保存2027年安排", data)  # type: ignore[arg-type]


def test_a_year_is_entered_once(sign_in: Callable[..., Critic], database: Database) -> None:
    client = sign_in("admin")
    shown = client.get("/admin/calendar?year=2027")
    assert "2027年节假日安排尚未录入" in page(shown).text()
    for _ in range(2):  # a double click
        answer = enter(client, shown)
        assert answer.status_code == 303  # type: ignore[attr-defined]
    assert len(days(database)) == 11
    after = client.get("/admin/calendar?year=2027")
    text = page(after).text()
    assert "尚未录入" not in text
    assert "2027年2月5日至11日 休 春节 7" in text
    with database.reader() as session:
        [event] = session.scalars(select(Event).where(Event.action == "calendar.entered")).all()
        assert event.modifies
        assert event.changes["days"][1][0] == "1月1日休元旦"
    shown = sign_in("auditor").get("/audit?action=calendar.entered")
    assert "1月1日休元旦、1月2日休元旦" in page(shown).text()


def test_mistakes_are_listed_by_row_and_nothing_is_saved(
    sign_in: Callable[..., Critic], database: Database
) -> None:
    rows = "1月1日 休 元旦\n2月30日 休 春节\n3月3日 歇 三月三"
    answer = enter(sign_in("admin"), rows=rows)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    problems = page(answer).problems  # type: ignore[arg-type]
    assert [problem[:3] for problem in problems] == ["第2行", "第3行"]
    assert "2月30日 休 春节" in answer.text  # type: ignore[attr-defined]
    assert days(database) == []


def test_the_document_is_asked_for(sign_in: Callable[..., Critic], database: Database) -> None:
    answer = enter(sign_in("admin"), source=" ")
    assert page(answer).problems == ["请填写依据的文件。"]  # type: ignore[arg-type]
    assert days(database) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_from_a_csv_file(sign_in: Callable[..., Critic], database: Database, encoding: str) -> None:
    body = "日期,休/班,名称\n2027-01-01,休,元旦\n2027/1/4,班,元旦\n".encode(encoding)
    answer = enter(sign_in("admin"), rows="", file=(io.BytesIO(body), "安排.csv"))
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert days(database) == [(date(2027, 1, 1), False), (date(2027, 1, 4), True)]


def test_from_the_file_that_was_downloaded(
    sign_in: Callable[..., Critic], database: Database
) -> None:
    client = sign_in("admin")
    enter(client)
    before = days(database)
    download = client.get("/admin/calendar.xlsx?year=2027")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(download.data)).get_sheet_by_index(0)
    assert sheet.to_python()[3][:3] == ["2027年1月1日至2027年1月3日", "休", "元旦"]
    enter(client, rows="")
    assert days(database) == []
    enter(client, rows="", file=(io.BytesIO(download.data), "安排.xlsx"))
    assert days(database) == before
    with database.reader() as session:
        assert session.scalars(select(Event).where(Event.action == "calendar.exported")).one()


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (b"PK\x03\x04 not a workbook", "安排.xlsx", "已损坏"),
        (b"\xff\xfe\x00\x80\x81", "安排.csv", "文字编码无法识别"),
        ("1月1日,休\n".encode(), "安排.xlsx", "请将扩展名改回.csv"),
        ("1月1日,歇\n".encode(), "安排.csv", "第1行"),
        ("1月1日,休\n".encode() * 1_001, "安排.csv", "超过1,000行"),
    ],
)
def test_a_file_that_is_none(
    sign_in: Callable[..., Critic], database: Database, body: bytes, name: str, words: str
) -> None:
    answer = enter(sign_in("admin"), file=(io.BytesIO(body), name))
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert words in page(answer).problems[0]  # type: ignore[arg-type]
    assert days(database) == []


def test_a_big_file_is_not_read() -> None:
    with pytest.raises(Refused, match="不能超过1 MB"):
        rows_of(b"1" * (MAX_BYTES + 1), "安排.csv")


def test_a_cell_in_the_last_corner_is_not_laid_out() -> None:
    """As a full rectangle the sheet would be 17 thousand million cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["2027-01-01", "休", "元旦"])
        sheet.write_string(1_048_575, 16_383, "远")
    with pytest.raises(Refused, match="超过1,000行"):
        rows_of(out.getvalue(), "安排.xlsx")


def test_a_workbook_of_charts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("custody.workdays.sheet.read_workbook", lambda *_given: [])
    with pytest.raises(Refused, match="没有工作表"):
        rows_of(b"", "安排.xlsx")


def test_cells_of_every_kind_are_read_as_text() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(2, 0, datetime(2027, 1, 1), day)
        sheet.write_string(2, 1, " 休 ")
        sheet.write_formula(3, 2, "=1/0", value="#DIV/0!")
    assert rows_of(out.getvalue(), "安排.xlsx") == [
        (3, ["2027-01-01", "休", ""]),
        (4, ["", "", "#DIV/0!"]),
    ]


def test_two_administrators_at_once(sign_in: Callable[..., Critic], database: Database) -> None:
    client = sign_in("admin")
    shown = client.get("/admin/calendar?year=2027")
    with database.transaction() as session:
        inbox.entered(session, "admin", [Entry(date(2027, 1, 1), False, "新年")], "另一通知")
    answer = enter(client, shown)
    assert answer.status_code == 409  # type: ignore[attr-defined]
    text = page(answer).text()  # type: ignore[arg-type]
    assert "1月1日 休 元旦 休 新年" in text
    assert "依据" in text
    assert len(days(database)) == 1
    # Saved once more it is taken.
    assert client.press(answer, "保存2027年安排").status_code == 303  # type: ignore[arg-type]
    assert len(days(database)) == 11


def test_another_province_keeps_its_own(database: Database, clock: Clock, session: object) -> None:
    assert overlay_of(session, people.JIANGSU) == {}  # type: ignore[arg-type]
    inbox.entered(session, "admin", [Entry(date(2027, 1, 1), False, "元旦")])  # type: ignore[arg-type]
    assert overlay_of(session, people.JIANGSU) == {date(2027, 1, 1): False}  # type: ignore[arg-type]
    assert overlay_of(session, "990000") == {}  # type: ignore[arg-type]


def test_pages_count_working_days_as_entered(
    sign_in: Callable[..., Critic], database: Database, clock: Clock
) -> None:
    """待审 since Monday, looked at on the next Monday: five working days, or none in a holiday."""
    clock.to(machine.at(date(2027, 2, 1)))
    with database.transaction() as session:
        arrange.submitted(session, "320205", "M06")
    clock.to(machine.at(date(2027, 2, 8)))
    client = sign_in("xishan")
    assert "待无锡市局审核，已5个工作日" in page(client.get("/todo")).text()
    with database.transaction() as session:
        holiday = [Entry(date(2027, 2, day), False, "春节") for day in range(2, 9)]
        inbox.entered(session, "admin", holiday)
    assert "待无锡市局审核，今天提交" in page(client.get("/todo")).text()
    with database.transaction() as session:
        worked = [Entry(date(2027, 2, 6), True, "春节")]  # a Saturday
        inbox.entered(session, "admin", worked)
    assert "待无锡市局审核，已6个工作日" in page(client.get("/todo")).text()


def test_odd_years_are_this_year(sign_in: Callable[..., Critic]) -> None:
    client = sign_in("admin")
    for year in ("", "99999", "0", "x", "1949"):
        answer = client.get(f"/admin/calendar?year={year}")
        assert "录入2026年安排" in page(answer).text()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_number_of_statements_is_fixed(
    sign_in: Callable[..., Critic], database: Database, statements: Callable[[], object]
) -> None:
    client = sign_in("admin")
    with statements() as empty:  # type: ignore[attr-defined]
        client.get("/admin/calendar?year=2027")
    enter(client)
    client.get("/admin/calendar?year=2027")
    with statements() as full:  # type: ignore[attr-defined]
        client.get("/admin/calendar?year=2027")
    assert len(full) <= len(empty) <= 8, str(empty)
    with database.reader() as session:
        assert session.scalars(select(CalendarDay)).first() is not None

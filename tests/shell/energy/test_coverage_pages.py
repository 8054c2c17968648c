"""Coverage over HTTP, and the sheets and statements of the pages about months."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from custody.energy.models.bills import Bill, RegionMonth
from custody.energy.rules.states import Kind, MonthState
from custody.energy.workbook.columns import titles_of
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.factories import energy, people
from tests.factories.report_pages import MONTH, REGION, texts

Statements = Callable[[], Any]


def test_coverage_says_what_is_missing_and_whose_turn_it_is(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        other = energy.school(session, name="第二小学")
        energy.billed(session, other, 202511, 202608)
    words = texts(sign_in("wuxi"), f"{REGION}/coverage")
    assert "2026年10月 缺 1 张，待宜兴市补齐后报送月报" in words
    assert "2026年9—10月" in words
    assert "第二小学" in words
    assert "91.7%" in words
    water = texts(sign_in("wuxi"), f"{REGION}/coverage?energy=water&span=36")
    assert "没有应报的账单" in water


def test_missing_bills_come_as_the_template_and_go_in_again(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        other = energy.school(session, name="第二小学")
        energy.billed(session, other, 202511, 202608)
        number = other.number
    answer = sign_in("yixing").get(f"{REGION}/coverage/missing.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_index(0).to_python()
    head = next(at for at, row in enumerate(rows) if "户号" in row)
    assert rows[head][: len(titles_of(Kind.BILLS))] == list(titles_of(Kind.BILLS).values())
    lines = [row for row in rows[head + 1 :] if row[2]]
    assert [(row[0], row[2], row[3], row[-3]) for row in lines] == [
        ("第二小学", number, "2026-09", 1000.0),
        ("第二小学", number, "2026-10", 1000.0),
    ]
    with database.reader() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event is not None
        assert (event.action, event.modifies) == ("table.exported", False)
        assert event.note == "2025年11月—2026年10月，2张"


def test_a_region_without_meters_says_what_to_do(database: Database, sign_in: SignIn) -> None:
    officer = sign_in("yixing")
    assert "请先在“能源数据导入”中导入" in texts(officer, f"{REGION}/coverage")
    assert "还没有登记户号" in texts(officer, MONTH)
    assert "能源月报尚未报送" not in texts(officer, "/todo")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{REGION}/doubts/export.xlsx", "市实验小学"),
        (f"{REGION}/months/export.xlsx?year=2026", "2026年10月"),
        ("/energy/months.xlsx", "宜兴市"),
    ],
)
def test_tables_are_taken_away_and_that_is_recorded(
    meter: int, sign_in: SignIn, database: Database, path: str, told: str
) -> None:
    answer = sign_in("leader").get(path)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert any(told in str(cell) for row in rows for cell in row)
    with database.reader() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event is not None
        assert (event.action, event.modifies) == ("table.exported", False)


PAGES = (
    f"{REGION}/coverage?span=36",
    f"{REGION}/doubts",
    f"{REGION}/doubts?state=all",
    f"{REGION}/months",
    MONTH,
    "/energy/months",
)


@pytest.mark.parametrize("path", PAGES)
def test_the_number_of_statements_does_not_grow(
    path: str, database: Database, clock: Any, sign_in: SignIn, statements: Statements
) -> None:
    client, counts = sign_in("wuxi"), []
    for size in (3, 25):
        with database.transaction() as session:
            for number in range(size):
                meter = energy.doubled(session, name=f"第{size}.{number}小学")
                gap = session.get_one(Bill, (meter.id, 202605))
                session.delete(gap)
            for month in range(202601, 202601 + min(size, 9)):
                if session.get(RegionMonth, (people.YIXING, month)) is None:
                    session.add(
                        RegionMonth(
                            region_code=people.YIXING,
                            month=month,
                            state=MonthState.COMPLETE,
                            reason="",
                        )
                    )
        client.get(path)
        with statements() as seen:
            client.get(path)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 20, counts


def test_a_region_of_the_size_of_yixing_is_a_small_page(
    database: Database, clock: Any, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        for number in range(283):
            energy.school(session, name=f"宜兴市第{number}实验小学校区")
    body = sign_in("wuxi").get(f"{REGION}/coverage?span=36").data
    assert body.count(b'<td class="n">') == 283 * 36
    assert len(body) < 300_000

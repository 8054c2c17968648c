"""能源数据 of the province and of a region: figures, what comes next, a fixed number of statements."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.test import Client

from custody.energy.models.bills import Explanation, RegionMonth
from custody.energy.models.roster import Institution
from custody.energy.queries.months import doubts_of
from custody.energy.queries.overview import bills_of_year, standings
from custody.energy.rules.states import MonthState
from custody.infra import clock as machine_clock
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.kernel.periods import Month
from custody.regions.models import Region
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import energy, people

HERE = f"/energy/regions/{people.YIXING}"
OCTOBER = Month(2026, 10)


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    """Bills up to last month, of which the last one jumps at a price beyond all."""
    with database.transaction() as session:
        found = energy.school(session)
        energy.billed(session, found, 202501, 202609)
        energy.billed(session, found, 202610, 202610, use=3000, price="1.8")
        return int(found.id)


def text(client: Client, path: str) -> str:
    return page(client.get(path)).text()


def test_the_province_sees_who_has_what(meter: int, sign_in: SignIn) -> None:
    client = sign_in("coordinator")
    words = text(client, "/energy")
    assert "有单位名录的地区 1 / 32 个" in words
    assert "2026年10月账单 100.0%" in words
    assert "共 31 个" in words
    assert "待区县报送" in words
    none = text(client, "/energy?state=locked")
    assert "没有符合条件的地区" in none
    odd = text(client, "/energy?state=x&batch=zz&city=nowhere")
    assert "没有符合条件的地区" in odd
    assert "宜兴市" in text(client, "/energy?city=320200&batch=1&state=open")
    assert "宜兴市" not in text(client, "/energy?state=none")


def test_an_officer_comes_to_the_region(meter: int, sign_in: SignIn) -> None:
    answer = sign_in("yixing").get("/energy")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(HERE)


def test_what_comes_next_follows_the_data(meter: int, sign_in: SignIn, database: Database) -> None:
    client = sign_in("yixing")
    words = text(client, HERE)
    assert "2026年10月有2处存疑账单还没有说明" in words
    assert "此前11个月中还有11个月的月报没有报送" in words
    with database.transaction() as session:
        region = session.get_one(Region, people.YIXING)
        own = doubts_of(session, region, 202610, 202610)
        assert len(own) == 2
        who = session.scalars(select(Institution.edited_by)).first()
        session.add_all(
            Explanation(
                meter_id=one.meter_id, month=one.month, number=one.number, doubt=one.code,
                words="新装空调", given_at=machine_clock.now(), given_by=who,
            )
            for one in own
        )  # fmt: skip
    assert "可以报送月报" in text(client, HERE)
    with database.transaction() as session:
        session.add(
            RegionMonth(
                region_code=people.YIXING, month=202610, state=MonthState.COMPLETE, reason=""
            )
        )
        second = energy.school(session, name="市第二小学")
        energy.billed(session, second, 202511, 202609)
        number = second.id
    words = text(client, HERE)
    assert "2026年10月还缺1个户号的账单" in words
    assert "市第二小学" in words
    assert f"/energy/meters/{number}/202610" in client.get(HERE).get_data(as_text=True)
    assert "待省级核对" in words or "待设区市核对" in words


def test_a_region_without_a_roster_is_told_where_to_begin(clock: Any, sign_in: SignIn) -> None:
    words = text(sign_in("yixing"), HERE)
    assert "还没有单位名录。请先导入单位名录" in words
    roster = text(sign_in("yixing"), f"{HERE}/institutions")
    assert "下载单位名录模板" in roster


def test_those_not_in_custody_and_closed_ones_owe_nothing(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        out = energy.school(session, name="驻军某部")
        row = session.get_one(Institution, out.institution_id)
        row.in_custody, row.excluded_because = False, "涉密"
    words = text(sign_in("yixing"), HERE)
    assert "还缺" not in words
    assert "纳入托管的单位 1 / 2 家" in words


def test_sheets_have_the_same_figures(meter: int, sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        energy.school(session, name="市第二小学")
    client = sign_in("coordinator")
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/energy/export.xlsx").data))
    rows = book.get_sheet_by_index(0).to_python()
    (yixing,) = [row for row in rows if row[0] == "宜兴市"]
    assert yixing[3:6] == [2, 2, 2]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{HERE}/export.xlsx").data))
    assert book.sheet_names == ["近12个月", "缺账单的户号"]
    months = [row for row in book.get_sheet_by_index(0).to_python() if row[0] == "2026年10月"]
    assert months[0][1:3] == [3000, 5400]
    assert any(row[0] == "市第二小学" for row in book.get_sheet_by_index(1).to_python())
    with database.reader() as session:
        notes = session.scalars(select(Event.note).filter_by(action="table.exported")).all()
        assert "2026年10月，缺1张账单" in notes


def test_statements_do_not_grow(
    meter: int, sign_in: SignIn, database: Database, statements: Callable[[], Any]
) -> None:
    client = sign_in("coordinator")
    seen = []
    for more in (1, 4):
        with database.transaction() as session:
            for number in range(more):
                place = people.ZHANGJIAGANG if number % 2 else people.YIXING
                other = energy.school(session, place, f"第{more}{number}中学")
                energy.billed(session, other, 202501, 202609)
        counts = []
        client.get(HERE)
        with statements() as found:
            assert client.get(HERE).status_code == 200
        counts.append(len(found))
        with database.reader() as session, statements() as found:
            bills = bills_of_year(session, [people.YIXING, people.ZHANGJIAGANG], OCTOBER)
            whole = standings(
                session,
                [people.YIXING, people.ZHANGJIAGANG],
                province=people.JIANGSU,
                month=OCTOBER,
                bills=bills,
            )
        counts.append(len(found))
        seen.append(counts)
    assert seen[0] == seen[1]
    assert sum(one.institutions for one in whole.values()) == 6


def test_the_list_is_kept_until_the_data_change(
    meter: int, sign_in: SignIn, database: Database, statements: Callable[[], Any]
) -> None:
    client = sign_in("coordinator")
    with statements() as first:
        client.get("/energy")
    with statements() as again:
        client.get("/energy?batch=1")
    assert len(again) < len(first)
    officer = sign_in("yixing")
    facts = {"name": "市第九小学", "type_code": "021", "in_custody": "y"}
    form = officer.get(f"{HERE}/institutions/new")
    assert officer.press(form, "登记单位", facts).status_code == 303
    assert "纳入托管的单位 2 / 2 家" in text(client, "/energy")

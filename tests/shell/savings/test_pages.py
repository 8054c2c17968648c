"""The pages of savings: figures beside their coverage, traces, sheets, a fixed number of statements."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.test import Client

from custody.energy.rules.energies import Energy
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import baselines as made
from tests.factories import people
from tests.factories import savings as arrange

Statements = Callable[[], Any]


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    """宜兴市 has saved a tenth of its electricity; the number of its meter."""
    with database.transaction() as session:
        _, (power, water) = arrange.saved(session, people.YIXING, Energy.ELECTRICITY, Energy.WATER)
        arrange.adjusted(session, power, 500, 202605, None)
        assert water.id != power.id
        return int(power.id)


def text(client: Client, path: str) -> str:
    return page(client.get(path)).text()


def test_the_province_names_regions_with_and_without_a_baseline(
    meter: int, sign_in: SignIn
) -> None:
    words = text(sign_in("coordinator"), "/savings")
    assert "1 / 32 个地区有已采用的基准" in words
    assert "尚未建立能源基准、不能计算节能量的地区 31 个" in words
    assert "数据覆盖率 100.0%" in words
    assert "当量值" in words


def test_a_year_and_a_month_can_be_asked_for(meter: int, sign_in: SignIn) -> None:
    client = sign_in("coordinator")
    assert "2026年3月" in text(client, "/savings?year=2026&month=3")
    assert "2024年1月—2026年10月" in text(client, "/savings?year=all")
    odd = text(client, "/savings?year=x&month=99&caliber=none&batch=zz")
    assert "2026年1—10月" in odd


def test_an_officer_comes_to_the_region(meter: int, sign_in: SignIn) -> None:
    answer = sign_in("yixing").get("/savings")
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/savings/regions/320282")


def test_a_figure_opens_its_trace_down_to_the_bill(meter: int, sign_in: SignIn) -> None:
    client = sign_in("leader")
    assert f"/savings/meters/{meter}" in client.get(
        f"/savings/institutions/{_owner(client, meter)}"
    ).get_data(as_text=True)
    words = text(client, f"/savings/meters/{meter}/202607")
    for told in (
        "算式",
        "151,200",
        "非常规调整",
        "食堂扩建",
        "能源基准第1版",
        "0.1229 kgce/kWh",
        "0.5827 kgCO2/kWh",
        "28.6 ℃",
        "测试气温",
        "直接录入",
    ):
        assert told in words, told


def _owner(client: Client, meter: int) -> str:
    body = client.get(f"/savings/meters/{meter}").get_data(as_text=True)
    return body.partition("/savings/institutions/")[2].partition("?")[0].partition('"')[0]


def test_a_month_without_a_bill_says_why(meter: int, sign_in: SignIn) -> None:
    client = sign_in("yixing")
    assert "属于基准期" in text(client, f"/savings/meters/{meter}/202510")
    words = text(client, f"/savings/meters/{meter}/202611")
    assert "缺少账单" in words
    assert "每日基准用量" not in words
    assert client.get(f"/savings/meters/{meter}/202613").status_code == 404


def test_a_region_without_a_baseline_shows_no_figure(meter: int, sign_in: SignIn) -> None:
    words = text(sign_in("coordinator"), "/savings/regions/320582")
    assert "还没有已采用的能源基准，不能计算节能量" in words
    assert "tce" not in words


def test_the_sheets_hold_what_the_page_says(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("coordinator")
    owner = _owner(client, meter)
    for path, sheets in (
        ("/savings/export.xlsx", ["地区", "折算系数"]),
        (
            "/savings/regions/320282/export.xlsx",
            ["能源", "机构", "月份", "未计入", "折算系数"],
        ),
    ):
        book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(path).data))
        assert book.sheet_names == sheets
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.get(f"/savings/institutions/{owner}/export.xlsx").data)
    )
    assert book.sheet_names[:2] == ["能源", "月份"]
    with database.reader() as session:
        told = session.scalars(
            select(Event.label).where(Event.action == "table.exported").order_by(Event.id)
        ).all()
    assert told == ["节能量", "宜兴市节能量", "实验学校节能量"]


def test_as_many_statements_for_one_meter_as_for_many(
    meter: int, sign_in: SignIn, database: Database, statements: Statements
) -> None:
    client = sign_in("coordinator")
    paths = ("/savings", "/savings/regions/320282", f"/savings/meters/{meter}")
    counts: list[list[int]] = []
    for more in (1, 6):
        with database.transaction() as session:
            for number in range(more):
                name = f"第{more}{number}学校"
                made.metered(session, people.YIXING, Energy.ELECTRICITY, Energy.GAS, name=name)
        counts.append([])
        for path in paths:
            client.get(path)
            with statements() as told:
                client.get(path)
            counts[-1].append(len(told))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 22

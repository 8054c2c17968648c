"""What board, region, milestone and to-do list say of the end of the year."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from custody.accounts.rules import Place
from custody.dashboard.queries import outlook_of, programme_ahead, programme_facts
from custody.forecast.queries import way_of
from custody.forecast.wording import odds_words
from custody.infra import clock as machine
from custody.milestones.models import Milestone, TemplateItem
from tests.critic import page
from tests.factories import people, province
from tests.factories import programme as arrange

JIANGSU = Place(people.JIANGSU)
TODAY, PAST = 7, 8


def ahead_of(client, region=people.XISHAN):
    return page(client.get(f"/regions/{region}")).text().split("年底预测")[1].split("生命周期")[0]


def test_the_board_says_how_many_of_each_batch_and_how_likely(sign_in):
    response = sign_in("coordinator").get("/board")
    text = page(response).text().split("年底预测")[1].split("地区与里程碑")[0]
    assert "个地区 12月31日前试点验收完成" in text
    assert "八成可能" in text
    assert "三角分布" in text
    assert "模拟1万次" in text
    assert "<title>2026年启动和推进的地区按期完成的地区数及可能性</title>" in response.text
    cells = re.findall(r'<td class="m-ahead".*?</td>', response.text)
    assert len(cells) == 32
    assert any("&lt;1%" in cell and "八成把握不晚于" in cell for cell in cells)


def test_a_city_has_numbers_of_its_own(sign_in):
    text = page(sign_in("coordinator").get("/cities/320200")).text()
    text = text.split("年底预测")[1].split("地区与里程碑")[0]
    assert "/ 3 个地区" in text
    assert "/ 24 个地区" not in text


def test_a_region_is_told_its_date_its_odds_and_what_it_hangs_on(sign_in, database):
    text = ahead_of(sign_in("leader"))
    assert "若不追赶，招标前准备将于2027年" in text
    assert "比期限晚" in text
    assert "考虑不确定性，按期可能性<1%，一半可能不晚于2027年" in text
    assert "按期可能性 <1%" in text
    assert "关键路径 M01 成立工作专班、明确牵头单位" in text
    with database.transaction() as session:
        arrange.gate_passed(session, people.XISHAN)
    text = ahead_of(sign_in("leader"))
    assert "招标前准备已于" in text
    assert "关键路径" not in text


def test_a_gate_passed_late_is_done_and_was_not_in_time(sign_in, database, clock):
    clock.to(machine.at(date(2027, 1, 3), 10))
    with database.transaction() as session:
        arrange.gate_passed(session, people.XISHAN)
    client = sign_in("leader")
    assert "招标前准备已于2027年1月2日完成，比期限晚2天。" in ahead_of(client)
    board = page(client.get("/board")).text()
    assert "已完成，晚2天" in board
    assert "已完成 1 个（1 个晚于期限）" in board
    with database.reader() as reading:
        third = next(
            batch
            for batch in outlook_of(reading, JIANGSU, machine.today()).batches
            if batch.number == 3
        )
    assert (third.settled, third.late, third.expected) == (1, 1, 0.0)


def test_region_and_board_say_the_same_whoever_asks(sign_in, database):
    with database.transaction() as session:
        arrange.updated(session, people.YIXING, "M24", percent=80)
    with database.reader() as reading:
        whole = outlook_of(reading, JIANGSU, machine.today()).regions[people.YIXING]
    said = f"{whole.p50:%Y}年{whole.p50.month}月{whole.p50.day}日".removeprefix("2026年")
    sentence = f"按期可能性{odds_words(whole)}，一半可能不晚于{said}"
    for who in ("yixing", "wuxi", "leader"):
        client = sign_in(who)
        shown = ahead_of(client, people.YIXING)
        assert f"一半可能不晚于 {said}" in shown
        assert sentence in shown
        text = page(client.get(f"/regions/{people.YIXING}/gantt")).text()
        assert f"一半可能不晚于{said}，按期可能性{odds_words(whole)}" in text
    officer = sign_in("yixing")
    assert sentence in page(officer.get("/todo")).text()
    assert sentence in page(officer.get(f"/regions/{people.YIXING}/milestones/M24")).text()


def test_the_pages_of_daily_work_reckon_as_the_board_does(database, clock):
    """Two ways to the same rows: the desk asks for one region, the board for all."""
    with database.transaction() as session:
        arrange.gate_passed(session, people.QINHUAI)
        arrange.confirmed(session, people.XISHAN, "M01")
        arrange.updated(session, people.XISHAN, "M02", forecast=machine.today(), percent=70)
        arrange.submitted(session, people.YIXING, "M22")
    with database.reader() as reading:
        whole = outlook_of(reading, JIANGSU, machine.today())
        assert len(whole.regions) == 32
        for code, region in whole.regions.items():
            way = way_of(reading, code, machine.today())
            assert way is not None
            assert way.schedule == region.schedule
            assert (way.probability, way.half) == (region.probability, region.p50), code
        assert way_of(reading, "999999", machine.today()) is None


def test_a_moved_forecast_is_answered_with_what_follows(sign_in, database):
    with database.transaction() as session:
        for code in ("M01", "M02", "M03", "M04"):
            arrange.confirmed(session, people.XISHAN, code)
    client = sign_in("xishan")
    address = f"/regions/{people.XISHAN}/milestones/M05"
    answer = client.press(client.get(address), "保存", {"percent": "40", "forecast": "2026-12-28"})
    assert answer.status_code == 303
    text = page(client.get(address)).text()
    assert (
        "M05预计12月28日办结，比计划晚119天；再推迟，M06、M07、M08、M09、M10、M11、G-C随之顺延。"
        "若不追赶，招标前准备将于2027年" in text
    )
    todo = page(client.get("/todo")).text()
    assert "若不追赶，招标前准备将于2027年" in todo
    assert "按期可能性<1%，一半可能不晚于2027年" in todo
    assert "按期可能性<1%，一半可能不晚于2027年" in text
    assert "关键路径：M05 能源基准与费用基准核定确认 → M06" in todo
    assert "若不追赶" not in page(client.get(address.replace("M05", "M04"))).text()


def test_without_any_duration_it_is_unknown_not_nought(sign_in, database):
    with database.transaction() as session:
        for item in session.scalars(select(TemplateItem)):
            item.days_low = item.days_likely = item.days_high = None
        for row in session.scalars(select(Milestone).where(Milestone.region_code == people.XISHAN)):
            row.planned = row.plan_start = None
    client = sign_in("coordinator")
    assert "暂无法推算：里程碑尚未开启，或模板和计划都没有工期" in ahead_of(client)
    assert "另有 1 个地区资料不足" in page(client.get("/board")).text()
    assert "若不追赶" not in sign_in("xishan").get("/todo").text
    # The others have the days of their plan.
    assert "若不追赶" in ahead_of(client, "320104")


def test_a_past_day_is_forecast_as_it_was_then(sign_in, database, clock):
    then = machine.today()
    with database.reader() as reading:
        before = outlook_of(reading, JIANGSU, then)
    client = sign_in("leader")
    shown = ahead_of(client)
    clock.to(clock.now + timedelta(days=3))
    with database.transaction() as session:
        arrange.gate_passed(session, people.XISHAN)
    with database.reader() as reading:
        assert outlook_of(reading, JIANGSU, then) == before
    client = sign_in("leader")
    past = page(client.get(f"/regions/{people.XISHAN}?as_of={then}")).text()
    assert past.split("年底预测")[1].split("生命周期")[0] == shown
    assert "招标前准备已于" in ahead_of(client)


def test_the_export_has_the_forecast(sign_in):
    head, first, *_ = sign_in("coordinator").get("/board/matrix.csv").text.splitlines()
    assert "预测完成,按期可能性" in head
    assert "<1%" in first


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("template", ["thousand"])
def test_the_board_reads_facts_and_forecast_with_the_same_statements(database, clock, statements):
    with database.transaction() as session:
        arrange.updated(session, people.YIXING, "M24", percent=80)
        arrange.updated(session, province.region_code(5), "M24", percent=80)
    day = machine.today()
    for code, regions in ((people.JIANGSU, 32), (province.CODE, 1_000)):
        for on, wanted in ((day, TODAY), (day.replace(day=1), PAST)):
            with database.reader() as reading, statements() as seen:
                facts, outlook = programme_ahead(reading, Place(code), on)
            assert len(seen) == wanted, str(seen)
            assert len(outlook.regions) == regions
            with database.reader() as reading:
                assert facts == programme_facts(reading, Place(code), on)

"""Board and city: who sees which, filters, past days, the export."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from custody.infra import clock as machine
from custody.infra.journal import Event
from custody.regions.models import Region
from tests.critic import page
from tests.factories import people
from tests.factories import programme as arrange


def names(response):
    """The regions of the matrix, in order."""
    heads = [e for e in page(response).all("th") if (e.get("class") or "") == "m-name"]
    return [page(response).text(e) for e in heads if e.get("scope") == "row"]


def cell(response, region, code):
    """What the matrix says of a milestone: (light, day, the words of the hover)."""
    href = f"/regions/{region}/milestones/{code}"
    found = page(response)
    for link in found.all("a"):
        light = link.get("class") or ""
        if link.get("href") == href and light.startswith("l-"):
            return light[2:], found.text(link), found.parent[link].get("title")
    raise LookupError(href)


def test_the_province_sees_all_32_by_batch(sign_in):
    response = sign_in("leader").get("/board")
    found = names(response)
    assert len(found) == 32
    assert found[:4] == ["宜兴市", "张家港市", "盐城市大丰区", "无锡市滨湖区"]
    text = page(response).text()
    assert "距 12月31日还有 39 天" in text
    assert "第二批试点地区 0 / 5 个地区达成年度目标" in text
    assert "11月尚未填报 32 个地区" in text


def test_the_board_follows_what_people_do(sign_in, database):
    client = sign_in("leader")
    assert cell(client.get("/board"), "320104", "M01")[0] == "red"
    with database.transaction() as session:
        arrange.updated(session, "320104", "M10", percent=40)
        arrange.confirmed(session, "320104", "M01")
    response = client.get("/board")
    assert cell(response, "320104", "M01")[:2] == ("green", "11-21")
    light, day, words = cell(response, "320104", "M10")
    assert (light, day) == ("red", "11-30")
    assert "计划11月30日" in words
    assert "11月尚未填报 31 个地区" in page(response).text()


def test_a_passed_gate_moves_stage_and_card(sign_in, database):
    with database.transaction() as session:
        arrange.gate_passed(session, people.QINHUAI)
    response = sign_in("leader").get("/board?city=320100")
    assert names(response) == ["南京市秦淮区"]
    text = page(response).text()
    assert "2026年启动和推进的地区 1 / 24 个地区达成年度目标" in text
    assert "南京市秦淮区 南京 招标签约" in text
    assert "年度目标已达成；招标签约0/3；M12–M14 未定期限" in text
    asked = page(sign_in("leader").get("/attention?kind=undated")).text()
    assert "未定期限 南京市秦淮区 M12–M14（3项） 请省级协调员确定计划日期" in asked


def test_filters_stand_in_the_address_and_narrow_the_matrix(sign_in, database):
    with database.transaction() as session:
        arrange.confirmed(session, "320205", "M01")
    client = sign_in("coordinator")
    assert len(names(client.get("/board?batch=2"))) == 5
    assert len(names(client.get("/board?city=320200"))) == 5
    assert names(client.get("/board?milestone=M01&light=green")) == ["无锡市锡山区"]
    assert len(names(client.get("/board?light=red"))) == 32
    odd = client.get("/board?light=green&batch=99")
    assert names(odd) == []
    assert "没有符合筛选条件的地区" in page(odd).text()
    chosen = [e for e in page(odd).all("option") if e.get("selected") is not None]
    assert [e.get("value") for e in chosen] == ["green"]


def test_a_filter_says_what_it_counts_and_what_it_leaves_alone(sign_in):
    client = sign_in("leader")
    text = page(client.get("/board?batch=2&city=320200")).text()
    assert "符合条件 1 个，共 5 个地区" in text
    assert "不受筛选影响，以下为全省情况" in text
    assert "筛选影响" not in page(client.get("/board")).text()
    assert "以下为无锡市情况" in page(client.get("/cities/320200?batch=2")).text()


def test_a_city_has_no_map_and_no_column_of_its_own_name(sign_in):
    response = sign_in("leader").get("/cities/320200")
    text = page(response).text()
    assert "不表示行政区划界线" not in text
    assert not [e for e in page(response).all("th") if (e.get("class") or "") == "m-city"]
    assert "11月填报情况 5 个地区尚未填报" in text


def test_whoever_is_bound_to_a_city_sees_the_city(sign_in):
    client = sign_in("wuxi")
    response = client.get("/board")
    assert page(response).heading == "无锡市进展"
    assert len(names(response)) == 5
    assert names(client.get("/cities/320200")) == names(response)
    assert client.get("/cities/320500").status_code == 404
    assert client.get("/attention?city=320500").status_code == 404


def test_whoever_is_bound_to_a_region_is_led_there(sign_in):
    client = sign_in("yixing")
    response = client.get("/board")
    assert response.status_code == 302
    assert response.location == "/regions/320282"
    assert client.get("/cities/320200").status_code == 404
    assert "宜兴市" in page(client.get("/attention")).text()


@pytest.mark.parametrize("code", ["320500", "999999", "320282"])
def test_the_province_opens_every_city_and_nothing_else(sign_in, code):
    wanted = 200 if code == "320500" else 404
    assert sign_in("leader").get(f"/cities/{code}").status_code == wanted


def test_a_past_day_is_told_as_it_was(sign_in, database, clock):
    client = sign_in("leader")
    before = client.get("/board").text
    clock.to(clock.now + timedelta(days=1))
    with database.transaction() as session:
        arrange.confirmed(session, "320104", "M01")
        arrange.updated(session, "320583", "M11", percent=70)
    today = sign_in("leader").get("/board")
    assert cell(today, "320104", "M01")[0] == "green"
    past = sign_in("leader").get("/board?as_of=2026-11-22")
    assert "正在回看 2026年11月22日 当天的情况" in page(past).text()
    assert cell(past, "320104", "M01")[0] == "red"
    begin, end = '<div class="batch-cards">', "<summary>图例"
    told = past.text[past.text.index(begin) : past.text.index(end)]
    shown = before[before.index(begin) : before.index(end)]
    for kept in ('?as_of=2026-11-22"', "?as_of=2026-11-22&amp;", '&amp;as_of=2026-11-22"'):
        told = told.replace(kept, kept[-1] if kept[0] == "?" else '"')
    told = told.replace('value="2026-11-22"', 'value=""').replace("?kind", "?kind")
    assert told.replace("&amp;", "").replace("?", "") == shown.replace("&amp;", "").replace("?", "")


@pytest.mark.parametrize(
    ("as_of", "words"),
    [("2026-11-23", "截至日期不能晚于今天"), ("昨天", "日期“昨天”无法识别")],
)
def test_a_day_that_cannot_be_shown_is_said(sign_in, as_of, words):
    for address in ("/board", "/cities/320200", "/regions/320282", "/attention"):
        response = sign_in("leader").get(address, query_string={"as_of": as_of})
        assert response.status_code == 200
        assert words in page(response).text()


def test_the_export_is_the_matrix_as_filtered_and_leaves_a_trace(sign_in, database):
    client = sign_in("coordinator")
    response = client.get("/board/matrix.csv?batch=1&milestone=M19")
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [row["地区"] for row in rows] == ["宜兴市", "张家港市", "盐城市大丰区"]
    assert {row["里程碑编码"] for row in rows} == {"M19"}
    assert rows[0]["计划完成"] == "2026-06-30"
    with database.reader() as reading:
        event = reading.scalars(select(Event).order_by(Event.id.desc())).first()
        assert (event.action, event.actor_name, event.modifies) == ("board.exported", "韩协", False)
        assert event.note == "截至2026年11月22日，3个地区"
    assert sign_in("auditor").get("/board/matrix.csv").status_code == 403
    assert "导出表格" not in page(sign_in("auditor").get("/board")).text()
    assert sign_in("wuxi").get("/cities/320500/matrix.csv").status_code == 404


def test_a_name_cannot_become_part_of_the_page(sign_in, database):
    with database.transaction() as session:
        region = session.get_one(Region, "320583")
        region.name = "<b>昆山</b>&市"
    response = sign_in("leader").get("/board")
    assert "<b>昆山</b>&市" in names(response)


def test_the_shelf_is_not_shared_between_days(sign_in, clock):
    client = sign_in("leader")
    assert "还有 39 天" in page(client.get("/board")).text()
    clock.to(machine.at(clock.today + timedelta(days=1), 0, 5))
    assert "还有 38 天" in page(sign_in("leader").get("/board")).text()


def test_what_needs_attention_is_listed_by_kind(sign_in, database):
    with database.transaction() as session:
        arrange.returned(session, "320205", "M04", now=machine.at(machine.today().replace(day=18)))
        arrange.submitted(session, "320282", "M23", now=machine.at(machine.today().replace(day=9)))
    client = sign_in("leader")
    returned = page(client.get("/attention?kind=returned")).text()
    assert "无锡市锡山区 M04" in returned
    assert "已退回4天" in returned
    waiting = page(client.get("/attention?kind=waiting")).text()
    assert "待无锡市局审核，已9个工作日" in waiting
    silent = page(client.get("/attention?kind=silent")).text()
    assert "11月尚未填报 30 个地区" in silent
    assert "没有已退回的事项" in page(client.get("/attention?kind=returned&city=320500")).text()

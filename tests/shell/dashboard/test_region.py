"""The page of a region, and finding it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from custody.regions.models import Region
from custody.supervision.models import Matter
from tests.critic import page
from tests.factories import contracts, people, supervision
from tests.factories import programme as arrange


@pytest.mark.parametrize("who", ["leader", "auditor", "admin", "wuxi", "yixing", "leader-yixing"])
def test_everybody_within_may_read_it(sign_in, who):
    response = sign_in(who).get("/regions/320282")
    assert page(response).heading == "宜兴市"
    text = page(response).text()
    assert "当前阶段 试点" in text
    assert "M15 现场交接与计量方案：逾期236天" in text
    assert "宜报 区县填报员" in text
    assert "吴审 设区市审核员" in text


@pytest.mark.parametrize(
    ("who", "code"),
    [("suzhou", "320282"), ("yixing", "320205"), ("leader", "999999"), ("leader", "320200")],
)
def test_another_region_is_not_there(sign_in, who, code):
    assert sign_in(who).get(f"/regions/{code}").status_code == 404


def test_it_links_to_milestones_city_and_profile(sign_in):
    def links(who):
        return {a.get("href") for a in page(sign_in(who).get("/regions/320282")).all("a")}

    officer, leader = links("yixing"), links("leader")
    assert "/regions/320282/milestones/M23" in officer & leader
    assert "/cities/320200" in leader - officer
    profile = next(iter(officer - leader - {"/todo"}), "")
    assert any("profile" in str(one) for one in officer), profile
    assert not any("profile" in str(one) for one in leader)


def test_its_history_is_told_in_words(sign_in, database):
    with database.transaction() as session:
        arrange.returned(session, people.YIXING, "M23", reason="结算单缺少签章。")
        arrange.updated(session, people.YIXING, "M24", percent=55)
    text = page(sign_in("leader").get("/regions/320282")).text()
    assert "韩协 退回：M23 费用结算（月、季、年）（结算单缺少签章。）" in text
    assert "宜报 更新进展：M24 试点评估与经验总结" in text
    assert "完成比例：0% → 55%" in text
    assert "11月填报 已填报" in text


def test_a_past_day_shows_neither_later_work_nor_its_history(sign_in, database, clock):
    clock.to(clock.now + timedelta(days=2))
    with database.transaction() as session:
        arrange.updated(session, people.YIXING, "M24", percent=55)
    client = sign_in("leader")
    assert "更新进展：M24" in page(client.get("/regions/320282")).text()
    past = page(client.get("/regions/320282?as_of=2026-11-22")).text()
    assert "更新进展：M24" not in past
    assert "11月填报 未填报" in past
    assert "回到今天" in past


def test_the_profile_is_shown(sign_in, database):
    with database.transaction() as session:
        region = session.get_one(Region, people.YIXING)
        region.institutions, region.floor_area, region.contact = 283, 1234567, "陈静"
    text = page(sign_in("leader").get("/regions/320282")).text()
    assert "公共机构 283 家" in text
    assert "建筑面积 1,234,567 平方米" in text
    assert "联系人 陈静" in text


def test_the_only_hit_of_a_search_opens(sign_in):
    client = sign_in("leader")
    assert client.get("/search?q=宜兴").location == "/regions/320282"
    assert client.get("/search?q=320282").location == "/regions/320282"
    assert client.get("/search?q=镇江").location == "/cities/321100"
    several = page(client.get("/search?q=泰州")).text()
    assert "泰州市海陵区" in several
    assert "泰州市 设区市" in several
    assert "没有找到与“上海”有关的地区" in page(client.get("/search?q=上海")).text()
    assert "请输入地区名称的一部分" in page(client.get("/search?q=")).text()
    assert client.get("/search?q=%25").status_code == 200


def test_a_search_finds_only_what_one_may_see(sign_in):
    client = sign_in("suzhou")
    assert "没有找到" in page(client.get("/search?q=宜兴")).text()
    assert client.get("/search?q=昆山").location == "/regions/320583"


def test_its_history_tells_contracts_and_supervision_to_those_who_may_see_them(sign_in, database):
    with database.transaction() as session:
        contracts.ordered(session, contracts.signed(session, people.YIXING, name="宜兴合同"))
        supervision.issued(session, people.YIXING, title="数据报送滞后")
    text = page(sign_in("leader").get("/regions/320282")).text()
    assert "登记合同签订：宜兴合同" in text
    assert "登记变更单签署：宜兴合同 第1号变更单" in text
    assert "签发督办单：" in text
    assert "拟督办单" not in text
    other = page(sign_in("admin").get("/regions/320282")).text()
    assert "登记合同签订" not in other
    assert "签发督办单" not in other


def test_a_past_day_shows_contracts_and_matters_as_they_were(sign_in, database, clock):
    with database.transaction() as session:
        contracts.signed(session, people.YIXING, name="宜兴合同")
        matter = supervision.issued(session, people.YIXING, title="数据报送滞后")
        number = matter.id
    before = page(sign_in("leader").get("/regions/320282")).text()
    clock.to(clock.now + timedelta(days=1))
    with database.transaction() as session:
        supervision.answered(session, session.get_one(Matter, number))
        supervision.issued(session, people.YIXING, title="例会未召开")
    past = page(sign_in("leader").get("/regions/320282?as_of=2026-11-22")).text()
    assert "例会未召开" not in past
    begin = "督办与问题 问题清单"
    assert (
        past[past.index(begin) :].split("办理记录")[0]
        == before[before.index(begin) :].split("办理记录")[0]
    )
    today = page(sign_in("leader").get("/regions/320282")).text()
    assert "例会未召开" in today
    assert "宜兴合同" in past
    early = page(sign_in("leader").get("/regions/320282?as_of=2026-11-01")).text()
    assert "当天没有办理中的督办单和问题" in early

"""The notice edited in the app, the tasks for everybody, and a region's own profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.regions.models import Batch, City, Notice, Region, Target, Task
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import people


@pytest.fixture
def admin(sign_in: SignIn) -> Critic:
    return sign_in(Role.SYSADMIN)


def last_event(database: Database) -> Event:
    with database.reader() as reading:
        return reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def get(database: Database, model: type[Any], key: object) -> Any:
    with database.reader() as reading:
        return reading.get_one(model, key)


def test_every_row_of_the_notice_can_be_edited(admin: Critic, database: Database) -> None:
    with database.reader() as reading:
        task = reading.scalars(select(Task).where(Task.number == 5)).one().id
        target = reading.scalars(select(Target).where(Target.key == "area")).one().id
    edits: list[tuple[str, dict[str, str], str]] = [
        ("/admin/notice/province", {"lead": "省局"}, "province.edited"),
        ("/admin/notice/text", {"issuers": "甲局\r\n乙局"}, "notice.edited"),
        ("/admin/notice/batches/2", {"deadline": "2026年11月30日"}, "batch.edited"),
        (f"/admin/notice/tasks/{task}", {"deadline_words": "年底前"}, "task.edited"),
        (f"/admin/notice/tasks/{task}", {"reporters": "设区市，320104"}, "task.edited"),
        (f"/admin/notice/targets/{target}", {"quantity": "2,100,000"}, "quantity.edited"),
        ("/admin/notice/cities/320200", {"column": "7"}, "city.edited"),
        ("/admin/notice/regions/320871", {"short_name": "淮安开发区"}, "region.edited"),
    ]
    for address, fields, action in edits:
        answer = admin.press(admin.get(address), "保存", fields)
        assert answer.status_code in (302, 303), address
        event = last_event(database)
        assert event.action == action
        assert list(event.changes) == list(fields)
    assert get(database, Batch, (people.JIANGSU, 2)).deadline.isoformat() == "2026-11-30"
    assert get(database, Notice, (people.JIANGSU, 2026)).issuers == "甲局\n乙局"
    assert get(database, City, "320200").column == 7
    assert get(database, Region, "320871").short_name == "淮安开发区"


def test_saving_without_a_change_records_nothing(admin: Critic, database: Database) -> None:
    before = last_event(database).id
    for address in (
        "/admin/notice/text",
        "/admin/notice/batches/1",
        "/admin/notice/regions/320871",
    ):
        admin.press(admin.get(address), "保存")
    assert last_event(database).id == before


@pytest.mark.parametrize(
    ("address", "fields", "words"),
    [
        ("batches/2", {"deadline": "二月三十"}, "期限“二月三十”无法识别"),
        ("batches/2", {"goal": ""}, "请填写年度目标。"),
        ("cities/320200", {"column": "-1"}, "方位图列现填“-1”，应为0至40之间的整数"),
        ("cities/320200", {"column": "0", "row": "0"}, "第0列第0行已是徐州市的位置，请另选一格。"),
        ("regions/320871", {"batch_number": "1"}, "批次有变动，请阅读下方说明"),
        ("regions/320871", {"lon": "东经"}, "经度应为度数"),
        ("tasks/5", {"reporters": "乡镇"}, "填报单位“乡镇”无法识别"),
        ("targets/3", {"batch_number": ""}, "按关口统计的目标须选择批次"),
        ("targets/8", {"batch_number": "1"}, "只有按关口统计的目标才对应批次"),
    ],
)
def test_wrong_input_is_refused_in_words(
    admin: Critic, database: Database, address: str, fields: dict[str, str], words: str
) -> None:
    before = last_event(database).id
    answer = admin.press(admin.get(f"/admin/notice/{address}"), "保存", fields)
    assert answer.status_code == 422
    assert any(words in problem for problem in page(answer).problems), page(answer).problems
    assert last_event(database).id == before


def test_a_batch_change_is_done_on_purpose(admin: Critic, database: Database) -> None:
    fields = {"batch_number": "2", "understood": "y"}
    admin.press(admin.get("/admin/notice/regions/320871"), "保存", fields)
    assert last_event(database).changes == {"batch_number": [3, 2]}


def test_of_two_editors_the_second_sees_both(admin: Critic, database: Database) -> None:
    first, second = (admin.get("/admin/notice/batches/3") for _ in range(2))
    admin.press(first, "保存", {"goal": "先写的目标"})
    answer = admin.press(second, "保存", {"goal": "后写的目标"})
    assert answer.status_code == 409
    assert "先写的目标" in answer.text
    assert "后写的目标" in answer.text
    admin.press(answer, "保存")
    assert get(database, Batch, (people.JIANGSU, 3)).goal == "后写的目标"


def test_lists_cost_a_fixed_number_of_statements(
    admin: Critic, statements: Callable[[], Any]
) -> None:
    for address in ("/admin/notice", "/admin/notice/cities", "/admin/notice/regions"):
        with statements() as seen:
            admin.get(address)
        assert len(seen) <= 9, f"{address}\n{seen}"
    found = page(admin.get("/admin/notice/regions?batch=3&city=320200")).text()
    assert "共 3 个地区" in found
    assert "没有符合条件的地区" in admin.get("/admin/notice/regions?q=查无此地").text


@pytest.mark.parametrize("template", ["lived"])
def test_another_province_is_not_there(admin: Critic) -> None:
    from tests.factories import province

    assert admin.get(f"/admin/notice/regions/{province.region_code(1)}").status_code == 404
    assert admin.get("/admin/notice/cities/999900").status_code == 404
    assert admin.get("/admin/notice/tasks/99999").status_code == 404


def test_a_region_keeps_its_own_profile(sign_in: SignIn, database: Database) -> None:
    officer = sign_in("yixing")
    address = f"/regions/{people.YIXING}/profile"
    fields = {
        "lead_unit": "宜兴市机关事务管理中心",
        "institutions": "２８３",
        "floor_area": "1,200,000",
    }
    assert officer.press(officer.get(address), "保存", fields).status_code in (302, 303)
    row = get(database, Region, people.YIXING)
    assert (row.institutions, row.floor_area) == (283, 1_200_000)
    event = last_event(database)
    assert event.changes["institutions"] == [None, 283]
    wrong = officer.press(officer.get(address), "保存", {"institutions": "很多"})
    assert wrong.status_code == 422
    assert "宜兴市机关事务管理中心" in wrong.text
    assert officer.get(f"/regions/{people.XISHAN}/profile").status_code == 404
    assert sign_in("xishan").get(address).status_code == 404
    assert sign_in(Role.COORDINATOR).get(address).status_code == 200
    assert sign_in("wuxi").get(address).status_code == 403

"""The template edited in a draft and published, and the thresholds of the lights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.audit.rules import change_lines
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.milestones.models import Policy, Template
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import people

ITEM = {
    "code": "M25",
    "name": "用能公示",
    "phase": "效果评估",
    "stage": "pre_tender",
    "owner": "县（市、区）机关事务主管部门",
    "evidence": "公示截图",
    "after": "m02、M03",
    "weight": "2",
    "required": "y",
    "behind": "M03",
    "starts_3": "y",
    "due_3": "2026-11-20",
}


@pytest.fixture
def admin(sign_in: SignIn) -> Critic:
    return sign_in(Role.SYSADMIN)


@pytest.fixture
def draft(admin: Critic) -> str:
    """The address of a new draft."""
    answer = admin.press(admin.get("/admin/templates"), "新建下一版草稿")
    return str(answer.headers["Location"])


def last_event(database: Database) -> Event:
    with database.reader() as reading:
        return reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def items_of(database: Database, number: int) -> dict[str, Any]:
    with database.reader() as reading:
        template = reading.scalars(
            select(Template).where(
                Template.number == number, Template.province_code == people.JIANGSU
            )
        ).one()
        return {row.code: row.as_rule() for row in template.items}


def test_versions_and_one_version_as_a_table(admin: Critic, statements: Callable[[], Any]) -> None:
    listed = page(admin.get("/admin/templates")).text()
    assert "第1版 最新" in listed
    assert "32 个" in listed
    with statements() as seen:
        shown = page(admin.get("/admin/templates/1")).text()
    assert len(seen) <= 7, str(seen)
    for words in ("M01", "G-A", "27 项", "视情开展", "12-31"):
        assert words in shown
    assert "上移" not in shown


def test_a_draft_is_begun_once(admin: Critic, draft: str, database: Database) -> None:
    assert last_event(database).action == "template.drafted"
    again = admin.send("/admin/templates/draft")
    assert again.headers["Location"] == draft
    assert items_of(database, 1) == items_of(database, 2)


def test_items_are_added_changed_moved_and_removed(
    admin: Critic, draft: str, database: Database
) -> None:
    admin.press(admin.get(f"{draft}/items/new"), "保存到草稿", ITEM)
    assert last_event(database).changes == {"item": [None, "M25 用能公示"]}
    new = items_of(database, 2)["M25"]
    assert (new.after, new.weight, new.order) == (("M02", "M03"), 2, 4)
    assert [day and day.isoformat() for day in new.due.values()] == ["2026-11-20"]

    admin.press(
        admin.get(f"{draft}/items/M25"), "保存到草稿", {"name": "用能情况公示", "due_3": ""}
    )
    assert last_event(database).changes == {
        "M25:name": ["用能公示", "用能情况公示"],
        "M25:due_3": ["2026-11-20", "待定"],
    }
    shown = admin.get(draft)
    admin.press(shown, "上移M25 用能情况公示", within="M25")
    assert items_of(database, 2)["M25"].order == 3
    assert last_event(database).changes == {"M25:order": [4, 3]}
    admin.press(admin.get(draft), "移除M25 用能情况公示", within="M25")
    assert items_of(database, 2) == items_of(database, 1)
    assert last_event(database).changes == {"item": ["M25 用能情况公示", None]}


def test_durations_and_days_between_are_data_of_the_template(
    admin: Critic, draft: str, database: Database
) -> None:
    """财库〔2020〕10号: thirty days from the intention to the procurement, editable like the rest."""
    shipped = items_of(database, 1)["M12"]
    assert (shipped.after, shipped.lags) == (("G-C", "M11"), {"M11": 30})
    form = admin.get(f"{draft}/items/M12")
    assert 'value="G-C M11+30"' in form.text
    typed = {"after": "g-c、m11 ＋ 45", "days_low": "20", "days_likely": "４０", "days_high": "60"}
    assert admin.press(form, "保存到草稿", typed).status_code == 302
    new = items_of(database, 2)["M12"]
    assert (new.after, new.lags) == (("G-C", "M11"), {"M11": 45})
    assert (new.days_low, new.days_likely, new.days_high) == (20, 40, 60)
    event = last_event(database)
    assert event.changes == {
        "M12:after": ["G-C M11+30", "G-C M11+45"],
        "M12:days_low": [30, 20],
        "M12:days_likely": [45, 40],
        "M12:days_high": [75, 60],
    }
    assert [(one.field, one.old, one.new) for one in change_lines(event)][:2] == [
        ("M12 前置里程碑", "G-C M11+30", "G-C M11+45"),
        ("M12 最短工期", "30 天", "20 天"),
    ]
    shown = page(admin.get(draft)).text()
    assert "G-C M11+45" in shown
    assert "20–40–60" in shown
    admin.press(
        admin.get(f"{draft}/items/M12"),
        "保存到草稿",
        {"days_low": "", "days_likely": "", "days_high": ""},
    )
    assert items_of(database, 2)["M12"].days_likely is None
    admin.press(admin.get(f"{draft}/items/M12"), "保存到草稿", {"after": "G-C M11+一月"})
    assert "M12 的前置“M11+一月”写法有误：间隔天数应写成 M11+30 的样式" in admin.get(draft).text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "M05"}, "编码 M05 已被使用，请换一个。"),
        ({"code": "二十五"}, "编码须以字母开头"),
        ({"weight": "-1"}, "权重现填“-1”，应为0至100之间的整数"),
        ({"name": ""}, "请填写里程碑名称。"),
        ({"due_3": "年底"}, "“年底”无法识别"),
        ({"days_low": "0"}, "最短工期（天）现填“0”，应为1至999之间的整数"),
        ({"days_low": "5", "days_high": "9"}, "M25 的工期应同时填写最短、最可能、最长三项"),
        (
            {"days_low": "9", "days_likely": "5", "days_high": "20"},
            "M25 的工期应依次不减",
        ),
    ],
)
def test_a_wrong_item_is_refused_in_words(
    admin: Critic, draft: str, database: Database, changed: dict[str, str], words: str
) -> None:
    answer = admin.press(admin.get(f"{draft}/items/new"), "保存到草稿", {**ITEM, **changed})
    assert answer.status_code == 422
    assert any(words in problem for problem in page(answer).problems), page(answer).problems
    assert "公示截图" in answer.text
    assert "M25" not in items_of(database, 2)


def test_what_is_wrong_with_a_draft_is_said_before_it_is_published(
    admin: Critic, draft: str, database: Database
) -> None:
    assert "检查通过" in admin.get(draft).text
    admin.press(admin.get(f"{draft}/items/M03"), "保存到草稿", {"after": "M02 M04 M77"})
    saved = page(admin.get(draft)).text()
    assert "M03 的前置“M77”不在本模板中，请改正或删除。发布前须处理。" in saved
    assert "前置关系成环：M03→M04→M03，请断开其中一处。发布前须处理。" in saved
    admin.press(admin.get(draft), "移除G-B 平台验收", within="G-B")
    shown = page(admin.get(draft)).text()
    assert "M03 的前置“M77”不在本模板中" in shown
    assert "前置关系成环：M03→M04→M03" in shown
    assert "第二批试点地区的年度目标关口 G-B 不在模板的关口中" in shown
    answer = admin.press(admin.get(draft), "发布第2版", {"note": ""})
    assert answer.status_code == 422
    assert "请写明本版有哪些变化" in answer.text
    assert last_event(database).action == "template.edited"


def test_a_published_version_never_changes(admin: Critic, draft: str, database: Database) -> None:
    old_page = admin.get(f"{draft}/items/M01")
    admin.press(admin.get(draft), "发布第2版", {"note": "试发布"})
    event = last_event(database)
    assert (event.action, event.note) == ("template.published", "试发布")
    answer = admin.press(old_page, "保存到草稿", {"name": "偷偷改名"})
    assert answer.status_code == 422
    assert "第2版已发布，不能修改" in answer.text
    for act in ("discard", "items/M01/shift", "items/M01/remove"):
        refused = admin.send(f"{draft}/{act}", {"version": "2"})
        assert refused.status_code == 422
        assert "已发布，不能修改" in refused.text
    assert items_of(database, 2) == items_of(database, 1)
    assert admin.send(f"{draft}/publish", {"note": "再来一次", "version": "1"}).status_code == 302
    assert last_event(database).id == event.id


def test_of_two_editors_the_second_sees_both(admin: Critic, draft: str, database: Database) -> None:
    first, second = (admin.get(f"{draft}/items/M01") for _ in range(2))
    admin.press(first, "保存到草稿", {"name": "先改的名称"})
    answer = admin.press(second, "保存到草稿", {"name": "后改的名称"})
    assert answer.status_code == 409
    assert "先改的名称" in answer.text
    assert "后改的名称" in answer.text
    assert admin.press(answer, "保存到草稿").status_code == 302
    assert items_of(database, 2)["M01"].name == "后改的名称"
    stale = admin.send(f"{draft}/items/M01/shift", {"version": "1", "by": "down"})
    assert stale.status_code == 409
    assert "草稿已被他人更新" in stale.text


def test_a_draft_can_be_thrown_away(admin: Critic, draft: str, database: Database) -> None:
    admin.press(admin.get(draft), "删除第2版草稿")
    assert last_event(database).action == "template.discarded"
    assert admin.get(draft).status_code == 404


def test_thresholds(admin: Critic, database: Database) -> None:
    answer = admin.press(admin.get("/admin/policy"), "保存", {"near_days": "20"})
    assert answer.status_code == 302
    event = last_event(database)
    assert (event.action, event.changes) == ("policy.edited", {"near_days": [15, 20]})
    first, second = (admin.get("/admin/policy") for _ in range(2))
    admin.press(first, "保存", {"lag_red": "40"})
    clash = admin.press(second, "保存", {"lag_red": "50"})
    assert clash.status_code == 409
    assert "40" in page(clash).text()
    wrong = admin.press(admin.get("/admin/policy"), "保存", {"lag_yellow": "60"})
    assert wrong.status_code == 422
    assert "黄灯的落后百分点应小于红灯" in wrong.text
    with database.reader() as reading:
        assert reading.get_one(Policy, people.JIANGSU).lag_red == 40
    before = last_event(database).id
    admin.press(admin.get("/admin/policy"), "保存")
    assert last_event(database).id == before


@pytest.mark.parametrize("template", ["lived"])
def test_another_province_s_template_is_not_there(admin: Critic, database: Database) -> None:
    with database.reader() as reading:
        foreign = reading.scalars(
            select(Template.id).where(Template.province_code != people.JIANGSU)
        ).first()
    assert foreign
    for address in ("", "/items/new", "/items/M01", "/move"):
        assert admin.get(f"/admin/templates/{foreign}{address}").status_code == 404
    assert admin.send(f"/admin/templates/{foreign}/move", {"region": "320282"}).status_code == 404

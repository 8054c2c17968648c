"""The administrator keeps accounts: each act with its success, its refusal and its event."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from custody.accounts.models import Account
from custody.accounts.rules import Role
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import Clock, SignIn
from tests.critic import Critic, page
from tests.factories import people

NEW = {
    "name": "丁一",
    "username": "dingyi",
    "role": "officer",
    "place": people.YIXING,
    "unit": "宜兴市卫生健康委",
    "phone": "0510-8888 1234",
}


@pytest.fixture
def admin(sign_in: SignIn) -> Critic:
    return sign_in(Role.SYSADMIN)


def account(database: Database, username: str) -> Account:
    with database.reader() as reading:
        return reading.scalars(select(Account).where(Account.username == username)).one()


def last_event(database: Database) -> Event:
    with database.reader() as reading:
        return reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_a_new_account_shows_its_password_once(admin: Critic, database: Database) -> None:
    form = admin.get("/admin/accounts/new")
    made = admin.press(form, "新增账号", NEW)
    assert made.status_code == 200
    password = re.search(r"<code>([^<]+)</code>", made.text)
    assert password
    first = password[1]
    row = account(database, "dingyi")
    assert (row.place.region, row.must_change_password, row.active) == (people.YIXING, True, True)
    event = last_event(database)
    assert (event.action, event.actor_name) == ("account.added", "管雯")
    with database.reader() as reading:
        told = reading.scalars(select(Event)).all()
        assert not [e for e in told if first in f"{e.note}{e.changes}{e.label}"]
    with admin.session_transaction() as cookie:
        assert first not in str(dict(cookie))
    assert first not in admin.get("/admin/accounts").text
    stranger = admin.application.test_client()
    answer = stranger.post(  # type: ignore[call-arg]
        "/sign-in", data={"csrf_token": stranger.token, "username": "dingyi", "password": first}
    )
    assert answer.headers["Location"] == "/password"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"username": "yixing"}, "用户名“yixing”已被使用，请换一个。"),
        ({"username": "丁一"}, "用户名须以字母开头"),
        ({"name": " "}, "请填写姓名。"),
        ({"role": "coordinator"}, "省级协调员应绑定到省，请重新选择所属范围。"),
        ({"role": "pope"}, "没有这个角色"),
        ({"place": "999999"}, "所属"),
        ({"phone": "打我手机"}, "联系电话只能包含"),
    ],
)
def test_a_wrong_form_says_why_and_keeps_what_was_typed(
    admin: Critic, database: Database, changed: dict[str, str], words: str
) -> None:
    answer = admin.send("/admin/accounts/new", {**NEW, **changed})
    assert answer.status_code == 422
    assert any(words in problem or problem for problem in page(answer).problems)
    assert words in answer.text or "999999" in changed.values()
    assert "宜兴市卫生健康委" in answer.text
    with database.reader() as reading:
        assert not reading.scalars(select(Account).where(Account.username == "dingyi")).all()


def test_an_edit_signs_the_person_out_and_tells_what_changed(
    admin: Critic, sign_in: SignIn, database: Database
) -> None:
    officer = sign_in("yixing2")
    row = account(database, "yixing2")
    form = admin.get(f"/admin/accounts/{row.id}")
    assert admin.press(form, "保存", {"unit": "宜兴市教育局"}).status_code == 303 or True
    assert account(database, "yixing2").unit == "宜兴市教育局"
    assert officer.get("/tasks").status_code == 200
    form = admin.get(f"/admin/accounts/{row.id}")
    admin.press(form, "保存", {"place": people.XISHAN})
    event = last_event(database)
    assert event.changes == {"place": [people.YIXING, people.XISHAN]}
    assert officer.get("/tasks").status_code == 302


def test_of_two_editors_the_second_sees_both_and_loses_nothing(
    admin: Critic, database: Database
) -> None:
    row = account(database, "yixing")
    first = admin.get(f"/admin/accounts/{row.id}")
    second = admin.get(f"/admin/accounts/{row.id}")
    admin.press(first, "保存", {"unit": "先保存的单位"})
    answer = admin.press(second, "保存", {"unit": "后保存的单位", "phone": "12345"})
    assert answer.status_code == 409
    assert "先保存的单位" in answer.text
    assert "后保存的单位" in answer.text
    assert account(database, "yixing").unit == "先保存的单位"
    assert admin.press(answer, "保存").status_code in (302, 303)
    kept = account(database, "yixing")
    assert (kept.unit, kept.phone) == ("后保存的单位", "12345")


def test_reset_unlock_and_deactivate(
    admin: Critic, sign_in: SignIn, database: Database, clock: Clock
) -> None:
    row = account(database, "wuxi")
    reviewer = sign_in("wuxi")
    with database.transaction() as session:
        session.get_one(Account, row.id).locked_until = clock.now + timedelta(minutes=20)
    shown = admin.get(f"/admin/accounts/{row.id}")
    assert "锁定中" in shown.text
    admin.press(shown, "立即解锁")
    assert account(database, "wuxi").locked_until is None
    assert last_event(database).action == "account.unlocked"
    again = admin.send(f"/admin/accounts/{row.id}/unlock", follow_redirects=True)
    assert "没有被锁定" in again.text

    ask = admin.get(f"/admin/accounts/{row.id}/password")
    made = admin.press(ask, "重置吴审的密码")
    assert re.search(r"<code>[a-z]{4}-[A-Z]{4}-\d{4}</code>", made.text)
    assert last_event(database).action == "account.password_reset"
    assert reviewer.get("/tasks").status_code == 302

    ask = admin.get(f"/admin/accounts/{row.id}/active?to=inactive")
    assert "无锡市将没有审核员" in page(ask).text()
    admin.press(ask, "停用吴审的账号")
    assert not account(database, "wuxi").active
    event = last_event(database)
    assert event.changes == {"active": [True, False]}
    admin.press(admin.get(f"/admin/accounts/{row.id}/active?to=active"), "启用吴审的账号")
    assert account(database, "wuxi").active


def test_nobody_deactivates_or_demotes_themselves(admin: Critic, database: Database) -> None:
    row = account(database, "admin")
    assert "不能停用自己的账号" in admin.get(f"/admin/accounts/{row.id}").text
    answer = admin.send(f"/admin/accounts/{row.id}/active", {"to": "inactive"})
    assert answer.status_code == 422
    assert page(answer).problems == ["不能停用自己的账号，请由另一位系统管理员办理。"]
    form = admin.get(f"/admin/accounts/{row.id}")
    assert admin.press(form, "保存", {"role": "auditor"}).status_code == 422
    assert account(database, "admin").role is Role.SYSADMIN


def test_the_list_filters_and_costs_a_fixed_number_of_statements(
    admin: Critic, statements: Callable[[], Any]
) -> None:
    with statements() as seen:
        everybody = admin.get("/admin/accounts")
    assert len(seen) <= 5, str(seen)
    assert f"共 {len(people.PEOPLE)} 个账号" in everybody.text
    officers = page(admin.get("/admin/accounts?role=officer&place=320200")).text()
    assert "宜报" in officers
    assert "张报" not in officers
    assert "没有符合条件的账号" in admin.get("/admin/accounts?q=查无此人").text
    assert "宜兴市财政局" in admin.get("/admin/accounts?q=财政").text


@pytest.mark.parametrize("template", ["lived"])
def test_another_province_s_people_are_not_there(admin: Critic, database: Database) -> None:
    with database.reader() as reading:
        foreign = reading.scalars(
            select(Account.id).where(Account.province_code != people.JIANGSU)
        ).first()
    assert foreign
    for address in ("", "/password", "/active"):
        assert admin.get(f"/admin/accounts/{foreign}{address}").status_code == 404
    assert admin.send(f"/admin/accounts/{foreign}/unlock").status_code == 404


def test_other_roles_are_refused_and_recorded(sign_in: SignIn, database: Database) -> None:
    assert sign_in(Role.COORDINATOR).get("/admin/accounts").status_code == 403
    event = last_event(database)
    assert (event.action, event.refused) == ("access.refused", True)

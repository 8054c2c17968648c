"""Signing in through the page: locks, first passwords, idle sessions, and where it leads."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from custody.accounts.models import Account
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import NOW, Clock
from tests.critic import Critic, page
from tests.factories.people import PASSWORD

SignIn = Callable[..., Critic]


def enter(client: Critic, username: str, password: str = PASSWORD, path: str = "") -> TestResponse:
    form = client.get(path or "/sign-in")
    return client.press(form, "登录", {"username": username, "password": password})


def test_in_and_out(client: Critic, database: Database) -> None:
    assert enter(client, "yixing").headers["Location"] == "/"
    assert page(client.get("/todo")).heading == "我的待办"
    assert client.press(client.get("/todo"), "退出登录").status_code == 302
    assert client.get("/todo").status_code == 302
    with database.reader() as session:
        done = session.scalars(select(Event.action).where(Event.actor_name == "宜报")).all()
    assert done == ["account.signed_in", "account.signed_out"]


@pytest.mark.parametrize(
    ("username", "password", "words"),
    [
        ("yixing", "wrong", "用户名或密码不正确"),
        ("nobody", PASSWORD, "用户名或密码不正确"),
        ("", PASSWORD, "请输入用户名。"),
        ("yixing", "", "请输入密码。"),
    ],
)
def test_what_is_wrong_is_said_and_the_name_kept(
    client: Critic, username: str, password: str, words: str
) -> None:
    answer = enter(client, username, password)
    assert answer.status_code == 422
    assert any(words in problem for problem in page(answer).problems)
    kept = dict(page(answer).values(page(answer).form("登录")))
    assert kept["username"] == username
    assert not kept["password"]


def test_the_fifth_failure_locks_and_says_until_when(client: Critic, clock: Clock) -> None:
    for _ in range(4):
        assert "不正确" in page(enter(client, "yixing", "wrong")).problems[0]
    assert "请在10:00后重试" in page(enter(client, "yixing", "wrong")).problems[0]
    assert "锁定" in page(enter(client, "yixing")).problems[0]
    clock.to(NOW + timedelta(minutes=30))
    assert enter(client, "yixing").status_code == 302


def test_one_comes_to_the_page_one_wanted(client: Critic) -> None:
    asked = client.get("/regions/320282?tab=1")
    assert asked.status_code == 302
    answer = enter(client, "yixing", path=asked.headers["Location"])
    assert answer.headers["Location"] == "/regions/320282?tab=1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "///evil.example",
    ],
)
def test_nobody_is_led_away_from_here(client: Critic, target: str) -> None:
    form = client.get("/sign-in", query_string={"next": target})
    answer = client.press(form, "登录", {"username": "yixing", "password": PASSWORD})
    where = answer.headers["Location"]
    assert where == "/" or (where.startswith("/") and where[1:2] not in ("/", "\\", "\t"))


def test_an_idle_session_ends_and_a_used_one_goes_on(sign_in: SignIn, clock: Clock) -> None:
    officer, admin = sign_in("officer"), sign_in("admin")
    clock.to(NOW + timedelta(minutes=14))
    assert officer.get("/todo").status_code == 200
    clock.to(NOW + timedelta(minutes=16))
    # An administrator's session ends sooner.
    assert admin.get("/admin/accounts").status_code == 302
    clock.to(NOW + timedelta(minutes=43))
    assert officer.get("/todo").status_code == 200
    clock.to(NOW + timedelta(minutes=74))
    assert officer.get("/todo").status_code == 302


def test_a_first_password_is_changed_before_anything_else(
    client: Critic, database: Database
) -> None:
    with database.transaction() as session:
        account = session.scalars(select(Account).where(Account.username == "yixing")).one()
        account.must_change_password = True
    assert enter(client, "yixing").headers["Location"] == "/password"
    assert client.get("/todo").headers["Location"] == "/password"
    form = client.get("/password")
    wrong = client.press(
        form, "更改密码", {"current": PASSWORD, "password": "Another-2026!", "again": "Other-2026!"}
    )
    assert wrong.status_code == 422
    assert "两次输入的新密码不一致" in page(wrong).problems[0]
    typed = {"current": PASSWORD, "password": "Another-2026!", "again": "Another-2026!"}
    assert client.press(form, "更改密码", typed).status_code in (302, 303)
    assert client.get("/todo").status_code == 200


def test_another_device_is_signed_out_by_a_new_password(sign_in: SignIn) -> None:
    here, there = sign_in("yixing"), sign_in("yixing")
    typed = {"current": PASSWORD, "password": "Another-2026!", "again": "Another-2026!"}
    here.press(here.get("/password"), "更改密码", typed)
    assert here.get("/todo").status_code == 200
    assert there.get("/todo").status_code == 302


def test_a_forged_or_old_cookie_is_nobody(app: Flask, client: Critic) -> None:
    client.set_cookie("custody", "eyJfdXNlcl9pZCI6IjEuMCJ9.aaaaaa.bbbbbbbbbbbb")
    assert client.get("/todo").status_code == 302
    client.set_cookie("custody", "")
    assert client.get("/todo").status_code == 302


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: Critic) -> None:
    cookie = enter(client, "yixing").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_session_begins_anew_at_sign_in(client: Critic) -> None:
    """Whatever somebody put into the cookie beforehand is gone."""
    with client.session_transaction() as cookie:
        cookie["planted"] = "yes"
    enter(client, "yixing")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_what_was_typed_travels_through_sign_in(client: Critic, database: Database) -> None:
    path = "/regions/320282/milestones/M19"
    answer = client.send(path, {"notes": "没有登录时写的<b>话</b>", "percent": "30", "act": "save"})
    assert answer.status_code == 401
    assert "已经保留" in answer.text
    offered = client.press(answer, "登录", {"username": "yixing", "password": PASSWORD})
    assert "没有登录时写的&lt;b&gt;话&lt;/b&gt;" in offered.text
    assert client.press(offered, "保存").status_code in (303, 409)


def test_pages_are_not_kept_by_browsers_and_files_are(client: Critic) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    sheet = next(
        link.get("href") or ""
        for link in page(client.get("/sign-in")).all("link")
        if link.get("rel") == "stylesheet"
    )
    assert "immutable" in client.get(sheet).headers["Cache-Control"]
    for header in ("X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"):
        assert client.get("/sign-in").headers[header]

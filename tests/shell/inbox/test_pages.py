"""消息: the list, reading, the count in the top bar, the settings."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from custody.inbox.actions import wishes
from custody.inbox.models import Mail, Message, Preference
from custody.inbox.rules import CODE_TRIES, Channel, Group
from custody.infra.journal import Event
from tests.critic import page
from tests.factories import inbox, people
from tests.factories import programme as arrange

YIXING = people.YIXING


@pytest.fixture
def told(database):
    """宜兴市: M18 and M19 returned, told to everybody concerned."""
    with database.transaction() as session:
        arrange.returned(session, YIXING, "M18", reason="缺少盖章页。")
        arrange.returned(session, YIXING, "M19", reason="缺少验收单。")
        inbox.delivered(session)


def unread(response):
    """The count in the top bar."""
    link = next(a for a in page(response).all("a") if a.get("href") == "/inbox")
    return page(response).text(link)


def test_an_officer_sees_and_opens_what_was_returned(told, sign_in, database):
    client = sign_in("yixing")
    assert unread(client.get("/todo")) == "消息4条未读"
    answer = client.get("/inbox")
    text = page(answer).text()
    assert "已退回：宜兴市 M18" in text
    assert "缺少盖章页。" in text
    [button] = [
        page(answer).text(b)
        for b in page(answer).all("button")
        if "已退回：宜兴市 M18" in page(answer).text(b) and "标为" not in page(answer).text(b)
    ]
    opened = client.press(answer, button)
    assert opened.status_code == 303
    assert opened.headers["Location"] == "/regions/320282/milestones/M18"
    assert unread(client.get("/todo")) == "消息3条未读"
    # Read ones are plain links.
    again = client.get("/inbox")
    links = [page(again).text(a) for a in page(again).all("a")]
    assert any("已退回：宜兴市 M18" in words for words in links)
    with database.reader() as session:
        read = session.scalars(select(Message).where(Message.read_at.is_not(None))).all()
        assert [row.account_id for row in read] == [client.who.id]


def test_reading_twice_keeps_the_first_moment(told, sign_in, database, clock):
    client = sign_in("yixing")
    with database.reader() as session:
        number = session.scalars(
            select(Message.id).where(Message.account_id == client.who.id)
        ).first()
    assert client.send(f"/inbox/{number}/read").status_code == 303
    first = clock.now
    clock.to(clock.now + timedelta(minutes=5))
    assert client.send(f"/inbox/{number}/read").status_code == 303
    with database.reader() as session:
        assert session.get_one(Message, number).read_at == first


def test_all_read_spares_what_came_meanwhile(told, sign_in, database):
    client = sign_in("yixing")
    before = client.get("/inbox")
    with database.transaction() as session:
        arrange.returned(session, YIXING, "M20")
        inbox.delivered(session)
    answer = client.press(before, "全部标为已读")
    assert answer.status_code == 303
    assert unread(client.get("/todo")) == "消息2条未读"
    # Other people's messages are theirs.
    assert unread(sign_in("wuxi").get("/queue")) == "消息6条未读"


def test_all_read_keeps_to_the_filter(told, sign_in):
    client = sign_in("wuxi")
    shown = client.get("/inbox?group=review")
    client.press(shown, "“待我审核”全部标为已读")
    assert unread(client.get("/queue")) == "消息2条未读"
    text = page(client.get("/inbox?group=result&new=1")).text()
    assert "已退回：宜兴市 M18" in text
    assert "待您审核" not in text
    assert "没有符合条件的消息" in client.get("/inbox?group=review&new=1").text
    assert client.get("/inbox?group=nonsense&page=99").status_code == 200


def test_nothing_yet_says_what_will_come(sign_in):
    text = page(sign_in("leader").get("/inbox")).text()
    assert "还没有消息" in text
    assert "消息设置" in text


def test_somebody_else_s_message_does_not_exist(told, sign_in, database):
    with database.reader() as session:
        other = session.scalars(
            select(Message.id).where(Message.account_id != sign_in("yixing").who.id)
        ).first()
    assert sign_in("yixing").send(f"/inbox/{other}/read").status_code == 404


def test_a_message_without_a_page_is_no_link(sign_in, database, clock):
    client = sign_in("yixing")
    with database.transaction() as session:
        for number, path in enumerate(("/supervision/4711", "//evil.example/x", "")):
            session.add(
                Message(
                    account_id=client.who.id,
                    key=f"test:{number}",
                    group=Group.SUPERVISION,
                    title=f"收到督办{number}",
                    detail="",
                    page=path,
                    at=clock.now,
                    read_at=None,
                    digest=False,
                )
            )
    with database.reader() as session:
        numbers = session.scalars(select(Message.id).where(Message.page != "")).all()
    for number in numbers:
        answer = client.send(f"/inbox/{number}/read", {"then": "open"})
        assert (
            answer.headers["Location"].startswith("/inbox")
            or "supervision" in (answer.headers["Location"])
        )
        assert "evil" not in answer.headers["Location"]


def test_export_as_filtered_is_recorded(told, sign_in, database):
    answer = sign_in("wuxi").get("/inbox.xlsx?group=result")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[3:]] == ["审核结果", "审核结果"]
    with database.reader() as session:
        event = session.scalars(select(Event).where(Event.action == "inbox.exported")).one()
        assert (event.actor_name, event.modifies) == ("吴审", False)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_number_of_statements_is_fixed(sign_in, database, statements):
    client = sign_in("wuxi")
    with statements() as empty:
        client.get("/inbox")
    with database.transaction() as session:
        for code in ("M18", "M19", "M20", "M21", "M22"):
            arrange.returned(session, YIXING, code)
        inbox.delivered(session)
    with statements() as full:
        client.get("/inbox")
    assert len(empty) == len(full) <= 9, str(full)


# --- settings ---------------------------------------------------------------------------------


def test_choices_are_kept_and_recorded_once(sign_in, database):
    client = sign_in("yixing")
    shown = client.get("/inbox/settings")
    assert "channel_review" not in shown.text  # officers review nothing
    data = {"channel_deadline": "now", "channel_brief": "pigeon", "channel_review": "now"}
    for _ in range(2):
        assert client.send("/inbox/settings", data).status_code == 303
    with database.reader() as session:
        row = session.get_one(Preference, client.who.id)
        assert row.choices["deadline"] == "now"
        assert row.choices["brief"] == "digest"
        assert "review" not in row.choices
        [event] = session.scalars(select(Event).where(Event.action == "inbox.chosen")).all()
        assert event.changes == {"channel_deadline": ["digest", "now"]}


def test_without_a_mail_server_there_is_no_address(sign_in, database):
    client = sign_in("yixing")
    assert "尚未配置邮件服务" in client.get("/inbox/settings").text
    answer = client.send("/inbox/settings/address", {"address": "y@example.gov.cn"})
    assert answer.status_code == 422
    assert "请联系系统管理员" in page(answer).text()
    assert "y@example.gov.cn" in answer.text  # what was typed stays
    with database.reader() as session:
        assert session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize("address", ["", "yixing", "a@b", "a b@example.cn", "<x>@example.cn"])
def test_an_address_that_is_none(sign_in, address):
    answer = sign_in("yixing").send("/inbox/settings/address", {"address": address})
    assert answer.status_code == 422
    assert "请" in page(answer).problems[0]


def test_only_the_code_makes_an_address_mine(sign_in, database, clock):
    who = sign_in("yixing").who
    with database.transaction() as session:
        code = wishes.ask(session, actor=who, now=clock.now, address="y@example.cn", base="")
    client = sign_in("yixing")
    wrong = "000000" if code != "000000" else "111111"
    answer = client.send("/inbox/settings/code", {"code": wrong})
    assert answer.status_code == 422
    assert "验证码不对" in page(answer).problems[0]
    with database.reader() as session:
        assert session.get_one(Preference, who.id).address == ""
    full_width = code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert client.send("/inbox/settings/code", {"code": full_width}).status_code == 303
    with database.reader() as session:
        assert session.get_one(Preference, who.id).address == "y@example.cn"
        event = session.scalars(select(Event).where(Event.action == "inbox.address_verified")).one()
        assert event.changes == {"address": ["", "y@example.cn"]}
    # A second click finds nothing to verify and breaks nothing.
    assert client.send("/inbox/settings/code", {"code": code}).status_code == 422
    assert client.send("/inbox/settings/forget").status_code == 303
    assert client.send("/inbox/settings/forget").status_code == 303
    with database.reader() as session:
        assert session.get_one(Preference, who.id).address == ""


def test_a_code_dies_of_guesses_and_of_age(sign_in, database, clock):
    who = sign_in("yixing").who
    with database.transaction() as session:
        code = wishes.ask(session, actor=who, now=clock.now, address="y@example.cn", base="")
    client = sign_in("yixing")
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(CODE_TRIES):
        client.send("/inbox/settings/code", {"code": wrong})
    assert "已失效" in page(client.send("/inbox/settings/code", {"code": code})).text()
    clock.to(clock.now + timedelta(minutes=2))
    with database.transaction() as session:
        code = wishes.ask(session, actor=who, now=clock.now, address="y@example.cn", base="")
    clock.to(clock.now + timedelta(minutes=31))
    client = sign_in("yixing")
    assert "已失效" in page(client.send("/inbox/settings/code", {"code": code})).text()


def test_codes_are_not_sent_without_end(sign_in, database, clock):
    from custody.kernel.problems import Refused

    who = sign_in("yixing").who
    sent = 0
    with pytest.raises(Refused):
        for minute in range(20):
            now = clock.now + timedelta(minutes=minute)
            with database.transaction() as session:
                wishes.ask(session, actor=who, now=now, address="y@example.cn", base="")
            sent += 1
    assert sent == 5


@pytest.fixture
def mailing(app):
    """The installation has a mail server (nobody listens there)."""
    app.config["CONFIG"] = replace(
        app.config["CONFIG"],
        smtp_url="smtp://127.0.0.1:9",
        mail_from="a@example.cn",
        base_url="https://x.cn",
    )


def codes(database):
    """Address → the codes that were mailed there."""
    found = {}
    with database.reader() as session:
        for mail in session.scalars(select(Mail).order_by(Mail.id)):
            found.setdefault(mail.address, []).append(re.search(r"\b\d{6}\b", mail.text)[0])
    return found


def test_a_second_click_keeps_the_code_that_was_mailed(mailing, sign_in, database, clock):
    client = sign_in("yixing")
    for seconds in (0, 0, 1, 20):  # one sent twice at once, then impatiently
        clock.to(clock.now + timedelta(seconds=seconds))
        answer = client.send("/inbox/settings/address", {"address": "y@example.cn"})
        assert answer.status_code == 303
    [code] = codes(database)["y@example.cn"]
    assert client.send("/inbox/settings/code", {"code": code}).status_code == 303
    with database.reader() as session:
        assert session.get_one(Preference, client.who.id).address == "y@example.cn"


def test_each_address_and_each_later_wish_gets_its_own_code(mailing, sign_in, database, clock):
    client = sign_in("yixing")
    for address in ("a@example.cn", "b@example.cn", "a@example.cn"):  # within one second
        client.send("/inbox/settings/address", {"address": address})
    clock.to(clock.now + timedelta(seconds=30))
    client.send("/inbox/settings/address", {"address": "a@example.cn"})
    sent = codes(database)
    assert {address: len(mails) for address, mails in sent.items()} == {
        "a@example.cn": 3,
        "b@example.cn": 1,
    }
    assert (
        client.send("/inbox/settings/code", {"code": sent["a@example.cn"][-1]}).status_code == 303
    )


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_the_first_two_clicks_of_a_person_at_once(sign_in, database, clock, monkeypatch):
    """Both find nothing and write their row; on SQLite one writer waits for the other anyway."""
    who, read = sign_in("yixing").who, wishes.preference_of

    def overtaken(session, account, *, lock):
        monkeypatch.setattr(wishes, "preference_of", read)
        row = read(session, account, lock=lock)
        with database.transaction() as other:
            wishes.choose(other, actor=who, now=clock.now, choices={Group.RESULT: Channel.NONE})
        return row

    monkeypatch.setattr(wishes, "preference_of", overtaken)
    with database.transaction() as session:
        wishes.choose(session, actor=who, now=clock.now, choices={Group.BRIEF: Channel.NONE})
    with database.reader() as session:
        row = session.get_one(Preference, who.id)
        assert (row.choices["result"], row.choices["brief"]) == ("none", "none")

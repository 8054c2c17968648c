"""Mails over a real server: once each, later when it is away, never when it is unknown, and seen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Config, ConfigError, load
from custody.app import create_app
from custody.inbox.actions import outbox
from custody.inbox.models import Mail, MailState
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.infra.mail import Letter, NotSent, Server
from custody.worker import send_mails
from tests.conftest import Clock
from tests.critic import Critic, page
from tests.factories import inbox, people
from tests.factories.inbox import LETTERS
from tests.shell.inbox.conftest import Mailbox, Serve, authenticator

SENDER = "整区能源费用托管 <nengyuan@example.gov.cn>"
YIXING = people.YIXING


def send_all(database: Database, url: str, store: FileStore | None = None) -> None:
    """`store`: where the papers of the mails are; none of them has one otherwise."""
    send_mails(database, Server.parse(url), store or FileStore(Path("nowhere")), SENDER)


def mails(database: Database) -> list[Mail]:
    with database.reader() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def states(database: Database) -> list[str]:
    return [mail.state.value for mail in mails(database)]


@pytest.fixture
def one(database: Database, clock: Clock) -> Database:
    """One mail that waits."""
    with database.transaction() as session:
        inbox.mail_to(session, "yixing")
    return database


def letter() -> Letter:
    return Letter(
        "y@example.gov.cn", "主题\n第二行", "正文", "<p>正文</p>", "custody-1", machine.now()
    )


# --- the talk with a server -------------------------------------------------------------------


def test_a_chinese_mail_arrives_as_text_and_as_html(serve: Serve, clock: Clock) -> None:
    box = serve()
    Server.parse(box.url).send(letter(), sender=SENDER)
    [mail] = box.post.arrived
    assert box.post.to == ["y@example.gov.cn"]
    assert mail["Subject"] == "主题 第二行"
    assert mail["From"] == SENDER
    assert mail["Message-ID"] == "<custody-1@example.gov.cn>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == clock.now
    text, html = mail.iter_parts()
    assert text.get_content().strip() == "正文"
    assert html.get_content().strip() == "<p>正文</p>"
    assert box.post.encrypted == [False]


def test_starttls_and_a_password(serve: Serve, certificate: object, clock: Clock) -> None:
    box = serve(
        tls_context=certificate,
        require_starttls=True,
        authenticator=authenticator("custody", "p@ss:w/rd"),
        auth_required=True,
    )
    base = f"smtp://custody:p%40ss%3Aw%2Frd@127.0.0.1:{box.port}?starttls=1"
    Server.parse(f"{base}&verify=0").send(letter(), sender=SENDER)
    assert box.post.encrypted == [True]
    with pytest.raises(NotSent, match="证书无法验证"):
        Server.parse(base).send(letter(), sender=SENDER)
    wrong = base.replace("p%40ss%3Aw%2Frd", "wrong")
    with pytest.raises(NotSent, match="不接受用户名或密码") as failure:
        Server.parse(f"{wrong}&verify=0").send(letter(), sender=SENDER)
    assert not failure.value.final
    assert len(box.post.arrived) == 1


def test_encrypted_from_the_first_byte(serve: Serve, certificate: object, clock: Clock) -> None:
    box = serve(ssl_context=certificate)
    Server.parse(f"smtps://127.0.0.1:{box.port}?verify=0").send(letter(), sender=SENDER)
    assert len(box.post.arrived) == 1


def test_a_server_without_starttls_is_not_talked_to_in_the_clear(
    serve: Serve, clock: Clock
) -> None:
    box = serve()
    with pytest.raises(NotSent, match="不支持STARTTLS"):
        Server.parse(f"{box.url}?starttls=1").send(letter(), sender=SENDER)
    assert box.post.arrived == []


@pytest.mark.parametrize(
    ("behaviour", "words", "final", "unsure"),
    [
        ({"refuse": "550 no such user"}, "不接受收件地址（550 no such user）", True, False),
        ({"refuse": "451 try later"}, "不接受收件地址（451", False, False),
        ({"refuse_text": "554 spam"}, "没有收下邮件（554", True, False),
        ({"refuse_text": "452 full"}, "没有收下邮件（452", False, False),
        ({"die": "rcpt"}, "邮件没有发出", False, False),
        ({"die": "data"}, "可能已送达", False, True),
    ],
)
def test_why_it_was_not_taken(
    serve: Serve,
    clock: Clock,
    behaviour: dict[str, str],
    words: str,
    final: bool,
    unsure: bool,
) -> None:
    box = serve()
    for name, value in behaviour.items():
        setattr(box.post, name, value)
    with pytest.raises(NotSent) as failure:
        Server.parse(box.url).send(letter(), sender=SENDER)
    assert words in str(failure.value)
    assert (failure.value.final, failure.value.unsure) == (final, unsure)


# --- the outbox -------------------------------------------------------------------------------


def test_a_mail_goes_once_and_leaves_no_text_behind(one: Database, serve: Serve) -> None:
    box = serve()
    for _ in range(3):
        send_all(one, box.url)
    assert box.post.to == ["yixing@example.gov.cn"]
    [mail] = mails(one)
    assert (mail.state, mail.tries, mail.text, mail.html) == (MailState.SENT, 1, "", "")


def test_a_server_that_is_away_is_tried_again_when_it_is_back(
    one: Database, serve: Serve, clock: Clock
) -> None:
    box = serve()
    box.controller.stop()
    send_all(one, box.url)
    [mail] = mails(one)
    assert (mail.state, mail.tries) == (MailState.WAITING, 1)
    assert "拒绝连接" in mail.error
    assert mail.next_try_at == clock.now + timedelta(minutes=1)
    send_all(one, box.url)
    assert mails(one)[0].tries == 1  # not before its time
    serve(post=box.post, port=box.port)
    clock.to(clock.now + timedelta(minutes=1))
    send_all(one, box.url)
    assert states(one) == ["sent"]
    assert len(box.post.arrived) == 1


def test_it_is_given_up_in_the_end(one: Database, serve: Serve, clock: Clock) -> None:
    box = serve()
    box.post.refuse = "451 later"
    for _ in range(10):
        send_all(one, box.url)
        clock.to(clock.now + timedelta(hours=7))
    [mail] = mails(one)
    assert (mail.state, mail.tries) == (MailState.FAILED, 6)


def test_a_refusal_for_good_is_not_tried_again(one: Database, serve: Serve) -> None:
    box = serve()
    box.post.refuse = "550 no such user"
    send_all(one, box.url)
    assert states(one) == ["failed"]


def test_a_server_that_dies_at_the_text_leaves_it_unknown_and_it_is_not_sent_twice(
    one: Database, serve: Serve, clock: Clock
) -> None:
    box = serve()
    box.post.die = "data"
    send_all(one, box.url)
    assert states(one) == ["unknown"]
    box.post.die = ""
    clock.to(clock.now + timedelta(days=1))
    send_all(one, box.url)
    assert box.post.arrived == []
    assert "可能已送达" in mails(one)[0].error


def test_a_worker_that_dies_between_claim_and_outcome(
    one: Database, serve: Serve, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Died

    box = serve()
    with monkeypatch.context() as patch:
        patch.setattr(Server, "send", dies)
        with pytest.raises(Died):
            send_all(one, box.url)
    assert states(one) == ["sending"]
    send_all(one, box.url)  # another worker
    with one.transaction() as session:
        assert outbox.give_up_lost(session, now=clock.now) == 0
    clock.to(clock.now + outbox.CLAIM + timedelta(seconds=1))
    with one.transaction() as session:
        assert outbox.give_up_lost(session, now=clock.now) == 1
    send_all(one, box.url)
    assert states(one) == ["unknown"]
    assert box.post.arrived == []


def test_two_workers_at_once_send_each_mail_once(
    database: Database, serve: Serve, clock: Clock
) -> None:
    box = serve()
    with database.transaction() as session:
        for number in range(6):
            mail = inbox.mail_to(session, "yixing", f"message:{number}")
            mail.next_try_at = clock.now - timedelta(days=400)  # threads have the machine's clock
    threads = [threading.Thread(target=send_all, args=(database, box.url)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states(database) == ["sent"] * 6
    assert len({mail["Message-ID"] for mail in box.post.arrived}) == len(box.post.arrived) == 6


def test_what_cannot_be_put_together_is_no_endless_loop(
    one: Database, serve: Serve, clock: Clock
) -> None:
    with one.transaction() as session:
        session.scalars(select(Mail)).one().address = "乱\n写"
    send_all(one, serve().url)
    assert states(one) == ["failed"]


# --- with pages -------------------------------------------------------------------------------


@pytest.fixture
def box(serve: Serve) -> Mailbox:
    return serve()


@pytest.fixture
def app(config: Config, database: Database, clock: Clock, box: Mailbox) -> Flask:
    """The application with a mail server."""
    mailing = replace(
        config,
        smtp_url=box.url,
        mail_from=SENDER,
        base_url=LETTERS.base_url,
    )
    made = create_app(mailing, database)
    made.test_client_class = Critic
    made.testing = True
    made.error_handler_spec[None][None].pop(Exception)
    return made


def test_from_the_settings_to_a_verified_address(
    box: Mailbox, sign_in: Callable[..., Critic], database: Database
) -> None:
    client = sign_in("yixing")
    shown = client.get("/inbox/settings")
    sent = client.press(shown, "获取验证码", {"address": "ｙixing＠example.gov.cn "})
    assert sent.status_code == 303
    send_all(database, box.url)
    [mail] = box.post.arrived
    assert box.post.to == ["yixing@example.gov.cn"]
    text = mail.get_body(("plain",))
    assert text is not None
    code = text.get_content().partition("验证码为 ")[2][:6]
    shown = client.get("/inbox/settings")
    assert "已发往 yixing@example.gov.cn" in page(shown).text()
    assert client.press(shown, "验证邮箱", {"code": code}).status_code == 303
    assert "已验证" in page(client.get("/inbox/settings")).text()
    assert code not in "".join(mail.text + mail.html for mail in mails(database))


def test_the_administrator_tries_it_out_and_sends_again(
    box: Mailbox, sign_in: Callable[..., Critic], database: Database
) -> None:
    client = sign_in("admin")
    shown = client.get("/admin/mail")
    assert "127.0.0.1" in page(shown).text()
    box.post.refuse = "550 no such user"
    for _ in range(2):  # a double click
        assert client.press(shown, "发送测试邮件", {"address": "a@example.cn"}).status_code == 303
    send_all(database, box.url)
    shown = client.get("/admin/mail?state=failed")
    assert "邮件服务器不接受收件地址（550 no such user）" in page(shown).text()
    assert len(mails(database)) == 1
    box.post.refuse = ""
    [button] = [
        page(shown).text(b) for b in page(shown).all("button") if "重发" in page(shown).text(b)
    ]
    assert client.press(shown, button).status_code == 303
    number = mails(database)[0].id
    assert client.send(f"/admin/mail/{number}/retry").status_code == 303
    send_all(database, box.url)
    assert states(database) == ["sent"]
    assert client.send(f"/admin/mail/{number}/retry").status_code == 422
    with database.reader() as session:
        events = session.scalars(select(Event.action).where(Event.kind == "mail")).all()
    assert events == ["mail.tested", "mail.retried"]


def test_the_outbox_s_page_has_a_fixed_number_of_statements(
    sign_in: Callable[..., Critic], database: Database, statements: Callable[[], object]
) -> None:
    client = sign_in("admin")
    with statements() as empty:  # type: ignore[attr-defined]
        client.get("/admin/mail")
    with database.transaction() as session:
        for number in range(20):
            inbox.mail_to(session, "yixing", f"message:{number}")
    with statements() as full:  # type: ignore[attr-defined]
        client.get("/admin/mail")
    assert len(empty) == len(full) <= 8, str(full)


# --- settings from outside --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"CUSTODY_SMTP_URL": "mail.example.cn"}, "写法不对"),
        ({"CUSTODY_SMTP_URL": "smtp://h:port"}, "写法不对"),
        ({"CUSTODY_SMTP_URL": "smtp://h"}, "CUSTODY_MAIL_FROM"),
        ({"CUSTODY_SMTP_URL": "smtp://h", "CUSTODY_MAIL_FROM": "a@b.cn"}, "CUSTODY_BASE_URL"),
        ({"CUSTODY_BASE_URL": "example.cn"}, "不是网址"),
    ],
)
def test_half_a_mail_server_is_refused(
    tmp_path: object, environ: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        load({"CUSTODY_DATA": str(tmp_path), **environ})


def test_a_whole_one_is_taken(tmp_path: object) -> None:
    config = load(
        {
            "CUSTODY_DATA": str(tmp_path),
            "CUSTODY_SMTP_URL": "smtp://u:p@mail.example.cn:587?starttls=1",
            "CUSTODY_MAIL_FROM": SENDER,
            "CUSTODY_BASE_URL": "https://nengyuan.example.cn/",
        }
    )
    assert config.mails
    assert config.base_url == "https://nengyuan.example.cn"
    server = Server.parse(config.smtp_url)
    assert (server.host, server.port, server.user, server.starttls) == (
        "mail.example.cn",
        587,
        "u",
        True,
    )

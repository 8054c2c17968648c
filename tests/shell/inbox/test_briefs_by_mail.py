"""A published brief goes out by mail: its PDF, only where wanted, only to whoever wants it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from custody.briefs.models import Brief
from custody.inbox.actions import post, wishes
from custody.inbox.rules import Channel, Group
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.web.database import FileStore
from tests.factories import inbox
from tests.factories.briefs import SignIn, frozen, passed
from tests.factories.inbox import LETTERS
from tests.shell.inbox.conftest import Serve
from tests.shell.inbox.test_mail import mails, send_all

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def wants(database: Database, name: str, channel: Channel) -> None:
    with database.transaction() as session:
        inbox.with_address(session, name)
        actor = inbox.account(session, name).identity()
        choices = {Group.BRIEF: channel}
        wishes.choose(session, actor=actor, now=machine.now(), choices=choices)


@pytest.mark.parametrize("mailed", [True, False])
def test_the_pdf_goes_to_whoever_wants_it(
    mailed: bool,
    app: Flask,
    sign_in: SignIn,
    database: Database,
    store: FileStore,
    serve: Serve,
) -> None:
    wants(database, "leader", Channel.NOW)
    wants(database, "auditor", Channel.DIGEST)
    wants(database, "coordinator2", Channel.NONE)
    c = sign_in("coordinator")
    url = frozen(c)
    passed(sign_in, url)
    c.press(c.get(url), "发布", {"mailed": "y"} if mailed else {})
    for _ in range(2):
        with database.transaction() as session:
            post.deliver(session, now=machine.now(), letters=LETTERS)
    [mail] = [one for one in mails(database) if "简报已发布" in one.subject]
    assert mail.address == "leader@example.gov.cn"
    assert bool(mail.paper) is mailed
    box = serve()
    send_all(database, box.url, store)
    [letter] = [one for one in box.post.arrived if "简报已发布" in str(one["Subject"])]
    papers = list(letter.iter_attachments())
    if not mailed:
        assert papers == []
        return
    with database.reader() as session:
        brief = session.scalars(select(Brief)).one()
    [paper] = papers
    assert paper.get_content_type() == "application/pdf"
    assert paper.get_filename() == brief.file_name
    with store.open(brief.pdf_digest) as stream:
        assert paper.get_content() == stream.read()
    assert "随信附 PDF" in letter.get_body(("plain",)).get_content()

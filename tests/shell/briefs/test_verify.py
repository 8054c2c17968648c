"""Anybody's question: is this copy genuine?"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from custody.briefs import evidence
from custody.briefs.models import Brief
from custody.briefs.rules import Status, Verdict, verdict_on
from custody.briefs.views.verify import ASKED
from custody.infra.db import Database
from tests.critic import page
from tests.factories import people, programme

_METADATA = b'<?xpacket begin=""?> keywords custody:brief:' + b"0" * 64 + b" <?xpacket end?>"
PRINTED = (
    b"%PDF-1.7 a brief, its pictures\nstream\nnot packed endstream and its metadata\nstream\n"
    + zlib.compress(_METADATA)
    + b"\nendstream and the rest"
)


@pytest.fixture
def brief(database: Database) -> Brief:
    """A published brief whose file is PRINTED."""
    with database.transaction() as session:
        found = programme.brief_published(session, people.YIXING)
        number = found.id
    with database.transaction() as session:
        session.execute(
            update(Brief)
            .where(Brief.id == number)
            .values(pdf_digest=hashlib.sha256(PRINTED).hexdigest(), digest="0" * 63 + "a")
        )
    with database.reader() as session:
        return session.get_one(Brief, number)


def sent(app: Flask, data: bytes, name: str = "简报.pdf") -> Any:
    form = {"file": (io.BytesIO(data), name)}
    return app.test_client().post("/verify", data=form, content_type="multipart/form-data")


def test_the_original_is_genuine(app: Flask, brief: Brief) -> None:
    text = page(sent(app, PRINTED)).text()
    assert Verdict.GENUINE.label in text
    assert "宜兴市" in text
    assert evidence.code_of(brief.digest) in text


@pytest.mark.parametrize("at", [10, len(PRINTED) - 1])
def test_one_changed_byte_is_not(app: Flask, brief: Brief, database: Database, at: int) -> None:
    claimed = evidence.claimed(PRINTED)
    with database.transaction() as session:
        session.execute(update(Brief).where(Brief.id == brief.id).values(digest=claimed))
    changed = PRINTED[:at] + bytes([PRINTED[at] ^ 1]) + PRINTED[at + 1 :]
    text = page(sent(app, changed)).text()
    assert Verdict.ALTERED.label in text
    assert "不要据此办理" in text


def test_a_strange_file_is_unknown(app: Flask, brief: Brief) -> None:
    assert Verdict.UNKNOWN.label in page(sent(app, b"%PDF-1.4 of somebody else")).text()


def test_a_draft_or_a_proof_is_nobodys_evidence(
    app: Flask, brief: Brief, database: Database
) -> None:
    with database.transaction() as session:
        session.execute(update(Brief).values(status=Status.FROZEN))
    assert Verdict.UNKNOWN.label in page(sent(app, PRINTED)).text()
    assert app.test_client().get(f"/verify/{brief.digest[:16]}").status_code == 404


def test_a_correction_takes_its_place(app: Flask, brief: Brief, database: Database) -> None:
    with database.transaction() as session:
        newer = programme.brief_published(session, people.YIXING)
        newer.replaces_id = brief.id
    assert Verdict.SUPERSEDED.label in page(sent(app, PRINTED)).text()
    by_code = app.test_client().get(f"/verify/{brief.digest[:16]}")
    assert Verdict.SUPERSEDED.label in page(by_code).text()


def test_by_code(app: Flask, brief: Brief) -> None:
    client = app.test_client()
    code = evidence.code_of(brief.digest)
    typed = client.get("/verify", query_string={"code": f" {code.lower()} "})
    assert typed.status_code == 303
    shown = page(client.get(typed.location)).text()
    assert Verdict.ISSUED.label in shown
    for hidden in ("总体情况", "里程碑进展", "苏采薇"):
        assert hidden not in shown
    wrong = client.get("/verify", query_string={"code": "第十一期"})
    assert wrong.status_code == 422
    assert "16位数字和字母" in page(wrong).problems[0]
    assert client.get("/verify/ffffffffffffffff").status_code == 404


@pytest.mark.parametrize(("data", "words"), [(b"", "不是 PDF"), (b"PK\x03\x04 zip", "不是 PDF")])
def test_what_is_no_pdf_is_said_so(app: Flask, data: bytes, words: str) -> None:
    answer = sent(app, data)
    assert answer.status_code == 422
    assert words in page(answer).problems[0]


def test_nothing_chosen(app: Flask) -> None:
    answer = app.test_client().post("/verify", data={})
    assert page(answer).problems == ["请先选择要核验的 PDF 文件。"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_who_asks_without_end_waits(app: Flask, brief: Brief) -> None:
    answers = [sent(app, PRINTED).status_code for _ in range(ASKED + 1)]
    assert answers == [200] * ASKED + [429]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_asking_writes_nothing(
    app: Flask, brief: Brief, database: Database, statements: Callable[[], Any]
) -> None:
    with statements() as seen:
        sent(app, PRINTED)
    assert len(seen) <= 2
    assert all(one.lstrip().upper().startswith("SELECT") for one in map(str, seen))
    with database.reader() as session:
        assert session.scalars(select(Brief.version)).all()


@pytest.mark.parametrize("same_file", [True, False])
@pytest.mark.parametrize("same_claim", [True, False])
@pytest.mark.parametrize("replaced", [True, False])
def test_only_the_very_bytes_are_genuine(same_file: bool, same_claim: bool, replaced: bool) -> None:
    verdict = verdict_on(same_file=same_file, same_claim=same_claim, replaced=replaced)
    assert (verdict in (Verdict.GENUINE, Verdict.SUPERSEDED)) is same_file
    assert (verdict is Verdict.GENUINE) is (same_file and not replaced)

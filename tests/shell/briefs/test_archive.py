"""Every kind of paper keeps what it claims, PDF/A-3a and PDF/UA-1, judged by veraPDF; and its looks."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from custody.briefs import booklet, evidence, render, snapshot
from custody.briefs.rules import Form
from custody.contracts.models.contract import Contract
from custody.contracts.models.settlement import Settlement
from custody.infra import pdf
from custody.infra.db import Database
from custody.supervision import render as notices
from custody.supervision.models import Matter
from tests import archive, looks
from tests.conftest import SignIn
from tests.factories import evidence as made
from tests.factories import facts, people

pytestmark = [
    pytest.mark.pdf,
    pytest.mark.parametrize("database_kind", ["sqlite"]),
    pytest.mark.parametrize("template", ["lived"]),
]
MASTHEAD = snapshot.Masthead(
    issuer="江苏省机关事务管理局",
    year=2026,
    day=date(2026, 11, 22),
    copies=(("报", "省委办公厅、省政府办公厅"),),
)
LOOKS = Path(__file__).parent / "looks"


def brief_of(scope: str, form: Form = Form.BRIEF) -> snapshot.Snapshot:
    found = facts.programme(scope=scope)
    content = snapshot.freeze(found, masthead=MASTHEAD, form=form, more=made.more(found))
    base_url = "https://nengyuan.example.gov.cn"
    return snapshot.numbered(content, issue=11, total=23, base_url=base_url)


def test_every_kind_of_paper(
    sign_in: SignIn, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes = {"province": "province", "city": "city:320200", "region": "region:320282"}
    printed = {name: render.pdf(brief_of(scope)) for name, scope in scopes.items()}
    for name, scope in scopes.items():
        printed[f"{name} on one page"] = render.pdf(brief_of(scope, Form.PAGE))
    with database.reader() as session:
        settled = session.scalars(
            select(Settlement.id)
            .join(Contract, Contract.id == Settlement.contract_id)
            .where(Contract.region_code == people.YIXING)
        ).first()
        matter = session.scalars(select(Matter)).first()
        assert matter is not None
        printed["notice"] = notices.pdf_here(
            notices.notice(
                matter,
                region="宜兴市",
                issuer="江苏省机关事务管理局",
                prefix="苏机管督",
                year=2026,
                number=3,
                day=date(2026, 11, 22),
                demo=False,
            )
        )
    printed["booklet"] = pdf.render(
        booklet.job(
            [
                booklet.Bound(name, "全省", "第11期", render.job(brief_of(scope)))
                for name, scope in scopes.items()
            ],
            period="2026年11月",
            issuer="江苏省机关事务管理局",
            as_of=date(2026, 11, 22),
            demo=True,
        )
    )
    answer = sign_in("yixing").get(f"/settlements/{settled}.pdf")
    assert answer.mimetype == "application/pdf"
    printed["settlement"] = answer.data
    seen = {name: looks.differences(LOOKS / f"{name}.txt", one) for name, one in printed.items()}
    assert seen == {name: [] for name in printed}
    # The checker is checked: a file that only forgot to say what it is must be found out.
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "_UA_MARKER", b"")
        printed["broken"] = pdf.render(render.job(brief_of("region:320282")))
    paths = {name: tmp_path / f"{name}.pdf" for name in printed}
    for name, path in paths.items():
        path.write_bytes(printed[name])
    told = archive.faults(*paths.values())
    found = {name: told[str(path)] for name, path in paths.items()}
    assert found.pop("broken")
    assert found == {name: [] for name in found}


def test_a_look_that_changed_is_noticed(sign_in: SignIn) -> None:
    """The check is checked: a masthead that is gone, other places, a page fewer."""
    job = render.job(brief_of("region:320282"))
    known = looks.pages(pdf.render(job))
    gone = re.sub(r'(?s)<p class="name.*?</p>', "", job.html)
    assert looks.changed(known, known) == []
    assert "page 1" in looks.changed(looks.pages(pdf.render(replace(job, html=gone))), known)[0]
    assert looks.changed(looks.pages(render.pdf(brief_of("city:320200"))), known)
    assert looks.changed(known[:-1], known)


@pytest.mark.parametrize("form", list(Form))
def test_the_data_travel_inside(sign_in: SignIn, form: Form) -> None:
    brief = brief_of("city:320200", form)
    printed = render.pdf(brief)
    reader = PdfReader(io.BytesIO(printed))
    inside = {name: content[0] for name, content in reader.attachments.items()}
    assert json.loads(inside["简报数据.json"]) == brief
    assert inside["简报表格.xlsx"].startswith(b"PK")
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    digest = snapshot.digest(brief)
    assert evidence.code_of(digest) in text
    assert evidence.claimed(printed) == digest
    draft = PdfReader(io.BytesIO(render.pdf(brief, draft=True)))
    assert not draft.attachments
    assert "校验码" not in "".join(page.extract_text() for page in draft.pages)

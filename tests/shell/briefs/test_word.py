"""The draft for Word and WPS, read back."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from docx import Document
from docx.shared import Mm
from flask import Flask

from custody.briefs import snapshot, word
from custody.briefs.rules import Form
from custody.infra.db import Database
from tests.conftest import SignIn
from tests.core.briefs.test_layout import brief_of
from tests.factories import facts, people, programme
from tests.shell.briefs.test_life_of_a_brief import draft


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("scope", ["320000", "320200", "320282"])
def test_a_draft_leaves_as_a_document(sign_in: SignIn, scope: str) -> None:
    c = sign_in("coordinator")
    url = draft(c, scope)
    c.press(c.get(url), "保存草稿", {"words.overall.1": "本段已由省级协调员改写。"})
    answer = c.get(f"{url}.docx")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    document: Any = Document(io.BytesIO(answer.data))
    text = [paragraph.text for paragraph in document.paragraphs]
    assert "整区能源费用托管工作简报" in text
    assert "一、总体情况" in text
    assert "本段已由省级协调员改写。" in text
    assert document.sections[0].header.paragraphs[0].text.startswith("草稿")
    section = document.sections[0]
    wide = section.page_width - section.left_margin - section.right_margin
    high = section.page_height - section.top_margin - section.bottom_margin
    assert abs(wide - Mm(156)) < Mm(0.1)
    assert abs(high - Mm(225)) < Mm(0.1)
    assert document.tables
    assert all(len(table.rows) > 1 for table in document.tables)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_published_is_the_pdf(app: Flask, sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        number = programme.brief_published(session, people.YIXING).id
    answer = sign_in("coordinator").get(f"/briefs/{number}.docx", follow_redirects=True)
    assert "请下载 PDF" in answer.get_data(as_text=True)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("scope", ["province", "city:320200", "region:320282"])
def test_all_that_is_said_and_reckoned_stands_in_it(scope: str, form: Form) -> None:
    brief = brief_of(facts.programme(scope=scope), form)
    document: Any = Document(io.BytesIO(word.docx(brief)))
    text = [paragraph.text for paragraph in document.paragraphs]
    for one in snapshot.paragraphs_of(brief):
        assert set(filter(None, map(str.strip, one["text"].splitlines()))) <= set(text)
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {one["name"] for one in brief["regions"]} <= cells or scope.startswith("region")
    if form is Form.BRIEF:
        assert brief["savings"]["coal"] in cells
        assert {row["owner"] for row in brief["problems"]["rows"]} <= cells


def test_nothing_typed_becomes_markup() -> None:
    masthead = snapshot.Masthead(issuer="江苏省机关事务管理局", year=2026, day=date(2026, 11, 22))
    brief = snapshot.freeze(facts.programme(), masthead=masthead)
    brief["sections"][0]["paragraphs"][0]["text"] = "<w:p>&amp;{{ 7*7 }}"
    document: Any = Document(io.BytesIO(word.docx(brief)))
    assert "<w:p>&amp;{{ 7*7 }}" in [paragraph.text for paragraph in document.paragraphs]

"""A copy in the hands of somebody without an account: genuine, or not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from custody.briefs import render
from custody.briefs.models import Brief
from custody.briefs.rules import Status
from custody.infra.files import FileStore
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, Arrive, Site, sideways

pytestmark = pytest.mark.browser


def print_briefs(site: Site) -> None:
    """The demonstration of the tests has stand-ins; what is checked here is a real file."""
    store = FileStore(site.data / "files")
    with site.database.transaction() as session:
        for brief in session.scalars(select(Brief).where(Brief.status == Status.PUBLISHED)):
            assert brief.snapshot is not None
            stored = store.put(io.BytesIO(render.pdf(brief.snapshot)))
            brief.pdf_digest, brief.pdf_size = stored.digest, stored.size


def test_from_the_leaders_download_to_the_check(arrive: Arrive, site: Site, tmp_path: Path) -> None:
    print_briefs(site)
    leader = arrive("lingdao")
    leader.go("/briefs")
    with leader.page.expect_download() as coming:
        leader.page.get_by_role("link", name="下载 PDF").first.click()
    copy, changed = tmp_path / "简报.pdf", tmp_path / "改过的简报.pdf"
    coming.value.save_as(copy)
    data = copy.read_bytes()
    at = len(data) // 4
    changed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])

    nobody = arrive(width=PHONE)
    nobody.go("/")
    nobody.page.get_by_role("link", name="核验简报真伪").click()
    for width in (DESK, PHONE):
        nobody.page.set_viewport_size({"width": width, "height": 900})
        assert violations(nobody.page) == []
        assert sideways(nobody.page) == 0
    for file, words in ((copy, "与存档一致"), (changed, "与存档不一致")):
        nobody.go("/verify")
        nobody.page.get_by_label("简报 PDF 文件").set_input_files(file)
        nobody.page.get_by_role("button", name="核验").click()
        expect(nobody.page.locator(".verdict")).to_contain_text(words)
        for width in (DESK, PHONE):
            nobody.page.set_viewport_size({"width": width, "height": 900})
            assert violations(nobody.page) == []
            assert sideways(nobody.page) == 0
    code = nobody.page.locator("dd.digest").first.inner_text()
    nobody.go("/verify")
    nobody.page.get_by_label("校验码").fill(code)
    nobody.page.get_by_role("button", name="查询").click()
    expect(nobody.page.locator(".verdict")).to_contain_text("已发布的简报")

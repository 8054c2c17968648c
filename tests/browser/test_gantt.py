"""The Gantt chart opened and taken away; a dossier ordered, followed and taken away."""

import re
import zipfile
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from custody.dossiers import render
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.jobs.runner import run_all
from custody.worker import HANDLERS
from tests.browser.conftest import PHONE, Arrive, Site, sideways

pytestmark = pytest.mark.browser


def test_a_coordinator_opens_the_gantt_chart_and_downloads_it(
    site: Site, arrive: Arrive, tmp_path: Path
) -> None:
    visitor = arrive("shengju1")
    page = visitor.page
    page.get_by_role("main").get_by_role("link", name="甘特图", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("甘特图")
    line = page.locator(".lane").filter(has_text="响水县").first
    line.get_by_text("展开").click()
    row = line.get_by_role("link", name=re.compile("^M04 计划"))
    expect(row).to_be_visible()
    page.get_by_label("批次").select_option(label="第一批试点地区")
    expect(page.locator(".lane-name a")).to_have_count(3)
    with page.expect_download() as started:
        page.get_by_role("link", name="SVG图").click()
    assert started.value.suggested_filename.startswith("江苏省甘特图")
    drawn = tmp_path / "gantt.svg"
    started.value.save_as(drawn)
    assert "宜兴市" in drawn.read_text("utf-8")
    assert "响水县" not in drawn.read_text("utf-8")
    page.get_by_role("link", name="宜兴市", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("宜兴市甘特图")
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert sideways(page) == 0
    with site.database.reader() as session:
        assert session.scalars(select(Event).where(Event.action == "gantt.exported")).all()


def test_an_officer_makes_a_dossier_and_downloads_it(
    site: Site, arrive: Arrive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        render, "pdfs", lambda papers, **_rest: (one.title.encode() for one in papers)
    )
    page = arrive("yixing").page
    page.goto(f"{site.url}/regions/320282")
    page.get_by_role("button", name="生成项目档案").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("宜兴市项目档案")
    expect(page.get_by_role("progressbar")).to_be_visible()
    store = FileStore(site.data / "files")
    worker = Thread(target=run_all, args=(site.database, store, HANDLERS))
    worker.start()
    # The page follows by itself.
    download = page.get_by_role("link", name=re.compile("^下载"))
    expect(download).to_be_visible(timeout=30_000)
    worker.join()
    expect(page.get_by_role("status")).to_contain_text("已生成：上传的材料")
    with page.expect_download() as started:
        download.click()
    assert re.fullmatch(r"宜兴市项目档案\d{8}\.zip", started.value.suggested_filename)
    taken = tmp_path / "dossier.zip"
    started.value.save_as(taken)
    with zipfile.ZipFile(taken) as file:
        assert file.testzip() is None
        assert "宜兴市项目档案/SHA256SUMS" in file.namelist()
        assert any("审核记录.pdf" in name for name in file.namelist())

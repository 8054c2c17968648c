"""批量填报 as people walk it: download, fill in with slips, see them, correct, send again, accept."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from custody.infra.sheets import read_workbook
from custody.kernel.cells import words
from custody.milestones.models import Milestone
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, Arrive, Site, sideways
from tests.factories import bulk

pytestmark = pytest.mark.browser

YIXING = "320282"


def open_codes(site: Site) -> list[str]:
    with site.database.reader() as session:
        rows = session.scalars(
            select(Milestone).where(Milestone.region_code == YIXING).order_by(Milestone.id)
        )
        return [row.code for row in rows if row.status.editable]


def one(site: Site, code: str) -> Milestone:
    with site.database.reader() as session:
        return session.scalars(
            select(Milestone).where(Milestone.region_code == YIXING, Milestone.code == code)
        ).one()


def save(page: Page, link: str, path: Path) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    waiting.value.save_as(path)
    assert waiting.value.suggested_filename.endswith(".xlsx")
    return path.read_bytes()


def send(page: Page, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    page.get_by_label("填好的填报表").set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对填报表")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_slips_are_shown_corrected_and_accepted(
    site: Site, arrive: Arrive, tmp_path: Path, script: bool
) -> None:
    first, second, third = open_codes(site)[:3]
    officer = arrive("yixing", script=script)
    page = officer.page
    page.get_by_role("link", name="批量填报").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("批量填报")
    data = save(page, "下载宜兴市填报表", tmp_path / "down.xlsx")
    [sheet] = read_workbook(data, "down.xlsx")
    assert words(sheet.at(0, 0)) == "宜兴市里程碑填报表"

    slips = {
        (YIXING, first): {"forecast": "2026-13-01", "notes": "现场已完成七成。"},
        (YIXING, second): {"percent": 120},
        (YIXING, third): {"actual": date(2027, 3, 1)},
    }
    send(page, tmp_path / "宜兴市填报表.xlsx", bulk.as_xlsx(bulk.filled(data, slips)))
    wrong = page.get_by_role("region", name="错误")
    for code, field in ((first, "forecast"), (second, "percent"), (third, "actual")):
        expect(wrong).to_contain_text(bulk.where(data, YIXING, code, field))
    expect(wrong).to_contain_text("预计完成“2026-13-01”无法识别")
    expect(page.get_by_role("button", name="全部接受")).to_have_count(0)
    for width in (DESK, PHONE) if script else ():
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert sideways(page) <= 0
    assert one(site, first).notes != "现场已完成七成。"

    copy = save(page, "下载批注表", tmp_path / "copy.xlsx")
    right = {
        (YIXING, first): {"forecast": date(2026, 12, 20)},
        (YIXING, second): {"percent": 95},
        (YIXING, third): {"actual": None},
    }
    page.get_by_role("link", name="重新上传").click()
    send(page, tmp_path / "宜兴市填报表（改）.xlsx", bulk.as_xlsx(bulk.filled(copy, right)))
    expect(page.get_by_role("heading", name="可以接受")).to_be_visible()
    expect(page.get_by_role("region", name="将要更新的内容")).to_contain_text("现场已完成七成。")
    # It may be left and come back to.
    page.get_by_role("link", name="批量填报").click()
    page.get_by_role("link", name="宜兴市填报表（改）.xlsx").click()
    page.get_by_role("button", name="全部接受").click()
    expect(page.get_by_text("已接受，2项里程碑的进展已更新")).to_be_visible()
    saved = one(site, first)
    assert (saved.notes, saved.forecast) == ("现场已完成七成。", date(2026, 12, 20))
    assert one(site, second).percent == 95


def test_a_foreign_file_is_told(site: Site, arrive: Arrive, tmp_path: Path) -> None:
    page = arrive("yixing").page
    page.goto(f"{site.url}/bulk")
    path = tmp_path / "账单.xlsx"
    path.write_bytes(bulk.as_xlsx([["单位", "电量"]], name="账单"))
    page.get_by_label("填好的填报表").set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("alert")).to_contain_text("应有工作表“里程碑”")
    assert violations(page) == []

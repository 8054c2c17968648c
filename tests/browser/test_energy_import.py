"""能源数据导入 as an officer walks it: a blank template, three slips, the marked copy, accepted, undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from custody.energy.models.bills import Bill
from custody.energy.models.roster import Meter
from custody.energy.rules.states import Kind
from custody.energy.workbook.layout import Layout, locate
from custody.infra.sheets import read_workbook
from custody.kernel.cells import Cell
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, Arrive, Site, sideways
from tests.factories import bulk

pytestmark = pytest.mark.browser

YIXING = "320282"
Typed = dict[tuple[int, str], Cell]
"""(line below the head, field) → what is typed there."""


def save(page: Page, link: str, path: Path) -> Layout:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    waiting.value.save_as(path)
    return locate(read_workbook(path.read_bytes(), path.name), Kind.BILLS)


def fill(layout: Layout, typed: Typed) -> bytes:
    rows = [list(row) for row in layout.sheet.rows]
    for (line, name), value in typed.items():
        rows[layout.first + line][layout.columns[name]] = value
    return bulk.as_xlsx(rows, name=layout.sheet.name)


def send(page: Page, path: Path, data: bytes) -> None:
    path.write_bytes(data)
    page.get_by_label("文件内容").select_option(label="能源账单")
    page.get_by_label("填好的文件").set_input_files(path)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对导入文件")


def fine(page: Page) -> None:
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
        assert sideways(page) <= 0


def november(site: Site) -> int:
    with site.database.reader() as session:
        query = select(func.count()).select_from(Bill).join(Meter, Meter.id == Bill.meter_id)
        return session.scalar(query.where(Meter.region_code == YIXING, Bill.month == 202611)) or 0


def test_from_the_blank_template_to_the_accepted_file_and_back(
    site: Site, arrive: Arrive, tmp_path: Path
) -> None:
    page = arrive("yixing").page
    page.get_by_role("link", name="能源数据", exact=True).click()
    page.get_by_role("link", name="能源数据导入").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("能源数据导入")
    fine(page)
    blank = save(page, "下载能源账单模板", tmp_path / "模板.xlsx")
    lines = [line for line in range(40) if _at(blank, line, "month") == "2026-11"][:5]
    account = str(_at(blank, lines[2], "number"))
    typed: Typed = {}
    for line in lines:
        usual = _at(blank, line, "last_use"), _at(blank, line, "last_cost")
        typed |= {(line, "use"): usual[0], (line, "cost"): usual[1]}
    slips: Typed = {
        (lines[0], "use"): "约一千", (lines[1], "month"): "去年", (lines[2], "number"): "99999999",
    }  # fmt: skip

    send(page, tmp_path / "十一月.xlsx", fill(blank, {**typed, **slips}))
    wrong = page.get_by_role("region", name="错误", exact=True)
    for line, name in slips:
        expect(wrong).to_contain_text(blank.where(blank.first + line, name))
    expect(wrong).to_contain_text("用量“约一千”无法识别")
    expect(page.get_by_role("button", name="全部接受")).to_have_count(0)
    fine(page)
    assert november(site) == 0

    copy = save(page, "下载批注表", tmp_path / "批注.xlsx")
    right: Typed = {
        (lines[0], "use"): typed[lines[0], "use"], (lines[1], "month"): "2026年11月",
        (lines[2], "number"): account,
    }  # fmt: skip
    page.get_by_role("link", name="上传改正后的文件").click()
    send(page, tmp_path / "十一月（改）.xlsx", fill(copy, right))
    expect(page.get_by_role("heading", name="可以接受")).to_be_visible()
    fine(page)
    # It may be left and come back to.
    page.get_by_label("位置").get_by_role("link", name="导入", exact=True).click()
    page.get_by_role("link", name="十一月（改）.xlsx").click()
    page.get_by_role("button", name="全部接受").click()
    expect(page.get_by_role("heading", name="已全部导入")).to_be_visible()
    assert november(site) == 5
    fine(page)

    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.get_by_text("移除 5 条，恢复 0 条，保留 0 条")).to_be_visible()
    assert november(site) == 0
    fine(page)


def _at(layout: Layout, line: int, name: str) -> Cell:
    return layout.sheet.at(layout.first + line, layout.columns[name])

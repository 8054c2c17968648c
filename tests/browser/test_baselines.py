"""能源基准: begun, looked at, chosen, proposed, adopted; then the saving that rests on it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from custody.infra.files import FileStore
from custody.jobs.runner import run_all
from custody.worker import HANDLERS
from tests.browser.conftest import PHONE, Arrive, sideways

pytestmark = pytest.mark.browser


def test_from_the_months_to_the_saving(arrive: Arrive) -> None:
    """扬州市邗江区 has a roster and bills, and no baseline yet."""
    officer = arrive("yangzhou-hanjiang")
    page = officer.page
    page.get_by_role("link", name="能源基准", exact=True).click()
    page.get_by_role("link", name="建立新的版本").click()
    page.get_by_label("截止月份").select_option(label="2025年10月")
    page.get_by_label("年数").select_option(label="1年（12个月）")
    page.get_by_role("button", name="查看账单覆盖情况").click()
    expect(page.locator("main")).to_contain_text("2024年11月—2025年10月")
    for number in range(6):
        page.locator(".base-questions fieldset").nth(number).get_by_label(
            "没有", exact=True
        ).check()
    page.get_by_role("button", name="开始计算").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("扬州市邗江区能源基准第1版")
    expect(page.get_by_role("heading", name="正在计算")).to_be_visible()
    # As in production the bar moves by itself and the page comes anew when the worker is done.
    assert run_all(officer.site.database, FileStore(officer.site.data / "files"), HANDLERS)
    expect(page.get_by_role("heading", name="地区合计：两种方法")).to_be_visible()

    page.get_by_text("按能源统一选用方法").click()
    page.locator(".base-choose").get_by_label("能源").select_option(index=0)
    page.get_by_label("选用理由").fill("气温对用电量的影响可以说明")
    page.get_by_role("button", name="统一选用").click()
    expect(page.get_by_role("status")).to_contain_text("改用回归法")
    page.locator("#list").locator("xpath=ancestor::section").locator("tbody a").first.click()
    expect(page.get_by_role("img").first).to_be_visible()
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert sideways(page) == 0
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="第1版", exact=True).click()
    page.get_by_role("button", name="提交省级采用").click()
    expect(page.get_by_role("status")).to_contain_text("已提交")

    city = arrive("yangzhou")
    city.go(page.url.removeprefix(city.site.url))
    city.page.get_by_role("textbox", name="意见", exact=True).fill("已抽查账单，同意采用。")
    city.page.get_by_role("button", name="提出意见").click()

    province = arrive("shengju1")
    desk = province.page
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.get_by_role("link", name="能源基准", exact=True).click()
    desk.get_by_role("link", name="扬州市邗江区第1版").click()
    expect(desk.locator("main")).to_contain_text("已抽查账单，同意采用。")
    desk.get_by_role("button", name="采用", exact=True).click()
    expect(desk.get_by_role("status")).to_contain_text("从此不再改动")
    desk.get_by_role("link", name="节能量", exact=True).last.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("扬州市邗江区节能量")
    expect(desk.locator(".savings-figures")).to_contain_text("tce")

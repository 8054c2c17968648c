"""节能量: from the province's sum down to the bill of one figure, with the links people click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Arrive, sideways

pytestmark = pytest.mark.browser


def test_from_the_province_to_the_bill(arrive: Arrive) -> None:
    visitor = arrive("lingdao")
    page = visitor.page
    page.get_by_role("link", name="节能量", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("节能量")
    page.get_by_label("折标口径").select_option(label="等价值")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".savings-figures")).to_contain_text("等价值")
    page.get_by_role("link", name="宜兴市", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("宜兴市节能量")
    expect(page.get_by_role("img", name="电：累计节能量").first).to_be_visible()
    page.get_by_role("link", name="宜兴市荷塘医院").click()
    page.get_by_role("link", name="000282100001", exact=True).click()
    page.get_by_role("link", name="2026年7月").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2026年7月电节能量的依据")
    for told in ("0.31 kgce/kWh", "演示数据，系编造", "宜兴市能源基准第1版", "苏采薇"):
        expect(page.locator("main")).to_contain_text(told)
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert sideways(page) == 0


def test_promise_and_saving_side_by_side(arrive: Arrive) -> None:
    visitor = arrive("yixing")
    page = visitor.page
    page.get_by_role("link", name="节能量", exact=True).click()
    page.get_by_role("link", name="承诺节能量").click()
    row = page.get_by_role("row", name="第1年")
    expect(row).to_contain_text("2025年9月—2026年8月")
    expect(row).to_contain_text("达到承诺")

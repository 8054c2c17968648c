"""能源数据: an officer goes from what is to be done to a bill, corrects it and reads both versions."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Arrive, sideways

pytestmark = pytest.mark.browser


def test_a_bill_is_corrected_and_both_versions_read(arrive: Arrive) -> None:
    visitor = arrive("yixing")
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办")
    page.get_by_role("link", name="能源数据", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("宜兴市能源数据")
    expect(page.get_by_role("heading", name="现在要办的")).to_be_visible()
    expect(page.locator(".energy-next")).to_contain_text("2026年10月还缺")
    page.get_by_role("link", name="单位名录", exact=True).click()
    page.get_by_label("名称、代码或户号").fill("荷塘医院")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="宜兴市荷塘医院").click()
    expect(page.get_by_text("现登记34,207平方米，比2025年年报")).to_be_visible()
    page.get_by_role("row", name="2026年10月").get_by_role("link", name="000282300001").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2026年10月水账单")
    was = page.get_by_label("用量").input_value()
    page.get_by_label("用量").fill("9,002.5")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_role("alert")).to_contain_text("更正账单须写明原因")
    expect(page.get_by_label("用量")).to_have_value("9002.5")
    page.get_by_label("更正原因").fill("供水公司抄表差错")
    page.get_by_role("button", name="保存更正").click()
    expect(page.get_by_role("status")).to_contain_text("现为第2版")
    now, before = page.get_by_role("row", name="第2版"), page.get_by_role("row", name="第1版")
    expect(now).to_contain_text("9,002.5")
    expect(now).to_contain_text("手工录入")
    expect(before).to_contain_text(f"{int(was):,}")
    expect(before).to_contain_text("供水公司抄表差错")
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert sideways(page) == 0


def test_the_province_comes_down_to_a_region(arrive: Arrive) -> None:
    visitor = arrive("lingdao")
    page = visitor.page
    page.get_by_role("link", name="能源数据", exact=True).click()
    page.get_by_label("批次").select_option(label="第一批")
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name="张家港市", exact=True).click()
    expect(page.get_by_role("img", name="电：近12个月用量", exact=True)).to_be_visible()
    page.get_by_text("逐月数据").click()
    expect(page.get_by_role("row", name="2026年9月")).to_be_visible()

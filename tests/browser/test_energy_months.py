"""能源月报: two doubts explained, the month reported, checked, locked; a bill refused; unlocked again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Arrive, Site, sideways
from tests.factories import energy, people

pytestmark = pytest.mark.browser


def bill_sent(page: Page, number: str) -> None:
    page.get_by_role("link", name="能源数据", exact=True).first.click()
    page.get_by_role("link", name="能源数据导入", exact=True).first.click()
    page.get_by_label("文件内容").select_option(label="能源账单")
    text = f"能源品种,户号,月份,用量,费用（元）\n电,{number},2026-10,1500,900\n"
    file = {"name": "补报.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}
    page.get_by_label("填好的文件").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="上传并核对").click()


def test_from_two_doubts_to_the_lock_and_back(arrive: Arrive, site: Site) -> None:
    with site.database.transaction() as session:
        number = energy.doubled(session, people.XISHAN, "锡山实验小学").number
    officer = arrive("wuxi-xishan")
    page = officer.page
    page.get_by_role("link", name="查看还缺什么").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无锡市锡山区2026年10月能源月报")
    page.get_by_role("link", name="去说明").click()
    page.get_by_label("选择 锡山实验小学").first.check()
    page.get_by_label("全选本页").check()
    expect(page.get_by_text("已选 2 项")).to_be_visible()
    page.get_by_label("原因").fill("新校区启用，已与缴费凭证核对")
    page.get_by_role("button", name="说明所选").click()
    expect(page.get_by_role("status")).to_contain_text("已说明2处存疑")
    page.get_by_role("link", name="能源月报", exact=True).last.click()
    page.get_by_role("link", name="2026年10月").click()
    page.get_by_role("button", name="报送2026年10月月报").click()
    expect(page.get_by_role("status")).to_contain_text("已报送")

    city = arrive("wuxi")
    city.page.get_by_role("link", name="去核对").click()
    row = city.page.get_by_role("row", name="无锡市锡山区").first
    row.get_by_role("link", name="2026年10月能源月报").click()
    city.page.get_by_role("button", name="核对通过并锁定").click()
    expect(city.page.get_by_role("status")).to_contain_text("已核对并锁定")

    bill_sent(page, number)
    expect(page.locator("main")).to_contain_text("已锁定")
    expect(page.get_by_role("button", name="全部接受")).to_have_count(0)

    city.page.get_by_label("解锁理由").fill("供电公司退补")
    city.page.get_by_role("button", name="解锁").click()
    expect(city.page.locator("main")).to_contain_text("供电公司退补")
    bill_sent(page, number)
    page.get_by_role("button", name="全部接受").click()
    expect(page.locator("main")).to_contain_text("已全部导入")
    page.set_viewport_size({"width": PHONE, "height": 844})
    officer.go(f"/energy/regions/{people.XISHAN}/doubts?state=all")
    expect(page.locator("main")).to_contain_text("锡山实验小学")
    assert sideways(page) == 0

"""A contract from the empty draft to 已签订, as an officer walks it; every page looked at by axe."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from custody.contracts.models.contract import Contract
from custody.contracts.rules.fields import GROUPS
from custody.infra.journal import Event
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, Arrive, Site, sideways
from tests.factories.contracts import OTHER_CODE
from tests.factories.programme import PDF

pytestmark = pytest.mark.browser


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def fill(page: Page, **fields: str) -> None:
    for label, words in fields.items():
        page.get_by_label(re.compile(f"^{label}")).first.fill(words)


def next_page(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^保存并到")).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_contract_is_filled_in_and_signed(
    site: Site, arrive: Arrive, tmp_path: Path, script: bool
) -> None:
    scan = tmp_path / "合同扫描件.pdf"
    scan.write_bytes(PDF)
    page = arrive("jiangyin", script=script).page
    page.get_by_role("link", name="合同", exact=True).click()
    heading(page, "合同")
    page.get_by_role("link", name="新建合同").click()
    page.get_by_role("button", name="建立草稿").click()

    heading(page, "基本信息")
    fill(page, 合同编号="JY-2026-01", 签订日期="2026-11-20")
    page.get_by_label("采购方式").select_option("公开招标")
    next_page(page)

    heading(page, "签约主体")
    page.get_by_label("节能服务公司", exact=True).fill(f"{OTHER_CODE[:-1]}?")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("不会出现")
    page.get_by_label("节能服务公司", exact=True).fill(OTHER_CODE)
    if not page.get_by_label("公司名称").is_visible():
        page.get_by_text("名录中没有？").click()
    page.get_by_label("公司名称").fill("江阴样例节能有限公司")
    page.get_by_label("第1行 单位名称").fill("江阴市机关事务主管部门")
    page.get_by_label("第1行 牵头单位").check()
    if script:
        page.get_by_role("button", name="增加一行").click()
        page.get_by_label("第3行 单位名称").fill("江阴市教育主管部门")
    next_page(page)

    heading(page, "托管范围")
    page.get_by_label("水", exact=True).check()
    fill(page, 建筑面积="120000")
    next_page(page)

    heading(page, "期限")
    fill(page, 托管期限="2", 起算日="2027-01-01", 到期日="2028-12-30")
    next_page(page)
    expect(page.get_by_role("alert")).to_contain_text("应为2028年12月31日")
    fill(page, 到期日="2028-12-31")
    next_page(page)

    heading(page, "托管费用")
    fill(page, 合同总额="1,000.00")
    page.get_by_label("第1行 能源").select_option("水")
    page.get_by_label("第1行 基准用量").fill("100")
    page.get_by_label("第1行 基准单价（元）").fill("4.35")
    next_page(page)

    heading(page, "年度费用")
    for year in ("第1年", "第2年"):
        page.get_by_label(f"{year} 水").fill("499")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name="返回合同").click()

    expect(page.get_by_text("年度托管费表合计998.00元")).to_be_visible()
    page.get_by_role("link", name="去年度费用").click()
    for year in ("第1年", "第2年"):
        page.get_by_label(f"{year} 水").fill("500")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name=re.compile("^附件与签订")).click()
    page.get_by_label("选择文件").set_input_files(scan)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("link", name="合同扫描件.pdf")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="登记为已签订").click()
    expect(page.get_by_text("合同已登记为“已签订”")).to_be_visible()
    with site.database.reader() as session:
        found = session.scalars(select(Contract).where(Contract.number == "JY-2026-01")).one()
        assert found.signed_at is not None
        assert found.company is not None
        assert found.company.code == OTHER_CODE
        assert len(found.parties) == (2 if script else 1)
        assert session.scalars(
            select(Event).where(Event.action == "contract.signed", Event.subject == str(found.id))
        ).one()


def test_every_page_of_a_contract_at_both_widths(site: Site, arrive: Arrive) -> None:
    """A draft's pages and a signed contract's: no complaint by axe, nothing sticks out."""
    visitor = arrive("taixing")
    visitor.page.wait_for_load_state()
    with site.database.reader() as session:
        numbers = session.scalars(
            select(Contract.id).where(Contract.region_code == "321283").order_by(Contract.id)
        ).all()
    assert len(numbers) == 2
    faults = []
    for number in numbers:
        for address in ("", *(f"/edit/{group.code}" for group in GROUPS)):
            visitor.go(f"/contracts/{number}{address}")
            for width in (DESK, PHONE):
                visitor.page.set_viewport_size({"width": width, "height": 900})
                what = f"{number}{address} {width}"
                if width == DESK:
                    faults += [f"{what}: {one}" for one in violations(visitor.page)]
                if sideways(visitor.page) > 0:
                    faults.append(f"{what}: sticks out by {sideways(visitor.page)} px")
    assert not faults, "\n".join(faults)


def test_a_contracts_day_is_put_in_with_one_click(site: Site, arrive: Arrive) -> None:
    visitor = arrive("wuxi-binhu")
    page = visitor.page
    page.wait_for_load_state()
    visitor.go("/regions/320211/milestones/M18")
    expect(page.get_by_role("heading", name="合同信息")).to_be_visible()
    with site.database.transaction() as session:
        contract = session.scalars(select(Contract).where(Contract.region_code == "320211")).one()
        for measure in contract.measures:
            measure.completed_on = contract.signed_on
    page.reload()
    page.get_by_role("button", name="填入").click()
    expect(page.get_by_label(re.compile("^实际完成日期"))).to_have_value("2025-10-20")
    expect(page.get_by_text("合同记载的日期为")).to_be_hidden()

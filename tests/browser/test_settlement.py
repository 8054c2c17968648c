"""A period is settled, signed and paid, as an officer walks it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from custody.contracts.models.settlement import Settlement
from custody.contracts.rules.life import Status
from tests.browser.conftest import Arrive, Site
from tests.factories.programme import PDF

pytestmark = pytest.mark.browser

DAFENG = "yancheng-dafeng"


def latest(site: Site) -> Settlement:
    """The demonstration's one draft, of 大丰区, or what has become of it."""
    with site.database.reader() as session:
        return session.scalars(select(Settlement).order_by(Settlement.id.desc())).first()  # type: ignore[return-value]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_settle_sign_and_pay(site: Site, arrive: Arrive, tmp_path: Path, script: bool) -> None:
    before = latest(site)
    assert before.status is Status.DRAFT
    payable = before.total - Decimal("1441.45")
    for name in ("甲方", "乙方", "回单"):
        (tmp_path / f"{name}.pdf").write_bytes(PDF + name.encode())
    officer = arrive(DAFENG, script=script)
    page = officer.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="费用结算", exact=True).click()
    page.get_by_role("link", name=re.compile("^草稿")).click()
    page.get_by_role("link", name="2026年第三季度", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2026年第三季度结算单")

    # A deduction without its basis: the sum follows at once, what is missing is said.
    page.get_by_label("扣减事由").first.fill("报修响应超时")
    page.get_by_label("金额（元）").first.fill("1441.45")
    total = page.locator("#statement .payable td")
    if script:
        expect(total).to_have_text(f"{payable:,.2f}")
        expect(page.locator("[data-live]")).to_contain_text("尚未保存")
    else:
        page.get_by_role("button", name="重新计算").click()
        expect(total).to_have_text(f"{payable:,.2f}")
    expect(page.locator("#statement")).to_contain_text("请写明扣减的依据")
    page.get_by_role("button", name="定稿").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明扣减的依据")
    expect(page.get_by_label("扣减事由").first).to_have_value("报修响应超时")
    assert latest(site).total == before.total

    page.locator(".line-deduct").get_by_label("依据", exact=True).first.fill("三季度考核表")
    page.get_by_role("button", name="定稿").click()
    expect(page.get_by_role("status").first).to_contain_text("已定稿")
    assert latest(site).status is Status.FROZEN

    page.get_by_label(re.compile("^甲方签字件")).set_input_files(tmp_path / "甲方.pdf")
    page.get_by_label(re.compile("^乙方签字件")).set_input_files(tmp_path / "乙方.pdf")
    page.get_by_role("button", name="上传签字件").click()
    expect(page.get_by_role("status").first).to_contain_text("双方已签")

    page.get_by_label("支付凭证").set_input_files(tmp_path / "回单.pdf")
    page.get_by_role("button", name="登记支付").click()
    expect(page.get_by_role("status").first).to_contain_text("本期结算完毕")
    row = latest(site)
    assert (row.status, row.total) == (Status.PAID, payable)
    page.get_by_role("link", name="费用结算", exact=True).first.click()
    expect(page.get_by_role("row", name=re.compile("2026年第三季度"))).to_contain_text("已支付")

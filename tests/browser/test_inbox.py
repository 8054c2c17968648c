"""An officer hears that something was returned, opens it, and sets how to be told."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from custody.accounts.models import Account
from custody.accounts.rules import Role
from custody.inbox.actions import post
from custody.inbox.models import Message
from custody.infra import clock
from custody.milestones.actions import review
from custody.milestones.actions.review import Verdict
from custody.milestones.models import Milestone
from custody.milestones.rules import Status
from custody.regions.models import Region
from tests.browser.axe import violations
from tests.browser.conftest import DESK, PHONE, Arrive, Site, sideways

pytestmark = pytest.mark.browser
REASON = "缺少专家签字页，请补充后重新提交。"


def a_return(site: Site) -> tuple[str, str]:
    """(user name of the region's officer, code): a coordinator returns something that waits."""
    now = clock.now()
    with site.database.transaction() as session:
        row, region = session.execute(
            select(Milestone, Region)
            .join(Region, Region.code == Milestone.region_code)
            .where(Milestone.status == Status.AWAITING_PROVINCE)
            .order_by(Milestone.id)
        ).first() or (None, None)
        assert row is not None
        assert region is not None
        coordinator = session.scalars(
            select(Account).where(Account.role == Role.COORDINATOR).order_by(Account.id)
        ).first()
        officer = session.scalars(
            select(Account).where(
                Account.role == Role.OFFICER, Account.region_code == region.code, Account.active
            )
        ).first()
        assert coordinator is not None
        assert officer is not None
        review.decide(
            session,
            actor=coordinator.identity(),
            now=now,
            chosen=[(row.id, row.version)],
            verdict=Verdict.RETURN,
            reason=REASON,
        )
        session.flush()
        post.deliver(session, now=now)
        return officer.username, row.code


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_officer_sees_the_return_and_opens_it(
    site: Site, arrive: Arrive, width: int, script: bool
) -> None:
    username, code = a_return(site)
    page = arrive(username, width=width, script=script).page
    inbox = page.get_by_role("link", name=re.compile(r"^消息\s*\d+"))
    before = int(re.sub(r"\D", "", inbox.inner_text()))
    inbox.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("消息")
    row = page.get_by_role("row").filter(has_text=REASON)
    row.get_by_role("button", name=re.compile(f"已退回：.* {code} ")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{code} "))
    expect(page.get_by_text(REASON).first).to_be_visible()
    page.go_back()
    page.reload()
    after = page.get_by_role("banner").get_by_role("link", name=re.compile("^消息"))
    expect(after).to_have_text(re.compile(f"^消息{f'{before - 1}条未读' if before > 1 else ''}$"))
    with site.database.reader() as session:
        read = session.scalars(
            select(Message.read_at)
            .join(Account, Account.id == Message.account_id)
            .where(Account.username == username, Message.detail.contains(REASON))
        ).one()
        assert read is not None


def test_settings_and_a_calendar(site: Site, arrive: Arrive) -> None:
    page = arrive("yixing").page
    page.get_by_role("banner").get_by_role("link", name=re.compile("^消息")).click()
    page.get_by_role("link", name="消息设置").click()
    brief = page.get_by_role("row").filter(has_text="工作简报发布")
    brief.get_by_label("立即发邮件").check()
    page.get_by_role("button", name="保存设置").click()
    expect(page.get_by_role("status")).to_contain_text("已保存消息设置")
    brief = page.get_by_role("row").filter(has_text="工作简报发布")
    expect(brief.get_by_label("立即发邮件")).to_be_checked()
    page.get_by_role("button", name="生成订阅地址").click()
    address = page.get_by_label("订阅地址")
    expect(address).to_have_value(re.compile(r"/calendar/[\w-]{43}\.ics$"))
    assert violations(page) == []
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert violations(page) == []
    assert sideways(page) <= 0


def test_a_year_of_holidays(site: Site, arrive: Arrive) -> None:
    page = arrive("admin").page
    page.get_by_role("link", name="工作日历").click()
    page.get_by_role("link", name="2027年").click()
    form = page.get_by_role("form", name="录入2027年安排")
    form.get_by_label("放假和调休安排").fill("2月5日至11日 休 春节\n2月30日 班 春节")
    form.get_by_label("依据").fill("国务院办公厅通知")
    form.get_by_role("button", name="保存2027年安排").click()
    expect(page.get_by_role("alert")).to_contain_text("第2行：日期“2月30日”无法识别")
    assert violations(page) == []
    form = page.get_by_role("form", name="录入2027年安排")
    form.get_by_label("放假和调休安排").fill("2月5日至11日 休 春节\n2月20日 班 春节")
    form.get_by_role("button", name="保存2027年安排").click()
    expect(page.get_by_role("status")).to_contain_text("共8天")
    expect(page.get_by_role("row").filter(has_text="2027年2月5日至11日")).to_be_visible()
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert violations(page) == []
    assert sideways(page) <= 0

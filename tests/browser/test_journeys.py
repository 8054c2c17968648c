"""The four journeys, once each, as people walk them: by what is written on the page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from custody.accounts.models import Account
from custody.accounts.queries import by_username
from custody.demo.people import PASSWORD
from custody.infra.journal import Event
from custody.milestones.models import Draft, Evidence, Milestone, MonthReport
from custody.milestones.queries.milestones import queue
from custody.milestones.rules import Status
from custody.regions.models import Region
from tests.browser.conftest import PHONE, Arrive, Site, Visitor, sign_in
from tests.factories.programme import EXE, PDF

pytestmark = pytest.mark.browser

YIXING = "320282"


def an_open_one(site: Site, region: str = YIXING) -> str:
    """The code of a milestone somebody may still report on, without a draft and not a gate."""
    with site.database.reader() as session:
        row = session.scalars(
            select(Milestone)
            .where(
                Milestone.region_code == region,
                Milestone.status.in_([Status.IN_PROGRESS, Status.NOT_STARTED]),
                ~Milestone.code.startswith("G"),
                Milestone.id.not_in(select(Draft.milestone_id)),
            )
            .order_by(Milestone.code)
        ).first()
        assert row is not None
        return row.code


def one(site: Site, code: str, region: str = YIXING) -> Milestone:
    with site.database.reader() as session:
        return session.scalars(
            select(Milestone).where(Milestone.region_code == region, Milestone.code == code)
        ).one()


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def report(page: Page, **fields: str) -> None:
    for label, words in fields.items():
        page.get_by_label(re.compile(f"^{label}")).first.fill(words)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "竣工验收单（扫描件）.pdf"
    path.write_bytes(PDF)
    return path


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_officer_reports_and_submits(
    site: Site, arrive: Arrive, paper: Path, script: bool
) -> None:
    code = an_open_one(site)
    officer = arrive("yixing", script=script)
    page = officer.page
    heading(page, "我的待办")
    page.get_by_role("link", name=re.compile(f"^{code}")).click()
    heading(page, re.compile(f"^{code} "))

    # Without a script the upload opens the page anew, so files come first.
    page.get_by_label("上传材料").set_input_files(paper)
    if not script:
        page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_role("link", name=paper.name, exact=True).first).to_be_visible()

    report(page, 完成比例="100", 实际开始日期="2026-10-01", 进展说明="已完成现场验收。")
    page.get_by_role("button", name="提交审核").click()
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("请填写实际完成日期")
    expect(page.get_by_label(re.compile("^进展说明"))).to_have_value("已完成现场验收。")

    report(page, 实际完成日期="2026-11-20")
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_role("button", name="撤回提交")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("待市审")

    row = one(site, code)
    assert row.status is Status.AWAITING_CITY
    assert (row.percent, row.notes, str(row.actual)) == (100, "已完成现场验收。", "2026-11-20")
    with site.database.reader() as session:
        files = session.scalars(select(Evidence.name).where(Evidence.milestone_id == row.id)).all()
        assert paper.name in files
        actions = session.scalars(
            select(Event.action).where(Event.kind == "milestone", Event.subject == str(row.id))
        ).all()
        assert {"milestone.evidence_added", "milestone.submitted"} <= set(actions)

    page.get_by_role("link", name="我的待办").click()
    expect(page.get_by_role("row", name=re.compile(code))).to_contain_text("市")


def test_a_wrong_file_is_named_and_nothing_typed_is_lost(
    site: Site, arrive: Arrive, tmp_path: Path
) -> None:
    (tmp_path / "验收单.pdf").write_bytes(EXE)
    (tmp_path / "空白.pdf").write_bytes(b"")
    officer = arrive("yixing")
    page = officer.page
    officer.go(f"/regions/{YIXING}/milestones/{an_open_one(site)}")
    report(page, 进展说明="写到一半")
    page.get_by_label("上传材料").set_input_files([tmp_path / "验收单.pdf", tmp_path / "空白.pdf"])
    said = page.locator("[data-uploads]")
    expect(said).to_contain_text("“空白.pdf”是空文件")
    expect(said).to_contain_text("验收单.pdf”")
    expect(said.locator(".wrong")).to_have_count(2)
    expect(page.get_by_label(re.compile("^进展说明"))).to_have_value("写到一半")


def test_a_draft_survives_the_end_of_the_session(site: Site, arrive: Arrive) -> None:
    code = an_open_one(site)
    officer = arrive("yixing")
    page = officer.page
    officer.go(f"/regions/{YIXING}/milestones/{code}")
    report(page, 完成比例="66", 进展说明="设备已进场，正在安装。")
    page.get_by_label(re.compile("^进展说明")).blur()
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    assert one(site, code).notes != "设备已进场，正在安装。"

    page.context.clear_cookies()
    page.reload()
    heading(page, "登录")
    sign_in_here(officer, "yixing")
    heading(page, re.compile(f"^{code} "))
    expect(page.get_by_label(re.compile("^进展说明"))).to_have_value("设备已进场，正在安装。")
    expect(page.get_by_label(re.compile("^完成比例"))).to_have_value("66")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status").first).to_be_visible()
    assert one(site, code).notes == "设备已进场，正在安装。"


def sign_in_here(visitor: Visitor, username: str) -> None:
    """On the sign-in page that came instead of another one."""
    visitor.page.get_by_label("用户名", exact=True).fill(username)
    visitor.page.get_by_label("密码", exact=True).fill(PASSWORD)
    visitor.page.get_by_role("button", name="登录", exact=True).click()


def test_a_form_sent_after_the_session_s_end_is_carried_through_sign_in(
    site: Site, arrive: Arrive
) -> None:
    code = an_open_one(site)
    officer = arrive("yixing", script=False)
    page = officer.page
    officer.go(f"/regions/{YIXING}/milestones/{code}")
    report(page, 完成比例="55", 进展说明="会话过期前写的话")
    page.context.clear_cookies()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("登录")
    sign_in_here(officer, "yixing")
    expect(page.get_by_role("main")).to_contain_text("会话过期前写的话")
    page.get_by_role("button", name="保存", exact=True).click()
    heading(page, re.compile(f"^{code} "))
    assert one(site, code).notes == "会话过期前写的话"


def officer_id(site: Site) -> int:
    with site.database.reader() as session:
        account = by_username(session, "yixing")
        assert account is not None
        return account.id


def test_words_typed_without_network_are_kept_and_sent_later(site: Site, arrive: Arrive) -> None:
    code = an_open_one(site)
    officer = arrive("yixing")
    page = officer.page
    officer.go(f"/regions/{YIXING}/milestones/{code}")
    page.context.set_offline(True)
    report(page, 进展说明="断网时写的话")
    page.get_by_label(re.compile("^进展说明")).blur()
    expect(page.locator("[data-saved]")).to_contain_text("暂存在本机")
    # The browser itself reports that it had no network.
    assert all("ERR_INTERNET_DISCONNECTED" in said for said in officer.complaints)
    officer.complaints.clear()
    page.context.set_offline(False)
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    page.reload()
    expect(page.get_by_label(re.compile("^进展说明"))).to_have_value("断网时写的话")
    with site.database.reader() as session:
        kept = session.get_one(Draft, (officer_id(site), one(site, code).id))
        assert kept.fields["notes"] == "断网时写的话"


def test_no_change_this_month_is_one_click(site: Site, arrive: Arrive) -> None:
    with site.database.reader() as session:
        told = set(session.scalars(select(MonthReport.region_code).filter_by(month="2026-11")))
        region = session.scalars(select(Region).where(Region.code.not_in(told))).first()
        assert region is not None
        name = session.scalars(
            select(Account.username).where(Account.region_code == region.code)
        ).first()
    officer = arrive(name)
    officer.page.get_by_role("button", name="本月无变化").click()
    expect(officer.page.get_by_text("11月已报告：本月无变化")).to_be_visible()


def waiting(site: Site, username: str) -> list[tuple[str, str]]:
    """(region's name, milestone) of everything in a reviewer's queue."""
    with site.database.reader() as session:
        account = by_username(session, username)
        assert account is not None
        return [(row.region.name, row.milestone.code) for row in queue(session, account.identity())]


def test_a_city_reviewer_passes_and_returns(site: Site, arrive: Arrive) -> None:
    before = waiting(site, "wuxi")
    assert before
    reviewer = arrive("wuxi")
    page = reviewer.page
    page.on("dialog", lambda dialog: dialog.accept())
    heading(page, "审核")
    region, code = before[0]
    page.get_by_role("row", name=re.compile(f"{region}.*{code}")).get_by_role("link").click()
    heading(page, re.compile(f"^审核：{region} {code}"))

    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("请写明退回理由")
    page.get_by_role("button", name=re.compile("^通过")).click()
    expect(page.get_by_role("status").first).to_be_visible()
    assert (region, code) not in waiting(site, "wuxi")
    assert (region, code) in waiting(site, "shengju1")


def test_a_coordinator_confirms_several_and_the_board_shows_it(site: Site, arrive: Arrive) -> None:
    before = waiting(site, "shengju1")
    assert len(before) >= 3
    coordinator = arrive("shengju1")
    page = coordinator.page
    page.on("dialog", lambda dialog: dialog.accept())
    heading(page, "进展总览")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="审核").click()
    heading(page, "审核")
    for region, code in before[:2]:
        page.get_by_role("checkbox", name=f"选择 {region} {code}").check()
    expect(page.get_by_text("已选 2 项")).to_be_visible()
    page.get_by_role("button", name="确认销号所选").click()
    said = page.get_by_role("status").first.inner_text()
    assert sum(int(number) for number in re.findall(r"(\d+)项", said)) == 2, said
    assert waiting(site, "shengju1") == before[2:]

    region, code = before[0]
    page.get_by_role("link", name="进展总览").click()
    page.get_by_role("link", name=region).first.click()
    heading(page, re.compile(region))
    page.get_by_role("link", name=re.compile(code)).first.click()
    expect(page.get_by_role("main")).to_contain_text("已确认")


def test_two_people_at_one_milestone(site: Site, arrive: Arrive) -> None:
    """The second sees both versions, and what either typed is there to be taken."""
    code = an_open_one(site)
    path = f"/regions/{YIXING}/milestones/{code}"
    first, second = arrive("yixing"), arrive("yixing")
    first.go(path)
    second.go(path)
    report(first.page, 进展说明="第一个人写的")
    report(second.page, 进展说明="第二个人写的", 责任单位="第二个人改的单位")
    first.page.get_by_role("button", name="保存", exact=True).click()
    expect(first.page.get_by_role("status").first).to_be_visible()
    second.page.get_by_role("button", name="保存", exact=True).click()
    main = second.page.get_by_role("main")
    expect(main).to_contain_text("第一个人写的")
    expect(main).to_contain_text("第二个人写的")
    assert one(site, code).notes == "第一个人写的"


def test_signing_in_and_out(site: Site, arrive: Arrive) -> None:
    visitor = arrive(width=PHONE)
    sign_in(visitor, "yixing", "wrong")
    expect(visitor.page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    sign_in(visitor, "yixing")
    heading(visitor.page, "我的待办")
    visitor.page.locator("summary").filter(has_text="区县填报员").click()
    visitor.page.get_by_role("button", name="退出登录").click()
    heading(visitor.page, "登录")
    visitor.go("/todo")
    heading(visitor.page, "登录")

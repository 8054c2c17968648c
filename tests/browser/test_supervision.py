"""From a red light to 销号, as four people walk it; the paper is really printed."""

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from sqlalchemy import select

from custody.accounts.rules import Place
from custody.milestones.queries.milestones import get_milestone
from custody.supervision.models import Matter
from custody.supervision.rules import Status
from tests.browser.conftest import DESK, PHONE, Arrive, Site
from tests.browser.test_journeys import heading
from tests.browser.test_pages import look
from tests.factories.programme import PDF

pytestmark = pytest.mark.browser

SUINING = "320324"


def order(site: Site) -> Matter:
    with site.database.reader() as session:
        return session.scalars(
            select(Matter).where(Matter.region_code == SUINING, Matter.milestone_code == "M07")
        ).one()


def test_from_a_red_light_to_its_end(site: Site, arrive: Arrive, tmp_path: Path) -> None:
    coordinator = arrive("shengju1")
    page = coordinator.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_default_timeout(30_000)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="督办").click()
    page.get_by_role("link", name="从预警里程碑督办").click()
    heading(page, "从预警里程碑督办")
    row = page.get_by_role("row", name=re.compile("睢宁县.*M07"))
    expect(row).to_contain_text("红色督办")
    page.get_by_role("checkbox", name="选择 睢宁县 M07").check()
    expect(page.get_by_text("已选 1 项")).to_be_visible()
    page.get_by_role("button", name="拟督办单").click()
    page.get_by_role("link", name=re.compile("^睢宁县“M07")).click()
    page.get_by_role("link", name="修改", exact=True).click()
    faults: list[str] = []
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 900})
        look(coordinator, f"the words of a draft {width}", faults)
    assert faults == []
    page.get_by_label("整改要求").fill("请于本月内提请常务会议审定。")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="签发").click()
    expect(page.get_by_role("status").first).to_contain_text("已签发：督办2026年第")
    issued = order(site)
    assert issued.status is Status.ISSUED

    answer = page.request.get(f"{site.url}/supervision/{issued.id}/notice.pdf")
    text = "".join(PdfReader(io.BytesIO(answer.body())).pages[0].extract_text().split())
    assert issued.number_words in text
    assert "请于本月内提请常务会议审定" in text
    assert "红色督办" in text

    officer = arrive("suining", width=PHONE)
    theirs = officer.page
    heading(theirs, "我的待办")
    theirs.get_by_role("link", name=re.compile("^睢宁县“M07")).click()
    theirs.get_by_label("整改措施及进展").fill("已提请本周常务会议审定。")
    theirs.get_by_label("新的完成时限").fill("2026-12-04")
    expect(theirs.get_by_label("同时作为该里程碑的预计完成日期")).to_be_checked()
    theirs.get_by_role("button", name="报送阶段反馈").click()
    expect(theirs.get_by_role("status").first).to_contain_text("M07的预计完成日期已同时更新")
    with site.database.reader() as session:
        milestone, _ = get_milestone(session, SUINING, "M07", place=Place("320000"))
        assert str(milestone.forecast) == "2026-12-04"

    # What was sent is not offered again.
    expect(theirs.get_by_label("整改措施及进展")).to_have_value("")
    paper = tmp_path / "常务会议纪要.pdf"
    paper.write_bytes(PDF)
    theirs.get_by_label("整改措施及进展").fill("常务会议已审定通过，纪要已印发。")
    theirs.get_by_label("上传材料").set_input_files(paper)
    expect(theirs.get_by_role("link", name=paper.name, exact=True).first).to_be_visible()
    # The upload left alone what was typed.
    expect(theirs.get_by_label("整改措施及进展")).to_have_value("常务会议已审定通过，纪要已印发。")
    theirs.get_by_role("button", name="反馈并申请销号").click()
    expect(theirs.get_by_role("main")).to_contain_text("待徐州市局审核")

    city = arrive("xuzhou")
    city.page.get_by_role("link", name="去办理").click()
    city.page.get_by_role("link", name=re.compile("^睢宁县“M07")).click()
    expect(city.page.get_by_role("main")).to_contain_text(paper.name)
    city.page.get_by_role("button", name="通过", exact=True).click()
    expect(city.page.get_by_role("status").first).to_contain_text("已通过并报省级核实")
    assert order(site).status is Status.AWAITING_PROVINCE

    coordinator.go("/supervision?heap=mine")
    page.get_by_role("link", name=re.compile("^睢宁县“M07")).click()
    page.get_by_role("button", name="销号", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已销号")
    assert order(site).status is Status.CLOSED
    coordinator.go(f"/regions/{SUINING}/problems?heap=closed")
    expect(page.get_by_role("main")).to_contain_text("11月22日销号")


def test_words_typed_as_an_answer_survive_the_end_of_the_session(
    site: Site, arrive: Arrive
) -> None:
    officer = arrive("xiangshui")
    page = officer.page
    page.get_by_role("link", name=re.compile("^响水县“M05")).click()
    page.get_by_label("整改措施及进展").fill("写到一半的措施")
    page.get_by_label("整改措施及进展").blur()
    expect(page.locator("[data-saved]")).to_contain_text("已自动保存")
    page.reload()
    expect(page.get_by_label("整改措施及进展")).to_have_value("写到一半的措施")

"""A brief in its people's hands: drafted, remarked on, frozen, reviewed, published, read, corrected."""

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from custody.briefs.models import Brief, Instruction
from custody.infra.journal import Event
from custody.regions.models import Region
from tests.browser.conftest import PHONE, Arrive, Site

pytestmark = pytest.mark.browser


def settled(page: Page) -> None:
    """Printing takes seconds on a busy machine; questions are answered with yes."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.set_default_timeout(60_000)


def test_a_brief_from_draft_to_the_leader_s_hands(site: Site, arrive: Arrive) -> None:
    """The PDF is really printed here."""
    writer, second = arrive("shengju1"), arrive("shengju2")
    page, other = writer.page, second.page
    settled(page)
    settled(other)
    page.get_by_role("link", name="工作简报").first.click()
    page.get_by_role("link", name="编制简报").click()
    page.get_by_label("范围").select_option(label="江苏省")
    page.get_by_label("统计期").select_option(label="2026年11月（未结束）")
    page.get_by_role("button", name="起草").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("编辑简报草稿")
    number = re.search(r"/briefs/(\d+)", page.url)
    assert number
    path = f"/briefs/{number[1]}"
    page.get_by_label(re.compile("^标题")).fill("十一月工作进展")
    page.get_by_role("button", name="保存草稿").click()

    second.go(f"{path}/check")
    at = other.locator("#at-overall\\.1")
    at.locator("summary").click()
    at.get_by_label(re.compile("的意见$")).fill("请写明共有多少地区。")
    at.get_by_role("button", name="提出意见").click()
    expect(other.get_by_role("status")).to_contain_text("意见已记下")

    # A figure from the list goes where the cursor stands.
    writer.go(path)
    text = page.locator("#w-overall-1")
    expect(text.locator("xpath=..")).to_contain_text("请写明共有多少地区。")
    text.fill("全省共有个地区。")
    text.evaluate("box => box.setSelectionRange(4, 4)")
    page.get_by_text(re.compile("^可引用的数据")).click()
    page.get_by_role("button", name=re.compile("^列入地区")).click()
    expect(text).to_have_value("全省共有⟦列入地区⟧个地区。")
    page.get_by_role("button", name=re.compile("^保存并标为已处理")).click()
    expect(page.locator(".editor-paper")).to_contain_text("全省共有32个地区。")
    page.get_by_role("button", name="保存并定稿").click()
    expect(page.get_by_role("main")).to_contain_text("请另一位同事")

    leader = arrive("lingdao", width=PHONE)
    answer = leader.page.goto(site.url + path)
    assert answer is not None
    assert answer.status == 404, "a leader sees published briefs only"

    second.go(path)
    other.get_by_role("link", name="审核", exact=True).last.click()
    other.get_by_role("button", name="审核通过").click()
    expect(other.get_by_label("期号", exact=True)).to_have_value("3")
    page.reload()
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_role("main")).to_contain_text("已发布")

    leader.go("/briefs")
    with leader.page.expect_download() as waiting_for:
        leader.page.get_by_role("link", name=re.compile("^下载 PDF")).first.click()
    download = waiting_for.value
    assert download.suggested_filename.startswith("整区能源费用托管工作简报（江苏省")
    data = Path(download.path()).read_bytes()
    text_of = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(data)).pages)
    flat = re.sub(r"\s", "", text_of)
    with site.database.reader() as session:
        missing = [r.name for r in session.scalars(select(Region)) if r.name not in flat]
        brief = session.get_one(Brief, int(number[1]))
        assert brief.pdf_size == len(data)
        last = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert last is not None
        assert last.action == "brief.downloaded"
    assert missing == []

    # Whoever holds a copy may ask, without an account.
    anybody = arrive(width=PHONE)
    changed = data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]
    for copy, words in ((data, "核验通过，与存档一致"), (changed, "与存档不一致")):
        anybody.go("/verify")
        file: FilePayload = {"name": "简报.pdf", "mimeType": "application/pdf", "buffer": copy}
        anybody.page.get_by_label("简报 PDF 文件").set_input_files(file)
        anybody.page.get_by_role("button", name="核验").click()
        expect(anybody.page.locator(".verdict")).to_contain_text(words)

    # What the leader writes is on the desk of whoever it asks.
    leader.go(path)
    leader.page.locator("#instructions summary").click()
    leader.page.get_by_label("批示内容").fill("请宜兴市抓紧。")
    leader.page.get_by_label("涉及地区").select_option(label="宜兴市")
    leader.page.get_by_role("button", name="登记批示").click()
    expect(leader.page.locator("#instructions")).to_contain_text("请宜兴市抓紧。")
    officer = arrive("yixing")
    officer.go("/todo")
    officer.page.get_by_role("link", name="请宜兴市抓紧。").click()
    officer.page.get_by_label("办理结果").fill("已逐项落实责任人。")
    officer.page.get_by_role("button", name="办结").click()
    expect(officer.page.get_by_role("main")).to_contain_text("已办结")
    with site.database.reader() as session:
        newest = session.scalars(select(Instruction).order_by(Instruction.id.desc())).first()
        assert newest is not None
        assert newest.answer == "已逐项落实责任人。"
    for visitor in (writer, second, leader, officer):
        assert [one for one in visitor.complaints if "404" not in one] == []


def test_a_correction_takes_the_place_of_the_old_one(site: Site, arrive: Arrive) -> None:
    writer, second = arrive("shengju1"), arrive("shengju2")
    page, other = writer.page, second.page
    settled(page)
    settled(other)
    with site.database.reader() as session:
        old = session.scalars(
            select(Brief.id)
            .where(Brief.city_code.is_(None), Brief.published_at.is_not(None))
            .order_by(Brief.id.desc())
        ).first()
    writer.go(f"/briefs/{old}")
    page.locator("summary", has_text="更正").click()
    page.get_by_label("原因").fill("联系电话有误。")
    page.get_by_role("button", name="编制更正版").click()
    path = re.sub(r"^.*(/briefs/\d+)$", r"\1", page.url)
    page.get_by_label(re.compile("^联系电话")).fill("000-0000-0000")
    page.get_by_role("button", name="保存并定稿").click()
    second.go(f"{path}/check")
    other.get_by_role("button", name="审核通过").click()
    other.get_by_role("button", name="发布").click()
    expect(other.get_by_role("main")).to_contain_text("本期为更正版")
    leader = arrive("lingdao", width=PHONE)
    leader.go(f"/briefs/{old}")
    note = leader.page.locator(".note-warn")
    expect(note).to_contain_text("本期已被更正版替代")
    note.get_by_role("link").click()
    expect(leader.page).to_have_url(f"{site.url}{path}")

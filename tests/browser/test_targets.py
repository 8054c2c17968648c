"""A city enters a retrofitted area with its evidence, the province confirms it, the total moves."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import PHONE, Arrive, Site, sideways
from tests.factories.programme import PDF

pytestmark = pytest.mark.browser


def total(text: str) -> int:
    found = re.search(r"完成\s*([\d,]+) 平方米", text)
    assert found, text
    return int(found[1].replace(",", ""))


def test_an_area_is_entered_and_confirmed(site: Site, arrive: Arrive, tmp_path: Path) -> None:
    paper = tmp_path / "竣工验收单（扫描件）.pdf"
    paper.write_bytes(PDF)
    city = arrive("wuxi").page
    city.get_by_role("link", name="年度任务", exact=True).click()
    city.get_by_role("link", name=re.compile("^用实用好“两新”政策")).click()
    expect(city.get_by_role("heading", level=1)).to_have_text("任务8")
    city.get_by_role("link", name="填报改造面积").click()
    city.get_by_label("单位和建筑").fill("市级档案馆库房楼")
    city.get_by_label("改造面积（平方米）").fill("10,000")
    city.get_by_label("改造类别").select_option(label="照明")
    city.get_by_label("完工日期").fill("2026-11-10")
    city.get_by_role("button", name="提交", exact=True).click()
    expect(city.get_by_role("alert")).to_contain_text("填报数量须附佐证材料")
    expect(city.get_by_label("单位和建筑")).to_have_value("市级档案馆库房楼")
    city.get_by_label("佐证材料").set_input_files(paper)
    city.get_by_role("button", name="提交", exact=True).click()
    expect(city.get_by_role("status")).to_have_text("已填报，等待省级确认。")
    expect(city.get_by_role("link", name=paper.name, exact=True)).to_be_visible()
    address = city.url.removeprefix(site.url)

    visitor = arrive("shengju1")
    province = visitor.page
    visitor.go("/tasks/8/targets/area")
    before = total(province.get_by_role("main").inner_text())
    expect(province.get_by_role("row", name=re.compile("市级档案馆库房楼"))).to_contain_text(
        "确认后计入"
    )
    province.get_by_role("link", name="市级档案馆库房楼").click()
    assert province.url.endswith(address)
    province.get_by_role("button", name="确认", exact=True).click()
    expect(province.get_by_role("status")).to_have_text("已确认，计入完成数。")
    visitor.go("/tasks/8/targets/area")
    assert total(province.get_by_role("main").inner_text()) == before + 10_000
    visitor.go("/board")
    expect(province.get_by_role("region", name="年度任务")).to_contain_text(f"{before + 10_000:,}")


def test_the_pages_of_tasks_are_fit_for_everybody(site: Site, arrive: Arrive) -> None:
    visitor = arrive("shengju1")
    faults: list[str] = []
    for path in (
        "/tasks",
        "/tasks/8",
        "/tasks/5/targets/pre_tender",
        "/tasks/8/targets/area",
        "/tasks/8/entries/new?target=area",
        "/tasks/1/entries/new",
        "/projects",
        "/projects/new",
        "/projects/1",
        "/board",
    ):
        for width in (1440, PHONE):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            visitor.go(path)
            faults += [f"{path} {width}: {one}" for one in violations(visitor.page)]
            if sideways(visitor.page) > 0:
                faults.append(f"{path} {width}: sticks out by {sideways(visitor.page)} px")
    assert faults == []

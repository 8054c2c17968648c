"""Gantt pages: who sees what, past days, filters, downloads, and how large they may be."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from python_calamine import load_workbook
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.gantt import render
from custody.gantt.rules import SHEET_HEAD, groups_of
from custody.infra import clock as machine
from custody.infra.journal import Event
from custody.infra.pdf import RenderFailed
from tests.critic import page
from tests.factories import gantt as made
from tests.factories import people, province
from tests.factories import programme as arrange

SVG = "{http://www.w3.org/2000/svg}"


def lanes(response):
    """The regions' lines, in order."""
    found = page(response)
    heads = [e for e in found.all("div") if (e.get("class") or "") == "lane-name"]
    return [found.text(next(a for a in head.iter() if a.tag == "a")) for head in heads]


def test_the_province_sees_a_line_for_every_region(sign_in):
    response = sign_in("leader").get("/gantt")
    found = lanes(response)
    assert len(found) == 32
    assert found[:4] == ["宜兴市", "张家港市", "盐城市大丰区", "无锡市滨湖区"]
    text = page(response).text()
    assert "第二批试点地区 5 个地区" in text
    assert "/regions/320104/milestones/M01" in response.text
    assert "<title>M01 计划1月1日至4月30日，预计" in response.text


def test_a_city_sees_its_own_and_a_region_goes_to_its_own_chart(sign_in):
    wuxi = sign_in("city_reviewer")
    assert lanes(wuxi.get("/gantt")) == lanes(wuxi.get(f"/cities/{people.WUXI}/gantt"))
    assert len(lanes(wuxi.get("/gantt"))) == 5
    officer = sign_in("officer")
    answer = officer.get("/gantt")
    assert answer.headers["Location"].endswith(f"/regions/{people.YIXING}/gantt")
    assert officer.get(f"/cities/{people.WUXI}/gantt").status_code == 404
    assert officer.get(f"/regions/{people.ZHANGJIAGANG}/gantt").status_code == 404
    assert officer.get(f"/regions/{people.ZHANGJIAGANG}/gantt.pdf").status_code == 404


def test_the_chart_follows_what_people_do_and_a_past_day_stays_as_it_was(sign_in, database, clock):
    before = clock.now
    with database.transaction() as session:
        arrange.updated(session, people.QINHUAI, "M05", percent=40)
    client = sign_in("coordinator")
    address = f"/regions/{people.QINHUAI}/gantt"
    first = client.get(address)
    assert "M05 能源基准与费用基准核定确认：进行中" in first.text
    clock.to(before.replace(day=26))
    with database.transaction() as session:
        arrange.confirmed(session, people.QINHUAI, "M05")
    client = sign_in("coordinator")  # the session of four days ago is over
    now = client.get(address)
    assert "M05 能源基准与费用基准核定确认：已确认" in now.text
    past = client.get(f"{address}?as_of={before.date().isoformat()}")
    assert "M05 能源基准与费用基准核定确认：进行中" in past.text
    assert "正在回看 2026年11月22日" in page(past).text()
    assert "截至11月22日" in past.text


def test_filters_stand_in_the_address(sign_in):
    client = sign_in("coordinator")
    assert len(lanes(client.get("/gantt?batch=2"))) == 5
    assert len(lanes(client.get("/gantt?city=320200"))) == 5
    whole = client.get("/gantt?city=320200").text
    critical = client.get("/gantt?city=320200&critical=1").text
    assert critical.count("/milestones/") < whole.count("/milestones/")
    assert "没有符合条件的地区" in client.get("/gantt?batch=9").text
    assert lanes(client.get("/gantt?batch=x&city=%27")) == []


def test_the_region_s_table_says_what_the_picture_says(sign_in, database):
    with database.transaction() as session:
        arrange.confirmed(session, people.QINHUAI, "M01")
    response = sign_in("leader").get(f"/regions/{people.QINHUAI}/gantt")
    found = page(response)
    rows = [e for e in found.all("tr") if any(c.tag == "th" and c.get("scope") for c in e)]
    assert len(rows) == 12
    assert "M01 成立工作专班、明确牵头单位 已确认" in found.text(rows[0])
    assert "实际" in found.text(rows[0])
    assert response.text.count('role="group"') == 2  # a picture for a desk, one for a phone


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("coordinator", "/gantt"),
        ("city_reviewer", f"/cities/{people.WUXI}/gantt"),
        ("officer", f"/regions/{people.YIXING}/gantt"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_downloads_stand_alone_and_are_recorded(sign_in, database, who, address):
    client = sign_in(who)
    drawn = client.get(f"{address}.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert "filename*=UTF-8''" in drawn.headers["Content-Disposition"]
    tree = ElementTree.fromstring(drawn.data)
    assert tree.find(f"{SVG}title").text
    assert tree.find(f"{SVG}desc").text
    assert "Noto Sans CJK SC" in tree.get("font-family")
    assert not tree.findall(f".//{SVG}a")
    assert not re.search(rb'class=|href="(?!#)', drawn.data)
    book = load_workbook(io.BytesIO(client.get(f"{address}.xlsx").data))
    lines = book.get_sheet_by_index(0).to_python()
    assert tuple(lines[2]) == SHEET_HEAD
    assert len(lines) > 10
    with database.reader() as session:
        events = session.scalars(select(Event).where(Event.action == "gantt.exported")).all()
    assert [(e.note.rpartition("，")[2], e.modifies) for e in events] == [
        ("SVG图", False),
        ("数据表（xlsx）", False),
    ]


def test_an_auditor_looks_and_takes_nothing_away(sign_in):
    auditor = sign_in("auditor")
    shown = auditor.get("/gantt")
    assert len(lanes(shown)) == 32
    assert "gantt.pdf" not in shown.text
    assert auditor.get("/gantt.svg").status_code == 403


@pytest.mark.pdf
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_pdf_lies_across_the_sheet(sign_in):
    from pypdf import PdfReader

    client = sign_in("coordinator")
    for address, width in (("/gantt.pdf", 1190.5), (f"/regions/{people.YIXING}/gantt.pdf", 842)):
        found = PdfReader(io.BytesIO(client.get(address).data))
        box = found.pages[0].mediabox
        assert (box.width, box.height) == pytest.approx((width, width / 2**0.5), abs=1.5)
        assert "甘特图" in found.pages[0].extract_text()


@pytest.mark.pdf
def test_a_chart_with_days_beyond_its_axis_goes_on_paper():
    """Whatever is drawn at the edge, the fonts on paper have it."""
    facts = made.programme(2, 3)
    cells = [
        replace(one, forecast=date(2031, 3, 5), started=date(2019, 1, 3))
        for one in facts.regions[0].cells
    ]
    facts = replace(
        facts, regions=(replace(facts.regions[0], cells=tuple(cells)), *facts.regions[1:])
    )
    for one in (facts, replace(facts, scope_kind="region", regions=facts.regions[:1])):
        assert render.pdf(one, groups_of(one)).startswith(b"%PDF")


def test_a_pdf_that_fails_is_said_and_not_recorded(sign_in, database, monkeypatch):
    def fails(*_args, **_kwargs):
        raise RenderFailed("x", "以下字符没有字形，请改用通用字后重试。")

    monkeypatch.setattr(render, "pdf", fails)
    answer = sign_in("coordinator").get("/gantt.pdf")
    assert answer.status_code == 503
    assert "请改用通用字后重试" in answer.text
    with database.reader() as session:
        assert not session.scalars(select(Event).where(Event.action == "gantt.exported")).all()


@pytest.mark.parametrize(
    ("regions", "limit"), [(32, 300_000), (267, 1_000_000)], ids=["Jiangsu", "6,408 items"]
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_page_stays_small(sign_in, monkeypatch, regions, limit):
    """32 regions × 24 milestones, each row with its dates in words; and a province of 6,400 items."""
    facts = made.programme(24, regions)
    monkeypatch.setattr(
        "custody.gantt.views.queries.facts_and_schedules",
        lambda *_args, **_kwargs: (facts, made.schedules(facts), {}),
    )
    answer = sign_in("coordinator").get("/gantt")
    assert answer.status_code == 200
    assert len(answer.data) < limit
    assert len(lanes(answer)) == regions
    assert answer.text.count("<title>M") >= (24 * 32 if regions == 32 else 0)
    if regions > 60:
        assert "按设区市和批次分组" in answer.text


def test_the_same_statements_whatever_the_number(app, database, tmp_path, clock, statements):
    with database.transaction() as session:
        province.load_province(session, tmp_path / "notice", 90, now=machine.now())
        arrange.account_at(session, Role.COORDINATOR, province.CODE)

    def counted(username, address):
        client = app.test_client()
        with database.reader() as reading:
            from custody.accounts.queries import by_username

            account = by_username(reading, username)
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{account.id}.{account.session_epoch}"
            cookie["_fresh"] = True
            cookie["seen"] = int(machine.now().timestamp())
        found = []
        for _ in ("cold", "warm"):
            with statements() as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        return found

    small = counted("coordinator", "/gantt")
    large = counted(f"coordinator-{province.CODE}", "/gantt")
    assert small == large
    assert small[1] <= small[0] - 7
    region = counted("coordinator", f"/regions/{people.YIXING}/gantt")
    # Its own facts, and once more the province, which the odds learn from.
    assert region[0] <= small[0] + 7
    assert region[1] <= small[0] - 7

"""督办单 from a light to 签发: drafts, words, numbers, papers; several at once, all or none."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from custody.infra import clock as machine
from custody.infra.journal import Event
from custody.kernel.problems import Conflict, Refused
from custody.milestones.models import Milestone
from custody.supervision.actions import issuing
from custody.supervision.actions.drafting import lock_province
from custody.supervision.actions.issuing import Printed
from custody.supervision.models import Matter
from custody.supervision.queries.candidates import candidates
from custody.supervision.rules import Kind, Level, Source, Status
from custody.workdays.rules import Entry
from tests.critic import page
from tests.factories import inbox, people, programme
from tests.factories import supervision as arrange

LIST = "/supervision"
CANDIDATES = "/supervision/candidates"
DRAFTS = "/supervision?heap=draft"
YIXING, XISHAN, QINHUAI = people.YIXING, people.XISHAN, people.QINHUAI


def matters(database) -> list[Matter]:
    with database.reader() as session:
        return list(session.scalars(select(Matter).order_by(Matter.id)))


def acts(database, prefix="supervision.") -> list[str]:
    with database.reader() as session:
        return [
            event.action.removeprefix(prefix)
            for event in session.scalars(select(Event).order_by(Event.id))
            if event.action.startswith(prefix)
        ]


def boxes(response) -> dict[str, str]:
    """What the ticks of a page are called → their values."""
    return {
        e.get("aria-label"): e.get("value")
        for e in page(response).all("input")
        if e.get("name") == "chosen"
    }


# --- out of lights ------------------------------------------------------------------------------


def test_every_red_and_yellow_light_is_offered_and_drafted_at_once(sign_in, database):
    client = sign_in("coordinator")
    shown = client.get(CANDIDATES)
    names = boxes(shown)
    one, two = "选择 无锡市锡山区 M01", "选择 无锡市锡山区 M06"
    assert {one, two} <= set(names)
    assert page(client.press(shown, "拟督办单")).problems == ["请先勾选要督办的里程碑。"]
    chosen = {"chosen": [names[one], names[two]]}
    assert client.press(shown, "拟督办单", chosen).location.endswith("heap=draft")
    first, _ = matters(database)
    assert (first.kind, first.source, first.status) == (Kind.ORDER, Source.LIGHT, Status.DRAFT)
    assert (first.region_code, first.milestone_code, first.level) == (XISHAN, "M01", Level.RED)
    assert "计划于2026年4月30日完成" in first.what
    assert "逾期206天" in first.what
    # Sunday 22 November: three working days are until Wednesday.
    assert first.due == date(2026, 11, 25)
    assert "绿色低碳" in first.basis
    # A second click drafts nothing more; what has an order is no candidate any more.
    assert client.press(shown, "拟督办单", chosen).status_code == 303
    assert len(matters(database)) == 2
    assert acts(database) == ["drafted", "drafted"]
    assert not {one, two} & set(boxes(client.get(CANDIDATES)))


def test_another_coordinator_is_told_what_was_drafted_meanwhile(sign_in, database):
    second = sign_in("coordinator2")
    shown = second.get(CANDIDATES)
    names = boxes(shown)
    chosen = {"chosen": [names["选择 无锡市锡山区 M01"], names["选择 无锡市锡山区 M02"]]}
    sign_in("coordinator").send(CANDIDATES, {"chosen": chosen["chosen"][:1]})
    refused = second.press(shown, "拟督办单", chosen)
    assert refused.status_code == 422
    assert "无锡市锡山区 M01" in page(refused).problems[0]
    assert "已有拟办的督办单" in page(refused).problems[0]
    assert len(matters(database)) == 1


def test_a_light_that_went_out_and_a_milestone_next_door(sign_in, database):
    with database.transaction() as session:
        number = programme.milestone(session, XISHAN, "M01").id
    client = sign_in("coordinator")
    shown = client.get(CANDIDATES)
    with database.transaction() as session:
        programme.confirmed(session, XISHAN, "M01")
    refused = client.press(shown, "拟督办单", {"chosen": [str(number)]})
    assert "目前为绿灯，不需要督办" in page(refused).problems[0]
    gone = client.send(CANDIDATES, {"chosen": "99999"})
    assert gone.status_code == 404
    assert matters(database) == []


def test_near_ones_are_drafted_blue_where_asked_for(sign_in, database):
    with database.transaction() as session:
        row = programme.milestone(session, YIXING, "M24")
        row.planned, row.percent, row.plan_start = date(2026, 12, 1), 95, date(2026, 3, 1)
    client = sign_in("coordinator")
    assert "选择 宜兴市 M24" not in boxes(client.get(CANDIDATES))
    shown = client.get(f"{CANDIDATES}?light=blue")
    client.press(shown, "拟督办单", {"chosen": [boxes(shown)["选择 宜兴市 M24"]]})
    assert matters(database)[0].level is Level.BLUE


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_candidates_need_the_same_statements(database, clock, statements):
    place = people.JIANGSU
    from custody.accounts.rules import Place

    with database.reader() as session, statements() as few:
        all_of_them = candidates(session, Place(place), today=machine.today())
    with database.transaction() as session:
        for row in session.scalars(select(Milestone).where(Milestone.region_code != XISHAN)):
            row.planned = None
    with database.reader() as session, statements() as fewer:
        rest = candidates(session, Place(place), today=machine.today())
    assert 0 < len(rest) < len(all_of_them)
    assert len(few) == len(fewer) == 2, str(few)


# --- words --------------------------------------------------------------------------------------


def test_a_free_order_and_its_words(sign_in, database):
    client = sign_in("coordinator")
    shown = client.get("/supervision/new")
    empty = client.press(shown, "保存", {"region": "", "title": "", "unit": "", "what": ""})
    assert empty.status_code == 422
    words = {
        "region": YIXING,
        "title": "能耗数据报送滞后",
        "unit": "宜兴市机关事务管理局",
        "what": "连续两个月未报送。",
        "level": "red",
    }
    answer = client.press(shown, "保存", words)
    again = client.press(shown, "保存", words)
    [matter] = matters(database)
    assert answer.location == again.location == f"/supervision/{matter.id}"
    assert (matter.level, matter.source, matter.number) == (Level.RED, Source.OTHER, None)
    edited = client.press(
        client.get(f"/supervision/{matter.id}/edit"), "保存", {"what": "三个月。"}
    )
    assert edited.status_code == 303
    assert matters(database)[0].what == "三个月。"
    assert acts(database) == ["drafted", "edited"]
    # A draft is nobody's business but its office's.
    for name in ("yixing", "wuxi", "leader", "auditor"):
        assert sign_in(name).get(f"/supervision/{matter.id}").status_code == 404
        assert matter.title not in sign_in(name).get(f"{LIST}?heap=all").text


def test_two_coordinators_at_one_draft(sign_in, database):
    with database.transaction() as session:
        number = arrange.drafted(session, YIXING).id
    mine, theirs = sign_in("coordinator"), sign_in("coordinator2")
    shown = mine.get(f"/supervision/{number}/edit")
    theirs.press(theirs.get(f"/supervision/{number}/edit"), "保存", {"title": "别人改的标题"})
    late = mine.press(shown, "保存", {"title": "我改的标题"})
    assert late.status_code == 409
    text = page(late).text()
    assert "别人改的标题" in text
    assert "我改的标题" in text
    assert mine.press(late, "保存").status_code == 303
    assert matters(database)[0].title == "我改的标题"


def test_what_a_colleague_changed_elsewhere_is_neither_mine_nor_undone(sign_in, database):
    with database.transaction() as session:
        number = arrange.drafted(session, YIXING).id
    mine, theirs = sign_in("coordinator"), sign_in("coordinator2")
    shown = mine.get(f"/supervision/{number}/edit")
    theirs.press(
        theirs.get(f"/supervision/{number}/edit"),
        "保存",
        {"unit": "宜兴市教育局", "level": "red", "due": "2026-12-20"},
    )
    late = mine.press(shown, "保存", {"title": "我改的标题"})
    assert late.status_code == 409
    shown = page(late)
    [table] = shown.all("table")
    words = shown.text(table)
    assert "我改的标题" in words
    assert not any(label in words for label in ("责任单位", "督办级别", "反馈期限"))
    assert mine.press(late, "保存").status_code == 303
    [matter] = matters(database)
    assert matter.title == "我改的标题"
    assert (matter.unit, matter.level, matter.due) == (
        "宜兴市教育局",
        Level.RED,
        date(2026, 12, 20),
    )


# --- 签发 -----------------------------------------------------------------------------------------


def test_several_are_issued_with_their_numbers_and_papers(sign_in, database, store):
    with database.transaction() as session:
        arrange.drafted(session, YIXING)
        arrange.drafted(session, XISHAN)
    client = sign_in("coordinator")
    shown = client.get(DRAFTS)
    chosen = {"chosen": list(boxes(shown).values())}
    assert client.press(shown, "签发所选", chosen).status_code == 303
    rows = matters(database)
    assert [row.status for row in rows] == [Status.ISSUED, Status.ISSUED]
    assert sorted(row.number_words for row in rows) == ["督办2026年第1号", "督办2026年第2号"]
    assert all(store.intact(row.pdf_digest) for row in rows)
    assert client.press(shown, "签发所选", chosen).status_code == 303
    assert acts(database) == ["drafted", "drafted", "issued", "issued"]
    assert [row.number for row in matters(database)] == [row.number for row in rows]
    # The stored bytes, whoever asks; each reading is recorded and changes nothing.
    paper = sign_in("leader").get(f"/supervision/{rows[0].id}/notice.pdf")
    assert paper.data == store.path(rows[0].pdf_digest).read_bytes()
    assert acts(database)[-1] == "downloaded"
    packed = sign_in("wuxi").get("/supervision/notices.zip?heap=all")
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert sorted(archive.namelist()) == sorted(row.file_name for row in rows)
        assert archive.read(rows[1].file_name) == store.path(rows[1].pdf_digest).read_bytes()


def test_all_or_none(sign_in, database):
    with database.transaction() as session:
        arrange.drafted(session, YIXING)
        arrange.drafted(session, XISHAN, due=None)
    client = sign_in("coordinator")
    shown = client.get(DRAFTS)
    refused = client.press(shown, "签发所选", {"chosen": list(boxes(shown).values())})
    assert refused.status_code == 422
    assert page(refused).problems == ["无锡市锡山区 能耗数据报送滞后：请填写反馈期限。"]
    assert {row.status for row in matters(database)} == {Status.DRAFT}
    assert acts(database) == ["drafted", "drafted"]
    assert page(client.press(shown, "签发所选")).problems == ["请先勾选要办理的事项。"]


def test_a_draft_changed_meanwhile_is_not_issued(sign_in, database):
    with database.transaction() as session:
        number = arrange.drafted(session, YIXING).id
    client = sign_in("coordinator")
    shown = client.get(f"/supervision/{number}")
    other = sign_in("coordinator2")
    other.press(other.get(f"/supervision/{number}/edit"), "保存", {"what": "改过的问题"})
    assert client.press(shown, "签发").status_code == 409
    assert matters(database)[0].status is Status.DRAFT


def test_a_number_taken_meanwhile_is_not_given_twice(database, session, actor):
    """The paper says the number it was printed with, or it is not handed over."""
    who, now = actor("coordinator"), machine.now()
    one, two = arrange.drafted(session, YIXING), arrange.drafted(session, XISHAN)
    chosen = [(one.id, one.version)]
    [(_, prefix, number, _)] = issuing.papers_of(
        session, actor=who, now=now, chosen=chosen, demo=False
    )
    arrange.issue(session, two)
    printed = {one.id: Printed(prefix, number, programme._stored(programme.PDF))}
    with pytest.raises(Conflict):
        issuing.issue(session, actor=who, now=now, chosen=chosen, printed=printed)
    assert one.status is Status.DRAFT
    arrange.issue(session, one)
    assert (one.number, two.number) == (2, 1)


def test_an_issued_order_cannot_be_issued_edited_or_discarded(session, actor):
    from custody.supervision.actions import drafting

    matter = arrange.issued(session, YIXING)
    who, now = actor("coordinator2"), machine.now()
    chosen = [(matter.id, matter.version)]
    with pytest.raises(Refused):
        issuing.papers_of(session, actor=who, now=now, chosen=chosen, demo=False)
    with pytest.raises(Refused):
        drafting.discard(session, actor=who, now=now, chosen=chosen)
    with pytest.raises(Refused):
        drafting.edit(
            session,
            actor=who,
            now=now,
            number=matter.id,
            version=matter.version,
            wording=arrange.WORDING,
        )


def test_drafts_are_discarded_several_at_once(sign_in, database):
    with database.transaction() as session:
        arrange.drafted(session, YIXING)
        arrange.drafted(session, XISHAN)
    client = sign_in("coordinator")
    shown = client.get(DRAFTS)
    chosen = {"chosen": list(boxes(shown).values())}
    for _ in range(2):
        assert client.press(shown, "作废所选", chosen).status_code == 303
    assert {row.status for row in matters(database)} == {Status.DISCARDED}
    assert acts(database) == ["drafted", "drafted", "discarded", "discarded"]
    assert boxes(client.get(DRAFTS)) == {}


# --- settings -------------------------------------------------------------------------------------


def test_the_province_s_own_words_and_days(sign_in, database):
    client = sign_in("coordinator")
    shown = client.get("/supervision/settings")
    wrong = client.press(shown, "保存", {"days_red": "9"})
    assert wrong.status_code == 422
    assert "级别越高" in page(wrong).text()
    words = {"days_red": "2", "prefix": "节能督办", "basis": "《督办办法》"}
    assert client.press(shown, "保存", words).status_code == 303
    # A second click on the same page says the same: no conflict, no second event.
    assert client.press(shown, "保存", words).status_code == 303
    assert acts(database) == ["settings_edited"]
    late = client.press(shown, "保存", {**words, "prefix": "另一个"})
    assert late.status_code == 409
    with database.transaction() as session:
        matter = arrange.drafted_for(session, XISHAN, "M01")
        arrange.issue(session, matter)
        assert matter.due == machine.today() + timedelta(days=2)  # Tuesday
        assert matter.basis == "《督办办法》"
        assert matter.number_words == "节能督办2026年第1号"


@pytest.mark.pdf
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_paper_itself(sign_in, database, store):
    """Really printed: what it says, and that it is A4 with its marks as words."""
    from pypdf import PdfReader

    with database.transaction() as session:
        number = arrange.drafted_for(session, XISHAN, "M01").id
    client = sign_in("coordinator")
    assert client.press(client.get(f"/supervision/{number}"), "签发").status_code == 303
    data = client.get(f"/supervision/{number}/notice.pdf?view=1").data
    reader = PdfReader(io.BytesIO(data))
    text = "".join("".join(one.extract_text() for one in reader.pages).split())
    assert len(reader.pages) == 1
    for words in (
        "督办通知单",
        "督办2026年第1号",
        "红色督办",
        "无锡市锡山区",
        "逾期206天",
        "2026年11月25日前",
    ):
        assert words in text, words


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_whoever_makes_orders_does_not_hold_up_what_names_the_province(database, clock):
    """Holding the journal and waiting for the province, they would die with whoever numbers orders."""
    with database.transaction() as session:
        lock_province(session, people.JIANGSU)
        with database.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '2s'"))
            inbox.entered(other, "admin", [Entry(date(2027, 1, 1), False, "元旦")])

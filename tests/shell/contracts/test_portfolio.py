"""All contracts of a place: who sees which, sums, filters, export, companies; facts for milestones."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from custody.accounts.rules import Place, Role
from custody.contracts.models.contract import Company, Contract
from custody.contracts.queries.measures import area_done
from custody.contracts.queries.owed import owed
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import contracts as arrange
from tests.factories import people, programme, settlements

BINHU = "320211"
Statements = Callable[[], Any]


@pytest.fixture
def three(database: Database, clock: Any) -> None:
    """宜兴市 signed and raised to 250 万元, 滨湖区 signed with another company, 张家港市 a draft."""
    with database.transaction() as session:
        first = arrange.signed(session, people.YIXING, name="宜兴合同")
        arrange.ordered(session, first)
        arrange.signed(
            session,
            BINHU,
            name="滨湖合同",
            years=1,
            total=Decimal("1000000.00"),
            code=arrange.OTHER_CODE,
        )
        arrange.ready(session, people.ZHANGJIAGANG, name="张家港合同")


def test_everybody_sees_the_contracts_of_their_place(three: None, sign_in: SignIn) -> None:
    seen = {}
    for name in ("coordinator", "leader", "auditor", "wuxi", "yixing"):
        text = page(sign_in(name).get("/contracts")).text()
        seen[name] = [word for word in ("宜兴合同", "滨湖合同", "张家港合同") if word in text]
    assert seen["coordinator"] == seen["leader"] == ["宜兴合同", "滨湖合同", "张家港合同"]
    assert seen["wuxi"] == ["宜兴合同", "滨湖合同"]
    assert seen["yixing"] == ["宜兴合同"]


def test_sums_count_signed_contracts_with_their_orders(three: None, sign_in: SignIn) -> None:
    text = page(sign_in("coordinator").get("/contracts")).text()
    assert "已签订合同 2 份" in text
    assert "草稿 1 份" in text
    # 250 + 100 万元, orders included, the draft's 240 not.
    assert "合同总额 0.04 亿元" in text
    assert "已逾期" in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("batch=1", {"宜兴合同", "张家港合同"}),
        ("city=320200", {"宜兴合同", "滨湖合同"}),
        ("status=draft", {"张家港合同"}),
        ("q=滨湖", {"滨湖合同"}),
        ("q=没有", set()),
        ("batch=9&company=x&months=zzz", set()),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_filters_stand_in_the_address(
    three: None, sign_in: SignIn, query: str, names: set[str]
) -> None:
    found = page(sign_in("coordinator").get(f"/contracts?{query}"))
    listed = {found.text(th) for th in found.all("th") if th.get("scope") == "row"}
    assert listed & {"宜兴合同", "滨湖合同", "张家港合同"} == names


def test_the_export_has_what_the_page_shows(
    three: None, sign_in: SignIn, database: Database
) -> None:
    answer = sign_in("wuxi").get("/contracts/export.xlsx?batch=1")
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names == ["合同清单", "付款提醒"]
    rows = book.get_sheet_by_name("合同清单").to_python()
    cells = [row for row in rows if "宜兴合同" in row]
    assert len(cells) == 1
    assert 2_500_000.0 in cells[0]
    assert not [row for row in rows if "滨湖合同" in row]
    with database.reader() as reading:
        event = reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.action, event.modifies) == ("contract.exported", False)


def test_every_sum_that_is_owed_stands_there_once(
    three: None, sign_in: SignIn, database: Database
) -> None:
    """滨湖区 settles: its plan is not told beside it; 宜兴市 goes by its plan with its orders."""
    with database.transaction() as session:
        binhu = settlements.contracts(session, BINHU)[0]
        assert binhu.payments
        contract = settlements.signed_contract(session, BINHU)
        settlements.signed(session, contract, "2026-Q1")
        second = settlements.signed_contract(session, people.ZHANGJIAGANG)
        settlements.paid(session, second, "2026-Q1", amount=Decimal(683000))
        settlements.drafted(session, binhu, "2026-Y1")
    with database.reader() as reading:
        found = owed(reading, Place(people.JIANGSU), date(2026, 4, 10), days=30)
    assert [(one.region_name, one.title, one.settled, one.days) for one in found] == [
        ("宜兴市", "第0年", False, -85),
        ("无锡市滨湖区", "2026年第一季度结算款", True, 10),
        ("张家港市", "2026年第一季度结算款", True, 10),
    ]
    shown = page(sign_in("coordinator").get("/contracts"))
    text = shown.text()
    assert "已逾期 3 笔" in text
    assert "同一笔钱只列一次" in text
    links = [one.get("href") for one in shown.all("a") if "结算款" in shown.text(one)]
    assert len(links) == 2
    assert all(link and link.startswith("/settlements/") for link in links)
    answer = sign_in("coordinator").get("/contracts/export.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    rows = book.get_sheet_by_name("付款提醒").to_python()
    assert {row[3] for row in rows} >= {"结算单", "付款计划"}
    [total] = [row for row in rows if row[0] == "合计"]
    assert total[5] == float(sum(one.amount for one in found))


@pytest.mark.parametrize("past", [False, True])
def test_the_whole_contract_as_a_workbook(
    sign_in: SignIn, database: Database, clock: Any, past: bool
) -> None:
    """Today with the order and the payment; a past day as it was then."""
    with database.transaction() as session:
        contract = settlements.signed_contract(session, people.YIXING)
        settlements.order(session, contract, effective_on=date(2026, 6, 1))
        settlements.paid(session, contract, "2026-Q1", amount=Decimal("683000.00"))
        number = contract.id
    reader = sign_in("coordinator")
    day = "?as_of=2026-03-31" if past else ""
    shown = reader.get(f"/contracts/{number}{day}")
    [link] = [a.get("href") for a in page(shown).all("a") if page(shown).text(a) == "导出 Excel"]
    answer = reader.get(link)
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.sheet_names[:3] == ["基本信息", "签约主体", "托管范围"]
    assert book.sheet_names[-2:] == ["变更单", "结算单"]
    assert {"改造清单", "付款计划", "年托管费用基数"} <= set(book.sheet_names)

    def rows(name: str) -> list[list[Any]]:
        return [list(row) for row in book.get_sheet_by_name(name).to_python()]

    [area] = [row for row in rows("托管范围") if row[0] == "建筑面积（平方米）"]
    assert area[1:] == (["100,000.00", ""] if past else ["110,000.00", "100,000.00"])
    [order] = [row for row in rows("变更单") if row[0] == 1.0]
    assert order[-1] == ("未生效" if past else "已生效")
    settled = [row for row in rows("结算单") if "2026年第一季度" in row]
    assert [row[4:6] for row in settled] == ([] if past else [[683000.0, 640.0]])
    [base] = [row for row in rows("年托管费用基数") if row[0] == "电"]
    assert base[1] == 3650000.0
    with database.reader() as reading:
        event = reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
    assert (event.action, event.modifies, event.region_code) == (
        "table.exported",
        False,
        people.YIXING,
    )
    assert event.note == ("截至2026年3月31日" if past else "截至2026年11月22日")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_portfolio_needs_the_same_statements_for_few_and_many(
    three: None, sign_in: SignIn, database: Database, statements: Statements
) -> None:
    visitor = sign_in("coordinator")
    with statements() as few:
        visitor.get("/contracts")
    with database.transaction() as session:
        for code in ("320904", "320322", "320412", "321003"):
            arrange.ordered(session, arrange.signed(session, code))
    with statements() as many:
        visitor.get("/contracts")
    assert len(few) == len(many) <= 10, str(many)


def test_companies_are_listed_corrected_and_exported(
    three: None, sign_in: SignIn, database: Database
) -> None:
    officer = sign_in("coordinator")
    listing = page(officer.get("/contracts/companies"))
    assert arrange.CODE in listing.text()
    with database.reader() as reading:
        number = reading.scalars(select(Company.id).where(Company.code == arrange.CODE)).one()
    address = f"/contracts/companies/{number}"
    stale = officer.get(address)
    taken = {"name": f"测试节能{arrange.OTHER_CODE[-2:]}"}
    assert officer.press(stale, "保存", taken).status_code == 422
    assert officer.press(stale, "保存", {"contact": "某某"}).status_code == 303
    answer = officer.press(stale, "保存", {"contact": "另一位"})
    assert answer.status_code == 409
    assert "某某" in page(answer).text()
    got = officer.get("/contracts/companies/export.xlsx?q=9132")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(got.data)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows if arrange.CODE in row] == ["某某"]


def test_a_county_corrects_only_companies_of_its_own(
    database: Database, sign_in: SignIn, clock: Any
) -> None:
    with database.transaction() as session:
        own = arrange.company_of(session, people.YIXING, arrange.CODE, "独有公司").id
        shared = arrange.company_of(session, people.YIXING, arrange.OTHER_CODE, "共用公司").id
        unused = arrange.company_of(session, people.YIXING, "91320000MA1QWER03C", "未用公司").id
        held = [(people.YIXING, own), (people.YIXING, shared), (people.ZHANGJIAGANG, shared)]
        for number, (region, company) in enumerate(held):
            contract = arrange.opened(session, region, name=f"合同{number}")
            arrange.filled(session, contract, "parties", {"company_id": company})
    officer = sign_in(Role.OFFICER, people.YIXING)
    answer = officer.press(officer.get(f"/contracts/companies/{own}"), "保存", {"name": "更正后"})
    assert answer.status_code == 303
    for number in (shared, unused):
        seen = officer.get(f"/contracts/companies/{number}")
        assert "请联系省级协调员" in page(seen).text()
        sent = {"name": "改名", "version": "1"}
        refused = officer.send(f"/contracts/companies/{number}", sent)
        assert refused.status_code == 422
        assert "请联系省级协调员" in page(refused).problems[0]
    coordinator = sign_in("coordinator")
    form = coordinator.get(f"/contracts/companies/{shared}")
    assert coordinator.press(form, "保存", {"name": "省里更正"}).status_code == 303
    with database.reader() as reading:
        names = set(reading.scalars(select(Company.name)))
    assert names == {"更正后", "省里更正", "未用公司"}


def test_area_done_is_told_by_year_and_place(three: None, database: Database) -> None:
    with database.reader() as reading:
        province = Place(people.JIANGSU)
        found = area_done(reading, province, 2026)
        assert [(one.region.code, one.area, one.completed_on) for one in found] == [
            (people.YIXING, Decimal("20000.00"), date(2026, 6, 30)),
            (BINHU, Decimal("20000.00"), date(2026, 6, 30)),
        ]
        assert found[0].measure.name == "照明改造"
        assert found[0].contract.name == "宜兴合同"
        assert area_done(reading, province, 2025) == []
        assert len(area_done(reading, Place(people.JIANGSU, "320200", BINHU), 2026)) == 1


def test_a_milestone_offers_the_contracts_day_and_keeps_what_was_typed(
    three: None, sign_in: SignIn, database: Database
) -> None:
    officer = sign_in(Role.OFFICER, people.YIXING)
    address = f"/regions/{people.YIXING}/milestones/M20"
    shown = page(officer.get(address))
    assert "合同信息" in shown.text()
    assert "合同记载的日期为2026年1月1日" in shown.text()
    offer = [one for one in shown.root.iter() if one.get("data-offer")]
    assert [(one.get("data-offer"), one.get("data-value")) for one in offer] == [
        ("actual", "2026-01-01")
    ]
    fields = dict(shown.values(shown.form("保存"), "保存"))
    assert fields["actual"] == ""
    with database.transaction() as session:
        programme.updated(
            session,
            people.YIXING,
            "M20",
            percent=100,
            started=date(2026, 1, 2),
            actual=date(2026, 1, 5),
        )
    again = page(officer.get(address)).text()
    assert "合同记载的日期" not in again
    assert "起算日 2026年1月1日" in again
    # A milestone of which contracts say nothing, and one nobody may offer a day for.
    assert "合同信息" not in page(officer.get(f"/regions/{people.YIXING}/milestones/M23")).text()
    seen = page(sign_in("coordinator").get(address))
    assert "合同信息" in seen.text()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_region_shows_its_contracts_in_one_statement(
    three: None, sign_in: SignIn, database: Database, statements: Statements
) -> None:
    visitor = sign_in("coordinator")
    address = f"/regions/{people.YIXING}"
    text = page(visitor.get(address)).text()
    assert "宜兴合同" in text
    assert "250.0 万元" in text
    then = page(visitor.get(f"{address}?as_of=2026-10-01")).text()
    assert "宜兴合同" in then
    assert "当天还没有已签订的合同" in page(visitor.get(f"{address}?as_of=2025-11-19")).text()
    assert "还没有合同" in page(visitor.get("/regions/320104")).text()
    with database.transaction() as session:
        arrange.opened(session, BINHU, name="合同0")
    with statements() as few:
        visitor.get(f"/regions/{BINHU}")
    with database.transaction() as session:
        for number in range(1, 5):
            arrange.opened(session, BINHU, name=f"合同{number}")
        arrange.ordered(session, session.scalars(
            select(Contract).where(Contract.region_code == BINHU)).first())  # fmt: skip
    with statements() as many:
        visitor.get(f"/regions/{BINHU}")
    assert len([one for one in many if "FROM contract" in one]) == 1
    assert len(many) == len(few), str(many)
    assert "没有" in sign_in("admin").get("/contracts").text

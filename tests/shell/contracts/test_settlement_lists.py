"""Which periods are settled, and where the settlements are shown: the list, the milestone, the paper."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal as D

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from custody.contracts.models.settlement import Settlement
from custody.contracts.queries.owed import owed
from custody.contracts.queries.settlement_lists import settlement_facts
from custody.contracts.rules.life import Status
from custody.regions.models import Region
from tests.critic import page
from tests.factories import people
from tests.factories import settlements as arrange
from tests.factories.settlement_pages import YIXING, acts, begun, stored


def test_a_period_is_settled_once_and_only_when_it_may_be(sign_in, database, contract):
    client = sign_in("yixing")
    begun(client)
    start = f"/contracts/{contract}/settlements"
    for period, words in (
        ("2026-M02", "不按这样的周期"),
        ("2025-Q4", "不在合同的托管期内"),
        ("2027-Q1", "还没有开始"),
        ("什么", "请选择要结算的期间"),
    ):
        answer = client.send(start, {"period": period})
        assert answer.status_code == 422
        assert words in page(answer).problems[0]
    with database.transaction() as session:
        row = session.scalars(select(Settlement)).one()
        arrange.edited(session, arrange.contracts(session, YIXING)[0], row)
        row.status = Status.PAID
    taken = client.send(start, {"period": "2026-Q1"})
    assert taken.status_code == 422
    assert "同一期间只能结算一次" in page(taken).problems[0]


def test_a_cycle_that_changes_within_a_quarter_leaves_no_month_out(sign_in, database, contract):
    with database.transaction() as session:
        row = arrange.contracts(session, YIXING)[0]
        day = date(2026, 11, 1)
        arrange.order(session, row, subject="pay_period", new="month", effective_on=day)
        for period in ("2026-Q1", "2026-Q2", "2026-Q3"):
            arrange.frozen(session, row, period)
    client = sign_in("yixing")
    assert "待起草 1" in page(client.get("/settlements")).text()
    begun(client, "2026年10月")
    assert stored(database, 4).period == "2026-M10"


@pytest.mark.parametrize(("subject", "new"), [("starts_on", "1926-07-01"), ("pay_day", "0")])
def test_a_slip_in_an_old_order_shuts_nobody_out(sign_in, database, contract, subject, new):
    """Orders refuse such values now; what was signed before must still be read."""
    with database.transaction() as session:
        row = arrange.contracts(session, YIXING)[0]
        arrange.order(session, row, subject=subject, new=new)
    client = sign_in("yixing")
    assert client.get("/settlements").status_code == 200
    begun(client, "2026年第二季度")
    assert stored(database).period == "2026-Q2"


def test_an_order_with_a_slip_is_refused_with_what_to_type(sign_in, database, contract):
    client = sign_in("yixing")
    for subject, new, words in (
        ("starts_on", "1926-07-01", "2000年至2100年间的日期"),
        ("pay_day", "0", "1至31之间的整数"),
    ):
        fields = {
            "key": "x", "subject": subject, "new": new, "effective_on": "2026-07-01", "reason": "补",
        }  # fmt: skip
        answer = client.send(f"/contracts/{contract}/orders/new", fields)
        assert answer.status_code == 422
        assert any(words in one for one in page(answer).problems), page(answer).problems


def test_a_contract_that_is_not_signed_is_not_settled(sign_in, database, clock):
    with database.transaction() as session:
        number = arrange.signed_contract(session, YIXING, signed_at=None).id
    client = sign_in("yixing")
    assert "还没有需要结算的合同" in page(client.get("/settlements")).text()
    answer = client.send(f"/contracts/{number}/settlements", {"period": "2026-Q1"})
    assert answer.status_code == 422
    assert "签订后才能结算" in page(answer).problems[0]


def test_an_unfinished_period_is_drafted_but_not_frozen(sign_in, database, contract):
    client = sign_in("yixing")
    here = client.send(f"/contracts/{contract}/settlements", {"period": "2026-Q4"}).headers[
        "Location"
    ]
    answer = client.press(client.get(here), "定稿")
    assert answer.status_code == 422
    assert any("还没有结束" in one for one in page(answer).problems)


def test_the_list_its_heaps_and_its_export(sign_in, database, contract):
    with database.transaction() as session:
        row = arrange.contracts(session, YIXING)[0]
        arrange.paid(session, row, "2026-Q1")
        arrange.signed(session, row, "2026-Q2")
    client = sign_in("wuxi")
    shown = page(client.get("/settlements"))
    text = shown.text()
    assert "待起草 1" in text
    assert "待支付 1" in text
    assert "已支付 1" in text
    assert "逾期125天" in text
    assert "待宜兴市起草" in text
    assert "2026年第四季度，2027年1月1日起可起草" in text
    only = page(client.get("/settlements?state=to_pay"))
    assert "2026年第二季度" in only.text()
    assert "2026年第一季度" not in only.text()
    assert "没有符合条件的结算" in page(client.get("/settlements?year=2020")).text()
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/settlements.xlsx").data))
    lines = book.get_sheet_by_index(0).to_python()
    assert lines[0][0] == "无锡市能源托管费用结算情况"
    assert [line[3] for line in lines[3:6]] == [
        "2026年第三季度",
        "2026年第二季度",
        "2026年第一季度",
    ]
    assert lines[6][6:8] == [683640.0 + 691236.0, 683640.0]
    assert acts(database)[-1] == "exported"
    assert sign_in("suzhou").get(f"/settlements?contract={contract}").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_fixed_number_of_statements(sign_in, database, statements, contract):
    def count(path):
        client.get(path)
        with statements() as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    client = sign_in("coordinator")
    with database.transaction() as session:
        arrange.signed(session, arrange.contracts(session, YIXING)[0], "2026-Q1")
    few = count("/settlements"), count("/settlements/1"), count(f"/regions/{YIXING}/milestones/M23")
    with database.transaction() as session:
        for region in (people.ZHANGJIAGANG, people.XISHAN, people.QINHUAI):
            arrange.settled(session, region)
        arrange.paid(session, arrange.contracts(session, YIXING)[0], "2026-Q2")
        arrange.frozen(session, arrange.contracts(session, YIXING)[0], "2026-Q3")
    many = (
        count("/settlements"),
        count("/settlements/1"),
        count(f"/regions/{YIXING}/milestones/M23"),
    )
    assert few == many
    assert few[0] <= 10


def test_what_the_floors_above_ask_for(database, clock, contract):
    with database.transaction() as session:
        row = arrange.contracts(session, YIXING)[0]
        arrange.paid(session, row, "2026-Q1", amount=D(683000))
        arrange.signed(session, row, "2026-Q2")
    with database.reader() as session:
        region = session.get_one(Region, YIXING).place
        due = owed(session, region, clock.today, days=30)
        assert [(one.due_on, one.amount, one.settled) for one in due] == [
            (date(2026, 4, 20), D("640.00"), True),
            (date(2026, 7, 20), D("691236.00"), True),
        ]
        assert (due[0].region_name, due[0].title) == ("宜兴市", "2026年第一季度结算款")
        assert len(owed(session, region, date(2026, 5, 1), days=30)) == 1
        other = session.get_one(Region, people.ZHANGJIAGANG).place
        assert owed(session, other, clock.today, days=30) == []
        assert settlement_facts(session, other, today=clock.today) is None
        facts = settlement_facts(session, region, today=clock.today)
        assert facts is not None
        assert (facts.settled, facts.paid, facts.missing) == (D("1374876.00"), D(683000), 1)


def test_the_milestone_shows_its_settlements(sign_in, database, contract):
    with database.transaction() as session:
        arrange.paid(session, arrange.contracts(session, YIXING)[0], "2026-Q1")
    shown = page(sign_in("leader").get(f"/regions/{YIXING}/milestones/M23")).text()
    assert "费用结算" in shown
    assert "683,640.00 元" in shown
    assert "待起草" in shown


@pytest.mark.pdf
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_paper_says_what_the_page_says(sign_in, database, contract):
    from pypdf import PdfReader

    client = sign_in("yixing")
    here = begun(client)
    draft = PdfReader(io.BytesIO(client.get(f"{here}.pdf").data)).pages[0].extract_text()
    assert "草稿" in draft
    client.press(client.get(here), "定稿")
    first, second = client.get(f"{here}.pdf"), client.get(f"{here}.pdf")
    assert first.data == second.data
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(first.data)).pages)
    for words in ("能源费用托管结算单", "683,640.00", "陆拾捌万叁仟陆佰肆拾元整", "甲方（盖章）"):
        assert words in text.replace("\n", ""), words
    assert stored(database).digest in text.replace("\n", "")
    assert "草稿" not in text
    assert acts(database).count("downloaded") == 3

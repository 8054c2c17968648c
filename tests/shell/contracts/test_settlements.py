"""A settlement from the first draft to the last payment, and everything that is refused on the way."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal as D

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from custody.attachments.models import Attachment
from custody.contracts.models.contract import Contract
from custody.contracts.models.settlement import Settlement, SettlementPayment
from custody.contracts.queries.owed import owed
from custody.contracts.queries.settlement_lists import settlement_facts
from custody.contracts.rules.life import Status
from custody.infra.journal import Event
from custody.regions.models import Region
from tests.critic import page
from tests.factories import people
from tests.factories import settlements as arrange
from tests.factories.programme import PDF, PNG, upload

YIXING = people.YIXING
QUARTER = D("649440.00")
"""90 days: 900 000 kWh × 0.68 × 0.97 + 90 000 yuan, less what rounding does."""


@pytest.fixture
def contract(database, clock) -> int:
    with database.transaction() as session:
        return arrange.signed_contract(session, YIXING).id


def stored(database, number=None):
    with database.reader() as session:
        query = select(Settlement).order_by(Settlement.id)
        rows = session.scalars(query).all()
        return rows[0] if number is None else session.get_one(Settlement, number)


def acts(database):
    with database.reader() as session:
        return [
            event.action.removeprefix("settlement.")
            for event in session.scalars(select(Event).order_by(Event.id))
            if event.action.startswith("settlement.")
        ]


def begun(client, period="2026年第一季度"):
    answer = client.press(client.get("/settlements"), f"起草{period}结算单")
    assert answer.status_code == 303, page(answer).problems
    return answer.headers["Location"]


# --- the whole way -------------------------------------------------------------------------------


def test_from_the_contract_to_the_last_payment(sign_in, database, contract):
    client = sign_in("yixing")
    listed = page(client.get("/settlements")).text()
    assert "待起草 3" in listed
    here = begun(client)
    row = stored(database)
    assert (row.total, row.status, row.due_on) == (D("683640.00"), Status.DRAFT, date(2026, 4, 20))
    shown = client.get(here)
    assert "900,000 kWh × 0.68 元/kWh × (1 − 3.0%)" in page(shown).text()
    assert "人民币陆拾捌万叁仟陆佰肆拾元整" in shown.text

    fields = {
        "deductions-0-reason": "报修响应超时",
        "deductions-0-basis": "合同第九条",
        "deductions-0-amount": "3,640",
    }
    assert client.press(shown, "保存草稿", fields).status_code == 303
    assert stored(database).total == D("680000.00")
    answer = client.press(client.get(here), "定稿")
    assert answer.status_code == 303
    row = stored(database)
    assert row.status is Status.FROZEN
    assert len(row.digest) == 64
    assert row.statement["payable"] == "680000.00"

    waiting = client.get(here)
    one = client.press(
        waiting, "上传签字件", {"party_a": upload(PDF, "甲方签字.pdf"), "signed_on": "2026-11-22"}
    )
    assert one.status_code == 303
    assert stored(database).status is Status.FROZEN
    theirs = {"party_b": upload(PNG, "乙方签字.png")}
    two = client.press(client.get(here), "上传签字件", theirs)
    assert two.status_code == 303
    assert stored(database).status is Status.SIGNED

    paying = client.get(here)
    part = {"amount": "200000", "voucher": upload(PDF, "回单一.pdf")}
    assert client.press(paying, "登记支付", part).status_code == 303
    assert stored(database).status is Status.SIGNED
    rest = client.get(here)
    assert "未付 480,000.00 元" in page(rest).text()
    assert client.press(rest, "登记支付", {"voucher": upload(PNG, "回单二.png")}).status_code == 303
    row = stored(database)
    assert (row.status, row.paid_on) == (Status.PAID, date(2026, 11, 22))
    assert acts(database) == [
        "drafted", "edited", "frozen", "scan_added", "signed", "paid", "paid",
    ]  # fmt: skip
    assert "草稿 →改为 定稿待签" in page(client.get(here)).text()


def test_every_click_twice_counts_once(sign_in, database, contract):
    client = sign_in("yixing")
    listed = client.get("/settlements")
    first = client.press(listed, "起草2026年第一季度结算单")
    second = client.press(listed, "起草2026年第一季度结算单")
    assert first.headers["Location"] == second.headers["Location"]
    here = first.headers["Location"]
    shown = client.get(here)
    for _ in range(2):
        assert client.press(shown, "保存草稿", {"note": "一句话"}).status_code == 303
    shown = client.get(here)
    for _ in range(2):
        assert client.press(shown, "定稿", {"note": "两句话"}).status_code == 303
    other = client.press(shown, "定稿", {"note": "另一句话"})
    assert other.status_code == 422
    assert "已定稿" in page(other).problems[0]
    shown = client.get(here)
    for _ in range(2):
        files = {"party_a": upload(PDF, "甲.pdf"), "party_b": upload(PNG, "乙.png")}
        assert client.press(shown, "上传签字件", files).status_code == 303
    shown = client.get(here)
    for _ in range(2):
        sent = {"amount": "1000", "voucher": upload(PDF, "回单.pdf")}
        assert client.press(shown, "登记支付", sent).status_code == 303
    assert acts(database) == ["drafted", "edited", "edited", "frozen", "signed", "paid"]
    with database.reader() as session:
        assert len(session.scalars(select(SettlementPayment)).all()) == 1


def test_one_scan_counts_for_both_only_where_that_is_said(sign_in, database, contract):
    with database.transaction() as session:
        arrange.frozen(session, session.get_one(Contract, contract))
    client, here = sign_in("yixing"), f"/settlements/{stored(database).id}"

    def both(**said):
        files = {"party_a": upload(PDF, "甲.pdf"), "party_b": upload(PDF, "乙.pdf")}
        return client.press(client.get(here), "上传签字件", {**files, **said})

    refused = both()
    assert refused.status_code == 422
    assert "甲方、乙方签字件是同一个文件" in " ".join(page(refused).problems)
    assert stored(database).status is Status.FROZEN
    # One after the other it is the same scan still.
    client.press(client.get(here), "上传签字件", {"party_a": upload(PDF, "甲.pdf")})
    later = client.press(client.get(here), "上传签字件", {"party_b": upload(PDF, "乙.pdf")})
    assert later.status_code == 422
    assert both(same="y").status_code == 303
    assert stored(database).status is Status.SIGNED


def test_all_that_is_wrong_with_a_payment_is_said_at_once(sign_in, database, contract):
    with database.transaction() as session:
        arrange.signed(session, session.get_one(Contract, contract))
    client, here = sign_in("yixing"), f"/settlements/{stored(database).id}"
    sent = {"paid_on": "2027-01-01", "amount": "99999999"}
    said = " ".join(page(client.press(client.get(here), "登记支付", sent)).problems)
    assert "请选择支付凭证" in said
    assert "支付日期不能晚于今天" in said
    assert "支付金额超过未付的" in said


# --- drafting ------------------------------------------------------------------------------------


def test_a_preview_computes_and_writes_nothing(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    shown = client.get(here)
    answer = client.press(shown, "重新计算", {"deductions-0-amount": "40", "note": "先看看"})
    assert answer.status_code == 200
    assert "683,600.00" in answer.text
    assert "请写明第1项扣减的事由" in page(answer).text()
    assert "先看看" in answer.text
    live = client.send(
        f"{here}/preview", {"deductions-0-reason": "超时", "deductions-0-amount": "1"}
    )
    assert "683,639.00" in live.json["html"]
    assert "无法识别" in client.send(f"{here}/preview", {"prepaid": "x"}).json["html"]
    assert stored(database).total == D("683640.00")
    assert acts(database) == ["drafted"]


def test_a_line_is_added_by_a_button(sign_in, contract):
    client = sign_in("yixing")
    shown = client.get(begun(client))
    more = client.press(shown, "增加一项扣减", {"deductions-0-reason": "第一项"})
    assert more.status_code == 200
    names = {e.get("name") for e in page(more).all("input")}
    assert {"deductions-0-reason", "deductions-1-reason"} <= names
    assert "第一项" in more.text


def test_what_is_missing_stands_at_its_field_and_nothing_typed_is_lost(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    answer = client.press(
        client.get(here),
        "定稿",
        {
            "adjustments-0-driver": "area",
            "adjustments-0-base": "100000",
            "deductions-0-amount": "99",
            "verified": "10",
            "due_on": "",
            "note": "写了很多字",
        },
    )
    assert answer.status_code == 422
    problems = page(answer).problems
    for words in (
        "选择此项调整依据的变更单",
        "请填写当期值",
        "扣减的事由",
        "须同时填写",
        "应付日期",
    ):
        assert any(words in one for one in problems), (words, problems)
    anchors = [a.get("href") for a in page(answer).all("a") if a.get("href", "").startswith("#")]
    assert "#adjustments-0-now" in anchors
    assert "写了很多字" in answer.text
    wrong = client.press(client.get(here), "保存草稿", {"prepaid": "一百", "note": "还在"})
    assert wrong.status_code == 422
    assert "还在" in wrong.text
    assert stored(database).status is Status.DRAFT
    assert acts(database) == ["drafted"]


def test_a_sum_that_no_column_holds_is_refused_and_stays_typed(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    fields = {
        "adjustments-0-energy": "electricity",
        "adjustments-0-driver": "area",
        "adjustments-0-base": "0.0001",
        "adjustments-0-now": "1,000,000,000,000",
        "adjustments-0-rate": "1,000,000,000,000",
        "note": "多敲了几个零",
    }
    answer = client.press(client.get(here), "保存草稿", fields)
    assert answer.status_code == 422
    assert "请核对用量、单价" in " ".join(page(answer).problems)
    assert "多敲了几个零" in answer.text
    assert acts(database) == ["drafted"]


def test_deductions_above_the_fee_are_refused(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    sent = {
        "deductions-0-reason": "扣", "deductions-0-basis": "据", "deductions-0-amount": "700000",
    }  # fmt: skip
    answer = client.press(client.get(here), "定稿", sent)
    assert answer.status_code == 422
    assert "超过本期费用683,640.00元" in page(answer).problems[0]
    assert stored(database).status is Status.DRAFT


def test_an_area_adjustment_comes_with_its_signed_order(sign_in, database, contract):
    with database.transaction() as session:
        row = arrange.contracts(session, YIXING)[0]
        arrange.order(session, row)
    client = sign_in("yixing")
    here = begun(client, "2026年第二季度")
    shown = client.get(here)
    text = page(shown).text()
    assert "(110,000 − 100,000) × 36.5 kWh/(平方米·年)" in text
    assert "1号变更单，文件“变更单签字件.pdf”" in text
    assert "(910,000 + 90,999" in text
    assert client.press(shown, "定稿").status_code == 303
    # The next period begins with the same line: it is not typed again.
    later = client.get(begun(client, "2026年第三季度"))
    assert 'value="110000.0000"' in later.text or 'value="110000.00"' in later.text


def test_an_unsigned_order_does_not_count(sign_in, database, contract):
    with database.transaction() as session:
        arrange.order(session, arrange.contracts(session, YIXING)[0], signed=False)
    client = sign_in("yixing")
    here = begun(client, "2026年第二季度")
    sent = {
        "adjustments-0-driver": "area", "adjustments-0-order": "1", "adjustments-0-base": "100000",
        "adjustments-0-now": "110000", "adjustments-0-rate": "36.5",
    }  # fmt: skip
    answer = client.press(client.get(here), "定稿", sent)
    assert answer.status_code == 422
    assert any("没有双方已签的1号变更单" in one for one in page(answer).problems)


def test_two_people_edit_one_draft(sign_in, database, contract):
    first, second = sign_in("yixing"), sign_in("yixing2")
    here = begun(first)
    mine, theirs = first.get(here), second.get(here)
    assert second.press(theirs, "保存草稿", {"note": "财政局写的"}).status_code == 303
    answer = first.press(mine, "保存草稿", {"note": "机关事务局写的"})
    assert answer.status_code == 409
    text = page(answer).text()
    assert "内容已被他人更新" in text
    assert "机关事务局写的" in text
    assert "财政局写的" in text
    assert first.press(answer, "保存草稿").status_code == 303
    assert stored(database).draft["note"] == "机关事务局写的"


def test_linked_prices_need_the_bills(sign_in, database, clock):
    with database.transaction() as session:
        arrange.signed_contract(session, YIXING, price_mode="linked")
    client = sign_in("yixing")
    here = begun(client)
    refused = client.press(client.get(here), "定稿")
    assert refused.status_code == 422
    assert any("实际单价" in one for one in page(refused).problems)
    sent = {"prices-0-price": "0.7", "prices-0-source": "一季度电费账单共42张"}
    assert client.press(client.get(here), "定稿", sent).status_code == 303
    assert stored(database).total == D("701100.00")
    assert "一季度电费账单共42张，宜报于2026年11月22日录入" in client.get(here).text


# --- one settlement a period ---------------------------------------------------------------------


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


# --- back, away, refused -------------------------------------------------------------------------


def test_back_to_the_draft_with_a_reason(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    client.press(client.get(here), "定稿")
    client.press(client.get(here), "上传签字件", {"party_a": upload(PDF, "甲.pdf")})
    empty = client.press(client.get(here), "退回草稿", {"reason": " "})
    assert empty.status_code == 422
    assert client.press(client.get(here), "退回草稿", {"reason": "面积有误"}).status_code == 303
    row = stored(database)
    assert (row.status, row.inputs, row.statement, row.digest) == (Status.DRAFT, None, None, "")
    assert "面积有误" in page(client.get(here)).text()
    with database.reader() as session:
        scans = session.scalars(select(Attachment).where(Attachment.slot == "party_a")).all()
        assert [one.removed_at is not None for one in scans] == [True]
    # Signed by both, there is no way back.
    with database.transaction() as session:
        found = arrange.contracts(session, YIXING)[0]
        arrange.signed(session, found, "2026-Q2")
    signed = stored(database, 2)
    answer = client.send(
        f"/settlements/{signed.id}/thaw", {"version": signed.version, "reason": "x"}
    )
    assert answer.status_code == 422
    assert "双方已签" in page(answer).problems[0]


def test_a_draft_is_discarded_and_its_period_free_again(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    client.press(client.get(here), "上传", {"files": upload(PDF, "电费账单.pdf")})
    answer = client.press(client.get(here), "删除草稿")
    assert answer.headers["Location"] == f"/settlements?contract={contract}"
    assert client.get(here).status_code == 404
    assert "待起草 3" in page(client.get("/settlements")).text()
    assert acts(database) == ["drafted", "file_added", "discarded"]
    # Its number is used up: the next one has neither its files nor its history.
    again = begun(client)
    assert again != here
    assert "电费账单.pdf" not in client.get(again).text


def test_payments_that_cannot_be(sign_in, database, contract):
    client = sign_in("yixing")
    with database.transaction() as session:
        arrange.signed(session, arrange.contracts(session, YIXING)[0])
    shown = client.get("/settlements/1")
    for sent, words in (
        ({"amount": "683640.01", "voucher": upload(PDF, "a.pdf")}, "超过未付的683,640.00元"),
        ({"paid_on": "2026-11-21", "voucher": upload(PDF, "a.pdf")}, "不能早于双方签字"),
        ({"paid_on": "2026-11-23", "voucher": upload(PDF, "a.pdf")}, "不能晚于今天"),
        ({}, "请选择支付凭证"),
        ({"voucher": upload(b"MZ" + bytes(200), "a.pdf")}, "可执行程序"),
        ({"amount": "", "voucher": upload(PDF, "a.pdf")}, "请填写支付金额"),
    ):
        answer = client.press(shown, "登记支付", sent)
        assert answer.status_code == 422, sent
        assert any(words in one for one in page(answer).problems), page(answer).problems
    many = client.press(shown, "登记支付", {"amount": "683640.01", "paid_on": "2026-11-23"})
    told = "".join(page(many).problems)
    for words in ("请选择支付凭证", "超过未付的", "不能晚于今天"):
        assert words in told
    assert acts(database) == ["drafted", "frozen", "signed"]


def test_signing_needs_a_scan_and_a_sensible_day(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    client.press(client.get(here), "定稿")
    shown = client.get(here)
    none = client.press(shown, "上传签字件")
    assert "请选择甲方或乙方" in page(none).problems[0]
    early = {"party_a": upload(PDF, "甲.pdf"), "signed_on": "2026-11-01"}
    assert "不能早于定稿" in page(client.press(shown, "上传签字件", early)).problems[0]
    late = {"party_a": upload(PDF, "甲.pdf"), "signed_on": "2026-12-01"}
    assert "不能晚于今天" in page(client.press(shown, "上传签字件", late)).problems[0]


def test_scans_of_an_older_paper_sign_nothing(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    client.press(client.get(here), "定稿")
    old = client.get(here)
    client.press(client.get(here), "退回草稿", {"reason": "漏了扣减"})
    both = {"party_a": upload(PDF, "甲.pdf"), "party_b": upload(PDF, "乙.pdf")}
    none = client.press(old, "上传签字件", both)
    assert none.status_code == 422
    assert "草稿不能签字" in page(none).problems[0]
    fields = {
        "deductions-0-reason": "超时", "deductions-0-basis": "第九条", "deductions-0-amount": "640",
    }  # fmt: skip
    assert client.press(client.get(here), "定稿", fields).status_code == 303
    both = {"party_a": upload(PDF, "甲.pdf"), "party_b": upload(PDF, "乙.pdf")}
    answer = client.press(old, "上传签字件", both)
    assert answer.status_code == 409
    assert "重新定稿" in page(answer).problems[0]
    assert stored(database).status is Status.FROZEN
    assert "signed" not in acts(database)
    both = {"party_a": upload(PDF, "甲.pdf"), "party_b": upload(PNG, "乙.png")}
    assert client.press(answer, "上传签字件", both).status_code == 303
    assert stored(database).status is Status.SIGNED


def test_two_people_enter_one_payment(sign_in, database, contract):
    with database.transaction() as session:
        arrange.signed(session, arrange.contracts(session, YIXING)[0])
    first, second = sign_in("yixing"), sign_in("yixing2")
    mine, theirs = first.get("/settlements/1"), second.get("/settlements/1")
    sent = {"amount": "1000", "voucher": upload(PNG, "回单.png")}
    assert second.press(theirs, "登记支付", sent).status_code == 303
    sent = {"amount": "1000", "voucher": upload(PDF, "回单扫描.pdf")}
    answer = first.press(mine, "登记支付", sent)
    assert answer.status_code == 409
    assert "有人登记了支付" in page(answer).problems[0]
    assert acts(database).count("paid") == 1
    sent = {"amount": "500", "voucher": upload(PDF, "另一笔.pdf")}
    assert first.press(answer, "登记支付", sent).status_code == 303
    assert acts(database).count("paid") == 2


def test_basis_files_are_kept_frozen_and_handed_out(sign_in, database, contract):
    client = sign_in("yixing")
    here = begun(client)
    shown = client.get(here)
    bad = client.press(shown, "上传", {"files": upload(b"", "空.pdf")})
    assert bad.status_code == 422
    assert client.press(shown, "上传", {"files": upload(PDF, "电费账单.pdf")}).status_code == 303
    number = stored(database)
    with database.reader() as session:
        file = session.scalars(select(Attachment)).one()
    got = client.get(f"{here}/files/{file.id}")
    assert got.data == PDF
    assert sign_in("leader").get(f"{here}/files/{file.id}").status_code == 200
    assert client.press(client.get(here), "定稿").status_code == 303
    papers = stored(database).inputs["inputs"]["papers"]
    assert papers == [{"name": "电费账单.pdf", "digest": file.digest}]
    refused = client.send(f"{here}/files/{file.id}/remove")
    assert refused.status_code == 422
    assert number.status is Status.DRAFT
    assert acts(database)[-1] == "downloaded" or "frozen" in acts(database)


def changes(database, action):
    with database.reader() as session:
        found = session.scalars(select(Event).where(Event.action == f"settlement.{action}")).all()
        return found[-1].changes


def names(files):
    return [one["name"] for one in files]


def test_the_journal_names_every_file_and_day_that_goes(sign_in, database, clock, contract):
    client = sign_in("yixing")
    here = begun(client)
    client.press(client.get(here), "上传", {"files": upload(PDF, "电费账单.pdf")})
    client.press(client.get(here), "定稿")
    clock.to(date(2026, 11, 25))
    client = sign_in("yixing")
    for file, day in ((upload(PDF, "甲.pdf"), "2026-11-24"), (upload(PNG, "甲.png"), "2026-11-23")):
        sent = {"party_a": file, "signed_on": day}
        assert client.press(client.get(here), "上传签字件", sent).status_code == 303
    replaced = changes(database, "scan_added")
    assert [names(side) for side in replaced["files"]] == [["甲.pdf"], ["甲.png"]]
    assert replaced["signed_on"] == ["2026-11-24", "2026-11-23"]
    client.press(client.get(here), "退回草稿", {"reason": "面积有误"})
    thawed = changes(database, "thawed")
    assert names(thawed["files"][0]) == ["甲.png"]
    assert thawed["signed_on"] == ["2026-11-23", ""]
    assert stored(database).signed_on is None
    client.press(client.get(here), "删除草稿")
    assert names(changes(database, "discarded")["files"][0]) == ["电费账单.pdf"]


@pytest.mark.parametrize(
    "sent",
    [
        {"prices-0-energy": "coal", "prices-0-price": "1"},
        {"adjustments-0-driver": "area", "adjustments-0-energy": "coal"},
        {"adjustments-0-driver": "moon", "adjustments-0-energy": "gas"},
        {"adjustments-0-driver": "area", "adjustments-0-energy": "gas", "adjustments-0-order": "x"},
    ],
)
def test_what_no_page_sends_is_refused_and_breaks_nothing(sign_in, database, contract, sent):
    client = sign_in("yixing")
    here = begun(client)
    for act in ("save", "freeze", "preview"):
        assert client.send(here, {"version": "1", "act": act, **sent}).status_code == 422
    assert client.send(f"{here}/preview", {"version": "1", **sent}).status_code == 200
    assert client.send(here, {"version": "1", "act": "add_deduction", **sent}).status_code == 200
    assert acts(database) == ["drafted"]


# --- lists and who sees them ---------------------------------------------------------------------


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


# --- monthly profile -----------------------------------------------------------------------------


def test_a_monthly_profile_spreads_the_base(sign_in, database, contract):
    client = sign_in("yixing")
    path = f"/contracts/{contract}/profile"
    for typed, words in (
        ("8 9", "应填写12个月"),
        ("一 二", "只能填写12个百分数"),
        ("10 " * 12, "合计应为100%"),
        ("-1 " + "9 " * 11, "0至100之间"),
    ):
        answer = client.press(client.get(path), "保存", {"electricity": typed})
        assert answer.status_code == 422
        assert words in page(answer).problems[0]
        assert typed.strip() in answer.text
    wanted = "10、10、10%，" + "7 " * 8 + "14"
    assert client.press(client.get(path), "保存", {"electricity": wanted}).status_code == 303
    assert "14" in page(client.get(path)).text()
    shown = page(client.get(begun(client))).text()
    assert "合同附件约定的分月比例 = 1,095,000 kWh" in shown
    assert client.press(client.get(path), "保存", {"electricity": ""}).status_code == 303
    reader = sign_in("leader-yixing")
    assert "按天数计算" in page(reader.get(path)).text()


SHARES = "10、10、10、" + "7 " * 8 + "14"
EVEN = "8.5 7.5 " + "8.4 " * 10


def test_a_year_is_billed_by_the_same_shares_throughout(sign_in, database, contract):
    client = sign_in("yixing")
    path = f"/contracts/{contract}/profile"
    here = begun(client)
    assert client.press(client.get(here), "定稿").status_code == 303
    answer = client.press(client.get(path), "保存", {"electricity": SHARES})
    assert answer.status_code == 422
    assert "2026年度已有结算单定稿" in page(answer).problems[0]
    assert "退回草稿" in page(answer).problems[0]
    assert SHARES in answer.text
    client.press(client.get(here), "退回草稿", {"reason": "补分月比例"})
    assert client.press(client.get(path), "保存", {"electricity": SHARES}).status_code == 303
    assert client.press(client.get(here), "定稿").status_code == 303
    # What is stored already, by a second click, changes nothing.
    assert client.press(client.get(path), "保存").status_code == 303


def test_two_people_edit_one_profile(sign_in, database, contract):
    first, second = sign_in("yixing"), sign_in("yixing2")
    path = f"/contracts/{contract}/profile"
    mine, theirs = first.get(path), second.get(path)
    for _ in range(2):
        assert second.press(theirs, "保存", {"electricity": EVEN}).status_code == 303
    answer = first.press(mine, "保存", {"electricity": SHARES})
    assert answer.status_code == 409
    assert "内容已被他人更新" in page(answer).text()
    assert "8.5 7.5 8.4" in page(answer).text()
    assert SHARES in answer.text
    assert first.press(answer, "保存").status_code == 303
    assert "14" in page(first.get(path)).text()


# --- the paper -----------------------------------------------------------------------------------


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

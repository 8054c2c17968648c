"""What is typed for a settlement: previewed, refused, computed; and the months' shares of the contract."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from custody.contracts.rules.life import Status
from tests.critic import page
from tests.factories import settlements as arrange
from tests.factories.settlement_pages import YIXING, acts, begun, stored


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

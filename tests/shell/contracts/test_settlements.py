"""A settlement from the first draft to the last payment, and everything that is refused on the way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from sqlalchemy import select

from custody.attachments.models import Attachment
from custody.contracts.models.contract import Contract
from custody.contracts.models.settlement import SettlementPayment
from custody.contracts.rules.life import Status
from custody.infra.journal import Event
from tests.critic import page
from tests.factories import settlements as arrange
from tests.factories.programme import PDF, PNG, upload
from tests.factories.settlement_pages import YIXING, acts, begun, stored

QUARTER = D("649440.00")
"""90 days: 900 000 kWh × 0.68 × 0.97 + 90 000 yuan, less what rounding does."""


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

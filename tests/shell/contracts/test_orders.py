"""Change orders over HTTP: drafted, signed, and the contract as of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from custody.accounts.rules import Role
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.queries.contracts import terms_of
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import contracts as arrange
from tests.factories import people
from tests.factories.programme import PDF, upload


@pytest.fixture
def officer(sign_in: SignIn) -> Critic:
    return sign_in(Role.OFFICER, people.YIXING)


@pytest.fixture
def signed(database: Database, clock: Any) -> int:
    with database.transaction() as session:
        return arrange.signed(session, people.YIXING).id


WISH = {
    "subject": "total",
    "new": "2,500,000 元",
    "effective_on": "2026年7月1日",
    "reason": "新建学校纳入，面积增加。",
}


def test_an_order_is_drafted_corrected_signed_and_counts(
    officer: Critic, signed: int, database: Database
) -> None:
    form = officer.get(f"/contracts/{signed}/orders/new")
    first = officer.press(form, "保存草稿", WISH)
    assert first.status_code == 303
    assert officer.press(form, "保存草稿", WISH).headers["Location"] == first.headers["Location"]
    with database.reader() as reading:
        assert reading.scalar(select(func.count()).select_from(ChangeOrder)) == 1
        order = reading.scalars(select(ChangeOrder)).one()
    assert (order.old, order.new) == ("2400000.00", "2500000.00")
    one = first.headers["Location"]
    refused = officer.press(officer.get(one), "登记双方已签署", {"signed_on": "2026-06-28"})
    assert refused.status_code == 422
    assert "请先上传双方签署的变更单。" in page(refused).problems
    answer = officer.press(officer.get(one), "保存修改", {"new": "2600000"})
    assert answer.status_code == 303
    answer = officer.press(officer.get(one), "上传", {"files": upload(PDF, "变更单.pdf")})
    assert answer.status_code == 303
    before = officer.get(one)
    for _click in range(2):
        done = officer.press(before, "登记双方已签署", {"signed_on": "2026-06-28"})
        assert done.status_code == 303
    with database.reader() as reading:
        events = reading.scalars(select(Event).where(Event.action == "order.signed")).all()
        assert len(events) == 1
        assert events[0].changes["value"] == ["2,400,000.00", "2,600,000.00"]
        row = reading.get_one(Contract, signed)
        assert row.total == Decimal("2400000.00")
        assert terms_of(reading, row, date(2026, 6, 30))["total"] == Decimal("2400000.00")
        assert terms_of(reading, row, date(2026, 7, 1))["total"] == Decimal("2600000.00")
    now = page(officer.get(f"/contracts/{signed}")).text()
    assert "260.0 万元" in now
    assert "原为 2,400,000.00" in now
    past = page(officer.get(f"/contracts/{signed}?as_of=2026-06-30")).text()
    assert "240.0 万元" in past
    assert "已生效的 0 份变更单" in past
    # What is signed stands.
    assert officer.send(one, WISH).status_code == 422


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subject": "energy:coal:price"}, "请选择变更事项"),
        ({"new": "许多钱"}, "“许多钱”无法采用，应为两位小数以内的数字"),
        ({"new": "2400000"}, "与现行内容相同"),
        (
            {"subject": "pay_day", "new": "35"},
            "“支付日”变更后的内容“35”无法采用，应为1至31之间的整数",
        ),
        ({"effective_on": "2025-11-19"}, "生效日期2025年11月19日早于合同签订日期2025年11月20日"),
        ({"effective_on": ""}, "请填写生效日期"),
        ({"reason": " "}, "请写明变更的原因"),
        ({"subject": "price_mode", "new": "免费"}, "所列选项之一"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_makes_no_sense_is_refused(
    officer: Critic, signed: int, fields: dict[str, str], words: str
) -> None:
    form = officer.get(f"/contracts/{signed}/orders/new")
    answer = officer.press(form, "保存草稿", {**WISH, **fields})
    assert answer.status_code == 422
    assert words in " ".join(page(answer).problems)


def test_two_people_correct_one_draft(
    officer: Critic, sign_in: SignIn, signed: int, database: Database
) -> None:
    with database.transaction() as session:
        arrange.ordered(session, session.get_one(Contract, signed), sign=False)
    address = f"/contracts/{signed}/orders/1"
    mine, other = officer.get(address), sign_in(Role.COORDINATOR)
    assert other.press(other.get(address), "保存修改", {"reason": "他们的"}).status_code == 303
    answer = officer.press(mine, "保存修改", {"reason": "我的"})
    assert answer.status_code == 409
    text = page(answer).text()
    assert "他们的" in text
    assert "我的" in text
    assert officer.press(mine, "删除草稿").status_code == 409
    # Having seen both, the person may save upon the newer one.
    assert officer.press(answer, "保存修改", {"reason": "合并后的"}).status_code == 303
    assert officer.press(officer.get(address), "删除草稿").status_code == 303
    with database.reader() as reading:
        assert reading.scalar(select(func.count()).select_from(ChangeOrder)) == 0


def test_a_refused_correction_still_meets_what_was_saved_meanwhile(
    officer: Critic, sign_in: SignIn, signed: int, database: Database
) -> None:
    with database.transaction() as session:
        arrange.ordered(session, session.get_one(Contract, signed), sign=False)
    address = f"/contracts/{signed}/orders/1"
    mine, other = officer.get(address), sign_in(Role.COORDINATOR)
    assert other.press(other.get(address), "保存修改", {"reason": "他们的"}).status_code == 303
    for wrong in ({"reason": " "}, {"effective_on": "哪天"}):
        refused = officer.press(mine, "保存修改", wrong)
        assert refused.status_code == 422
        right = {"reason": "我的", "effective_on": "2026-08-01"}
        assert officer.press(refused, "保存修改", right).status_code == 409
    with database.reader() as reading:
        assert reading.scalars(select(ChangeOrder.reason)).one() == "他们的"


def test_the_next_order_needs_a_paper_of_its_own(
    officer: Critic, signed: int, database: Database
) -> None:
    first = officer.press(officer.get(f"/contracts/{signed}/orders/new"), "保存草稿", WISH)
    one = first.headers["Location"]
    assert (
        officer.press(officer.get(one), "上传", {"files": upload(PDF, "变更单.pdf")}).status_code
        == 303
    )
    assert officer.press(officer.get(one), "删除草稿").status_code == 303
    again = officer.press(officer.get(f"/contracts/{signed}/orders/new"), "保存草稿", WISH)
    shown = officer.get(again.headers["Location"])
    assert "变更单.pdf" not in shown.text
    refused = officer.press(shown, "登记双方已签署", {"signed_on": "2026-06-28"})
    assert refused.status_code == 422
    with database.reader() as reading:
        event = reading.scalars(select(Event).where(Event.action == "order.discarded")).one()
    assert [file["name"] for file in event.changes["files"][0]] == ["变更单.pdf"]


def test_a_draft_contract_needs_no_orders(officer: Critic, database: Database, clock: Any) -> None:
    with database.transaction() as session:
        number = arrange.opened(session, people.YIXING).id
    form = officer.get(f"/contracts/{number}/orders/new")
    answer = officer.press(form, "保存草稿", WISH)
    assert answer.status_code == 422
    assert "不需要变更单" in answer.text


def test_an_order_says_which_sums_no_longer_agree(
    officer: Critic, signed: int, database: Database
) -> None:
    """As the pages of a draft do; the order that follows makes them agree again."""
    with database.transaction() as session:
        row = session.get_one(Contract, signed)
        arrange.ordered(session, row)
        fee, payment = row.fees[0], row.payments[0]
        more = Decimal("100000.00")
        subjects = {
            f"fee:{fee.year}:{fee.item}": fee.amount + more,
            f"payment:{payment.line}:amount": payment.amount + more,
        }
    words = (
        "年度托管费表合计2,400,000.00元，比合同总额少",
        "付款计划合计2,400,000.00元，比合同总额少",
    )
    for address in (f"/contracts/{signed}/orders/1", f"/contracts/{signed}"):
        told = page(officer.get(address)).text()
        assert all(one in told for one in words)
    assert words[0] not in page(officer.get(f"/contracts/{signed}?as_of=2026-06-30")).text()
    with database.transaction() as session:
        row = session.get_one(Contract, signed)
        for subject, amount in subjects.items():
            arrange.ordered(session, row, subject, str(amount))
    for address in (f"/contracts/{signed}/orders/1", f"/contracts/{signed}"):
        told = page(officer.get(address)).text()
        assert "比合同总额少" not in told
    # The list knows terms that it does not show.
    assert officer.get("/contracts").status_code == 200

"""Whose signature is missing is told and stands among the to-dos; what is returned must be put right."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.inbox.models import Message
from custody.infra.db import Database
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import inbox, people
from tests.factories import savings as saving
from tests.shell.adjustments.test_adjustments import drafted, sent


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    with database.transaction() as session:
        _, (power,) = saving.saved(session, people.YIXING)
        inbox.delivered(session)
        return int(power.id)


@pytest.fixture
def officer(sign_in: SignIn) -> Critic:
    return sign_in("yixing")


def told(database: Database, username: str) -> list[tuple[str, str, str]]:
    """Of adjustments: title, detail, page."""
    with database.transaction() as session:
        inbox.delivered(session)
        return _messages(session, username)


def _messages(session: Session, username: str) -> list[tuple[str, str, str]]:
    rows = session.execute(
        select(Message.title, Message.detail, Message.page)
        .join(Account, Account.id == Message.account_id)
        .where(Account.username == username, Message.page.startswith("/baselines/adjustments/"))
        .order_by(Message.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def test_the_other_side_is_told_and_the_filer_when_it_counts(
    officer: Critic, meter: int, sign_in: SignIn, database: Database
) -> None:
    other = sign_in("yixing2")
    address = drafted(officer, meter)
    todo = page(other.get("/todo")).text()
    assert "待用能单位签认件、服务公司签认件" in todo
    sent(officer, address, "owner", "业主签认.pdf")
    label = "宜兴市非常规调整第1号"
    (waiting,) = told(database, "yixing2")
    assert waiting[0] == f"待另一方签认：{label}"
    assert "待服务公司签认件" in waiting[1]
    assert waiting[2] == address
    assert told(database, "yixing") == []
    assert "待服务公司签认件" in page(other.get("/todo")).text()
    sent(officer, address, "owner", "业主签认（补）.pdf")
    assert len(told(database, "yixing2")) == 1
    sent(other, address, "company", "公司签认.pdf")
    assert told(database, "yixing")[0][0] == f"双方签认件齐全，待登记生效：{label}"
    assert told(database, "wuxi")[0][0] == f"双方签认件齐全，有异议的请退回：{label}"
    assert "双方签认件齐全，待登记生效" in page(officer.get("/todo")).text()
    assert other.press(other.get(address), "登记双方已签认").status_code == 303
    assert told(database, "yixing")[-1][0] == f"已生效：{label}"
    assert told(database, "wuxi")[-1][0] == f"已生效：{label}"
    assert "非常规调整第1号" not in page(officer.get("/todo")).text()
    assert told(database, "xishan") == []


def test_what_is_returned_is_put_right_first(
    officer: Critic, meter: int, sign_in: SignIn, database: Database
) -> None:
    address = drafted(officer, meter)
    for slot in ("owner", "company"):
        sent(officer, address, slot, f"{slot}.pdf")
    assert "退回原因" not in officer.get(address).text
    own = officer.send(f"{address}/return", {"version": "1", "returned_because": "再看看"})
    assert own.status_code == 422
    assert "登记人不能退回自己登记的调整" in page(own).text()
    city = sign_in("wuxi")
    shown = city.get(address)
    assert city.press(shown, "退回", {"returned_because": " "}).status_code == 422
    assert city.press(shown, "退回", {"returned_because": "签认件缺盖章页"}).status_code == 303
    stale = city.press(shown, "退回", {"returned_because": "又一次"})
    assert stale.status_code == 409
    title, detail, where = told(database, "yixing")[-1]
    assert title == "已退回，请核改：宜兴市非常规调整第1号"
    assert detail.endswith("：签认件缺盖章页")
    assert where == address
    assert "已退回：签认件缺盖章页" in page(officer.get("/todo")).text()
    refused = officer.press(officer.get(address), "登记双方已签认")
    assert refused.status_code == 422
    assert "请修改内容或更换材料后再登记生效" in page(refused).text()
    sent(officer, address, "company", "盖章的.pdf")
    assert officer.press(officer.get(address), "登记双方已签认").status_code == 303
    late = city.send(f"{address}/return", {"version": "9", "returned_because": "晚了"})
    assert late.status_code == 422
    assert sign_in("xishan").send(f"{address}/return").status_code in (403, 404)

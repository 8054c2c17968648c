"""The thresholds of contracts: edited by the administrator, kept in the journal, used at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.audit.rules import change_lines
from custody.contracts.models.policy import PolicyRow
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import contracts as arrange
from tests.factories import people

HERE = "/admin/contract-policy"


@pytest.fixture
def admin(sign_in: SignIn) -> Critic:
    return sign_in(Role.SYSADMIN)


def last_event(database: Database) -> Event:
    with database.reader() as reading:
        return reading.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_other_thresholds_are_kept_and_recorded(admin: Critic, database: Database) -> None:
    typed = {"term_from": "6", "term_source": "按本省规定"}
    assert admin.press(admin.get(HERE), "保存", typed).status_code == 303
    event = last_event(database)
    assert (event.action, event.kind) == ("contract_policy.edited", "contract_policy")
    assert [(one.field, one.old, one.new) for one in change_lines(event)] == [
        ("托管期限下限（年）", "5", "6"),
        ("期限的出处", "参照京机管发〔2022〕21号", "按本省规定"),
    ]
    with database.reader() as reading:
        assert reading.get_one(PolicyRow, people.JIANGSU).term_from == 6
    admin.press(admin.get(HERE), "保存")
    assert last_event(database).id == event.id


@pytest.mark.parametrize("before", [True, False])
def test_two_people_at_once(admin: Critic, database: Database, before: bool) -> None:
    """Also where nothing was set when both opened the page."""
    if before:
        admin.press(admin.get(HERE), "保存", {"due_days": "20"})
    first, second = (admin.get(HERE) for _ in range(2))
    admin.press(first, "保存", {"filing_days": "40"})
    clash = admin.press(second, "保存", {"filing_days": "50"})
    assert clash.status_code == 409
    assert "40" in page(clash).text()
    assert admin.press(clash, "保存", {"filing_days": "50"}).status_code == 303
    with database.reader() as reading:
        assert reading.get_one(PolicyRow, people.JIANGSU).filing_days == 50


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"term_from": "11"}, "下限不应大于上限"),
        ({"filing_source": ""}, "请写明出处"),
        ({"due_days": "0"}, "1至365"),
    ],
)
def test_what_makes_no_sense_is_refused(
    admin: Critic, database: Database, typed: dict[str, str], words: str
) -> None:
    answer = admin.press(admin.get(HERE), "保存", typed)
    assert answer.status_code == 422
    assert words in page(answer).text()
    with database.reader() as reading:
        assert reading.get(PolicyRow, people.JIANGSU) is None


def test_the_pages_go_by_it_at_once(
    admin: Critic, sign_in: SignIn, database: Database, clock: Any
) -> None:
    with database.transaction() as session:
        number = arrange.signed(session, people.YIXING).id
    reader = sign_in("coordinator")
    assert (
        "一般为5至10年（参照京机管发〔2022〕21号" in page(reader.get(f"/contracts/{number}")).text()
    )
    listed = page(reader.get("/contracts")).text()
    assert "30 天内到期" not in listed
    typed = {"term_from": "2", "due_days": "60"}
    assert admin.press(admin.get(HERE), "保存", typed).status_code == 303
    assert "一般为" not in page(reader.get(f"/contracts/{number}")).text()
    assert "60 天内到期 1 笔" in page(reader.get("/contracts")).text()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nobody_else_has_the_page(sign_in: SignIn) -> None:
    assert sign_in("coordinator").get(HERE).status_code == 403
    assert "合同提示规则" not in sign_in("coordinator").get("/contracts").text

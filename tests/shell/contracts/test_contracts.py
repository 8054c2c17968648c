"""A contract filled in page by page over HTTP, signed, and what is refused on the way."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from custody.accounts.rules import Role
from custody.contracts.actions.record import record
from custody.contracts.models.contract import Company, Contract, EnergyBase
from custody.contracts.queries.contracts import get_contract_and_region
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import NOW, SignIn
from tests.critic import Critic, page
from tests.factories import clicks, people
from tests.factories import contracts as arrange
from tests.factories.contract_pages import contract, last_event
from tests.factories.programme import PDF, upload

Statements = Callable[[], Any]


def test_a_contract_is_opened_filled_in_and_signed(officer: Critic, database: Database) -> None:
    form = officer.get(f"/regions/{people.YIXING}/contracts/new")
    answer = officer.press(form, "建立草稿", {"name": "宜兴市能源费用托管合同"})
    assert answer.status_code == 303
    # A double click opens the same draft.
    assert officer.press(form, "建立草稿", {}).headers["Location"] == answer.headers["Location"]
    with database.reader() as reading:
        assert reading.scalar(select(func.count()).select_from(Contract)) == 1
    edit = "/contracts/1/edit"

    def fill(code: str, fields: dict[str, str], button: str = "保存") -> None:
        answer = officer.press(officer.get(f"{edit}/{code}"), button, fields)
        assert answer.status_code == 303, page(answer).problems
        event = last_event(database)
        assert (event.action, event.kind, event.subject) == ("contract.edited", "contract", "1")

    fill("identity", {"number": "HT-1", "procurement": "open", "signed_on": "2025年11月20日"})
    fill(
        "parties",
        {
            "company": arrange.CODE.lower(),
            "company_name": "某节能服务公司",
            "lines-0-name": "机关事务主管部门",
            "lines-0-lead": "y",
            "lines-1-name": "教育主管部门",
        },
    )
    fill("scope", {"institutions": "12", "floor_area": "50,000", "energies": "water"})
    fill("term", {"years": "2", "starts_on": "2026-01-01", "ends_on": "2027-12-31"})
    fill(
        "fee",
        {
            "total": "1,000.00 元",
            "lines-0-energy": "water",
            "lines-0-quantity": "１００",
            "lines-0-price": "4.35",
        },
    )
    fill(
        "schedule",
        {
            "lines-0-water": "400",
            "lines-0-upkeep": "100",
            "lines-1-water": "400",
            "lines-1-upkeep": "100",
        },
    )
    found = contract(database)
    assert found.company is not None
    assert (found.company.code, found.company.name) == (arrange.CODE, "某节能服务公司")
    assert [(one.name, one.lead) for one in found.parties] == [
        ("机关事务主管部门", True),
        ("教育主管部门", False),
    ]
    assert [(one.quantity, one.amount) for one in found.bases] == [
        (Decimal("100.0000"), Decimal("435.00"))
    ]
    assert [(one.year, one.item, one.amount) for one in found.fees] == [
        (1, "water", Decimal("400.00")),
        (1, "upkeep", Decimal("100.00")),
        (2, "water", Decimal("400.00")),
        (2, "upkeep", Decimal("100.00")),
    ]
    shown = page(officer.get("/contracts/1"))
    assert "请上传双方盖章的合同扫描件。" in shown.text()
    assert "登记为已签订" not in shown.text()
    assert "还有 1 项内容需要补充或改正" in shown.text()
    refused = officer.send("/contracts/1/sign", {"version": str(found.version)})
    assert refused.status_code == 422
    assert page(refused).problems == ["请上传双方盖章的合同扫描件。"]

    answer = officer.press(
        officer.get("/contracts/1"),
        "上传",
        {"slot": "scan", "files": upload(PDF, "合同扫描件.pdf")},
    )
    assert answer.status_code == 303
    before = officer.get("/contracts/1")
    for _click in range(2):
        assert officer.press(before, "登记为已签订").status_code == 303
    with database.reader() as reading:
        events = reading.scalars(
            select(Event).where(Event.action == "contract.signed", Event.subject == "1")
        ).all()
    assert len(events) == 1
    assert page(officer.get("/contracts/1")).text().count("履行中") == 1


def test_wrong_lines_come_back_with_what_was_typed(
    officer: Critic, draft: int, database: Database
) -> None:
    form = officer.get(f"/contracts/{draft}/edit/fee")
    typed = {"lines-0-amount": "1.00", "lines-1-price": "四元", "lines-2-energy": "gas"}
    answer = officer.press(form, "保存", typed)
    assert answer.status_code == 422
    problems = page(answer).problems
    assert any(one.startswith("第2行：") and "四元" in one for one in problems), problems
    assert "四元" in answer.text
    answer = officer.press(form, "保存", {"lines-0-amount": "1.00"})
    assert answer.status_code == 422
    assert page(answer).problems == [
        "电的金额应为基准用量×基准单价＝650.00元，现填1.00元，请核对。"
    ]
    answer = officer.press(form, "保存", {"lines-2-energy": "gas"})
    assert "第3行：请填写基准用量。" in page(answer).problems
    with database.reader() as reading:
        assert reading.scalar(select(func.count()).select_from(EnergyBase)) == 2


def test_a_row_emptied_is_gone_and_the_others_keep_their_numbers(
    officer: Critic, draft: int, database: Database
) -> None:
    before = {one.line: one.id for one in contract(database, draft).payments}
    form = officer.get(f"/contracts/{draft}/edit/payment")
    empty = {f"lines-0-{name}": "" for name in ("title", "due_on", "amount")}
    new = {"lines-2-due_on": "2027-06-01", "lines-2-amount": "1,200,000"}
    assert officer.press(form, "保存", {**empty, **new}).status_code == 303
    after = {one.line: one.id for one in contract(database, draft).payments}
    assert set(after) == {2, 3}
    assert after[2] == before[2]
    event = last_event(database)
    assert len(event.changes["payments"][0]) >= 1


@pytest.mark.parametrize(
    ("page_", "fields", "words"),
    [
        (
            "identity",
            {"awarded_on": "2025-11-21"},
            "签订日期2025年11月20日早于中标日期2025年11月21日",
        ),
        (
            "term",
            {"ends_on": "2028-01-01"},
            "到期日现填2028年1月1日，按起算日2026年1月1日和托管期限2年应为2027年12月31日",
        ),
        ("term", {"years": "二"}, "托管期限（年）现填“二”，应为1至40之间的整数"),
        ("parties", {"lines-1-lead": "y"}, "有且只有一个牵头单位"),
        ("parties", {"company": "91350100M000100Y44"}, "应为“3”"),
        ("parties", {"company": "没听说过的公司"}, "名录中没有“没听说过的公司”"),
        ("parties", {"company": arrange.OTHER_CODE}, "请填写公司名称后保存"),
        ("fee", {"price_mode": "cheap"}, "请从列表中选择"),
    ],
)
def test_what_does_not_agree_is_refused(
    officer: Critic, draft: int, page_: str, fields: dict[str, str], words: str
) -> None:
    answer = officer.press(officer.get(f"/contracts/{draft}/edit/{page_}"), "保存", fields)
    assert answer.status_code == 422
    assert words in " ".join(page(answer).problems)


@pytest.mark.parametrize(
    ("quantity", "price", "words"),
    [
        ("9,999,999,999,999", "10,000", "请核对用量、单价及其单位"),
        ("9,999,999,999,999", "9,999,999,999,999", "应在0至10000之间"),
    ],
)
def test_a_base_that_no_column_holds_is_refused_and_stays_typed(
    officer: Critic, draft: int, quantity: str, price: str, words: str
) -> None:
    form = officer.get(f"/contracts/{draft}/edit/fee")
    sent = {"lines-0-quantity": quantity, "lines-0-price": price, "lines-0-amount": ""}
    answer = officer.press(form, "保存", sent)
    assert answer.status_code == 422
    assert words in " ".join(page(answer).problems)
    assert "9999999999999" in answer.text.replace(",", "")


def test_a_company_is_never_doubled(officer: Critic, draft: int, database: Database) -> None:
    """By code in any writing, or by name; a new one needs a name that is not taken."""
    form = officer.get(f"/contracts/{draft}/edit/parties")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in arrange.CODE)
    for typed in (wide, arrange.CODE.lower(), f"测试节能{arrange.CODE[-2:]}"):
        answer = officer.press(form, "保存", {"company": typed, "company_name": "另一个名字"})
        assert answer.status_code == 303
        form = officer.get(f"/contracts/{draft}/edit/parties")
    taken = {"company": arrange.OTHER_CODE, "company_name": f"测试节能{arrange.CODE[-2:]}"}
    assert "已在名录中" in " ".join(page(officer.press(form, "保存", taken)).problems)
    with database.reader() as reading:
        assert reading.scalar(select(func.count()).select_from(Company)) == 1


def test_a_new_company_waits_for_its_contract_and_not_the_other_way_round(
    officer: Critic, draft: int, database: Database, clock: Any
) -> None:
    shown = officer.get(f"/contracts/{draft}/edit/parties")
    sent = {"company": arrange.OTHER_CODE, "company_name": "另一家公司"}
    with database.transaction() as session:
        who = arrange.officer(session, people.YIXING)
        found, region = get_contract_and_region(session, draft, place=who.place, lock=True)
        second = clicks.Second(lambda: officer.press(shown, "保存", sent))
        record(
            session,
            actor=who,
            now=NOW,
            action="edited",
            contract=found,
            region=region,
        )
    assert second.result().status_code == 303


def test_a_new_company_without_its_code_is_asked_for(officer: Critic, draft: int) -> None:
    form = officer.get(f"/contracts/{draft}/edit/parties")
    answer = officer.press(form, "保存", {"company": "", "company_name": "新公司"})
    assert answer.status_code == 422
    assert "请填写统一社会信用代码" in " ".join(page(answer).problems)
    assert 'value="新公司"' in answer.text


def test_two_people_on_one_page_and_on_two(
    officer: Critic, sign_in: SignIn, draft: int, database: Database
) -> None:
    mine = officer.get(f"/contracts/{draft}/edit/payment")
    other = sign_in(Role.COORDINATOR)
    # Another page of the same contract is no conflict.
    assert (
        other.press(other.get(f"/contracts/{draft}/edit/scope"), "保存", {"people": "950"})
    ).status_code == 303
    assert officer.press(mine, "保存", {"invoice": "按季开具"}).status_code == 303
    # The same page is one, and shows both.
    mine = officer.get(f"/contracts/{draft}/edit/payment")
    theirs = other.get(f"/contracts/{draft}/edit/payment")
    assert other.press(theirs, "保存", {"invoice": "按年开具"}).status_code == 303
    answer = officer.press(mine, "保存", {"invoice": "按月开具", "lines-0-title": "首期"})
    assert answer.status_code == 409
    text = page(answer).text()
    assert "内容已被他人更新" in text
    assert "按月开具" in text
    assert "按年开具" in text
    assert "付款计划第1行" in text
    assert contract(database, draft).invoice == "按年开具"
    # Sent once more it counts.
    assert officer.press(answer, "保存", {}).status_code == 303
    assert contract(database, draft).invoice == "按月开具"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_pages_need_the_same_statements_for_few_and_many_lines(
    officer: Critic, signed: int, database: Database, statements: Statements
) -> None:
    def counted() -> list[int]:
        found = []
        for address in ("", "/edit/measures", "/edit/parties"):
            with statements() as seen:
                assert officer.get(f"/contracts/{signed}{address}").status_code == 200
            found.append(len(seen))
        return found

    officer.get(f"/contracts/{signed}")
    small = counted()
    with database.transaction() as session:
        row = session.get_one(Contract, signed)
        line = {
            "name": "措施",
            "category": "pv",
            "area": Decimal(1),
            "investment": Decimal(1),
            "saving": None,
            "saving_unit": "",
            "life_years": None,
            "warranty_years": None,
            "completed_on": None,
        }
        arrange.filled(session, row, "measures", lines=[dict(line) for _ in range(30)])
        for total in range(5):
            arrange.ordered(session, row, new=f"{2_600_000 + total}.00")
    assert counted() == small
    assert max(small) <= 20, small

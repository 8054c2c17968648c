"""A contract dropped, ended, and its papers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from custody.accounts.rules import Role
from custody.attachments.models import Attachment
from custody.contracts.actions import contracts as actions
from custody.contracts.actions import profiles
from custody.contracts.models.contract import Contract, Payment
from custody.contracts.models.settlement import MonthlyProfile
from custody.contracts.rules.contract import Energy
from custody.contracts.rules.profiles import fingerprint
from custody.infra.db import Database
from custody.kernel.problems import Refused
from tests.conftest import NOW, SignIn
from tests.critic import Critic, page
from tests.factories import clicks, people
from tests.factories import contracts as arrange
from tests.factories.contract_pages import last_event
from tests.factories.programme import PDF, upload


def test_money_of_a_signed_contract_stands(
    officer: Critic, signed: int, database: Database
) -> None:
    form = page(officer.get(f"/contracts/{signed}/edit/fee"))
    assert not form.forms()[1:]
    assert "以上内容不能直接修改" in form.text()
    # Payments are noted, the plan stands whatever is sent.
    shown = page(officer.get(f"/contracts/{signed}/edit/payment"))
    sent = dict(shown.values(shown.form("保存"), "保存"))
    answer = officer.send(
        f"/contracts/{signed}/edit/payment",
        {
            **sent,
            "lines-0-paid_on": "2026-01-15",
            "lines-0-paid_amount": "1,200,000.00",
            "lines-0-amount": "1",
            "total": "1",
            "lines-7-amount": "5",
        },
    )
    assert answer.status_code == 303
    with database.reader() as reading:
        rows = reading.scalars(select(Payment).order_by(Payment.line)).all()
    assert [(row.amount, row.paid_on) for row in rows] == [
        (Decimal("1200000.00"), date(2026, 1, 15)),
        (Decimal("1200000.00"), None),
    ]
    # Nor can the action be talked into it.
    with database.transaction() as session, pytest.raises(Refused, match="变更单"):
        arrange.filled(
            session, session.get_one(Contract, signed), "fee", {"total": Decimal("1.00")}
        )
    with database.transaction() as session, pytest.raises(Refused, match="变更单"):
        arrange.filled(session, session.get_one(Contract, signed), "schedule", lines=[])
    # What signing asked for cannot be emptied afterwards.
    answer = officer.press(
        officer.get(f"/contracts/{signed}/edit/identity"), "保存", {"number": ""}
    )
    assert answer.status_code == 422


def test_a_draft_can_be_dropped_and_a_signed_contract_ended(
    officer: Critic, draft: int, database: Database, clock: Any
) -> None:
    with database.transaction() as session:
        other = arrange.signed(session, people.YIXING, name="另一份").id
    answer = officer.press(officer.get(f"/contracts/{draft}"), "删除草稿")
    assert answer.status_code == 303
    with database.reader() as reading:
        assert reading.get(Contract, draft) is None
    assert last_event(database).action == "contract.discarded"

    shown = officer.get(f"/contracts/{other}")
    early = officer.press(shown, "登记解除", {"terminated_on": "2025-11-01", "reason": "违约"})
    assert early.status_code == 422
    assert "解除日期2025年11月1日早于签订日期2025年11月20日" in page(early).text()
    answer = officer.press(shown, "登记解除", {"terminated_on": "2026-11-01", "reason": "违约"})
    assert answer.status_code == 303
    assert "已解除" in page(officer.get(f"/contracts/{other}")).text()
    with database.transaction() as session, pytest.raises(Refused, match="不能删除"):
        row = session.get_one(Contract, other)
        actions.discard(
            session,
            actor=arrange.officer(session, people.YIXING),
            now=clock.now,
            number=other,
            version=row.version,
        )


def test_two_clicks_at_once_open_one_draft(database: Database, clock: Any) -> None:
    def click(session: Any) -> int:
        contract = actions.add(
            session,
            actor=arrange.officer(session, people.YIXING),
            now=NOW,
            region=people.YIXING,
            key="once",
            name="同一份",
        )
        session.flush()
        return contract.id

    def other() -> int:
        with database.transaction() as session:
            return click(session)

    with database.transaction() as session:
        first = click(session)
        second = clicks.Second(other)
    assert second.result() == first
    with database.reader() as reading:
        assert reading.scalar(select(func.count()).select_from(Contract)) == 1


def test_the_next_contract_has_no_papers_of_a_dropped_one(
    officer: Critic, draft: int, database: Database, clock: Any, sign_in: SignIn
) -> None:
    with database.reader() as reading:
        file = reading.scalars(select(Attachment.id).where(Attachment.subject == draft)).one()
    assert officer.press(officer.get(f"/contracts/{draft}"), "删除草稿").status_code == 303
    changes = last_event(database).changes["files"]
    assert [one["id"] for one in changes[0]] == [file]
    with database.transaction() as session:
        other = arrange.opened(session, people.XISHAN, name="另一份").id
        assert session.get_one(Attachment, file).removed_at is not None
    assert other != draft
    xishan = sign_in(Role.OFFICER, people.XISHAN)
    assert "合同.pdf" not in xishan.get(f"/contracts/{other}").text
    assert xishan.get(f"/contracts/{other}/files/{file}").status_code == 404


def test_a_draft_with_a_monthly_profile_is_dropped_with_it(
    officer: Critic, draft: int, database: Database, clock: Any
) -> None:
    with database.transaction() as session:
        profiles.write(
            session,
            actor=arrange.officer(session, people.YIXING),
            now=clock.now,
            contract=draft,
            seen=fingerprint({}),
            shares={Energy.ELECTRICITY: [Decimal("8.5"), Decimal("7.5"), *[Decimal("8.4")] * 10]},
        )
    assert officer.press(officer.get(f"/contracts/{draft}"), "删除草稿").status_code == 303
    with database.reader() as reading:
        assert reading.scalars(select(MonthlyProfile)).all() == []


def test_a_removed_paper_is_not_handed_out(
    officer: Critic, draft: int, database: Database, store: Any
) -> None:
    shown = officer.get(f"/contracts/{draft}")
    assert officer.press(shown, "移除合同.pdf").status_code == 303
    with database.reader() as reading:
        file = reading.scalars(select(Attachment.id).where(Attachment.subject == draft)).one()
    assert officer.get(f"/contracts/{draft}/files/{file}").status_code == 404
    # A second click is still told that it is done.
    assert officer.press(shown, "移除合同.pdf").status_code == 303


def test_the_only_scan_of_a_signed_contract_stays(
    officer: Critic, signed: int, database: Database, store: Any
) -> None:
    shown = officer.get(f"/contracts/{signed}")
    answer = officer.press(shown, "移除合同.pdf")
    assert answer.status_code == 422
    assert "应保留至少一份扫描件" in answer.text
    answer = officer.press(
        shown, "上传", {"slot": "scan", "files": upload(PDF + b"\n%2", "新扫描件.pdf")}
    )
    assert answer.status_code == 303
    assert officer.press(officer.get(f"/contracts/{signed}"), "移除合同.pdf").status_code == 303
    with database.reader() as reading:
        file = reading.scalars(
            select(Attachment).where(Attachment.removed_at.is_(None), Attachment.slot == "scan")
        ).one()
    got = officer.get(f"/contracts/{signed}/files/{file.id}?view=1")
    assert got.status_code == 200
    assert got.mimetype == "application/pdf"
    event = last_event(database)
    assert (event.action, event.modifies) == ("contract.file_downloaded", False)
    bad = officer.press(
        officer.get(f"/contracts/{signed}"), "上传", {"files": upload(b"MZ12", "a.pdf")}
    )
    assert bad.status_code == 422
    assert "可执行程序" in bad.text

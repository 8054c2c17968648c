"""What of contracts is in a dossier: what was signed, with its scans and a summary; no drafts."""

from __future__ import annotations

from datetime import date

import pytest

from custody.attachments import actions as attachments
from custody.contracts.rules.life import Status
from custody.dossiers.queries.contracts import contracts
from custody.dossiers.rules import Filed, Written
from custody.infra import clock as machine
from custody.regions.models import Region
from tests.factories import people
from tests.factories import settlements as arrange


@pytest.fixture
def region(session):
    return session.get_one(Region, people.YIXING)


def test_signed_contracts_orders_and_settlements_are_in_it(session, region):
    contract = arrange.signed_contract(session, people.YIXING)
    attachments.attach(
        session,
        kind="contract",
        subject=contract.id,
        slot="scan",
        files=[arrange.scan("合同扫描件.pdf")],
        now=machine.now(),
        by=None,
    )
    arrange.order(session, contract)
    arrange.order(session, contract, subject="total", new="1.00", signed=False)
    row = arrange.signed(session, contract)
    assert row.status is Status.SIGNED
    found = contracts(session, region)
    title = contract.number
    folders = {(piece.folder, piece.name) for piece in found if isinstance(piece, Filed)}
    assert (("合同", title), "合同扫描件.pdf") in folders
    assert (("合同", title, "变更单01"), "变更单签字件.pdf") in folders
    assert not any("变更单02" in folder for folder, _ in folders)
    settled = [folder for folder, _ in folders if folder[-1].startswith("结算单")]
    assert len(settled) == 2  # signed by both sides
    [summary] = [piece for piece in found if isinstance(piece, Written)]
    terms = dict(summary.words["terms"])
    assert terms["折让率（%）"] == "3"
    [order] = summary.words["orders"]
    assert (order["new"], order["on"]) == ("110,000.00", "2026年4月1日")
    [settlement] = summary.words["settlements"]
    assert settlement["status"] == "双方已签"
    assert summary.on.date() >= date(2026, 1, 9)


def test_a_contract_that_is_not_signed_yet_is_left_out(session, region):
    contract = arrange.signed_contract(session, people.YIXING)
    contract.signed_at = None
    session.flush()
    assert contracts(session, region) == []


def test_a_draft_of_a_settlement_is_left_out(session, region):
    contract = arrange.signed_contract(session, people.YIXING)
    arrange.drafted(session, contract)
    [summary] = [piece for piece in contracts(session, region) if isinstance(piece, Written)]
    assert summary.words["settlements"] == []

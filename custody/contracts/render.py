"""结算单 on paper: frozen values in, a PDF out."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from custody.contracts import snapshot
from custody.contracts.models.contract import Contract
from custody.contracts.queries.settlements import Found
from custody.contracts.rules.capitals import LIMIT, capitals
from custody.contracts.rules.life import Status
from custody.contracts.rules.statement import Inputs, Statement
from custody.infra import papers
from custody.infra.papers import Paper


def in_capitals(amount: Decimal) -> str:
    """人民币大写; nothing for what is beyond all reason."""
    return capitals(amount) if abs(amount) < LIMIT else ""


def pdf(found: Found, inputs: Inputs, statement: Statement, *, demo: bool) -> bytes:
    return papers.pdf(paper(found, inputs, statement, demo=demo))


def paper(found: Found, inputs: Inputs, statement: Statement, *, demo: bool) -> Paper:
    row, contract = found.row, found.contract
    frozen = row.status is not Status.DRAFT
    return Paper(
        "settlements/print/statement.html",
        title=f"{contract.name or '能源费用托管合同'}{inputs.period_words}结算单",
        issuer=first_party(contract) or found.region.lead_unit or found.region.name,
        day=(row.frozen_at or row.edited_at).date(),
        words={
            "number": found.number,
            "contract": _contract(contract, found),
            "period": inputs.period_words,
            "statement": statement,
            "terms": _numbered(statement),
            "capitals": in_capitals(statement.payable),
            "papers": [asdict(one) for one in inputs.papers],
            "note": inputs.note,
            "due_on": row.due_on,
            "digest": row.digest or snapshot.digest(snapshot.freeze(inputs)),
            "frozen": frozen,
        },
        subject=f"{found.number} {inputs.period_words}",
        demo=demo,
        draft=not frozen,
    )


def first_party(contract: Contract) -> str:
    """The leading one of 甲方."""
    parties = sorted(contract.parties, key=lambda party: (not party.lead, party.line))
    return parties[0].name if parties else ""


def _contract(contract: Contract, found: Found) -> dict[str, Any]:
    return {
        "name": contract.name,
        "number": contract.number,
        "signed_on": contract.signed_on,
        "party_a": first_party(contract) or found.region.lead_unit or found.region.name,
        "parties": len(contract.parties),
        "party_b": contract.company.name if contract.company else "",
    }


def _numbered(statement: Statement) -> list[dict[str, Any]]:
    """Terms with the numbers of their sources among the notes at the end."""
    return [{"at": at, "term": term} for at, term in enumerate(statement.terms, 1)]

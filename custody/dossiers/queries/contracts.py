"""Signed contracts: their scans, change orders and settlements, and a summary of what was agreed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from custody.attachments.models import Attachment
from custody.attachments.queries import attached_to
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.models.settlement import Settlement
from custody.contracts.queries.contracts import contracts_of, orders_of, original_terms
from custody.contracts.queries.settlements import number_of, of_contract, paid_so_far
from custody.contracts.rules import terms
from custody.contracts.rules.contract import SLOTS
from custody.contracts.rules.life import Status
from custody.contracts.rules.periods import Period
from custody.dossiers.rules import Filed, Written
from custody.infra.papers import day_words, yuan
from custody.regions.models import Region


def contracts(session: Session, region: Region) -> list[Filed | Written]:
    """Of every contract that was entered as signed; drafts of anything are left out."""
    found: list[Filed | Written] = []
    for contract in contracts_of(session, region.code):
        if contract.signed_at is not None:
            found += _contract(session, region, contract)
    return found


def _contract(session: Session, region: Region, contract: Contract) -> list[Filed | Written]:
    orders = [row for row in orders_of(session, contract) if row.signed_at is not None]
    settlements = sorted(
        (row for row in of_contract(session, contract.id) if row.status is not Status.DRAFT),
        key=lambda row: row.serial,
    )
    own = attached_to(session, "contract", [contract.id])[contract.id]
    of_orders = attached_to(session, "order", [row.id for row in orders])
    of_settlements = attached_to(session, "settlement", [row.id for row in settlements])
    paid = paid_so_far(session, [row.id for row in settlements])
    title = contract.number or contract.name or f"合同{contract.id}"
    folder = ("合同", title)
    found: list[Filed | Written] = []
    found += _files(folder, own, f"合同{title}　")
    for order in orders:
        words = f"变更单{order.number:02d}"
        found += _files((*folder, words), of_orders[order.id], f"合同{title}　{words}　")
    for row in settlements:
        words = f"结算单{number_of(contract, row.serial)}"
        found += _files((*folder, words), of_settlements[row.id], f"合同{title}　{words}　")
    found.append(
        Written(
            folder=folder,
            name="合同摘要.pdf",
            template="dossiers/print/contract.html",
            title=f"{region.name}托管合同摘要",
            words={
                "terms": [
                    (terms.label_of(name), terms.words_of(name, value))
                    for name, value in original_terms(contract).items()
                    if value not in (None, "") and _in_summary(name)
                ],
                "company": contract.company.name if contract.company else "—",
                "parties": "、".join(party.name for party in contract.parties) or "—",
                "orders": [_order(row) for row in orders],
                "settlements": [
                    {
                        "number": number_of(contract, row.serial),
                        "period": Period.parse(row.period).label,
                        "status": row.status.label,
                        "total": yuan(row.total),
                        "paid": yuan(paid.get(row.id)),
                    }
                    for row in settlements
                ],
            },
            on=max([contract.edited_at, *_moments(orders, settlements)]),
            source=f"合同{title}　摘要，由系统根据合同数据生成",
        )
    )
    return found


def _in_summary(name: str) -> bool:
    """Terms of the whole contract and the yearly base; what is agreed year by year stands in the scan."""
    return name in terms.SCALARS or name.startswith("energy:")


def _moments(orders: Iterable[ChangeOrder], settlements: Iterable[Settlement]) -> list[datetime]:
    return [
        *(row.signed_at for row in orders if row.signed_at),
        *(row.signed_at or row.edited_at for row in settlements),
    ]


def _order(row: ChangeOrder) -> dict[str, str]:
    def words(text: str) -> str:
        return terms.words_of(row.subject, terms.value_of(row.subject, text))

    return {
        "number": str(row.number),
        "what": terms.label_of(row.subject),
        "old": words(row.old),
        "new": words(row.new),
        "on": day_words(row.effective_on),
        "reason": row.reason,
    }


def _files(folder: tuple[str, ...], files: Sequence[Attachment], source: str) -> list[Filed]:
    return [
        Filed(
            folder=folder,
            name=file.name,
            digest=file.digest,
            size=file.size,
            media_type=file.media_type,
            on=file.added_at,
            source=source + SLOTS.get(file.slot, "附件"),
        )
        for file in files
    ]

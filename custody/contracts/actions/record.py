"""How a contract's acts are written down in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.contracts.models.contract import ChangeOrder, Contract
from custody.contracts.rules.fields import Field, Kind
from custody.contracts.rules.shown import cell_words
from custody.infra import journal
from custody.regions.models import Region


def record(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    action: str,
    contract: Contract,
    region: Region,
    changes: Mapping[str, tuple[object, object]] | None = None,
    note: str = "",
    modifies: bool = True,
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"contract.{action}",
        kind="contract",
        subject=contract.id,
        label=f"{region.name} {title_of(contract)}",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
        note=note,
        modifies=modifies,
    )


def record_order(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    action: str,
    order: ChangeOrder,
    contract: Contract,
    region: Region,
    changes: Mapping[str, tuple[object, object]] | None = None,
    note: str = "",
    modifies: bool = True,
) -> None:
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"order.{action}",
        kind="order",
        subject=order.id,
        label=f"{region.name} {title_of(contract)} 第{order.number}号变更单",
        province=region.province_code,
        city=region.city_code,
        region=region.code,
        changes=changes,
        note=note,
        modifies=modifies,
    )


def title_of(contract: Contract) -> str:
    return contract.name or contract.number or f"合同{contract.id}"


def told(field: Field, value: object) -> object:
    """A column as the journal writes it down: choices in words, money with its digits as text."""
    if value is None or value == "":
        return None
    if field.kind in (Kind.CHOICE, Kind.SEVERAL):
        return cell_words(field, value)
    return f"{value:f}" if isinstance(value, Decimal) else value

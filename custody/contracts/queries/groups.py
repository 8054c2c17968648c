"""A contract page by page: the values of its fields and the lines of its tables as plain values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from custody.attachments.queries import attached_to
from custody.contracts.models.contract import Contract
from custody.contracts.rules.checks import Facts
from custody.contracts.rules.contract import FEE_LINES, Driver, Energy
from custody.contracts.rules.fields import GROUPS, Group
from custody.contracts.rules.terms import text_of
from custody.regions.models import Region

Line = dict[str, object]


def values_of(contract: Contract, group: Group) -> dict[str, object]:
    found: dict[str, object] = {one.name: getattr(contract, one.name) for one in group.fields}
    if group.code == "parties":
        found["company_id"] = contract.company_id
    return found


def lines_of(contract: Contract, group: Group) -> list[Line]:
    """The lines as stored, each with its key; yearly fees as one line a year with a column an item."""
    if group.lines is None:
        return []
    if group.lines.name == "fees":
        years: dict[int, Line] = {}
        for fee in contract.fees:
            line = years.setdefault(fee.year, {"year": fee.year, **dict.fromkeys(FEE_LINES)})
            line[fee.item] = fee.amount
        return [years[year] for year in sorted(years)]
    key, columns = group.lines.key, [one.name for one in group.lines.columns]
    return [
        {name: getattr(row, name) for name in dict.fromkeys((key, *columns))}
        for row in getattr(contract, group.lines.name)
    ]


def rows_to_fill(contract: Contract, group: Group) -> list[Line]:
    """The lines of a table as its form begins: given rows in full, else what is there."""
    lines = lines_of(contract, group)
    if group.lines is None or not group.lines.fixed:
        return lines
    key = group.lines.key
    have = {line[key]: line for line in lines}
    if key == "driver":
        return [have.get(one, {key: one}) for one in Driver]
    last = max([contract.years or 0, *(int(str(year)) for year in have)])
    return [have.get(year, {key: year}) for year in range(1, last + 1)]


def items_of(contract: Contract) -> list[str]:
    """Columns of the yearly fees: the energies chosen or already priced, then upkeep."""
    chosen = set(contract.energies.split()) | {fee.item for fee in contract.fees}
    energies = [one.value for one in Energy if one.value in chosen]
    return [*(energies or [one.value for one in Energy]), "upkeep"]


def fingerprint(contract: Contract, group: Group) -> str:
    """Names the state of one page: two people may fill in two pages of a contract at once."""
    state = [
        {name: text_of(value) for name, value in one.items()}  # type: ignore[arg-type]
        for one in (values_of(contract, group), *lines_of(contract, group))
    ]
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:20]


def facts_for_checks(
    session: Session,
    contract: Contract,
    region: Region,
    *,
    values: Mapping[str, object] | None = None,
    lines: Mapping[str, Sequence[Line]] | None = None,
) -> Facts:
    """The contract for rules.checks; `values` and `lines`: what would be in their place."""
    stored: dict[str, object] = {"company_id": contract.company_id}
    tables: dict[str, Sequence[Line]] = {
        "fees": [{"amount": fee.amount} for fee in contract.fees],
    }
    for group in GROUPS:
        stored |= values_of(contract, group)
        if group.lines and group.lines.name != "fees":
            tables[group.lines.name] = lines_of(contract, group)
    files = attached_to(session, "contract", [contract.id])[contract.id]
    return Facts(
        values={**stored, **(values or {})},
        lines={**tables, **(lines or {})},
        company=contract.company.name if contract.company else "",
        slots=frozenset(file.slot for file in files),
        region_institutions=region.institutions,
    )

"""Are frozen settlements still what their inputs come to?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from custody.contracts import snapshot
from custody.contracts.queries.settlements import Found
from custody.contracts.rules.settlement import settle


def differences(frozen: Iterable[Found]) -> Iterator[str]:
    """A sentence for everything that does not follow from the frozen inputs."""
    for found in frozen:
        row, name = found.row, f"{found.region.name}{found.period.label}结算单"
        inputs = row.inputs or {}
        if snapshot.digest(inputs) != row.digest:
            yield f"{name}：定稿数据与校验值不符"
        try:
            statement = settle(snapshot.thaw(inputs))
        except (ValueError, KeyError, TypeError, ArithmeticError):
            yield f"{name}：定稿数据无法读取"
            continue
        if snapshot.told(statement) != row.statement:
            yield f"{name}：逐项金额与按定稿数据重算的结果不符"
        if statement.payable != row.total:
            yield f"{name}：应付金额{row.total:,.2f}元，重算为{statement.payable:,.2f}元"

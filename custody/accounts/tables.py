"""The accounts as a sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from custody.accounts.models import Account
from custody.infra.workbooks import Column, Shape, Table


def accounts(
    rows: Sequence[Account], names: Mapping[str, str], locked: Collection[int], *, under: str
) -> Table:
    """`names`: of places by code; `locked`: ids of accounts that are locked now."""
    centre = Shape.CENTRE
    return Table(
        name="账号",
        title="账号一览表",
        under=under,
        columns=[
            Column("序号", 6, centre),
            Column("姓名", 10),
            Column("用户名", 16),
            Column("角色", 14, centre),
            Column("所属范围", 20),
            Column("单位", 30),
            Column("联系电话", 16),
            Column("状态", 14, centre),
            Column("最近登录", 18, centre),
        ],
        rows=[
            [
                number,
                row.name,
                row.username,
                row.role.label,
                names.get(row.place.code, ""),
                row.unit,
                row.phone,
                _state(row, locked),
                f"{row.last_sign_in_at:%Y-%m-%d %H:%M}" if row.last_sign_in_at else "从未登录",
            ]
            for number, row in enumerate(rows, 1)
        ],
    )


def _state(row: Account, locked: Collection[int]) -> str:
    if not row.active:
        return "停用"
    if row.id in locked:
        return "锁定中"
    return "待改初始密码" if row.must_change_password else "启用"

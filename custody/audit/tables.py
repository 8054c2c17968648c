"""The journal as a sheet, row by row: it may be long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from custody.infra.workbooks import Column, Table

HEAD = (
    "编号",
    "时间",
    "人员",
    "角色",
    "来源地址",
    "操作",
    "结果",
    "对象类型",
    "对象",
    "地区",
    "变更",
    "说明",
    "校验值",
)
_WIDTHS = (8, 19, 10, 14, 16, 18, 8, 12, 34, 16, 50, 30, 20)


def journal(lines: Iterable[Sequence[str]], *, under: str) -> Table:
    return Table(
        name="操作日志",
        title="操作日志",
        under=under,
        columns=[Column(title, width) for title, width in zip(HEAD, _WIDTHS, strict=True)],
        rows=lines,
    )

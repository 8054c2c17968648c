"""Pure: milestones.csv → the items of a template, or problems that name row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from custody.kernel.problems import Problem, refuse_if
from custody.milestones.rules import Item, Stage, problems_of_template, read_after

UNDATED = "待定"
"""In a due column: the batch starts with the milestone, its date is still open."""

MEANINGS: Mapping[str, str] = {
    "code": "编码",
    "name": "名称",
    "phase": "工作环节",
    "stage": "所属阶段",
    "evidence": "佐证材料要求",
    "owner": "责任单位",
    "weight": "权重",
    "days_low": "最短工期",
    "days_likely": "最可能工期",
    "days_high": "最长工期",
}
"""What the columns hold, as a problem names them; «due_2» is the due date of batch 2. The three of
the duration may be missing, in the head or in a row."""


def _meaning(column: str) -> str:
    return MEANINGS.get(column) or f"第{column.removeprefix('due_')}批计划完成"


def read(rows: Sequence[Mapping[str, str]]) -> list[Item]:
    """The items in the order of the file; raises Refused with every problem found."""
    problems: list[Problem] = []
    items = [_item(row, order, problems) for order, row in enumerate(rows, 1)]
    refuse_if([*problems, *problems_of_template(items)])
    return items


def _item(row: Mapping[str, str], order: int, problems: list[Problem]) -> Item:
    where = f"milestones.csv 第{order + 1}行"

    def wrong(column: str, wanted: str) -> None:
        problems.append(
            Problem(
                "value",
                f"{where} {column}（{_meaning(column)}）：应填写{wanted}，请改正后重新载入。",
                where,
            )
        )

    for column in ("code", "name", "phase", "evidence", "owner"):
        if not row.get(column):
            wrong(column, "文字")
    try:
        stage = Stage(row.get("stage", ""))
    except ValueError:
        wrong("stage", "、".join(Stage))
        stage = Stage.PRE_TENDER
    weight = row.get("weight", "")
    if not weight.isdecimal():
        wrong("weight", "非负整数")
    days: list[int | None] = []
    for column in ("days_low", "days_likely", "days_high"):
        text = row.get(column, "")
        if text and not text.isdecimal():
            wrong(column, "天数（正整数）或留空")
        days.append(int(text) if text.isdecimal() else None)
    after, lags = read_after(row.get("after", "").split())
    due: dict[int, date | None] = {}
    for column, text in row.items():
        batch = column.removeprefix("due_")
        if column == batch or not text:
            continue
        try:
            due[int(batch)] = None if text == UNDATED else date.fromisoformat(text)
        except ValueError:
            wrong(column, f"日期（如 2026-12-31）、“{UNDATED}”或留空")
    return Item(
        code=row.get("code", ""),
        name=row.get("name", ""),
        phase=row.get("phase", ""),
        stage=stage,
        evidence=row.get("evidence", ""),
        owner=row.get("owner", ""),
        after=after,
        weight=int(weight) if weight.isdecimal() else 0,
        gate=row.get("gate") == "1",
        order=order,
        due=due,
        required=row.get("required") == "1",
        lags=lags,
        days_low=days[0],
        days_likely=days[1],
        days_high=days[2],
    )

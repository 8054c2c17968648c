"""The lifecycle as data: items, what they rest on, when a template can be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from custody.kernel.problems import Problem
from custody.milestones.rules.states import Stage


@dataclass(frozen=True, slots=True)
class Item:
    """One milestone of a template version. `due` holds the batches that start with the milestone;
    its date may be None (no due date set yet). Batches not in `due` reach it by passing a gate."""

    code: str
    name: str
    phase: str
    stage: Stage
    evidence: str
    owner: str
    after: tuple[str, ...]
    weight: int
    gate: bool
    order: int
    due: Mapping[int, date | None]
    required: bool = True
    """False: 视情开展, does not count towards a gate."""


def problems_of_template(items: Sequence[Item]) -> list[Problem]:
    """All reasons why a template cannot be published: codes, predecessors, circles, gates."""
    found = []
    codes = [item.code for item in items]
    known = set(codes)
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        found.append(Problem("twice", f"编码 {code} 出现了多次，请保留一个。", code))
    for item in items:
        for before in item.after:
            if before not in known:
                found.append(
                    Problem(
                        "unknown_predecessor",
                        f"{item.code} 的前置“{before}”不在本模板中，请改正或删除。",
                        item.code,
                    )
                )
        if item.weight < 0:
            found.append(Problem("weight", f"{item.code} 的权重不能为负数。", item.code))
        if item.gate and not item.after:
            found.append(
                Problem("gate_alone", f"关口 {item.code} 没有前置里程碑，请补充。", item.code)
            )
    circle = _circle(items)
    if circle:
        path = "→".join(circle)
        found.append(Problem("circle", f"前置关系成环：{path}，请断开其中一处。", circle[0]))
    if not any(item.gate for item in items):
        found.append(Problem("no_gate", "模板中至少应有一个关口，请将末尾的里程碑设为关口。"))
    return found


def _circle(items: Sequence[Item]) -> list[str]:
    after = {item.code: item.after for item in items}
    state: dict[str, int] = {}

    def walk(code: str, path: list[str]) -> list[str]:
        if state.get(code) == 2 or code not in after:
            return []
        if state.get(code) == 1:
            return [*path[path.index(code) :], code]
        state[code] = 1
        for before in after[code]:
            found = walk(before, [*path, code])
            if found:
                return found
        state[code] = 2
        return []

    for item in items:
        found = walk(item.code, [])
        if found:
            return found
    return []


def chain_of(gate: str, after: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The gate and everything it rests on, directly or not."""
    reached: set[str] = set()
    todo = [gate]
    while todo:
        code = todo.pop()
        if code not in reached and code in after:
            reached.add(code)
            todo.extend(after[code])
    return frozenset(reached)


def plan_start(item: Item, items: Mapping[str, Item], batch: int, year_start: date) -> date:
    """When work on an item should begin by plan: the latest due date among its predecessors.

    Our choice: the notice sets only the deadline of the year. Without dated predecessors the plan
    begins with the year of the notice.
    """
    dates = [items[code].due.get(batch) for code in item.after if code in items]
    known = [day for day in dates if day]
    due = item.due.get(batch)
    earlier = [day for day in known if due is None or day < due]
    return max(earlier, default=year_start)

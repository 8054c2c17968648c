"""The lifecycle as data: items, what they rest on, when a template can be published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

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
    lags: Mapping[str, int] = field(default_factory=dict)
    """Days that must have passed since a predecessor was finished; predecessors without are absent."""
    days_low: int | None = None
    """Calendar days from its start until it is confirmed, review included: at best, most likely, at
    worst. All three or none; none: derived from the plan's dates."""
    days_likely: int | None = None
    days_high: int | None = None

    @property
    def rests_on(self) -> str:
        """Its predecessors as they are written: «G-C M11+30»."""
        return written_after(self.after, self.lags)


LONGEST = 999
"""Days of a lag or a duration at most."""
_WITH_LAG = re.compile(r"(.+)\+(\d{1,3})")


def read_after(words: Iterable[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """(codes, days of lag by code) of «G-C», «M11+30»; what is neither stays as it is, to be refused."""
    lags: dict[str, int] = {}
    for word in words:
        found = _WITH_LAG.fullmatch(word)
        code, days = (found[1], int(found[2])) if found else (word, 0)
        lags[code] = max(days, lags.get(code, 0))
    return tuple(lags), {code: days for code, days in lags.items() if days}


def predecessors(text: str) -> tuple[str, ...]:
    """The codes alone of predecessors as they are kept: «G-C M11+30» → G-C, M11."""
    return read_after(text.split())[0]


def written_after(after: Sequence[str], lags: Mapping[str, int]) -> str:
    return " ".join(f"{code}+{lags[code]}" if lags.get(code) else code for code in after)


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
                said = (
                    f"{item.code} 的前置“{before}”写法有误：间隔天数应写成 M11+30 的样式，"
                    f"不超过{LONGEST}天，请改正。"
                    if "+" in before
                    else f"{item.code} 的前置“{before}”不在本模板中，请改正或删除。"
                )
                found.append(Problem("unknown_predecessor", said, item.code))
        if item.weight < 0:
            found.append(Problem("weight", f"{item.code} 的权重不能为负数。", item.code))
        found += problems_of_days(item)
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


def problems_of_days(item: Item) -> list[Problem]:
    """Durations: all three or none, in order, at least a day."""
    days = (item.days_low, item.days_likely, item.days_high)
    known = [each for each in days if each is not None]
    if not known:
        return []
    if len(known) < 3:
        return [
            Problem(
                "days",
                f"{item.code} 的工期应同时填写最短、最可能、最长三项，或全部留空。",
                "days_low",
            )
        ]
    if not 1 <= known[0] <= known[1] <= known[2] <= LONGEST:
        return [
            Problem(
                "days",
                f"{item.code} 的工期应依次不减（最短≤最可能≤最长），在1至{LONGEST}天之间，请改正。",
                "days_low",
            )
        ]
    return []


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
    """When work on an item should begin by plan: the latest due date among its predecessors, and the
    days that must pass since.

    Our choice: the notice sets only the deadline of the year. Without dated predecessors the plan
    begins with the year of the notice.
    """
    dates = [
        (items[code].due.get(batch), item.lags.get(code, 0)) for code in item.after if code in items
    ]
    known = [day + timedelta(days=lag) for day, lag in dates if day]
    due = item.due.get(batch)
    earlier = [day for day in known if due is None or day < due]
    return max(earlier, default=year_start)

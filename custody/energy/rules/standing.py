"""Where a region's energy data stand, and what comes next there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from custody.energy.rules.coverage import Count
from custody.energy.rules.energies import Energy
from custody.energy.rules.states import MonthState
from custody.kernel.periods import Month

_NONE = Count(0, 0)


@dataclass(frozen=True, slots=True)
class Standing:
    """A region's data as of the last month that is over."""

    institutions: int = 0
    """Those that are not closed."""
    in_custody: int = 0
    meters: Mapping[Energy, int] = field(default_factory=dict)
    """Of institutions that are not closed."""
    last: Count = _NONE
    """Bills of the last month."""
    year: Count = _NONE
    """Bills of the last twelve months."""
    short: Mapping[int, int] = field(default_factory=dict)
    """Month → bills missing, of the twelve; only those that lack some."""
    doubts: int = 0
    """Doubtful bills of the last month."""
    unexplained: int = 0
    state: MonthState = MonthState.OPEN
    """Of the last month's report."""
    reason: str = ""
    """Why it was sent back the last time."""
    unreported: int = 0
    """Of the eleven months before: how many have neither been reported nor locked."""

    @property
    def all_meters(self) -> int:
        return sum(self.meters.values())

    @classmethod
    def of_all(cls, parts: Sequence[Standing]) -> Standing:
        """The figures of several regions together; their reports have no common state."""
        meters: Counter[Energy] = Counter()
        for one in parts:
            meters.update(one.meters)
        return cls(
            institutions=sum(one.institutions for one in parts),
            in_custody=sum(one.in_custody for one in parts),
            meters=meters,
            last=_sum([one.last for one in parts]),
            year=_sum([one.year for one in parts]),
            doubts=sum(one.doubts for one in parts),
            unexplained=sum(one.unexplained for one in parts),
        )


def _sum(counts: Sequence[Count]) -> Count:
    return Count(sum(one.there for one in counts), sum(one.due for one in counts))


class Do(StrEnum):
    """What is to be done; pages know where."""

    ROSTER = "roster"
    METERS = "meters"
    MISSING = "missing"
    DOUBTS = "doubts"
    REPORT = "report"
    CHECK = "check"
    EARLIER = "earlier"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Next:
    do: Do
    words: str
    month: int = 0


def next_steps(found: Standing, month: Month, *, checks: str) -> list[Next]:
    """What is to be done, the most pressing first. `checks`: who checks the reports (无锡市, 省级)."""
    if not found.institutions:
        return [Next(Do.ROSTER, "还没有单位名录。请先导入单位名录，再导入能源账单。")]
    if not found.last.due and not found.year.due:
        words = "纳入托管的单位还没有登记户号。请在单位名录中逐家登记，或重新导入名录。"
        return [Next(Do.METERS, words)]
    steps = []
    if found.last.missing:
        words = f"{month.label}还缺{found.last.missing}个户号的账单，请导入或补录。"
        steps.append(Next(Do.MISSING, words, month.code))
    if found.unexplained and found.state is MonthState.OPEN:
        words = (
            f"{month.label}有{found.unexplained}处存疑账单还没有说明，请逐项核对，更正或说明原因。"
        )
        steps.append(Next(Do.DOUBTS, words, month.code))
    if found.state is MonthState.COMPLETE:
        words = f"{month.label}的月报已报送，待{checks}核对。"
        steps.append(Next(Do.CHECK, words, month.code))
    elif found.state is MonthState.OPEN and not steps:
        back = f"（上次退回：{found.reason}）" if found.reason else ""
        words = f"{month.label}的账单已齐全、存疑已说明，可以报送月报{back}。"
        steps.append(Next(Do.REPORT, words, month.code))
    earlier = {one: count for one, count in found.short.items() if one != month.code}
    if earlier:
        first, total = min(earlier), sum(earlier.values())
        words = (
            f"此前{len(earlier)}个月还缺{total}张账单，最早的是{Month.coded(first).label}，请补齐。"
        )
        steps.append(Next(Do.MISSING, words, first))
    if found.unreported:
        words = f"此前11个月中还有{found.unreported}个月的月报没有报送，请按月报送。"
        steps.append(Next(Do.EARLIER, words))
    if not steps:
        steps.append(Next(Do.DONE, f"{month.label}的月报已核对锁定，目前没有要办的事。"))
    return steps

"""The monthly report of a region: open → complete → locked, and back with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custody.energy.rules.states import MonthState
from custody.kernel.periods import Month, codes
from custody.kernel.problems import Problem


class Step(StrEnum):
    COMPLETE = "complete"
    RETURN = "return"
    LOCK = "lock"
    UNLOCK = "unlock"


STEPS: Mapping[tuple[MonthState, Step], MonthState] = {
    (MonthState.OPEN, Step.COMPLETE): MonthState.COMPLETE,
    (MonthState.COMPLETE, Step.RETURN): MonthState.OPEN,
    (MonthState.COMPLETE, Step.LOCK): MonthState.LOCKED,
    (MonthState.LOCKED, Step.UNLOCK): MonthState.OPEN,
}
ACTIONS: Mapping[Step, str] = {
    Step.COMPLETE: "energy_month.completed",
    Step.RETURN: "energy_month.returned",
    Step.LOCK: "energy_month.locked",
    Step.UNLOCK: "energy_month.unlocked",
}
REASONED = frozenset({Step.RETURN, Step.UNLOCK})


def problems_to(
    state: MonthState,
    step: Step,
    *,
    month: Month,
    today: Month,
    missing: int = 0,
    unexplained: int = 0,
    unexplained_years: int = 0,
    meters: int = 1,
    reason: str = "",
) -> list[Problem]:
    """Everything that stands in the way of a step.

    `unexplained_years`: doubts about figures of years (rules.annual). They hold up sending a report;
    what was sent before the figures came is checked as it is, and the next one waits.
    """
    if (state, step) not in STEPS:
        words = f"{month.label}的月报现为“{state.label}”，不能办理这一步，请刷新页面后再看。"
        return [Problem("state", words)]
    found = []
    if step is Step.COMPLETE:
        if month >= today:
            found.append(Problem("early", f"{month.label}还没有结束，请在次月报送。"))
        if not meters:
            found.append(Problem("no_meters", "还没有登记户号，请先导入或登记单位名录和户号。"))
        if missing:
            words = f"{month.label}还缺{missing}张账单，请在“数据覆盖”中查看缺哪些，补齐后再报送。"
            found.append(Problem("missing", words))
        if unexplained:
            words = f"{month.label}有{unexplained}处存疑尚未说明，请在“存疑账单”中逐项或成批说明。"
            found.append(Problem("unexplained", words))
        if unexplained_years:
            words = (
                f"年报数有{unexplained_years}处存疑（面积、人数变化或与逐月账单不符）尚未说明，"
                "请在“存疑账单”中说明或更正年报数后再报送。"
            )
            found.append(Problem("years", words))
    if step is Step.LOCK and (missing or unexplained):
        words = (
            f"{month.label}报送后账单有变动，现缺{missing}张账单、有{unexplained}处存疑未说明，"
            "请退回区县补齐后再核对。"
        )
        found.append(Problem("changed", words))
    if step in REASONED and not reason.strip():
        found.append(Problem("reason", "请填写理由，区县据此核改。", "reason"))
    return found


def turn(state: MonthState, *, city_reviews: bool) -> str:
    """Whose turn it is, in words."""
    if state is MonthState.OPEN:
        return "待区县报送"
    if state is MonthState.COMPLETE:
        return "待设区市核对" if city_reviews else "待省级核对"
    return "已办结"


def state_words(state: MonthState, *, city_reviews: bool) -> str:
    """The state's label; a city without a reviewer does not keep anybody waiting."""
    if state is MonthState.COMPLETE and not city_reviews:
        return "待省级核对"
    return state.label


def due_months(states: Mapping[int, MonthState], over: int) -> list[int]:
    """Months a region still has to report, `over` being the last that has ended.

    From the first one it ever reported on; where it has never reported, the last one alone.
    """
    begun = [month for month, state in states.items() if month <= over]
    first = min(begun, default=over)
    return [
        month
        for month in codes(first, over)
        if states.get(month, MonthState.OPEN) is MonthState.OPEN
    ]

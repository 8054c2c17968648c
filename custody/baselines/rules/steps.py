"""Which step leads where, and what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from custody.baselines.rules.fitting import NOTHING, YEARS, months_between
from custody.baselines.rules.states import State
from custody.kernel.problems import Problem
from custody.mv.custody_rule import Answer, Change, Comparability, comparability

ANSWERS: Mapping[Answer, str] = {
    Answer.NO: "没有",
    Answer.EXPLAINED: "有，影响可以说明",
    Answer.YES: "有，影响可比性",
    Answer.UNKNOWN: "无从判断",
}
"""What may be said to each of the six questions."""


class Step(StrEnum):
    FIT = "fit"
    KEEP = "keep"
    """The fit has ended."""
    EDIT = "edit"
    PROPOSE = "propose"
    RETURN = "return"
    ADOPT = "adopt"
    DISCARD = "discard"


STEPS: dict[tuple[State, Step], State] = {
    (State.DRAFT, Step.FIT): State.FITTING,
    (State.FITTING, Step.FIT): State.FITTING,
    (State.FITTING, Step.KEEP): State.DRAFT,
    (State.DRAFT, Step.EDIT): State.DRAFT,
    (State.DRAFT, Step.PROPOSE): State.PROPOSED,
    (State.PROPOSED, Step.RETURN): State.DRAFT,
    (State.PROPOSED, Step.ADOPT): State.ADOPTED,
    (State.FITTING, Step.DISCARD): State.DISCARDED,
    (State.DRAFT, Step.DISCARD): State.DISCARDED,
}
"""A step that is not here does not exist: what is adopted is frozen."""


def problems_of_step(state: State, step: Step) -> list[Problem]:
    return [] if (state, step) in STEPS else too_late(state)


def too_late(state: State) -> list[Problem]:
    """What was to be done cannot be done any more."""
    if state in (State.ADOPTED, State.SUPERSEDED):
        words = "已采用的基准不再修改，如需调整请另建新的版本。"
    else:
        words = f"该基准目前为“{state.label}”，不能办理这一步，请刷新页面后查看最新状态。"
    return [Problem("step", words)]


def problems_of_period(first: int, last: int, current: int) -> list[Problem]:
    """A base period is one to three whole years that are over."""
    for code in (first, last):
        if not 200001 <= code <= 209912 or not 1 <= code % 100 <= 12:
            return [Problem("period", "请按“2025-01”的样式填写基准期的起止月份。", "base_from")]
    count = len(months_between(first, last)) if first <= last else 0
    found = []
    if count not in [12 * years for years in YEARS]:
        words = "基准期应为整1年、2年或3年（12、24或36个月），请改正起止月份。"
        found.append(Problem("period", words, "base_until"))
    if last >= current:
        found.append(Problem("future", "基准期应在本月之前结束，请改正截止月份。", "base_until"))
    return found


def problems_of_answers(answers: Mapping[Change, tuple[Answer, str]]) -> list[Problem]:
    """Whatever happened needs a word."""
    return [
        Problem("words", f"请说明“{test.label}”的情况。", f"words_{test.value}")
        for test, (answer, words) in answers.items()
        if answer in (Answer.EXPLAINED, Answer.YES) and not words.strip()
    ]


def outcome(answers: Mapping[Change, tuple[Answer, str]]) -> Comparability:
    return comparability({test: answer for test, (answer, _) in answers.items()})


def problems_of_proposal(counts: Mapping[str, int], compared: Comparability) -> list[Problem]:
    found = []
    if not sum(count for chosen, count in counts.items() if chosen != NOTHING):
        words = "没有一个户号有可用的基准，请补齐账单、重新计算，或录入定额后再提交。"
        found.append(Problem("nothing", words))
    if compared is Comparability.UNDECIDABLE:
        words = "基准期可比性尚有未作答的项目，请逐项作答后再提交。"
        found.append(Problem("undecidable", words))
    return found

"""What an order says and what an answer must say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from custody.kernel.problems import Problem
from custody.milestones.rules import FURTHEST_DAYS, Signal, State
from custody.supervision.rules.levels import Level


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an order or a problem, as they are typed."""

    title: str
    unit: str
    level: Level
    due: date | None
    """By when the region answers (an order) or has put it right (a problem)."""
    what: str
    requirement: str
    basis: str = ""


def number_words(prefix: str, year: int | None, number: int | None) -> str:
    """督办2026年第3号. Not a 发文字号, and not made to look like one."""
    if year is None or number is None:
        return "（签发时编号）"
    return f"{prefix}{year}年第{number}号"


def what_is_wrong(region: str, state: State, signal: Signal, today: date) -> str:
    """存在问题 as a light tells it, with its dates."""
    planned = f"计划于{_day(state.planned)}完成" if state.planned else "未定计划完成日期"
    forecast = f"，填报的预计完成日期为{_day(state.forecast)}" if state.forecast else ""
    return (
        f"{region}“{state.code} {state.name}”{planned}，截至{_day(today)}，"
        f"{signal.reason}，完成比例为{state.percent}%{forecast}。"
    )


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def problems_of_wording(wording: Wording) -> list[Problem]:
    found = []
    for name, value, words in (
        ("title", wording.title, "请填写标题，一句话说明事项。"),
        ("unit", wording.unit, "请填写责任单位。"),
        ("what", wording.what, "请写明存在的问题。"),
    ):
        if not value.strip():
            found.append(Problem(name, words, name))
    return found


def problems_of_due(due: date | None, today: date) -> list[Problem]:
    """A draft may do without the day; a day that has gone is a slip."""
    if due is None or due > today:
        return []
    return [Problem("due_passed", "反馈期限应晚于今天，请改为留有办理时间的日期。", "due")]


def named(region: str, title: str) -> str:
    """A matter among others; most titles begin with the region already."""
    return title if title.startswith(region) else f"{region} {title}"


def problems_of_issue(wording: Wording, today: date) -> list[Problem]:
    """What a draft lacks before it can be handed over."""
    found = problems_of_wording(wording)
    if not wording.requirement.strip():
        found.append(Problem("requirement", "请写明整改要求。", "requirement"))
    if wording.due is None:
        found.append(Problem("due", "请填写反馈期限。", "due"))
    return found + problems_of_due(wording.due, today)


def problems_of_answer(
    *,
    measures: str,
    promised: date | None,
    final: bool,
    evidence: int,
    today: date,
) -> list[Problem]:
    """`final`: the region asks for 销号, so there must be something to look at, and no new day."""
    found = []
    if len(measures.strip()) < 5:
        words = "请写明整改措施和进展（不少于5个字）。"
        found.append(Problem("measures", words, "notes"))
    if final:
        if promised is not None:
            words = "申请销号即已办结，请清空新的完成时限；仍需时间的，请报送阶段反馈。"
            found.append(Problem("promised_done", words, "forecast"))
        if not evidence:
            words = "申请销号须至少上传一份佐证材料；请先在下方上传。"
            found.append(Problem("no_evidence", words, "evidence"))
    elif promised is None:
        found.append(Problem("promised", "尚未办结的，请填写新的完成时限。", "forecast"))
    elif promised < today:
        found.append(Problem("promised_passed", "新的完成时限不能早于今天，请核对。", "forecast"))
    elif (promised - today).days > FURTHEST_DAYS:
        words = "新的完成时限晚于三年以后，请核对年份。"
        found.append(Problem("promised_far", words, "forecast"))
    return found


def problems_of_reason(reason: str, verb: str) -> list[Problem]:
    """`verb`: 退回, 重新打开, 作废."""
    if len(reason.strip()) < 2:
        return [Problem("reason", f"请写明{verb}理由，便于责任单位办理。", "reason")]
    return []


def at_most(chosen: Sequence[object], limit: int, verb: str) -> list[Problem]:
    """Papers take time to print."""
    if len(chosen) <= limit:
        return []
    return [Problem("too_many", f"一次最多{verb}{limit}件，请分批办理。")]

"""What an officer reports and what reviewers answer: what cannot be true, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from custody.kernel.problems import Problem
from custody.milestones.rules.states import Claim

FURTHEST_DAYS = 3 * 366
"""No forecast reaches further (our choice): a wrong year would spoil every picture of the province."""


@dataclass(frozen=True, slots=True)
class Report:
    """The fields of a milestone that an officer fills in. `percent` is 0–100."""

    percent: int
    started: date | None
    forecast: date | None
    actual: date | None
    unit: str
    notes: str


def problems_of_report(report: Report, today: date) -> list[Problem]:
    """Everything that cannot be true about the dates and the percentage, all at once."""
    found = []
    if not 0 <= report.percent <= 100:
        found.append(Problem("percent", "完成比例应为0至100之间的整数，请改正。", "percent"))
    if report.started and report.started > today:
        found.append(
            Problem("started_future", "实际开始日期不能晚于今天，请改为实际发生的日期。", "started")
        )
    if report.actual and report.actual > today:
        found.append(
            Problem(
                "actual_future",
                "实际完成日期不能晚于今天；尚未完成的，请填写“预计完成日期”。",
                "actual",
            )
        )
    if report.started and report.forecast and report.forecast < report.started:
        found.append(
            Problem(
                "forecast_before_start",
                "预计完成日期早于实际开始日期，请核对两个日期。",
                "forecast",
            )
        )
    if report.started and report.actual and report.actual < report.started:
        found.append(
            Problem(
                "actual_before_start", "实际完成日期早于实际开始日期，请核对两个日期。", "actual"
            )
        )
    return found


def problems_of_forecast(report: Report, today: date) -> list[Problem]:
    """A forecast that has passed says nothing any more; who saves what is not done renews it.

    Asked only when progress is saved, also where the date itself was not touched: to leave it empty
    is an answer. What is submitted is done (it has its actual date) or not applicable.
    """
    if report.actual or not report.forecast:
        return []
    if (report.forecast - today).days > FURTHEST_DAYS:
        return [
            Problem(
                "forecast_far",
                "预计完成日期晚于三年以后，请核对年份；确实无法预计的请留空。",
                "forecast",
            )
        ]
    if report.forecast >= today:
        return []
    if report.started and report.forecast < report.started:
        return []  # said already, see problems_of_report
    return [
        Problem(
            "forecast_passed",
            "预计完成日期已过，请填写新的预计日期（暂定不了的请留空）；"
            "已完成的请填写实际完成日期。",
            "forecast",
        )
    ]


def problems_of_submission(
    *,
    claim: Claim,
    gate: bool,
    report: Report,
    evidence: int,
    reason: str,
    open_predecessors: Sequence[str],
) -> list[Problem]:
    """What is missing before a milestone may go to the reviewers.

    Evidence rule: done means at least one piece of evidence and a review by the city; the
    confirmation by the province is the 销号 (programme rule, our choice).
    `open_predecessors` are «M05 能源基准…» of a gate's predecessors that are not settled.
    """
    if claim is Claim.NOT_APPLICABLE:
        found = []
        if gate:
            found.append(Problem("gate_needed", "关口节点必须完成，不能申请不适用。"))
        if len(reason.strip()) < 5:
            found.append(Problem("reason", "请写明不适用的理由（不少于5个字）。", "reason"))
        return found
    found = []
    if not report.actual:
        found.append(Problem("actual_missing", "请填写实际完成日期后再提交。", "actual"))
    if not evidence:
        found.append(Problem("no_evidence", "请至少上传一份佐证材料后再提交。", "evidence"))
    if gate:
        found += problems_of_gate(open_predecessors)
    return found


def problems_of_gate(open_predecessors: Sequence[str]) -> list[Problem]:
    """A gate stands on everything before it: when submitted, and again when decided on."""
    if not open_predecessors:
        return []
    names = "、".join(open_predecessors)
    return [
        Problem(
            "predecessors_open",
            f"以下前置里程碑尚未确认，请先办结后再办理本关口：{names}。",
            "predecessors",
        )
    ]


def problems_of_return(reason: str) -> list[Problem]:
    if len(reason.strip()) < 2:
        return [Problem("reason", "请写明退回理由，便于填报单位按要求补正。", "reason")]
    return []

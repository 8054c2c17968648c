from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.milestones import rules
from custody.milestones.rules import Claim, Report

TODAY = date(2026, 11, 22)
days = st.none() | st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=400))
reports = st.builds(
    Report,
    percent=st.integers(-5, 110),
    started=days,
    forecast=days,
    actual=days,
    unit=st.just(""),
    notes=st.just(""),
)


def report(**values: object) -> Report:
    empty = {
        "percent": 0,
        "started": None,
        "forecast": None,
        "actual": None,
        "unit": "",
        "notes": "",
    }
    return Report(**{**empty, **values})  # type: ignore[arg-type]


@given(reports)
def test_what_is_accepted_is_in_order(given: Report) -> None:
    problems = rules.problems_of_report(given, TODAY)
    in_order = (
        0 <= given.percent <= 100
        and not (given.started and given.started > TODAY)
        and not (given.actual and given.actual > TODAY)
        and not (given.started and given.forecast and given.forecast < given.started)
        and not (given.started and given.actual and given.actual < given.started)
    )
    assert (problems == []) is in_order
    assert len({p.code for p in problems}) == len(problems)


@given(reports)
def test_every_problem_names_a_field_and_says_what_to_do(given: Report) -> None:
    for problem in rules.problems_of_report(given, TODAY):
        assert problem.where in ("percent", "started", "forecast", "actual")
        assert problem.message.endswith("。")
        assert any(word in problem.message for word in ("请", "核对"))


def test_all_problems_come_at_once() -> None:
    wrong = report(
        percent=120,
        started=TODAY + timedelta(days=3),
        forecast=TODAY,
        actual=TODAY + timedelta(days=1),
    )
    assert {p.code for p in rules.problems_of_report(wrong, TODAY)} == {
        "percent",
        "started_future",
        "actual_future",
        "forecast_before_start",
        "actual_before_start",
    }


def test_today_and_the_same_day_are_fine() -> None:
    one_day = report(percent=100, started=TODAY, forecast=TODAY, actual=TODAY)
    assert rules.problems_of_report(one_day, TODAY) == []


@given(reports)
def test_a_forecast_lies_ahead_or_the_work_is_done(given: Report) -> None:
    codes = [problem.code for problem in rules.problems_of_forecast(given, TODAY)]
    stale = given.actual is None and given.forecast is not None and given.forecast < TODAY
    # One sentence for one date: before the start is said by the report's own rules.
    early = stale and given.started is not None and given.forecast < given.started
    far = (
        given.actual is None
        and given.forecast is not None
        and (given.forecast - TODAY).days > rules.FURTHEST_DAYS
    )
    assert codes == (["forecast_passed"] if stale and not early else ["forecast_far"] * far)
    if early:
        assert "forecast_before_start" in {p.code for p in rules.problems_of_report(given, TODAY)}


def test_a_forecast_of_another_century_is_refused() -> None:
    far = report(forecast=date(2099, 1, 1))
    [problem] = rules.problems_of_forecast(far, TODAY)
    assert (problem.code, problem.where) == ("forecast_far", "forecast")
    assert "核对年份" in problem.message
    edge = report(forecast=TODAY + timedelta(days=rules.FURTHEST_DAYS))
    assert rules.problems_of_forecast(edge, TODAY) == []


def submission(**values: object) -> list[str]:
    whole = {
        "claim": Claim.DONE,
        "gate": False,
        "report": report(actual=TODAY),
        "evidence": 1,
        "reason": "",
        "open_predecessors": (),
    }
    return [p.code for p in rules.problems_of_submission(**{**whole, **values})]  # type: ignore[arg-type]


def test_a_submission_needs_a_date_and_evidence() -> None:
    assert submission() == []
    assert submission(report=report(), evidence=0) == ["actual_missing", "no_evidence"]


def test_a_gate_names_what_is_still_open() -> None:
    still_open = ["M05 能源基准", "M10 采购需求"]
    assert submission(open_predecessors=still_open) == []
    assert submission(gate=True, open_predecessors=still_open) == ["predecessors_open"]
    [problem] = rules.problems_of_submission(
        claim=Claim.DONE,
        gate=True,
        report=report(actual=TODAY),
        evidence=1,
        reason="",
        open_predecessors=still_open,
    )
    assert "M05 能源基准、M10 采购需求" in problem.message


def test_not_applicable_needs_a_reason_and_no_evidence() -> None:
    claim = {"claim": Claim.NOT_APPLICABLE, "report": report(), "evidence": 0}
    assert submission(**claim, reason="本地区没有集中供热") == []
    assert submission(**claim, reason="  无  ") == ["reason"]
    assert submission(**claim, reason="本地区没有集中供热", gate=True) == ["gate_needed"]


@pytest.mark.parametrize(("reason", "wrong"), [("", 1), (" 。 ", 1), ("缺章", 0), ("请补充", 0)])
def test_a_return_needs_a_reason(reason: str, wrong: int) -> None:
    assert len(rules.problems_of_return(reason)) == wrong

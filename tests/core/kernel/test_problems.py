import pytest

from custody.kernel.problems import Problem, Refused, refuse_if


def test_all_problems_travel_together() -> None:
    problems = [Problem("one", "第一处，请改正。", "name"), Problem("two", "第二处，请改正。")]
    with pytest.raises(Refused) as caught:
        refuse_if(iter(problems))
    assert caught.value.problems == tuple(problems)
    assert str(caught.value) == "第一处，请改正。；第二处，请改正。"


def test_no_problem_is_no_refusal() -> None:
    refuse_if([])

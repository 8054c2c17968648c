"""What is to be done next in a region."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.energy.rules.coverage import Count
from custody.energy.rules.energies import Energy
from custody.energy.rules.standing import Do, Standing, next_steps
from custody.energy.rules.states import MonthState
from custody.kernel.periods import Month

MONTH = Month(2026, 10)


def standing(**values: object) -> Standing:
    usual: dict[str, object] = {
        "institutions": 3,
        "in_custody": 2,
        "meters": {Energy.WATER: 2},
        "last": Count(2, 2),
        "year": Count(24, 24),
    }
    return Standing(**(usual | values))  # type: ignore[arg-type]


def told(found: Standing) -> list[tuple[Do, str]]:
    return [(one.do, one.words) for one in next_steps(found, MONTH, checks="设区市")]


@pytest.mark.parametrize(
    ("values", "do", "words"),
    [
        ({"institutions": 0}, Do.ROSTER, "请先导入单位名录"),
        ({"last": Count(0, 0), "year": Count(0, 0)}, Do.METERS, "还没有登记户号"),
        ({"last": Count(0, 2)}, Do.MISSING, "2026年10月还缺2个户号的账单"),
        ({"doubts": 3, "unexplained": 1}, Do.DOUBTS, "有1处存疑账单还没有说明"),
        ({}, Do.REPORT, "可以报送月报。"),
        ({"reason": "电费不符"}, Do.REPORT, "（上次退回：电费不符）"),
        ({"state": MonthState.COMPLETE}, Do.CHECK, "待设区市核对"),
        ({"state": MonthState.LOCKED}, Do.DONE, "目前没有要办的事"),
    ],
)
def test_one_thing_at_a_time(values: dict[str, object], do: Do, words: str) -> None:
    first = told(standing(**values))[0]
    assert first[0] is do
    assert words in first[1]


def test_earlier_months_come_after_the_last_one() -> None:
    short = {202601: 2, 202603: 1, 202610: 4}
    found = standing(last=Count(1, 5), short=short, unreported=5)
    assert [do for do, _ in told(found)] == [Do.MISSING, Do.MISSING, Do.EARLIER]
    assert "此前2个月还缺3张账单，最早的是2026年1月" in told(found)[1][1]


@given(
    st.integers(0, 3),
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from(MonthState),
    st.integers(0, 11),
)
def test_there_is_always_a_next_step_and_a_report_only_when_all_is_there(
    institutions: int, missing: int, unexplained: int, state: MonthState, unreported: int
) -> None:
    found = standing(
        institutions=institutions,
        last=Count(5 - missing, 5),
        unexplained=unexplained,
        state=state,
        unreported=unreported,
    )
    done = [do for do, _ in told(found)]
    assert done
    if Do.REPORT in done:
        assert state is MonthState.OPEN
        assert not missing
        assert not unexplained
    if Do.DONE in done:
        assert done == [Do.DONE]


def test_sums_of_several() -> None:
    other = standing(meters={Energy.GAS: 1}, last=Count(1, 4), unexplained=2)
    whole = Standing.of_all([standing(), other])
    assert (whole.institutions, whole.in_custody, whole.all_meters) == (6, 4, 3)
    assert (whole.last, whole.year, whole.unexplained) == (Count(3, 6), Count(48, 48), 2)
    assert Standing.of_all([]).last == Count(0, 0)
